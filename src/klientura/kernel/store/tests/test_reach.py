"""What a write leaves must lie within the writer's own rights; a record belongs to its owner's team."""

from collections.abc import Callable
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Denied
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import bulk, read, write
from klientura.kernel.testing.company import Company, found_company

SYSTEM = SystemActor("test")


@pytest.mark.django_db
def test_the_scope_of_creating_holds_for_the_owner():
    company, shape = found_company(), shape_of("organisation")
    colleague, employee = company.users["colleague"].pk, company.actor("employee")
    with pytest.raises(Denied):
        write.create(employee, shape, {"name": "Чужая", "owner": colleague})
    company.grant("employee", "organisation", "create", "team")
    number = write.create(company.actor("employee"), shape, {"name": "Коллеге", "owner": colleague})
    assert read.get(SYSTEM, shape, number)["owner"].id == colleague


@pytest.mark.django_db
def test_the_team_moves_with_the_owner():
    company, shape = found_company(), shape_of("organisation")
    near, far = company.teams["near"].pk, company.teams["far"].pk
    number = write.create(company.actor("employee"), shape, {"name": "Альфа"})
    assert read.get(SYSTEM, shape, number)["team"].id == near

    write.update(SYSTEM, shape, number, {"owner": company.users["outsider"].pk})

    assert read.get(SYSTEM, shape, number)["team"].id == far
    assert read.page(company.actor("colleague"), shape).rows == []
    bulk.edit(SYSTEM, shape, bulk.Selection(ids=(number,)), {"owner": company.users["colleague"].pk})
    assert read.get(SYSTEM, shape, number)["team"].id == near
    write.update(SYSTEM, shape, number, {"owner": company.users["outsider"].pk, "team": near})
    assert read.get(SYSTEM, shape, number)["team"].id == near


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["trash", "hand over"])
def test_a_bulk_edit_leaves_what_somebody_takes_away_while_it_waits(change: str):
    company, shape = found_company(), shape_of("organisation")
    stays, goes = write.create_many(company.actor("employee"), shape, [{"name": "Одна"}, {"name": "Другая"}])
    changes: dict[str, Callable[[], object]] = {
        "trash": lambda: write.trash(SYSTEM, shape, [goes]),
        "hand over": lambda: write.update(SYSTEM, shape, goes, {"owner": company.users["outsider"].pk}),
    }
    outcome = _while_locked(changes[change], lambda: _edit(company, stays, goes))
    assert outcome.changed == 1
    assert set(outcome.refused) == {goes}
    assert read.get(SYSTEM, shape, goes, trashed=change == "trash")["city"] is None


def _edit(company: Company, *ids: int) -> bulk.Outcome:
    selection = bulk.Selection(ids=ids)
    return bulk.edit(company.actor("employee"), shape_of("organisation"), selection, {"city": "Уфа"})


def _while_locked(change: Callable[[], object], act: Callable[[], bulk.Outcome]) -> bulk.Outcome:
    """Carry out a change, and the act of another connection that begins before the change is committed."""
    found: list[bulk.Outcome] = []
    ready = Event()

    def other() -> None:
        ready.wait(10)
        try:
            found.append(act())
        finally:
            connection.close()

    thread = Thread(target=other)
    thread.start()
    with transaction.atomic():
        change()
        ready.set()
        _wait_until_somebody_waits()
    thread.join(20)
    return found[0]


def _wait_until_somebody_waits() -> None:
    with connection.cursor() as cursor:
        for _turn in range(200):
            cursor.execute("select pg_sleep(0.02), (select count(*) from pg_locks where not granted)")
            if cursor.fetchone()[1]:
                return
    raise AssertionError("the other side has not come to the lock")
