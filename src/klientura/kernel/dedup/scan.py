"""The search through a whole base as a job: faces and keys, pairs that share a key, comparison. Resumed where it broke off.

The first run looks at every record, further ones at what was changed since; a whole run can be asked for at any time.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import require
from klientura.kernel.dedup import faces, pairing, scoring
from klientura.kernel.dedup.models import Scan
from klientura.kernel.dedup.reading import SYSTEM, comparable_shape, comparable_shapes
from klientura.kernel.errors import NotFound
from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import follow_latest
from klientura.kernel.objects.shape import Shape
from klientura.kit.matching.face import MANNER

KIND = "duplicates"
OVERLAP = timedelta(minutes=5)
"""Writes that were under way when the last run began may bear an earlier moment than they became visible at."""


_listeners: list[Callable[[str], None]] = []


def register() -> None:
    """Make the kind of job known."""
    registry.register(KIND, work)


def after_search(listener: Callable[[str], None]) -> None:
    """Have a function called with the key of the object when a search through it has ended."""
    if listener not in _listeners:
        _listeners.append(listener)


def start(actor: Actor, shape: Shape, *, whole: bool = False, queue: bool = True) -> Job:
    """Begin a search; one that is under way is returned instead. For those who may change the records. Raises Denied."""
    require(actor, shape, "edit")
    with transaction.atomic():
        Scan.objects.get_or_create(object=shape.key)
        scan = Scan.objects.select_for_update().get(object=shape.key)
        running = Job.objects.filter(pk=scan.job_id or 0, state__in=service.ACTIVE).first()
        if running is not None:
            return running
        title = _("Search for duplicates: {object}").format(object=shape.plural)
        job = service.start(actor, KIND, {"object": shape.key, "whole": whole}, title, queue=queue)
        scan.job_id = job.pk
        scan.save(update_fields=["job_id"])
    return job


def search_changed() -> int:
    """Begin a search of what was changed in every object that has been searched before; return how many."""
    follow_latest()
    searched = set(Scan.objects.filter(whole=True).values_list("object", flat=True))
    shapes = [shape for shape in comparable_shapes() if shape.key in searched]
    for shape in shapes:
        start(SYSTEM, shape)
    return len(shapes)


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job. Each step keeps where it is in the checkpoint, in the transaction of what it has written."""
    follow_latest()
    try:
        shape = comparable_shape(str(handle.arguments["object"]))
    except NotFound:  # the object has been taken out of the product since
        return {"pairs": 0}
    scan = Scan.objects.get(object=shape.key)
    state = dict(handle.saved or {})
    if not state:
        state = _begin(handle, scan, whole=bool(handle.arguments.get("whole")))
        scan.refresh_from_db()
    if state["step"] == "faces":
        if not faces.read_all(handle, shape, scan, state):
            return {"state": "cancelled"}
        handle.say(_("Putting like to like"))
        _next(handle, state, "pairing")
    if state["step"] == "scoring" and pairing.was_lost(scan, state):
        _next(handle, state, "pairing")
    if state["step"] == "pairing":
        with transaction.atomic():
            state["left"] = state["candidates"] = pairing.pair(scan)
            _next(handle, state, "scoring")
        handle.say("")
    if not scoring.compare_all(handle, scan, state):
        return {"state": "cancelled"}
    return _finish(shape, scan, state)


def _begin(handle: JobHandle, scan: Scan, *, whole: bool) -> dict[str, Any]:
    whole = whole or not scan.whole or scan.manner != MANNER
    now = timezone.now()
    state: dict[str, Any] = {
        "step": "faces", "last": 0, "done": 0, "whole": whole, "began": (now - OVERLAP).isoformat(),
        "since": None if whole or scan.seen_until is None else scan.seen_until.isoformat(),
    }  # fmt: skip
    with transaction.atomic():
        Scan.objects.filter(pk=scan.pk).update(round=scan.round + 1, started_at=now)
        handle.checkpoint(state)
    return state


def _next(handle: JobHandle, state: dict[str, Any], step: str) -> None:
    state.update(step=step, last=[0, 0])
    handle.checkpoint(state)


def _finish(shape: Shape, scan: Scan, state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Forget what no longer holds, and note how far this run has seen."""
    with transaction.atomic():
        scoring.forget_unconfirmed(shape, scan)
        Scan.objects.filter(pk=scan.pk).update(
            whole=True,
            finished_at=timezone.now(),
            seen_until=state["began"],
            records=faces.count(scan),
            manner=MANNER,
        )
    scoring.tidy()
    for listener in _listeners:
        listener(shape.key)
    return {"pairs": state.get("kept", 0), "compared": state.get("candidates", 0)}
