"""While somebody is away their deputy does what both may do with what is theirs, and nobody notices anything afterwards."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone, translation

from klientura.kernel.access import substitutions
from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.models import Substitution
from klientura.kernel.access.rights import directory
from klientura.kernel.access.sessions import actor_of
from klientura.kernel.errors import Denied, Invalid, NotFound
from klientura.kernel.events.models import Event
from klientura.kernel.history.read import history_of
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import beginning_of, company_today, end_of
from klientura.kernel.settings.installation import current, rights_changed
from klientura.kernel.store import read, write
from klientura.kernel.store.compiler import conditions
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World

ORGANISATION = "organisation"


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


@pytest.fixture
def theirs(company: Company) -> int:
    """An organisation of the outsider, who will be away."""
    world = World(actor=SystemActor("substitution"))
    return world.create(
        ORGANISATION, 1, name="Ромашка", owner=company.users["outsider"].pk, team=company.teams["far"].pk
    )


def away(
    company: Company, *, kinds: list[str] | None = None, days: int = 5, by: str = "outsider"
) -> Substitution:
    """The outsider is away from today on, the employee stands in."""
    today = company_today()
    return substitutions.set_substitution(
        company.actor(by), company.users["outsider"].pk, company.users["employee"].pk, today,
        today + dt.timedelta(days=days), kinds,
    )  # fmt: skip


def open_for(actor: Actor, number: int, verb: str = "read", key: str = ORGANISATION) -> bool:
    shape = shape_of(key)
    where = conditions(actor, shape, verb=verb)
    with connection.cursor() as cursor:
        cursor.execute(
            "select 1 from party r where r.id = %s and " + where.sql.as_string(connection.connection),
            [number, *where.params],
        )
        return cursor.fetchone() is not None


def test_the_deputy_reads_and_changes_what_the_absent_one_owns(company: Company, theirs: int) -> None:
    assert not open_for(company.actor("employee"), theirs)
    away(company)
    employee, shape = company.actor("employee"), shape_of(ORGANISATION)
    assert [r["id"] for r in read.page(employee, shape, keys=["id"]).rows] == [theirs]
    write.update(employee, shape, theirs, {"note": "пока вас не было"})
    with pytest.raises(Denied):
        write.trash(employee, shape, [theirs])
    for other in ("colleague", "manager"):
        assert not open_for(company.actor(other), theirs)
    mine = write.create(employee, shape, {"name": "Своя", "inn": ""})
    assert not open_for(company.actor("outsider"), mine)  # it does not work the other way round


@pytest.mark.parametrize("verb", ["read", "edit", "delete", "export", "import"])
@pytest.mark.parametrize("deputy", ["none", "own", "tree"])
@pytest.mark.parametrize("absent", ["none", "own", "all"])
def test_never_more_than_both_may(company: Company, theirs: int, verb: str, deputy: str, absent: str) -> None:
    """The narrower of the two decides, whoever of them it is."""
    manager = company.users["manager"]
    substitutions.set_substitution(
        company.actor("administrator"),
        company.users["outsider"].pk,
        manager.pk,
        company_today(),
        company_today(),
    )
    company.grant("manager", ORGANISATION, verb, deputy)
    company.grant("employee", ORGANISATION, verb, absent)
    may = verb in {"read", "edit"} and "none" not in {deputy, absent}
    assert open_for(company.actor("manager"), theirs, verb) == may


def test_only_over_the_kinds_that_were_named(company: Company, theirs: int) -> None:
    away(company, kinds=["person"])
    assert not open_for(company.actor("employee"), theirs)
    away(company, kinds=["organisation", "task"])
    assert open_for(company.actor("employee"), theirs)


def test_it_begins_and_ends_by_itself(company: Company, theirs: int) -> None:
    made, user = away(company), company.users["employee"]
    assert (made.starts_at, made.ends_at) == (beginning_of(made.first), end_of(made.last))
    known = directory(current().access_version)
    moments = {
        made.starts_at - dt.timedelta(microseconds=1): 0, made.starts_at: 1,
        made.ends_at - dt.timedelta(microseconds=1): 1, made.ends_at: 0,
    }  # fmt: skip
    assert {at: len(known.standing_in(user.pk, at)) for at in moments} == moments
    Substitution.objects.update(ends_at=timezone.now())
    rights_changed()
    assert not open_for(company.actor("employee"), theirs)


def test_it_can_be_ended_early_and_called_off(company: Company, theirs: int) -> None:
    made = away(company)
    with pytest.raises(NotFound):
        substitutions.end_substitution(company.actor("colleague"), made.pk)
    substitutions.end_substitution(company.actor("outsider"), made.pk)
    assert not open_for(company.actor("employee"), theirs)
    assert not substitutions.standing_in_for(company.users["outsider"].pk).exists()
    later = company_today() + dt.timedelta(days=10)
    planned = substitutions.set_substitution(
        company.actor("outsider"), company.users["outsider"].pk, company.users["employee"].pk, later, later
    )
    assert not open_for(company.actor("employee"), theirs)
    substitutions.end_substitution(company.actor("administrator"), planned.pk)
    assert (
        directory(current().access_version).standing_in(company.users["employee"].pk, beginning_of(later))
        == ()
    )


def test_who_may_set_it(company: Company, theirs: int) -> None:
    """Oneself, an administrator, and a manager for the people of their teams."""
    away(company, by="administrator")
    for who in ("manager", "employee", "observer"):
        with pytest.raises(NotFound):
            away(company, by=who)
    today, employee = company_today(), company.users["employee"].pk
    substitutions.set_substitution(
        company.actor("manager"), employee, company.users["colleague"].pk, today, today
    )
    with pytest.raises(NotFound):
        substitutions.set_substitution(
            company.actor("colleague"), employee, company.users["colleague"].pk, today, today
        )


def test_what_makes_no_sense_is_refused(company: Company) -> None:
    actor, absent, deputy = (
        company.actor("outsider"),
        company.users["outsider"].pk,
        company.users["employee"].pk,
    )
    today, day = company_today(), dt.timedelta(days=1)
    for whom, first, last, kinds, field in (
        (None, today, today, None, "deputy"),
        (absent, today, today, None, "deputy"),
        (company.users["disabled"].pk, today, today, None, "deputy"),
        (deputy, None, today, None, "first"),
        (deputy, today, today - day, None, "last"),
        (deputy, today - 3 * day, today - 2 * day, None, "last"),
        (deputy, today, today + 400 * day, None, "last"),
        (deputy, today, today, ["nothing"], "kinds"),
    ):
        with pytest.raises(Invalid) as refused:
            substitutions.set_substitution(actor, absent, whom, first, last, kinds)
        assert [e.field for e in refused.value.errors] == [field]
    assert not Substitution.objects.exists()


def test_the_history_says_who_acted_and_for_whom(company: Company, theirs: int) -> None:
    boss, shape = company.actor("administrator"), shape_of(ORGANISATION)
    write.update(company.actor("outsider"), shape, theirs, {"note": "до отпуска"})
    away(company)
    employee = company.actor("employee")
    write.update(employee, shape, theirs, {"note": "в отпуске"})
    write.update(boss, shape, theirs, {"owner": company.users["employee"].pk})
    write.update(employee, shape, theirs, {"note": "уже своё"})
    told = [(e.actor, e.behalf) for e in history_of(boss, shape, theirs).entries if e.action == "update"]
    assert told == [
        ("Вера Ткач", ""), ("Анна Ким", ""), ("Вера Ткач", "Дина Юсупова"), ("Дина Юсупова", ""),
    ]  # fmt: skip
    company.hide("observer", ORGANISATION, "owner")
    assert {e.behalf for e in history_of(company.actor("observer"), shape, theirs).entries} == {""}
    assert list(Event.objects.filter(kind="user.substituted").values_list("record_ids", flat=True)) == [
        [company.users["outsider"].pk]
    ]


def test_the_deputy_gets_no_other_fields_than_their_own_role_shows(company: Company, theirs: int) -> None:
    company.hide("employee", ORGANISATION, "city")
    away(company)
    assert "city" not in read.get(company.actor("employee"), shape_of(ORGANISATION), theirs)


def test_what_the_gate_remembers_of_an_actor_differs_while_standing_in(company: Company) -> None:
    before = company.actor("employee")
    away(company)
    user = company.users["employee"]
    assert actor_of(user, current().access_version) == company.actor("employee") != before
