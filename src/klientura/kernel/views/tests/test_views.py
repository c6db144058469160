"""Who has which views, who may change them, and what a view shows to whom."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from klientura.kernel.errors import BadRequest, Denied, Invalid, NotFound, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema.uses import uses_of
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.views import habits, reading, saving
from klientura.kernel.views.models import View

pytestmark = pytest.mark.django_db
FILTER = {"and": [{"field": "city", "op": "eq", "value": "Уфа"}]}


@pytest.fixture
def company() -> Company:
    return found_company()


def saved(company: Company, who: str, **more: Any) -> View:
    values: dict[str, Any] = {"name": f"Вид {who}", "state": {"filter": FILTER}, **more}
    return saving.create(company.actor(who), shape_of("organisation"), **values)


def seen(company: Company, who: str) -> set[int]:
    return {v.pk for v in reading.around(company.actor(who), "organisation")}


def test_a_view_is_seen_by_those_it_is_shared_with(company: Company) -> None:
    own = saved(company, "employee")
    team = saved(company, "employee", visibility="team")
    everyone = saved(company, "outsider", visibility="everyone")
    assert seen(company, "employee") == {own.pk, team.pk, everyone.pk}
    assert seen(company, "colleague") == {team.pk, everyone.pk}
    assert seen(company, "manager") == {team.pk, everyone.pk}  # the team stands below the manager's
    assert seen(company, "outsider") == {everyone.pk}
    with pytest.raises(NotFound):
        reading.one(company.actor("administrator"), own.pk)
    company.grant("observer", "organisation", "read", "none")
    assert seen(company, "observer") == set()


def test_only_the_owner_changes_a_view_and_an_administrator_what_is_shared(company: Company) -> None:
    own = saved(company, "employee")
    shared = saved(company, "employee", visibility="everyone")
    with pytest.raises(NotFound):
        saving.change(company.actor("administrator"), own.pk, {"name": "Чужой"})
    for act in (lambda: saving.change(company.actor("colleague"), shared.pk, {"name": "Чужой"}),
                lambda: saving.delete(company.actor("manager"), shared.pk)):  # fmt: skip
        with pytest.raises(Denied):
            act()
    saving.change(company.actor("administrator"), shared.pk, {"name": "Общий"}, expected_version=1)
    with pytest.raises(Stale):
        saving.change(company.actor("employee"), shared.pk, {"name": "Мой"}, expected_version=1)
    assert View.objects.get(pk=shared.pk).name == "Общий"


def test_who_only_looks_keeps_views_but_shares_none(company: Company) -> None:
    assert saved(company, "observer").visibility == "private"
    with pytest.raises(Denied):
        saved(company, "observer", visibility="everyone")
    with pytest.raises(Invalid):  # in no team
        saved(company, "administrator", visibility="team")


@pytest.mark.parametrize(
    "state",
    [
        {"filter": {"field": "nothing", "op": "eq", "value": 1}},
        {"filter": [1]},
        {"columns": ["nothing"]},
        {"columns": ["name"] * 31},
        {"columns": [["name"]]},
        {"sort": "nothing"},
        {"sort": 1},
        {"q": "a\x00"},
        {"q": "a" * 201},
        {"board": True},
        {"board": -1},
        {"other": 1},
        {"widths": {"nothing": 100}},
        {"widths": {"name": 47}},
        {"widths": {"name": True}},
        {"widths": {"name": "100"}},
        {"widths": [100]},
        {"pin": 0},
        {"pin": 6},
        {"pin": True},
        {"filter": {"field": "city", "op": "empty", "value": "a\x00"}},
        {"filter": {"field": "city", "op": "empty", "value": 10**40}},
        {"filter": {"field": "city", "op": "empty", "value": "\ud800"}},
        {"filter": {"field": "name", "op": "in", "value": ["я" * 100] * 200}},
    ],
)
def test_what_a_list_could_not_show_is_not_kept(company: Company, state: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        saved(company, "employee", state=state)
    assert not View.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", None, 5, "а" * 121, "a\x00b"])
def test_a_view_has_a_name(company: Company, name: Any) -> None:
    with pytest.raises(Invalid):
        saved(company, "employee", name=name)


def test_a_hidden_field_breaks_the_filter_and_is_left_out_of_the_columns(company: Company) -> None:
    state = {"filter": FILTER, "columns": ["name", "city"], "sort": "-city"}
    view = saved(company, "manager", visibility="everyone", state=state)
    company.hide("employee", "organisation", "city")
    _shape, mine = reading.shown(company.actor("employee"), reading.one(company.actor("employee"), view.pk))
    assert (mine.columns, mine.sort) == (("name",), "")
    assert "«город»" in str(mine.broken)
    _shape, theirs = reading.shown(company.actor("manager"), reading.one(company.actor("manager"), view.pk))
    assert (theirs.broken, theirs.filter, theirs.sort) == ("", FILTER, "-city")
    with pytest.raises(BadRequest):
        saved(company, "employee")


def test_an_administrator_who_removes_a_field_is_told_of_the_views(company: Company) -> None:
    saved(company, "employee", name="По Уфе")
    saved(company, "employee", name="Столбцы", state={"columns": ["name", "city"]})
    saved(company, "employee", name="Порядок", state={"sort": "-city"})
    saved(company, "employee", name="Другое", state={"sort": "name"})
    won = {"related": "organisation.created_by", "filter": FILTER}
    state = {"filter": {"related": "opportunity.party", "filter": {"field": "amount", "op": "not_empty"}}}
    saved(company, "employee", name="Со сделками", state=state)
    assert "Со сделками" in str(uses_of("opportunity", "amount")[0])
    assert "Со сделками" in str(uses_of("opportunity", "party")[0])
    with pytest.raises(BadRequest):
        saved(company, "employee", name="Не связанное", state={"filter": won})
    deleted = saved(company, "employee", name="Удалённый")
    saving.delete(company.actor("employee"), deleted.pk)
    told = " ".join(map(str, uses_of("organisation", "city")))
    assert [n in told for n in ("По Уфе", "Столбцы", "Порядок", "Другое", "Удалённый")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert not any("По Уфе" in str(u) for u in uses_of("person", "city"))


def test_pins_are_everyones_own_and_keep_their_order(company: Company) -> None:
    views = [saved(company, "employee", visibility="everyone", name=n).pk for n in "абв"]
    employee, observer = company.actor("employee"), company.actor("observer")
    for view in views:
        saving.pin(employee, view)
    saving.pin(employee, views[0])
    saving.pin(observer, views[1])
    saving.move_pin(employee, views[2], -1)
    saving.move_pin(employee, views[2], -1)
    saving.move_pin(employee, views[2], -1)

    def pinned(actor: Any) -> list[int]:
        return [v.pk for v in reading.around(actor) if v.pinned is not None]  # type: ignore[attr-defined]

    assert pinned(employee) == [views[2], views[0], views[1]]
    assert pinned(observer) == [views[1]]
    saving.unpin(employee, views[0])
    assert pinned(employee) == [views[2], views[1]]


def test_a_deleted_view_comes_back_whole(company: Company) -> None:
    view, employee = saved(company, "employee", visibility="everyone"), company.actor("employee")
    saving.pin(employee, view.pk)
    saving.delete(employee, view.pk)
    assert seen(company, "employee") == set()
    with pytest.raises(NotFound):
        saving.bring_back(company.actor("colleague"), view.pk)
    assert saving.bring_back(employee, view.pk).state == {"filter": FILTER}
    assert [v.pinned for v in reading.around(employee)] == [1]  # type: ignore[attr-defined]
    saving.delete(employee, view.pk)
    assert saving.forget_deleted_views() == 0
    View.objects.update(deleted_at=timezone.now() - dt.timedelta(days=31))
    assert saving.forget_deleted_views() == 1


def test_one_view_opens_the_list_for_a_role(company: Company) -> None:
    admin, shape = company.actor("administrator"), shape_of("organisation")
    first = saved(company, "administrator", visibility="everyone", default_roles=["employee", "manager"])
    second = saved(company, "administrator", visibility="everyone")
    saving.change(admin, second.pk, {"default_roles": ["employee"]})
    assert reading.default_of(company.actor("employee"), shape) == second
    assert reading.default_of(company.actor("manager"), shape) == first
    assert reading.default_of(admin, shape) is None
    with pytest.raises(Invalid):
        saving.change(admin, second.pk, {"visibility": "private", "default_roles": ["employee"]})
    with pytest.raises(Invalid):
        saving.change(admin, second.pk, {"default_roles": ["nobody"]})
    theirs = saved(company, "manager", visibility="everyone")
    with pytest.raises(Denied):
        saving.change(company.actor("manager"), theirs.pk, {"default_roles": ["employee"]})
    saving.change(admin, first.pk, {"visibility": "private"})
    assert reading.default_of(company.actor("manager"), shape) is None


def test_the_last_columns_and_order_are_remembered(company: Company) -> None:
    actor, shape = company.actor("employee"), shape_of("organisation")
    habits.remember(actor, shape, columns=["name", "city"])
    habits.remember(actor, shape, sort="-city")
    assert habits.habit_of(actor, shape)[:2] == (("name", "city"), "-city")
    assert habits.habit_of(company.actor("colleague"), shape)[:2] == ((), "")
    company.hide("employee", "organisation", "city")
    assert habits.habit_of(company.actor("employee"), shape)[:2] == (("name",), "")
    for bad in ({"columns": ["city"]}, {"sort": "city"}):
        with pytest.raises(BadRequest):
            habits.remember(company.actor("employee"), shape, **bad)


def test_the_looks_of_columns_are_kept_by_views_and_habits(company: Company) -> None:
    actor, shape = company.actor("employee"), shape_of("organisation")
    view = saved(company, "employee", state={"widths": {"name": 300, "city": 120}, "pin": 2})
    _shape, kept = reading.shown(actor, reading.one(actor, view.pk))
    assert (kept.widths, kept.pin) == ({"name": 300, "city": 120}, 2)
    habits.remember(actor, shape, widths={"city": 200, "name": 90})
    habits.remember(actor, shape, pin=3)
    assert habits.habit_of(actor, shape) == ((), "", {"city": 200, "name": 90}, 3)
    company.hide("employee", "organisation", "city")
    hiding = company.actor("employee")
    assert habits.habit_of(hiding, shape).widths == {"name": 90}
    assert reading.shown(hiding, reading.one(hiding, view.pk))[1].widths == {"name": 300}
    with pytest.raises(BadRequest):
        habits.remember(hiding, shape, widths={"city": 200})
    habits.remember(hiding, shape, widths={}, pin=1)
    assert habits.habit_of(hiding, shape) == ((), "", {}, 1)
