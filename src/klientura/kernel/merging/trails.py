"""Where a merged record is now, what went into a record, and what the history says of both."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.history.read import Entry
from klientura.kernel.merging.models import Merge
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read
from klientura.kernel.store.compiler import conditions

_WHERE_NOW = sql.SQL(
    "with recursive way(id, step) as (select %s::bigint, 0 union all"
    " select (select m.kept_id from kernel_merge m where m.base = %s and m.gone_id = way.id and m.undone_at is null"
    "   order by m.id desc limit 1), step + 1"
    " from way join {table} r on r.id = way.id where r.deleted_at is not null and step < 100)"
    " select id from way where step > 0 and id is not null order by step desc limit 1"
)


@dataclass(frozen=True, slots=True)
class Trail:
    """One merge of which a record is the outcome: the records that went into it, with the titles that the reader may know."""

    operation_id: int
    at: dt.datetime
    actor_id: int | None
    gone: tuple[tuple[int, str | None], ...]


def merged_into(actor: Actor, shape: Shape, record_id: int) -> int | None:
    """The live record that one in the trash has become part of, also over several merges, if it is open to the actor."""
    with connection.cursor() as cursor:
        cursor.execute(_WHERE_NOW.format(table=sql.Identifier(shape.table)), [record_id, shape.base])
        row = cursor.fetchone()
    if row is None or not read.titles(actor, shape, [row[0]]):
        return None
    return int(row[0])


def trails_of(actor: Actor, shape: Shape, record_id: int, *, since: dt.datetime) -> list[Trail]:
    """The merges in force that made a record what it is, the newest first."""
    found: dict[int, list[Merge]] = {}
    for each in Merge.objects.filter(
        base=shape.base, kept_id=record_id, undone_at=None, at__gte=since
    ).order_by("-id"):
        found.setdefault(each.operation_id, []).append(each)
    names = titles_anywhere(actor, shape, [m.gone_id for rows in found.values() for m in rows])
    return [
        Trail(
            operation_id,
            rows[0].at,
            rows[0].actor_id,
            tuple((m.gone_id, names.get(m.gone_id)) for m in reversed(rows)),
        )
        for operation_id, rows in found.items()
    ]


def titles_anywhere(actor: Actor, shape: Shape, ids: Sequence[int]) -> Mapping[int, str]:
    """Titles of records that are open to the actor, also of those in the trash."""
    if not ids:
        return {}
    known = dict(read.titles(actor, shape, ids))
    mine = Predicate(sql.SQL("r.id = any(%s)"), (list(ids),))
    where = conditions(actor, shape, more=[mine], trashed=True)
    text = sql.SQL("select r.id, r.title from {} r where {}").format(sql.Identifier(shape.table), where.sql)
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        return known | dict(cursor.fetchall())


def in_words(ids: Sequence[int], names: Mapping[int, str]) -> str:
    """Records by their titles; those that are not open to the reader by their number."""
    return ", ".join(_("“{name}”").format(name=names[i]) if names.get(i) else f"№ {i}" for i in ids)


def notes_of(
    actor: Actor, shape: Shape, record_id: int, since: dt.datetime | None, until: dt.datetime | None
) -> list[Entry]:
    """Entries of the history of a record about the merges that it was part of."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "select m.operation_id, m.kept_id, array_agg(m.gone_id order by m.id), min(m.at), min(m.actor_id), min(u.name),"
            " min(m.undone_at), min(m.undone_by_id), min(b.name)"
            " from kernel_merge m left join access_user u on u.id = m.actor_id"
            " left join access_user b on b.id = m.undone_by_id"
            " where m.base = %s and (m.kept_id = %s or m.gone_id = %s) group by 1, 2",
            [shape.base, record_id, record_id],
        )
        rows = cursor.fetchall()
    names = titles_anywhere(actor, shape, [i for r in rows for i in (r[1], *r[2])])
    for operation_id, kept_id, gone, at, actor_id, name, undone_at, undone_by, undoer in rows:
        others = in_words(gone if kept_id == record_id else [kept_id], names)
        texts = (
            (_("merged this with: {records}"), _("took apart again: {records}"))
            if kept_id == record_id
            else (_("merged this into: {records}"), _("took this apart from: {records}"))
        )
        told = [(at, actor_id, name, "merge", texts[0]), (undone_at, undone_by, undoer, "unmerge", texts[1])]
        for moment, who, called, action, text in told:
            if moment is None or (since and moment < since) or (until and moment >= until):
                continue
            said = text.format(records=others)
            found.append(
                Entry(0, action, moment, who, called or "", operation_id, None, None, (), None, said)
            )
    return found
