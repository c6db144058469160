"""Imports beside other writers, over connections of their own: deadlocks, the same company twice, a check that writes."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from klientura.kernel.access.models import Team
from klientura.kernel.access.rights import forget
from klientura.kernel.objects import registry
from klientura.kernel.objects.batch import Batch
from klientura.kernel.transfer.run import Unwatched
from klientura.kernel.transfer.tests.support import actor, bring, make_plan, write_file
from klientura.modules.parties.models import Party

INN = "7827763273"


@pytest.fixture(autouse=True)
def fresh_rights() -> Iterator[None]:
    """Tables are emptied after tests with several connections, and roles get new numbers."""
    forget()
    yield
    forget()


def beside[T](act: Callable[[], T]) -> Future[T]:
    """Do something in a thread, over a connection of its own."""

    def run() -> T:
        try:
            return act()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(run)
    finally:
        pool.shutdown(wait=False)


def wait_for_a_waiter(kind: str) -> None:
    """Return when some connection waits for a lock of this kind."""
    with connection.cursor() as cursor:
        for _turn in range(500):
            cursor.execute(
                "select pg_sleep(0.01), (select count(*) from pg_locks where not granted and locktype = %s"
                " and pid in (select pid from pg_stat_activity where datname = current_database()))",
                [kind],
            )
            if cursor.fetchone()[1]:
                return
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True)
def test_deadlock_with_another_writer_is_tried_again(tmp_path: Path):
    who = actor()
    path = write_file(
        tmp_path, [["Организация", "ИНН", "Контактное лицо"], ["Ааальфа", INN, "Яяяковлев Пётр"]]
    )
    plan = make_plan(who, path)

    def word(cursor: Any, text: str) -> None:
        cursor.execute("insert into kernel_search_word (word) values (%s) on conflict do nothing", [text])

    with transaction.atomic(), connection.cursor() as cursor:
        word(cursor, "яяяковлев")
        side = beside(lambda: bring(who, path, tmp_path, plan))
        wait_for_a_waiter("transactionid")
        word(cursor, "ааальфа")  # both wait now; the import waits longer, and is the one that is sent away
    result = side.result(30)
    assert result.state == "done"
    assert result.made == {
        "organisation": {"created": 1, "updated": 0},
        "person": {"created": 1, "updated": 0},
    }
    assert Party.objects.count() == 2


class Slow(Unwatched):
    """Holds its chunk open until somebody waits for its end."""

    def __init__(self) -> None:
        self.chunks = 0
        self.writing = Event()

    def checkpoint(self, data: Any) -> None:
        self.chunks += 1
        if self.chunks == 2:
            self.writing.set()
            wait_for_a_waiter("advisory")


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_company_make_one_record(tmp_path: Path):
    who = actor()
    path = write_file(tmp_path, [["Организация", "ИНН", "Город"], ["Альфа", INN, "Казань"]])
    folder = tmp_path / "other"
    folder.mkdir()
    plan = make_plan(who, path)
    slow = Slow()
    first = beside(lambda: bring(who, path, tmp_path, plan, watch=slow))
    assert slow.writing.wait(20)
    second = beside(lambda: bring(who, path, folder, plan))
    assert first.result(30).report["counts"] == {"created": 1}
    assert second.result(30).report["counts"] == {"unchanged": 1}
    assert Party.objects.get().inn == INN


@pytest.fixture
def rule_that_writes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Organisations get a rule that writes while it checks."""
    spec = registry._specs["organisation"]
    own = spec.before_write

    def rule(batch: Batch, who: Any) -> None:
        Team.objects.create(name=f"Written {Team.objects.count()}")
        if own is not None:
            own(batch, who)

    monkeypatch.setitem(registry._specs, "organisation", replace(spec, before_write=rule))
    registry.forget()
    yield
    monkeypatch.undo()
    registry.forget()


@pytest.mark.django_db
@pytest.mark.usefixtures("rule_that_writes")
def test_check_leaves_nothing_of_what_rules_write(tmp_path: Path):
    path = write_file(tmp_path, [["Организация", "ИНН"], ["Альфа", INN]])
    result = bring(actor(), path, tmp_path, dry=True)
    assert result.report["counts"] == {"created": 1}
    assert not Team.objects.exists()
    bring(actor(), path, tmp_path)
    assert Team.objects.exists()
