"""Indexes are made by one process at a time, however many changes of the schema come at once."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.jobs import service
from klientura.kernel.jobs.models import Job
from klientura.kernel.schema import indexing
from klientura.kernel.store import indexes

ACTOR = SystemActor("test")


@pytest.fixture
def missing(transactional_db: None) -> Iterator[str]:
    """The name of an index that is wanted and not there."""
    name = min(indexes.existing())
    with connection.cursor() as cursor:
        cursor.execute(f"drop index {name}")
    yield name
    indexing.bring_in_line()


def queued() -> list[Job]:
    return list(Job.objects.filter(kind=indexing.KIND, state="queued"))


def test_work_that_has_not_begun_serves_every_change_before_it(db: None):
    indexing.begin(ACTOR)
    indexing.begin(ACTOR)

    assert len(queued()) == 1
    service.execute(queued()[0].pk)
    indexing.begin(ACTOR)
    assert len(queued()) == 1


def test_two_at_once_do_not_meet(missing: str):
    jobs = [service.start(ACTOR, indexing.KIND, {}, "", queue=False) for _each in range(3)]

    def run(number: int) -> None:
        service.execute(number)
        connection.close()

    threads = [threading.Thread(target=run, args=(job.pk,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert {j.state for j in Job.objects.filter(kind=indexing.KIND)} == {"done"}
    assert missing in indexes.existing()
