"""Merging certain pairs one by one, after each search: every merge is an operation of its own that can be taken back.

Nothing that a person has taken apart is merged again, and an unusual number of pairs stops the work: something is wrong
with the base then, or with an import, and people should look first.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.sessions import at_work
from klientura.kernel.automerge.models import Policy
from klientura.kernel.dedup.models import Pair, Scan
from klientura.kernel.dedup.reading import comparable_shape
from klientura.kernel.errors import Denied, KernelError, NotFound
from klientura.kernel.events.outbox import emit
from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.merging.choosing import look_at
from klientura.kernel.merging.merge import lines_of, merge
from klientura.kernel.merging.models import Merge
from klientura.kernel.merging.values import empty, mergeable
from klientura.kernel.objects.registry import follow_latest
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import operations
from klientura.kernel.store.models import Operation

KIND = "automerge"
BATCH = 100
MANY = 500
SHARE = 0.05
"""More certain pairs than MANY and than this share of the records are not merged without people."""
SYSTEM = SystemActor("certain duplicates are merged by themselves")


def register() -> None:
    """Make the kind of job known."""
    registry.register(KIND, work)


def begin(object_key: str) -> None:
    """After a search: go to work where the policy says so and there is anything to merge."""
    policy = Policy.objects.filter(object=object_key, paused="").exclude(manner="ask").first()
    if policy is None or not waiting(object_key, 0).exists():
        return
    title = _("Merging certain duplicates: {object}").format(object=comparable_shape(object_key).plural)
    service.start(SYSTEM, KIND, {"object": object_key, "version": policy.version}, title)


def waiting(object_key: str, after: int) -> Any:
    """Certain pairs that nobody has decided about and whose records nobody has ever taken apart."""
    apart = Merge.objects.filter(
        Q(kept_id=OuterRef("a"), gone_id=OuterRef("b")) | Q(kept_id=OuterRef("b"), gone_id=OuterRef("a")),
        object=object_key, undone_at__isnull=False,
    )  # fmt: skip
    found = Pair.objects.filter(~Exists(apart), object=object_key, verdict="sure", state="new", pk__gt=after)
    return found.order_by("pk")


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job. It goes on where it broke off, and stops when the policy is changed meanwhile."""
    follow_latest()
    try:
        shape = comparable_shape(str(handle.arguments["object"]))
        policy = Policy.objects.get(object=shape.key)
        with at_work(policy.author_id) as actor:
            return _work(handle, actor, shape, policy)
    except (Denied, NotFound):  # the author does not work here any more, or the object is gone
        for policy in Policy.objects.filter(object=handle.arguments["object"]):
            _pause(policy, "author")
        return {"merged": 0}


def _pause(policy: Policy, why: str) -> None:
    """Leave every pair to people again, until an administrator chooses anew."""
    shape = comparable_shape(policy.object)
    with transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(paused=why)
        title = _("merging certain duplicates ({object})").format(object=shape.plural)
        said = {"user": policy.author_id, "name": title, "url": f"/duplicates/{shape.key}"}
        emit("merge_policy.paused", "merge_policy", [policy.pk], actor_id=None, payload=said)


def _work(handle: JobHandle, actor: Actor, shape: Shape, policy: Policy) -> Mapping[str, Any]:
    state = dict(handle.saved or {"last": 0, "merged": 0, "left": 0})
    if not state["last"] and too_many(shape):
        _pause(policy, "many")
        return {"merged": 0}
    while True:
        pairs = list(waiting(shape.key, state["last"])[:BATCH])
        for pair in pairs:
            with transaction.atomic():
                done = _merge(actor, shape, pair, policy.manner)
                state |= {
                    "last": pair.pk,
                    "merged": state["merged"] + done,
                    "left": state["left"] + (not done),
                }
                handle.checkpoint(state)
        handle.progress(state["merged"])
        if handle.cancelled() or not Policy.objects.filter(pk=policy.pk, version=policy.version).exists():
            return {"state": "cancelled", **state}
        if len(pairs) < BATCH:
            break
    Policy.objects.filter(pk=policy.pk).update(
        merged=F("merged") + state["merged"], last_run_at=timezone.now()
    )
    return state


def too_many(shape: Shape) -> bool:
    """Whether there are more certain pairs than a base gathers in its usual course."""
    scan = Scan.objects.get(object=shape.key)
    limit = max(MANY, int(scan.records * SHARE))
    found: int = waiting(shape.key, 0)[: limit + 1].count()
    return found > limit


def _merge(actor: Actor, shape: Shape, pair: Pair, manner: str) -> bool:
    """Merge one pair into the older of its records; False when it has to wait for people."""
    ids = [min(pair.a, pair.b), max(pair.a, pair.b)]
    try:
        with transaction.atomic():
            records = look_at(actor, shape, ids)
            if manner == "agreeing" and contradicting(shape, records, lines_of(shape, ids)):
                return False
            seen = {r["id"]: r["version"] for r in records}
            done = merge(actor, shape, ids[0], ids[1:], expected_versions=seen)
            operation = Operation.objects.get(pk=done.operation_id)
            operations.finish(operation, records=operation.records, details={"automatic": True})
    except (
        KernelError
    ):  # out of reach, in the trash, changed this very moment, with values the author does not see
        return False
    return True


def contradicting(shape: Shape, records: list[dict[str, Any]], lines: Mapping[int, Any]) -> set[str]:
    """Fields in which both records hold something, and not the same. Lines never contradict: they are united."""
    first, second = records
    with_lines = {
        k
        for part_key, part in shape.parts.items()
        for k in part.mirrors
        if all(lines[r["id"]].get(part_key) for r in records)
    }
    return {
        key
        for key, field in shape.fields.items()
        if mergeable(field) and key not in with_lines
        and not empty(first.get(key)) and not empty(second.get(key)) and first[key] != second[key]
    }  # fmt: skip
