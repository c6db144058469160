"""An edit of a version that is no longer the newest: what only one side touched is joined, the rest is a Conflict."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Conflict, FieldConflict
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.shape import FieldShape, PartShape, Shape
from klientura.kernel.store import read
from klientura.kernel.store.changes import as_it_was

type Line = dict[str, Any]


def join(
    actor: Actor, shape: Shape, draft: Draft, expected_version: int, *, besides: Collection[str] = ()
) -> None:
    """Bring a draft made from an older version up to the stored record, whose `before` and `version` it holds.

    A value that equals what the actor saw was not touched by them: it leaves the draft. A field that both sides
    changed, and a line that one side changed and the other changed otherwise or removed, raises Conflict; so does
    nothing else; `besides` are fields that clash with nothing. Raises BadRequest for a version that never was.
    """
    if expected_version > draft.version or expected_version < 1:
        raise BadRequest(_("There is no such version. Reload the page and try again."), code="version")
    if expected_version == draft.version:
        return
    untouched, conflicts = _join_values(shape, draft, expected_version, besides)
    lines: dict[str, list[Line]] = {}
    stored = read.parts_of(actor, shape, [draft.record_id or 0])[draft.record_id or 0] if draft.parts else {}
    for key, mine in draft.parts.items():
        part, theirs = shape.parts[key], stored[key]
        seen = _lines_at(shape, part, draft.record_id or 0, expected_version, theirs)
        lines[key], clash = join_lines(seen, mine, theirs, _editable(part))
        if clash:
            conflicts.append(FieldConflict(key, _to_json(part, theirs), _to_json(part, mine)))
    if conflicts:
        raise Conflict(draft.version, conflicts, untouched=untouched, lines=lines)
    for key in untouched:
        del draft.values[key]
    draft.parts.update(lines)


def _join_values(
    shape: Shape, draft: Draft, expected_version: int, besides: Collection[str]
) -> tuple[frozenset[str], list[FieldConflict]]:
    by_column = {f.column: f for f in shape.fields.values()}
    seen: dict[str, Any] = {}
    for change in _changes_after(shape, None, draft.record_id or 0, expected_version):
        seen.update({by_column[c].key: v for c, v in change.before.items() if c in by_column})
    seen = {k: v for k, v in seen.items() if k not in besides}
    untouched = frozenset(k for k, v in draft.values.items() if k in seen and v == seen[k])
    conflicts = [
        FieldConflict(k, shape.fields[k].type.to_json(draft.before.get(k)), shape.fields[k].type.to_json(v))
        for k, v in draft.values.items()
        if k in seen and k not in untouched and v != draft.before.get(k)
    ]
    return untouched, conflicts


def join_lines(
    seen: Sequence[Line], mine: Sequence[Line], theirs: Sequence[Line], editable: frozenset[str]
) -> tuple[list[Line], bool]:
    """Three-way join of lines by their id: what one side alone did is kept; in a clash nothing of either is lost.

    Returns the joined lines (mine first, in my order) and whether a line was changed by both, or changed by one
    and removed by the other.
    """
    was_by, now_by = {x["id"]: x for x in seen}, {x["id"]: x for x in theirs}
    joined: list[Line] = []
    clash = False
    for line in mine:
        was, now = was_by.get(line.get("id")), now_by.get(line.get("id"))
        if was is None:
            if not any(_same(line, x, editable) for x in theirs if x["id"] not in was_by):
                joined.append(line)
            continue
        changed = {k: v for k, v in line.items() if k in editable and v != was.get(k)}
        if now is None:
            if changed:
                clash = True
                joined.append({k: v for k, v in line.items() if k != "id"})
            continue
        clash = clash or any(now.get(k) not in (was.get(k), v) for k, v in changed.items())
        joined.append({"id": now["id"], **{k: v for k, v in now.items() if k in editable}, **changed})
    given = {line.get("id") for line in mine}
    for now in theirs:
        if now["id"] in given:
            continue
        was = was_by.get(now["id"])
        if was is not None and _same(now, was, editable):
            continue  # removed by me, as I saw it
        clash = clash or was is not None
        joined.append({"id": now["id"], **{k: v for k, v in now.items() if k in editable}})
    return joined, clash


def _same(one: Mapping[str, Any], other: Mapping[str, Any], keys: frozenset[str]) -> bool:
    return all(one.get(k) == other.get(k) for k in keys)


def _editable(part: PartShape) -> frozenset[str]:
    return frozenset(k for k, f in part.fields.items() if not f.read_only)


def _lines_at(shape: Shape, part: PartShape, record_id: int, version: int, now: Sequence[Line]) -> list[Line]:
    """The lines of a record as they stood at a version: the present ones, with what came after taken back."""
    lines = {line["id"]: dict(line) for line in now}
    keys = {f.column: k for k, f in part.fields.items()}
    for change in _changes_after(shape, part, record_id, version):
        if change.action == "add":
            lines.pop(change.record_id, None)
            continue
        before = {keys[c]: v for c, v in change.before.items() if c in keys}
        lines.setdefault(change.record_id, {"id": change.record_id}).update(before)
    return list(lines.values())


class _Change:
    """One entry of the history: its action, the record or line, and the typed values that stood before, by column."""

    __slots__ = ("action", "before", "record_id")

    def __init__(self, action: str, record_id: int, before: dict[str, Any]) -> None:
        self.action, self.record_id, self.before = action, record_id, before


def _changes_after(shape: Shape, part: PartShape | None, record_id: int, version: int) -> Iterator[_Change]:
    """What happened to a record (or to its lines of one kind) after a version, the newest first."""
    fields: Mapping[str, FieldShape] = part.fields if part else shape.fields
    columns = [f.column for f in fields.values()]
    text = sql.SQL(
        "select c.action, c.record_id, array(select jsonb_object_keys(c.changes)), {columns}"
        " from kernel_change c, {before} o"
        " where c.root_object = %s and c.root_id = %s and c.object = %s and c.version > %s and c.changes is not null"
        " order by c.id desc"
    ).format(
        columns=sql.SQL(", ").join(sql.SQL("o.{}").format(sql.Identifier(c)) for c in columns),
        before=as_it_was(part.table if part else shape.table),
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [shape.base, record_id, part.key if part else shape.base, version])
        for action, number, changed, *values in cursor.fetchall():
            kept = columns if action == "remove" else changed
            before = {c: v for c, v in zip(columns, values, strict=True) if c in kept}
            yield _Change(action, number, before)


def _to_json(part: PartShape, lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [
        {k: part.fields[k].type.to_json(v) if k in part.fields else v for k, v in line.items()}
        for line in lines
    ]
