"""The one write path: parse, check rights, run the owner's rules, write, event in the outbox of the same transaction."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import Predicate, may, members_of, require
from klientura.kernel.errors import BadRequest, Denied, Invalid, NotFound, Text
from klientura.kernel.events.outbox import emit
from klientura.kernel.fields.many import Difference
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.shape import FieldShape, PartShape, Shape
from klientura.kernel.store import date_order, drafts, field_states, fitting_options, late_edits, read, rows
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.ids import uuid7
from klientura.kernel.store.many import settle_many
from klientura.kernel.store.read import Row
from klientura.kernel.store.references import check_references, complete_team

OUT_OF_REACH = _(
    "After this change you would no longer see the record yourself. Choose an owner you work with."
)
NOT_FOR_THEM = _("You may not make records for this owner. Choose another, or yourself.")
THE_RULES = SystemActor("rules may write lines that the actor does not see")


type AfterInsert = Callable[[Actor, Batch, Sequence[int], int | None], None]
"""(actor, what was made, numbers of the records that nobody was named to own, operation)"""

_after_insert: list[AfterInsert] = []


def register_after_insert(hook: AfterInsert, *, first: bool = False) -> None:
    """Have new records looked at before their transaction ends; `first`: before they are given away by what is seen in it."""
    if hook not in _after_insert:
        _after_insert.insert(0 if first else len(_after_insert), hook)


def create(
    actor: Actor,
    shape: Shape,
    values: Mapping[str, Any],
    *,
    operation_id: int | None = None,
) -> int:
    """Create a record from raw values (fields and lines) and return its number.

    Raises Denied, Invalid. History, search text and the event `<object>.created` come with it.
    """
    return create_many(actor, shape, [values], operation_id=operation_id)[0]


def create_many(
    actor: Actor, shape: Shape, records: Sequence[Mapping[str, Any]], *, operation_id: int | None = None
) -> list[int]:
    """Create several records at once, all or none. Raises Invalid with `index` in front of field names if many."""
    refuse_mixed(shape)
    require(actor, shape, "create")
    made = []
    for raw in records:
        draft = Draft(values={})
        drafts.parse(actor, shape, raw, draft, creating=True)
        made.append(draft)
    batch = Batch(shape, made, creating=True)
    with transaction.atomic():
        return insert_batch(actor, batch, operation_id=operation_id)


def refuse_mixed(shape: Shape) -> None:
    """Raise BadRequest for a table of several kinds: each kind has rules of its own, and none may be gone round."""
    if members_of(shape):
        raise BadRequest(_("Such records are made and changed as one of their kinds."), code="abstract")


def insert_batch(
    actor: Actor, batch: Batch, *, operation_id: int | None = None, verb: str = "create"
) -> list[int]:
    """Check and insert parsed drafts inside the caller's transaction; return the new numbers.

    The records must lie within what the actor may create (or import, by `verb`), and may read.
    """
    shape = batch.shape
    unowned = [draft for draft in batch if draft.values.get("owner") is None]
    for draft in batch:
        draft.values.setdefault("owner", actor.user_id)
    settle(actor, batch)
    now = timezone.now()
    ids = rows.reserve_ids(shape.table, len(batch.drafts))
    given = _given_somewhere(batch)
    columns = [field.column for field in given.values()]
    fixed = {
        "created_at": now, "created_by_id": actor.user_id, "updated_at": now, "updated_by_id": actor.user_id,
        "version": 1, "operation_id": operation_id, "title": "", "search_text": "", **shape.constants,
    }  # fmt: skip
    rows.insert(
        shape.table,
        ["id", "uid", *columns, *fixed],
        [
            [
                record_id,
                uuid7(),
                *(draft.values.get(k, f.default) for k, f in given.items()),
                *fixed.values(),
            ]
            for record_id, draft in zip(ids, batch, strict=True)
        ],
    )
    with_lines = [(i, d) for i, d in zip(ids, batch, strict=True) if any(d.parts.values())]
    if with_lines:
        rows.remember_actor(actor.user_id, operation_id)
        for key, part in shape.parts.items():
            rows.insert_lines(part, [(i, d.parts[key]) for i, d in with_lines if d.parts.get(key)])
    if not all(_is_mine(actor, shape, d) for d in batch):
        check_reach(actor, shape, ids, verb, NOT_FOR_THEM)
        check_reach(actor, shape, ids)
    for record_id, draft in zip(ids, batch, strict=True):
        draft.record_id = record_id
    emit(f"{shape.key}.created", shape.base, ids, actor_id=actor.user_id, operation_id=operation_id)
    for hook in _after_insert:
        hook(actor, batch, [draft.record_id or 0 for draft in unowned], operation_id)
    return ids


def _given_somewhere(batch: Batch) -> dict[str, FieldShape]:
    """The fields that hold a value in any of the drafts; the other columns need not be sent."""
    written = {k: f for k, f in batch.shape.fields.items() if not f.system or k in {"owner", "team"}}
    return {k: f for k, f in written.items() if any(d.values.get(k, f.default) is not None for d in batch)}


def _is_mine(actor: Actor, shape: Shape, draft: Draft) -> bool:
    """A record of one's own is in reach of every scope but none; it needs no second look."""
    return draft.values.get("owner") == actor.user_id and actor.scope(shape.key, "read") != "none"


def follow_rules(actor: Actor, batch: Batch) -> None:
    """Settle tags, complete the team, check references and run the rules of the object; what they refuse stands in the drafts."""
    settle_many(actor, batch)
    complete_team(actor, batch)
    check_references(actor, batch)
    complete_lines(actor, batch)
    if batch.shape.spec.before_write:
        batch.shape.spec.before_write(batch, actor)
    fitting_options.enforce(batch)
    date_order.enforce(actor, batch)
    field_states.enforce(actor, batch)


def complete_lines(actor: Actor, batch: Batch) -> None:
    """Fill in what follows from the lines that were given, and from fields that they hang on."""
    for part in batch.shape.parts.values():
        if part.complete:
            part.complete(batch, actor)


def settle(actor: Actor, batch: Batch) -> None:
    """Follow the rules; raise Invalid when anything was refused."""
    follow_rules(actor, batch)
    many = len(batch.drafts) > 1
    errors = [
        e if not many else type(e)(f"{number}.{e.field}", e.code, e.message)
        for number, draft in enumerate(batch)
        for e in draft.errors
    ]
    if errors:
        raise Invalid(errors)


def check_reach(
    actor: Actor, shape: Shape, ids: Sequence[int], verb: str = "read", message: Text = OUT_OF_REACH
) -> None:
    """The written image must lie within the writer's own scope of a verb, else the write is refused and rolled back."""
    if actor.scope(shape.key, verb) == "all":
        return
    mine = Predicate(sql.SQL("r.id = any(%s)"), (list(ids),))
    where = conditions(actor, shape, verb=verb, more=[mine])
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("select count(*) from {} r where {}").format(sql.Identifier(shape.table), where.sql),
            where.params,
        )
        if cursor.fetchone()[0] != len(ids):
            raise Denied(message)


def update(
    actor: Actor,
    shape: Shape,
    record_id: int,
    values: Mapping[str, Any],
    *,
    expected_version: int | None = None,
    operation_id: int | None = None,
) -> int:
    """Change a record and return its version. Untouched fields are left alone; equal values write nothing.

    With `expected_version` (what the actor saw) a field that somebody else changed since raises Conflict.
    Raises NotFound, Denied, Invalid.
    """
    refuse_mixed(shape)
    with transaction.atomic():
        before = lock(actor, shape, record_id, "edit")
        draft = Draft(values={}, before=before, record_id=record_id, version=before["version"])
        drafts.parse(actor, shape, values, draft, creating=False)
        return apply(actor, shape, draft, expected_version=expected_version, operation_id=operation_id)


def set_by_verb(
    actor: Actor,
    shape: Shape,
    record_id: int,
    values: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> int:
    """Write already parsed values, also into fields that only a verb may change. For module services."""
    refuse_mixed(shape)
    with transaction.atomic():
        before = lock(actor, shape, record_id, "edit")
        draft = Draft(values=dict(values), before=before, record_id=record_id, version=before["version"])
        return apply(actor, shape, draft, expected_version=expected_version)


def lock(actor: Actor, shape: Shape, record_id: int, verb: str) -> dict[str, Any]:
    """Lock a record for writing and return its stored values. Tells «not open to you» from «not yours to change»."""
    require(actor, shape, "read")
    found = lock_open_rows(actor, shape, [record_id], verb)
    if not found:
        read.get(actor, shape, record_id, keys=["id"])  # raises NotFound
        raise Denied
    return found[0]


def lock_rows(shape: Shape, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Lock records, in the order of their numbers, and return their stored values. The caller has checked the scope."""
    return _lock(shape, ids, Predicate(sql.SQL("true")))


def lock_open_rows(
    actor: Actor, shape: Shape, ids: Sequence[int], verb: str = "edit"
) -> list[dict[str, Any]]:
    """As `lock_rows`, of those that are still the actor's to change when the lock is had."""
    return _lock(shape, ids, conditions(actor, shape, verb=verb))


def _lock(shape: Shape, ids: Sequence[int], where: Predicate) -> list[dict[str, Any]]:
    keys = list(shape.fields)
    text = sql.SQL("select {} from {} r where r.id = any(%s) and {} order by r.id for no key update").format(
        sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(shape.fields[k].column)) for k in keys),
        sql.Identifier(shape.table),
        where.sql,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [list(ids), *where.params])
        return [dict(zip(keys, row, strict=True)) for row in cursor.fetchall()]


def apply(
    actor: Actor,
    shape: Shape,
    draft: Draft,
    *,
    expected_version: int | None = None,
    operation_id: int | None = None,
) -> int:
    """Check a draft of an existing, locked record and write what differs; return the version that stands then."""
    batch = Batch(shape, [draft], creating=False)
    # What is added to several values or taken from them is added to those that stand now: no edit of others is in its way.
    differences = frozenset(k for k, v in draft.values.items() if isinstance(v, Difference))
    settle_many(actor, batch)
    if expected_version is not None and not draft.errors:
        late_edits.join(actor, shape, draft, expected_version, besides=differences)
    settle(actor, batch)
    changed = write_drafts(actor, batch, operation_id=operation_id)
    return draft.version + len(changed)


def _diff(shape: Shape, draft: Draft) -> dict[str, Any]:
    return {shape.fields[k].column: v for k, v in draft.values.items() if v != draft.before.get(k)}


def write_drafts(actor: Actor, batch: Batch, *, operation_id: int | None = None) -> list[int]:
    """Write checked drafts of existing, locked records; those with errors are skipped. Return the changed numbers."""
    shape = batch.shape
    good = [d for d in batch if not d.errors]
    lines = _changed_lines(shape, [d for d in good if d.parts])
    changes = {
        d.record_id or 0: diff for d in good if (diff := _diff(shape, d)) or (d.record_id or 0) in lines
    }
    if not changes:
        return []
    now = timezone.now()
    header = {"updated_at": now, "updated_by_id": actor.user_id, "operation_id": operation_id}
    rows.update(shape.table, rows.column_types(shape), changes, header)
    if lines:  # after the records: their history takes the new versions
        rows.remember_actor(actor.user_id, operation_id)
        for record_id, changed in lines.items():
            for part, stored, given in changed:
                rows.replace_lines(part, record_id, stored, given)
    moved = [i for i, diff in changes.items() if {"owner_id", "team_id"} & set(diff)]
    if moved:
        check_reach(actor, shape, moved)
    ids = sorted(changes)
    touched = {
        "columns": sorted({c for diff in changes.values() for c in diff}),
        "parts": sorted({part.key for changed in lines.values() for part, _stored, _given in changed}),
        "at": now.isoformat(),  # by which the history finds what this very write changed
    }
    emit(
        f"{shape.key}.changed", shape.base, ids, actor_id=actor.user_id, operation_id=operation_id, payload=touched,
    )  # fmt: skip
    return ids


def _changed_lines(
    shape: Shape, given: Sequence[Draft]
) -> dict[int, list[tuple[PartShape, list[Row], list[Row]]]]:
    """By record: the parts whose given lines differ from the stored ones, with both."""
    if not given:
        return {}
    stored = read.parts_of(THE_RULES, shape, [d.record_id or 0 for d in given])
    found: dict[int, list[tuple[PartShape, list[Row], list[Row]]]] = {}
    for draft in given:
        record_id = draft.record_id or 0
        changed = [
            (shape.parts[k], stored[record_id][k], lines)
            for k, lines in draft.parts.items()
            if rows.lines_differ(shape.parts[k], stored[record_id][k], lines)
        ]
        if changed:
            found[record_id] = changed
    return found


def trash(actor: Actor, shape: Shape, ids: Sequence[int], *, operation_id: int | None = None) -> int:
    """Move records to the trash; return how many. Those not open to deletion raise NotFound (none is moved)."""
    return _move(actor, shape, ids, trashed=False, operation_id=operation_id)


def restore(actor: Actor, shape: Shape, ids: Sequence[int], *, operation_id: int | None = None) -> int:
    """Take records out of the trash."""
    return _move(actor, shape, ids, trashed=True, operation_id=operation_id)


def _move(actor: Actor, shape: Shape, ids: Sequence[int], *, trashed: bool, operation_id: int | None) -> int:
    if not may(actor, shape, "delete"):
        if not trashed and len(ids) == 1:
            read.get(actor, shape, ids[0], keys=["id"])
        raise Denied
    mine = Predicate(sql.SQL("r.id = any(%s)"), (list(ids),))
    where = conditions(actor, shape, verb="delete", more=[mine], trashed=trashed)
    now = timezone.now()
    text = sql.SQL(
        "update {} r set deleted_at = %s, updated_at = %s, updated_by_id = %s, operation_id = %s,"
        " version = r.version + 1 where {}"
    ).format(sql.Identifier(shape.table), where.sql)
    with transaction.atomic(), connection.cursor() as cursor:
        if shape.spec.before_trash and not trashed:
            shape.spec.before_trash(ids, actor)
        cursor.execute(text, [None if trashed else now, now, actor.user_id, operation_id, *where.params])
        moved: int = cursor.rowcount
        if moved != len(set(ids)):
            if len(ids) == 1:
                read.get(actor, shape, ids[0], keys=["id"], trashed=trashed)
                raise Denied
            raise NotFound
        kind = "restored" if trashed else "trashed"
        emit(f"{shape.key}.{kind}", shape.base, list(ids), actor_id=actor.user_id, operation_id=operation_id)
    return moved
