"""From events to notifications, in the transaction of the event's delivery: whom it concerns, and who of them may know."""

from typing import Any

from klientura.kernel.access.models import User
from klientura.kernel.access.rights import directory
from klientura.kernel.events.outbox import Delivered, subscribe, subscribe_everywhere
from klientura.kernel.jobs.models import Job
from klientura.kernel.notify import following
from klientura.kernel.notify.changes import Happening, assigned, changed
from klientura.kernel.notify.payloads import payload_of
from klientura.kernel.notify.telling import Told, tell
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.settings.installation import current
from klientura.kernel.store.models import Operation
from klientura.kernel.store.sight import seen_by, whole_shape

QUIET = frozenset({"demo", "merge", "undo", "delete"})
"""Operations of which nobody is told record by record."""
TAKEN_BACK_QUIETLY = QUIET | {"share", "segment"}
LONG = 20.0
"""Seconds: of work that took less, whoever began it has seen the end."""


def attach() -> None:
    """Hear what happens to records of every kind, and to long work."""
    subscribe_everywhere("created", _created)
    subscribe_everywhere("changed", _changed)
    subscribe_everywhere("undone", _undone)
    subscribe_everywhere("commented", _commented)
    subscribe_everywhere("shared", _shared)
    subscribe("job.ended", _work_ended)
    for what in ("rule", "webhook", "merge_policy"):
        subscribe(f"{what}.paused", _paused)


def _happening(event: Delivered) -> Happening | None:
    """An event about records of an object that there still is; None when nobody is told of it."""
    shape = all_shapes().get(event.kind.rpartition(".")[0])
    if shape is None:
        return None
    operation = Operation.objects.filter(pk=event.operation_id).first() if event.operation_id else None
    if operation is not None and operation.kind in QUIET:
        return None
    return Happening(shape, event, payload_of(event), operation)


def _created(event: Delivered) -> None:
    """Tell new owners of the records that others made for them."""
    happening = _happening(event)
    if happening is not None:
        tell(assigned(happening, new=True))


def _changed(event: Delivered) -> None:
    """Tell new owners, then whoever follows what was changed."""
    happening = _happening(event)
    if happening is None:
        return
    told = assigned(happening) if "owner_id" in happening.payload.get("columns", ()) else []
    known = {(t.user_id, i) for t in told for i in t.record_ids}
    tell([*told, *changed(happening, known)])


def _undone(event: Delivered) -> None:
    """Tell whoever heard of a change that it was taken back; which records, and in what they see of them, the history tells."""
    shape = whole_shape(event.object)
    operation = Operation.objects.select_related("undoes").filter(pk=event.operation_id or 0).first()
    if (
        shape is None
        or operation is None
        or operation.undoes is None
        or operation.undoes.kind in TAKEN_BACK_QUIETLY
    ):
        return
    said = {"columns": [f.column for f in shape.fields.values() if f.tracked], "parts": list(shape.parts)}
    tell(changed(Happening(shape, event, said, operation), ()))


def _commented(event: Delivered) -> None:
    """Tell who is mentioned and who follows the record; the author and the mentioned follow it from now on."""
    base, record_id, said = event.object, event.record_ids[0], payload_of(event)
    shape = whole_shape(base)
    if shape is None:
        return
    mentioned = {u for u in said.get("mentioned", ()) if u != event.actor_id}
    others = (
        set() if said.get("edited") else set(following.concerned(shape, [record_id], besides=event.actor_id))
    )
    seeing = seen_by(shape, {u: [record_id] for u in mentioned | others})
    following.join(
        base, record_id, (mentioned & seeing.keys()) | ({event.actor_id} if event.actor_id else set())
    )
    tell([
        Told(
            user_id, "mentioned" if user_id in mentioned else "commented", f"comment:{said.get('comment')}", event.at,
            base, [record_id], event.actor_id, {"comment": said.get("comment")},
        )
        for user_id in sorted(seeing)
    ])  # fmt: skip


def _shared(event: Delivered) -> None:
    """Tell those with whom records were shared, also as members of a team or of one below it."""
    happening = _happening(event)
    if happening is None:
        return
    users = _let_in(happening.payload.get("with", ())) - {event.actor_id or 0}
    seeing = seen_by(happening.shape, dict.fromkeys(users, event.record_ids))
    cause = happening.cause()
    tell([
        Told(user_id, "shared", cause, event.at, event.object, ids, event.actor_id)
        for user_id, ids in sorted(seeing.items())
    ])  # fmt: skip


def _let_in(given: Any) -> set[int]:
    users = {g["user"] for g in given if g.get("user")}
    teams = {g["team"] for g in given if g.get("team")}
    if teams:
        below = directory(current().access_version).below
        members = {t for team in teams for t in below.get(team, (team,))}
        users |= set(User.objects.filter(team__in=members, is_active=True).values_list("pk", flat=True))
    return users


def _work_ended(event: Delivered) -> None:
    """Tell whoever began long work that it is over, and of an import however short: it is looked for afterwards."""
    job = Job.objects.filter(pk=event.record_ids[0]).first()
    if job is None or job.actor_id is None or job.started_at is None or job.finished_at is None:
        return
    imported = "import" in job.arguments and not job.arguments.get("dry")
    short = (job.finished_at - job.started_at).total_seconds() < LONG
    if job.state == "cancelled" or (short and not imported):
        return
    if not User.objects.filter(pk=job.actor_id, is_active=True).exists():
        return
    said = {"job": job.pk, "title": job.title, "state": job.state, "work": job.kind}
    said |= {k: job.arguments[k] for k in ("import", "dry", "url") if k in job.arguments}
    tell([Told(job.actor_id, "work", f"job:{job.pk}", event.at, payload=said)])


def _paused(event: Delivered) -> None:
    """Tell whoever set something up that it has stopped by itself; when they have left, all administrators."""
    said = payload_of(event)
    known = User.objects.filter(is_active=True)
    users = known.filter(pk=said.get("user") or 0) or known.filter(role__key="administrator")
    cause = f"{event.kind}:{event.id}"
    tell(
        [
            Told(u.pk, "paused", cause, event.at, payload={"name": said["name"], "url": said["url"]})
            for u in users
        ]
    )
