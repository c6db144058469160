"""Jobs: run, told of, stopped, taken up after their process has died."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import Interrupted, JobHandle, JobLost
from klientura.kernel.jobs.models import Job
from klientura.kernel.jobs.service import Starter

pytestmark = pytest.mark.django_db

SEEN: list[Any] = []
ME: Starter = Actor(user_id=7)


def count_up(handle: JobHandle) -> Mapping[str, Any]:
    start = (handle.saved or {}).get("n", 0)
    for n in range(start, handle.arguments["to"]):
        if handle.cancelled():
            return {"state": "cancelled", "n": n}
        if n == handle.arguments.get("die_at") and start == 0:
            raise SystemError("no more")
        SEEN.append(n)
        handle.checkpoint({"n": n + 1})
        handle.progress(n + 1, handle.arguments["to"])
    return {"n": handle.arguments["to"]}


def refuse(_handle: JobHandle) -> None:
    raise BadRequest("Nothing to do here.")


def lost(_handle: JobHandle, message: str) -> None:
    SEEN.append(message)


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    registry.register("count", count_up)
    registry.register("refuse", refuse, lost=lost)
    SEEN.clear()
    yield
    registry._kinds.pop("count")
    registry._kinds.pop("refuse")


def test_runs_and_keeps_its_result():
    job = service.run_inline(service.start(ME, "count", {"to": 3}, "Counting", queue=False))
    assert (job.state, job.result, job.done, job.total, SEEN) == ("done", {"n": 3}, 3, 3, [0, 1, 2])
    assert job.finished_at is not None


def test_start_puts_it_into_the_queue():
    from procrastinate.contrib.django.models import ProcrastinateJob

    job = service.start(ME, "count", {"to": 3}, "Counting")
    queued = ProcrastinateJob.objects.get(task_name="klientura.jobs.run")
    assert queued.args == {"job_id": job.pk}


def test_refusal_is_a_sentence_and_the_kind_is_told():
    job = service.run_inline(service.start(ME, "refuse", {}, "No", queue=False))
    assert (job.state, job.message) == ("failed", "Nothing to do here.")
    assert SEEN == ["Nothing to do here."]


def test_fault_names_only_a_reference(caplog):
    job = service.run_inline(service.start(ME, "count", {"to": 3, "die_at": 1}, "Counting", queue=False))
    assert job.state == "failed"
    assert "no more" not in job.message
    assert job.message[-10:-1] in " " + caplog.text


def test_dead_process_is_followed_by_another_from_the_checkpoint():
    job = service.start(ME, "count", {"to": 4}, "Counting", queue=False)
    Job.objects.filter(pk=job.pk).update(
        state="running",
        runner="dead",
        checkpoint={"n": 2},
        heartbeat_at=timezone.now() - timedelta(seconds=31),
    )
    assert service.take_up() == 1
    job = service.run_inline(job)
    assert (job.state, SEEN) == ("done", [2, 3])


def test_living_process_is_left_alone():
    job = service.start(ME, "count", {"to": 4}, "Counting", queue=False)
    Job.objects.filter(pk=job.pk).update(state="running", runner="alive", heartbeat_at=timezone.now())
    assert service.take_up() == 0
    service.execute(job.pk)
    assert SEEN == []


def test_one_who_was_given_up_writes_no_more():
    job = service.start(ME, "count", {"to": 4}, "Counting", queue=False)
    Job.objects.filter(pk=job.pk).update(state="running", runner="old", heartbeat_at=timezone.now())
    job.refresh_from_db()
    handle = JobHandle(job)
    Job.objects.filter(pk=job.pk).update(runner="new")
    with pytest.raises(JobLost):
        handle.checkpoint({"n": 1})
    job.refresh_from_db()
    assert job.checkpoint is None


def test_cancel_before_and_during():
    waiting = service.start(ME, "count", {"to": 4}, "Counting", queue=False)
    assert service.cancel(ME, waiting.pk).state == "cancelled"
    service.execute(waiting.pk)
    assert SEEN == []
    begun = service.start(ME, "count", {"to": 4}, "Counting", queue=False)
    Job.objects.filter(pk=begun.pk).update(checkpoint={"n": 1}, cancel_requested=True)
    assert service.run_inline(begun).state == "cancelled"
    with pytest.raises(NotFound):
        service.cancel(Actor(user_id=8), begun.pk)


def test_stopping_worker_gives_the_job_back():
    job = service.start(ME, "count", {"to": 4}, "Counting", queue=False)
    service.execute(job.pk, lambda: True)
    job.refresh_from_db()
    assert (job.state, job.checkpoint, SEEN) == ("queued", {"n": 1}, [0])
    job = service.run_inline(job)
    assert (job.state, SEEN) == ("done", [0, 1, 2, 3])
    assert issubclass(Interrupted, Exception)


def test_only_own_jobs_are_listed():
    mine = service.start(ME, "count", {"to": 1}, "Mine", queue=False)
    service.start(Actor(user_id=8), "count", {"to": 1}, "Theirs", queue=False)
    assert [j.pk for j in service.active_jobs(ME)] == [mine.pk]


def test_job_that_kills_its_process_is_given_up():
    job = service.start(ME, "refuse", {}, "Poison", queue=False)
    Job.objects.filter(pk=job.pk).update(attempts=service.MAX_ATTEMPTS)
    assert service.run_inline(job).state == "failed"
    assert len(SEEN) == 1
