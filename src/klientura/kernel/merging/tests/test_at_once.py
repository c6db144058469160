"""Merges that meet: real transactions in real threads, of which one wins and nothing is lost."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import KernelError
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.merging.models import Merge
from klientura.kernel.merging.stragglers import turn_stragglers
from klientura.kernel.merging.tests.support import TEST, organisation, person, stored
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import found_company

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts at the same time; what each returned, or why it was refused."""
    found: list[Any] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    def run(place: int) -> None:
        try:
            ready.wait(timeout=10)
            found[place] = acts[place]()
        except Exception as error:  # noqa: BLE001 - looked at by the test
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=60)
    return found


def admin() -> Actor:
    return found_company().actor("administrator")


def refusals(found: list[Any]) -> list[str]:
    for each in found:
        if isinstance(each, Exception) and not isinstance(each, KernelError):
            raise each
    return [each.code for each in found if isinstance(each, KernelError)]


def test_two_merges_of_overlapping_records() -> None:
    actor, shape = admin(), shape_of("organisation")
    for _round in range(5):
        a, b, c = organisation("А"), organisation("Б"), organisation("В")
        workers = [person("Ёлкин", employer=b), person("Пихтин", employer=b)]

        found = together(partial(merge, actor, shape, a, [b]), partial(merge, actor, shape, c, [b]))

        assert refusals(found) == ["merged"]
        kept = Merge.objects.get(gone_id=b).kept_id
        assert [stored("person", w, "employer") for w in workers] == [kept, kept]


def test_each_into_the_other() -> None:
    actor, shape = admin(), shape_of("organisation")
    for _round in range(5):
        a, b = organisation("А", city="Уфа"), organisation("Б", note="Звонить")

        found = together(partial(merge, actor, shape, a, [b]), partial(merge, actor, shape, b, [a]))

        assert refusals(found) == ["merged"]
        kept = Merge.objects.get(gone_id__in=[a, b]).kept_id
        assert (stored("organisation", kept, "city"), stored("organisation", kept, "note")) == (
            "Уфа",
            "Звонить",
        )


def test_an_edit_at_the_same_time_is_not_lost() -> None:
    actor, shape = admin(), shape_of("organisation")
    a, b = organisation("А"), organisation("Б")

    found = together(
        partial(merge, actor, shape, a, [b]), partial(write.update, TEST, shape, a, {"note": "Звонить"})
    )

    assert refusals(found) == []
    assert stored("organisation", a, "note") == "Звонить"


def test_a_link_that_is_committed_after_the_merge_is_turned_later() -> None:
    actor, shape = admin(), shape_of("organisation")
    a, b = organisation("А"), organisation("Б")
    made, may_commit = threading.Event(), threading.Event()

    def hire() -> int:
        with transaction.atomic():
            worker = person("Ёлкин", employer=b)
            made.set()
            may_commit.wait(timeout=10)
            return worker

    def join() -> Any:
        made.wait(timeout=10)
        threading.Timer(0.5, may_commit.set).start()
        return merge(actor, shape, a, [b])

    worker, done = together(hire, join)
    assert refusals([worker, done]) == []

    assert turn_stragglers() + turn_stragglers() == 1
    assert stored("person", worker, "employer") == a
    undo(actor, done.operation_id)
    assert stored("person", worker, "employer") == b


def test_taking_apart_twice_at_once() -> None:
    actor, shape = admin(), shape_of("organisation")
    a, b = organisation("А"), organisation("Б")
    operation = merge(actor, shape, a, [b]).operation_id

    found = together(partial(undo, actor, operation), partial(undo, actor, operation))

    assert refusals(found) == ["state"]
    assert stored("organisation", b, "title") == "Б"
