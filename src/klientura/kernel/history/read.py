"""The history of a record. Values of fields the reader does not see are left out, as if they had never changed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable, readable_parts
from klientura.kernel.fields.references import SEVERAL
from klientura.kernel.files import keeping
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store import read
from klientura.kernel.store.several_named import titles_of
from klientura.kernel.tags import dictionary

PAGE = 50
FILES = "file"
"""The source of the names of files."""


@dataclass(frozen=True, slots=True)
class ChangedField:
    """One field of an entry: its shape, the stored values before and after (as JSON), and titles of references."""

    field: FieldShape
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of a record or of one of its lines (`part` names the kind of line).

    `imported` is the name of the file whose import made the change, empty when the reader may not know it; None: no
    import did. A note that no change of values stands for (a merge) has number 0 and says in `text` what happened.
    `behalf` is the owner for whom the actor stood in then.
    """

    id: int
    action: str
    at: dt.datetime
    actor_id: int | None
    actor: str
    operation_id: int | None
    version: int | None
    part: str | None
    fields: tuple[ChangedField, ...]
    imported: str | None
    text: str = ""
    behalf: str = ""


type Notes = Callable[[Actor, Shape, int, dt.datetime | None, dt.datetime | None], Sequence[Entry]]
"""(actor, shape, record, since, until) → what the history tells beside changes of values; `until` is not included."""

_notes: list[Notes] = []


def register_notes(source: Notes) -> None:
    """Have the history of records tell more than their tables do."""
    if source not in _notes:
        _notes.append(source)


@dataclass(frozen=True, slots=True)
class History:
    """A page of entries, the newest first; `next` is the number to go on before."""

    entries: list[Entry]
    next: int | None
    titles: Mapping[tuple[str, int | str], str]  # of records and users by number, of tags by code


# For whom somebody stood in: whoever owned the record just before the change, if the actor was their deputy then.
_BEHALF = sql.SQL(
    "(select a.name from kernel_substitution s join access_user a on a.id = s.absent_id"
    " left join lateral (select true as found, k.changes -> 'owner_id' ->> 0 as owner from kernel_change k"
    "  where k.root_object = c.root_object and k.root_id = c.root_id and k.object = c.root_object and k.id >= c.id"
    "  and k.changes ? 'owner_id' order by k.id limit 1) later on true"
    " join {table} r on r.id = c.root_id where s.deputy_id = c.actor_id and s.starts_at <= c.at and c.at < s.ends_at"
    " and (s.kinds is null or %s = any(s.kinds)) and c.action <> 'create'"
    " and s.absent_id = case when later.found then later.owner::bigint else r.owner_id end limit 1)"
)


def history_of(
    actor: Actor,
    shape: Shape,
    record_id: int,
    *,
    before: int | None = None,
    since: int | None = None,
    limit: int = PAGE,
) -> History:
    """Read the history of a record that is open to the actor, `since` a version. Raises NotFound when it is not."""
    read.get(actor, shape, record_id, keys=["id"])
    told_all = actor.is_admin or actor.is_system  # names of files say much; others hear only of their own
    behalf = _BEHALF.format(table=sql.Identifier(shape.table)) if "owner" in readable(actor, shape) else None
    text = sql.SQL(
        "select c.id, c.action, c.at, c.actor_id, u.name, c.operation_id, c.version, c.object, c.changes,"
        " case when o.id is null then null when %s or o.actor_id = %s then coalesce(o.details->>'file', '') else '' end,"
        " {} from kernel_change c left join access_user u on u.id = c.actor_id"
        " left join kernel_operation o on o.id = c.operation_id and o.kind = 'import'"
        " where c.root_object = %s and c.root_id = %s and c.id < %s"
        " and (%s::bigint is null or c.version > %s) order by c.id desc limit %s"
    ).format(behalf or sql.SQL("null"))
    about: list[str | int] = [*([shape.key] if behalf else []), shape.base, record_id]
    with connection.cursor() as cursor:
        cursor.execute(text, [told_all, actor.user_id, *about, before or 2**62, since, since, limit + 1])
        found = cursor.fetchall()
    rows = _whole_saves(found, limit)
    following = rows[-1][0] if len(found) > len(rows) else None
    entries = [e for row in rows if (e := _entry(actor, shape, row)) is not None]
    if since is None:
        for note in _notes_between(actor, shape, record_id, rows[-1][2] if following else None, before):
            place = next((n for n, e in enumerate(entries) if e.at <= note.at), len(entries))
            entries.insert(place, note)
    return History(entries, following, titles_of_changes(actor, (c for e in entries for c in e.fields)))


def _notes_between(
    actor: Actor, shape: Shape, record_id: int, since: dt.datetime | None, before: int | None
) -> list[Entry]:
    """The notes that belong to a page: from its oldest change on, up to the oldest one of the page before."""
    until = None
    if before is not None:
        with connection.cursor() as cursor:
            cursor.execute("select at from kernel_change where id = %s", [before])
            row = cursor.fetchone()
        until = row[0] if row else None
    return [note for source in _notes for note in source(actor, shape, record_id, since, until)]


def _whole_saves(found: list[Sequence[Any]], limit: int) -> list[Sequence[Any]]:
    """A page that ends between two saves: what a save did to the record and to its lines is told together.

    Only a save that fills a page alone is cut.
    """
    if len(found) <= limit:
        return found
    version = found[limit][6]
    whole = limit
    while version is not None and whole and found[whole - 1][6] == version:
        whole -= 1
    return found[: whole or limit]


def _entry(actor: Actor, shape: Shape, row: Sequence[Any]) -> Entry | None:
    number, action, at, actor_id, name, operation_id, version, kind, changes, imported, behalf = row
    part = None if kind == shape.base else kind
    if part is None:
        fields = {f.column: f for f in readable(actor, shape).values()}
    elif part in readable_parts(actor, shape):
        fields = {f.column: f for f in shape.parts[part].fields.values()}
    else:
        return None
    seen = tuple(
        ChangedField(fields[column], values[0], values[1])
        for column, values in (orjson.loads(changes) if changes else {}).items()
        if column in fields
    )
    if not seen and action in {"update", "add", "remove"}:
        return None
    return Entry(
        number,
        action,
        at,
        actor_id,
        name or "",
        operation_id,
        version,
        part,
        seen,
        imported,
        behalf=behalf or "",
    )


def titles_of_changes(actor: Actor, changes: Iterable[ChangedField]) -> dict[tuple[str, int | str], str]:
    """Titles of all records, users and tags that some changes mention; one query per kind of target, one for all tags."""
    wanted: dict[str, set[int]] = defaultdict(set)
    codes: dict[str, set[str]] = defaultdict(set)
    files: set[int] = set()
    for changed in changes:
        if source := changed.field.points_at:
            wanted[source].update(v for v in (changed.old, changed.new) if isinstance(v, int))
        if changed.field.type.key in SEVERAL:
            wanted[changed.field.params.target or ""].update(
                n for v in (changed.old, changed.new) if isinstance(v, list) for n in v
            )
        if changed.field.type.key == "file":
            files.update(n for v in (changed.old, changed.new) if isinstance(v, list) for n in v)
        if name := changed.field.params.dictionary:
            codes[name].update(c for v in (changed.old, changed.new) if isinstance(v, list) for c in v)
    titles: dict[tuple[str, int | str], str] = dict(dictionary.looked_up(codes).items())
    titles |= {(FILES, number): ref.name for number, ref in keeping.looked_up(files).items()}
    for source, ids in wanted.items():
        for number, title in titles_of(actor, source, sorted(ids)).items():
            titles[source, number] = title
    return titles
