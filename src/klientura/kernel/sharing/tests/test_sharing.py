"""Sharing lets in whom it names, as far as their role allows, until its end, and nobody else."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.access import rights
from klientura.kernel.access.models import ShareTerm
from klientura.kernel.access.rights import directory
from klientura.kernel.errors import BadRequest, Denied, Invalid, NotFound
from klientura.kernel.events.models import Event
from klientura.kernel.history.read import history_of
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_today
from klientura.kernel.settings.installation import current, rights_changed
from klientura.kernel.sharing import giving, reading
from klientura.kernel.sharing.models import Share
from klientura.kernel.sharing.rows import Given, Level
from klientura.kernel.sharing.terms import forget_ended
from klientura.kernel.store import bulk, read, write
from klientura.kernel.store.compiler import conditions
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World

ORGANISATION = "organisation"
LOOKERS = ("administrator", "manager", "employee", "colleague", "observer")


def to_user(company: Company, who: str, level: Level = "read", until: dt.date | None = None) -> Given:
    return Given(user_id=company.users[who].pk, level=level, until=until)


def to_team(company: Company, team: str, level: Level = "read", until: dt.date | None = None) -> Given:
    return Given(team_id=company.teams[team].pk, level=level, until=until)


def give(company: Company, number: int, *given: Given, by: str = "outsider") -> None:
    giving.share(company.actor(by), shape_of(ORGANISATION), number, given)


def open_for(company: Company, who: str, number: int, verb: str = "read") -> bool:
    """Whether the compiler finds the record for a verb; the same question every door asks."""
    where = conditions(company.actor(who), shape_of(ORGANISATION), verb=verb)
    with connection.cursor() as cursor:
        cursor.execute(
            "select 1 from party r where r.id = %s and " + where.sql.as_string(connection.connection),
            [number, *where.params],
        )
        return cursor.fetchone() is not None


def who_may(company: Company, number: int, verb: str = "read") -> set[str]:
    return {who for who in LOOKERS if open_for(company, who, number, verb)}


def end_now(company: Company) -> None:
    """As if the last day of every share were over."""
    ShareTerm.objects.update(ends_at=timezone.now())
    rights_changed()


def test_nobody_is_let_in_before(company: Company, theirs: int) -> None:
    assert who_may(company, theirs) == {"administrator", "observer"}
    assert who_may(company, theirs, "edit") == {"administrator"}


def test_a_user_reads_what_is_shared_and_no_more(company: Company, theirs: int) -> None:
    give(company, theirs, to_user(company, "employee"))
    assert who_may(company, theirs) == {"administrator", "observer", "employee"}
    assert who_may(company, theirs, "edit") == {"administrator"}
    shape, employee = shape_of(ORGANISATION), company.actor("employee")
    assert [r["id"] for r in read.page(employee, shape, keys=["id"]).rows] == [theirs]
    assert read.count(employee, shape).number == 1
    with pytest.raises(Denied):
        write.update(employee, shape, theirs, {"note": "чужое"})
    with pytest.raises(NotFound):
        write.update(company.actor("colleague"), shape, theirs, {"note": "чужое"})


def test_a_user_changes_what_is_shared_for_changing(company: Company, theirs: int) -> None:
    give(company, theirs, to_user(company, "employee", "edit"))
    write.update(company.actor("employee"), shape_of(ORGANISATION), theirs, {"note": "вместе"})
    assert read.get(company.actor("outsider"), shape_of(ORGANISATION), theirs)["note"] == "вместе"
    with pytest.raises(Denied):
        write.trash(company.actor("employee"), shape_of(ORGANISATION), [theirs])


def test_what_a_team_is_let_into_the_teams_below_see_and_a_manager_above(
    company: Company, theirs: int
) -> None:
    give(company, theirs, to_team(company, "head"))
    assert who_may(company, theirs) == {"administrator", "observer", "manager", "employee", "colleague"}
    giving.replace(
        company.actor("outsider"), shape_of(ORGANISATION), theirs, [to_team(company, "near", "edit")]
    )
    assert who_may(company, theirs, "edit") == {"administrator", "manager"} | {"employee", "colleague"}
    company.grant("manager", ORGANISATION, "read", "team")  # then only the teams above and the own one count
    assert who_may(company, theirs) == {"administrator", "observer", "employee", "colleague"}


@pytest.mark.parametrize("verb", ["read", "edit", "delete", "export", "import"])
@pytest.mark.parametrize("width", ["none", "own", "team", "tree", "parent", "all"])
def test_every_width_of_every_verb_shared_and_not(
    company: Company, theirs: int, verb: str, width: str
) -> None:
    """A role gets by sharing what it may do over some records, reading and changing only."""
    company.grant("employee", ORGANISATION, verb, width)
    assert open_for(company, "employee", theirs, verb) == (width == "all")
    levels: tuple[Level, ...] = ("read", "edit")
    for level in levels:
        lent = verb == "read" or (verb == "edit" and level == "edit")
        for given in (
            to_user(company, "employee", level),
            to_team(company, "near", level),
            to_team(company, "head", level),
        ):
            give(company, theirs, given, by="administrator")
            assert open_for(company, "employee", theirs, verb) == (
                width == "all" or (lent and width != "none")
            )
            giving.withdraw(company.actor("administrator"), shape_of(ORGANISATION), theirs)
            assert open_for(company, "employee", theirs, verb) == (width == "all")


def test_a_share_ends_with_its_last_day_without_any_job(company: Company, theirs: int) -> None:
    today = company_today()
    give(
        company, theirs, to_user(company, "employee", "edit", today), to_team(company, "head", "read", today)
    )
    assert who_may(company, theirs, "edit") == {"administrator", "employee"}
    known, ends_at = directory(current().access_version), ShareTerm.objects.earliest("pk").ends_at
    user = company.users["employee"].pk
    assert (
        ends_at.astimezone(dt.timezone(dt.timedelta(hours=3)))
        .isoformat()
        .startswith((today + dt.timedelta(days=1)).isoformat() + "T00:00")
    )
    assert len(known.terms_of(user, [], ends_at - dt.timedelta(microseconds=1))) == 1
    assert known.terms_of(user, [], ends_at) == ()
    end_now(company)
    assert who_may(company, theirs) == {"administrator", "observer"}
    assert who_may(company, theirs, "edit") == {"administrator"}
    assert reading.shares_of(company.actor("outsider"), shape_of(ORGANISATION), theirs) == []
    assert not reading.is_shared(shape_of(ORGANISATION), theirs)
    told = [e.text for e in history_of(company.actor("outsider"), shape_of(ORGANISATION), theirs).entries]
    assert "the access of Вера Ткач ended" in told


def test_what_has_ended_is_cleared_away(company: Company, theirs: int) -> None:
    give(company, theirs, to_user(company, "employee", until=company_today()), to_user(company, "colleague"))
    assert forget_ended() == 0
    end_now(company)
    assert forget_ended() == 1
    assert column_of(theirs) == [4 * company.users["colleague"].pk]
    assert who_may(company, theirs) == {"administrator", "observer", "colleague"}


def column_of(number: int) -> list[int] | None:
    with connection.cursor() as cursor:
        cursor.execute("select shared_with from party where id = %s", [number])
        found: list[int] | None = cursor.fetchone()[0]
        return found


def test_nobody_gives_for_longer_than_they_have(company: Company, theirs: int) -> None:
    soon = company_today() + dt.timedelta(days=5)
    give(company, theirs, to_user(company, "employee", "edit", soon))
    for given in (
        to_user(company, "manager"),
        to_user(company, "manager", until=soon + dt.timedelta(days=1)),
    ):
        with pytest.raises(Invalid) as refused:
            give(company, theirs, given, by="employee")
        assert [(e.field, e.code) for e in refused.value.errors] == [("until", "longer")]
    give(company, theirs, to_user(company, "manager", until=soon), by="employee")
    assert open_for(company, "manager", theirs)
    outcome = giving.share_many(
        company.actor("employee"),
        shape_of(ORGANISATION),
        bulk.Selection(ids=(theirs,)),
        [to_user(company, "colleague")],
    )
    assert (outcome.changed, list(outcome.refused)) == (0, [theirs])
    assert not open_for(company, "colleague", theirs)


def test_only_whoever_may_change_a_record_shares_it(company: Company, theirs: int) -> None:
    give(company, theirs, to_user(company, "employee"))
    for who, error in (("employee", Denied), ("observer", Denied), ("colleague", NotFound)):
        with pytest.raises(error):
            give(company, theirs, to_user(company, "manager"), by=who)
        with pytest.raises(error):
            giving.withdraw(company.actor(who), shape_of(ORGANISATION), theirs)


def test_who_is_not_there_oneself_and_the_past_are_refused(company: Company, theirs: int) -> None:
    yesterday = company_today() - dt.timedelta(days=1)
    for given, field in (
        (Given(user_id=10**9), "to"),
        (Given(team_id=10**9), "to"),
        (to_user(company, "disabled"), "to"),
        (to_user(company, "outsider"), "to"),
        (to_user(company, "employee", until=yesterday), "until"),
    ):
        with pytest.raises(Invalid) as refused:
            give(company, theirs, given)
        assert [e.field for e in refused.value.errors] == [field]
    assert not Share.objects.exists()


def test_the_history_and_the_outbox_tell_of_it(company: Company, theirs: int) -> None:
    version = read.get(company.actor("outsider"), shape_of(ORGANISATION), theirs)["version"]
    day = company_today()
    give(company, theirs, to_user(company, "employee"))
    give(company, theirs, to_user(company, "employee", "edit", day))
    giving.withdraw(
        company.actor("administrator"), shape_of(ORGANISATION), theirs, [(company.users["employee"].pk, None)]
    )
    entries = history_of(company.actor("observer"), shape_of(ORGANISATION), theirs).entries
    told = [(e.actor, e.text) for e in entries if e.action == "share"]
    assert [(who, text.partition(" until ")[0]) for who, text in told] == [
        ("Анна Ким", "withdrew the access of Вера Ткач"),
        ("Дина Юсупова", "changed the access of Вера Ткач: may change"),
        ("Дина Юсупова", "opened this to Вера Ткач for reading"),
    ]
    kinds = list(
        Event.objects.filter(kind__contains="shared").order_by("id").values_list("kind", "record_ids")
    )
    assert kinds == [
        ("organisation.shared", [theirs]), ("organisation.shared", [theirs]), ("organisation.unshared", [theirs]),
    ]  # fmt: skip
    # Nothing of the record itself has changed: whoever edits it meanwhile meets no conflict.
    assert read.get(company.actor("outsider"), shape_of(ORGANISATION), theirs)["version"] == version


def test_many_are_shared_at_once_and_that_is_undone(company: Company, world: World) -> None:
    mine = {"owner": company.users["outsider"].pk, "team": company.teams["far"].pk}
    numbers = world.create_many(ORGANISATION, 30, **mine)
    outsider, shape = company.actor("outsider"), shape_of(ORGANISATION)
    give(company, numbers[0], to_user(company, "employee"))
    give(company, numbers[1], to_user(company, "employee", "edit"))
    with CaptureQueriesContext(connection) as few:
        giving.share_many(
            outsider, shape, bulk.Selection(ids=tuple(numbers[2:5])), [to_user(company, "colleague")]
        )
    with CaptureQueriesContext(connection) as many:
        outcome = giving.share_many(
            outsider, shape, bulk.Selection(ids=tuple(numbers)), [to_user(company, "employee", "edit")]
        )
    assert len(many) == len(few)
    assert outcome.changed == 29  # one of them was shared like that already
    assert read.count(company.actor("employee"), shape).number == 30
    give(company, numbers[2], to_user(company, "employee"))  # changed since: stays
    undone = undo(outsider, outcome.operation_id)
    assert (undone.restored, undone.kept) == (28, [numbers[2]])
    assert {n for n in numbers if open_for(company, "employee", n)} == set(numbers[:3])
    assert [n for n in numbers if open_for(company, "employee", n, "edit")] == [numbers[1]]


def test_an_undo_reaches_only_what_is_still_the_actors_to_change(company: Company, theirs: int) -> None:
    outsider, shape = company.actor("outsider"), shape_of(ORGANISATION)
    outcome = giving.share_many(
        outsider, shape, bulk.Selection(ids=(theirs,)), [to_user(company, "employee")]
    )
    boss = company.actor("administrator")
    write.update(boss, shape, theirs, {"owner": company.users["manager"].pk})
    undone = undo(company.actor("outsider"), outcome.operation_id)
    assert (undone.restored, undone.kept) == (0, [theirs])
    assert open_for(company, "employee", theirs)


def test_a_merge_opens_neither_record_to_those_who_saw_the_other(
    company: Company, world: World, theirs: int
) -> None:
    other = world.create(
        ORGANISATION, 2, name="Ромашка 2", inn="", kpp="", owner=company.users["outsider"].pk
    )
    give(company, theirs, to_user(company, "employee"))
    give(company, other, to_user(company, "colleague"), by="administrator")
    boss, shape = company.actor("administrator"), shape_of(ORGANISATION)
    merged = merge(boss, shape, theirs, [other])
    assert who_may(company, theirs) == {"administrator", "observer", "employee"}
    assert who_may(company, other) == set()
    undo(boss, merged.operation_id)
    assert who_may(company, theirs) == {"administrator", "observer", "employee"}
    assert who_may(company, other) == {"administrator", "observer", "colleague"}


def test_out_of_the_trash_a_record_is_shared_as_before(company: Company, theirs: int) -> None:
    give(company, theirs, to_user(company, "employee"))
    boss, shape = company.actor("administrator"), shape_of(ORGANISATION)
    write.trash(boss, shape, [theirs])
    assert not open_for(company, "employee", theirs)
    write.restore(boss, shape, [theirs])
    assert open_for(company, "employee", theirs)


def test_what_was_kept_of_another_record_of_the_number_lets_nobody_in(company: Company, theirs: int) -> None:
    """An added kind of record that was deleted for good may come again under its key, with numbers from one."""
    give(company, theirs, to_user(company, "colleague"))
    Share.objects.update(at=timezone.now() - dt.timedelta(days=365))
    with connection.cursor() as cursor:
        cursor.execute("update party set shared_with = null where id = %s", [theirs])
    give(company, theirs, to_user(company, "employee"))
    assert who_may(company, theirs) == {"administrator", "observer", "employee"}


def test_with_a_client_its_interactions_are_seen_by_roles_that_follow_it(
    company: Company, world: World, theirs: int
) -> None:
    mine = {"owner": company.users["outsider"].pk, "team": company.teams["far"].pk}
    said = world.create("interaction", 1, party=theirs, **mine)
    shape = shape_of("interaction")
    assert read.count(company.actor("employee"), shape).number == 0
    give(company, theirs, to_user(company, "employee"))
    assert [r["id"] for r in read.page(company.actor("employee"), shape, keys=["id"]).rows] == [said]


def test_lists_can_be_narrowed_to_what_is_shared_with_the_reader(
    company: Company, world: World, theirs: int
) -> None:
    shape, tree = shape_of(ORGANISATION), {"field": "@shared", "op": "me"}
    own = world.create(ORGANISATION, 2, owner=company.users["employee"].pk)
    give(company, theirs, to_team(company, "head"), to_user(company, "colleague", until=company_today()))
    give(company, own, to_user(company, "manager"), by="administrator")

    def found(who: str, asked: dict[str, Any]) -> set[int]:
        return {r["id"] for r in read.page(company.actor(who), shape, tree=asked, keys=["id"]).rows}

    assert {who: found(who, tree) for who in LOOKERS} == {
        "administrator": set(), "manager": {theirs, own}, "employee": {theirs}, "colleague": {theirs}, "observer": set(),
    }  # fmt: skip
    assert found("employee", {"not": tree}) == {own}
    end_now(company)
    assert found("colleague", tree) == {theirs}  # by the team still
    for wrong in ({**tree, "op": "eq"}, {**tree, "value": 1}, {"field": "@shared", "op": "not_empty"}):
        with pytest.raises(BadRequest):
            found("employee", wrong)
    with pytest.raises(BadRequest):
        read.page(company.actor("employee"), shape, sort="@shared")


def test_who_sees_a_record_and_why(company: Company, theirs: int) -> None:
    give(company, theirs, to_team(company, "near"))
    shape = shape_of(ORGANISATION)
    shared = reading.shares_of(company.actor("employee"), shape, theirs)
    assert [(s.name, s.level, s.by) for s in shared] == [("near", "read", "Дина Юсупова")]
    told: list[Any] = [(v.why, v.name) for v in reading.viewers_of(company.actor("outsider"), shape, theirs)]
    assert told == [
        ("owner", "Дина Юсупова"),
        ("team", "far"),
        ("role", "administrator"),
        ("role", "observer"),
    ]
    company.hide("employee", ORGANISATION, "owner")
    company.hide("employee", ORGANISATION, "team")
    told = [v.why for v in reading.viewers_of(company.actor("employee"), shape, theirs)]
    assert told == ["role", "role"]
    with pytest.raises(NotFound):
        reading.shares_of(company.actor("colleague"), shape, theirs + 1)


def test_rights_are_read_anew_after_a_new_end_only(company: Company, theirs: int) -> None:
    before = current().access_version
    give(company, theirs, to_user(company, "employee"))
    assert current().access_version == before
    give(company, theirs, to_user(company, "employee", until=company_today()))
    assert current().access_version == before + 1
    rights.forget()
    assert open_for(company, "employee", theirs)
