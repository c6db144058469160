"""Turning what points at some records to another one, and back again. Set-based: one statement for each table."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.events.outbox import emit
from klientura.kernel.merging.rooms import Pointing, shapes_by_table
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import rows
from klientura.kernel.store.generated import column_names

type Relinked = dict[str, dict[str, list[int]]]
"""Table → column → numbers of the rows that were turned."""

_RENEWED = sql.SQL("updated_at = %s, updated_by_id = %s, operation_id = %s, version = {x}.version + 1")


def turn(
    actor: Actor,
    operation_id: int,
    places: Sequence[Pointing],
    kept_id: int,
    gone_ids: Sequence[int],
    *,
    leave: Mapping[str, Collection[int]],
) -> dict[int, Relinked]:
    """Turn all links to the gone records to the kept one, also those of records in the trash.

    `leave` names rows by table that keep theirs. Returns by gone record what pointed at it.
    """
    found: dict[int, Relinked] = {i: {} for i in gone_ids}
    for place in places:
        names = list(place.columns)
        left = sorted(leave.get(place.table, ()))
        _renew_roots(actor, operation_id, place, gone_ids)
        for row_id, *was in _turn(actor, operation_id, place, kept_id, list(gone_ids), left):
            for column, target in zip(names, was, strict=True):
                if target in found:
                    found[target].setdefault(place.table, {}).setdefault(column, []).append(row_id)
    return found


def _turn(
    actor: Actor, operation_id: int, place: Pointing, kept_id: int, gone: list[int], left: list[int]
) -> list[tuple[int, ...]]:
    names = list(place.columns)
    held = {
        c: sql.SQL("case when {} then x.{} end").format(only, sql.Identifier(c))
        for c, only in place.columns.items()
    }
    text = sql.SQL(
        "with hit as materialized (select x.id, {was} from {table} x where ({any}) and not x.id = any(%s)"
        " order by x.id for no key update)"
        " update {table} x set {set} from hit h where x.id = h.id returning x.id, {seen}"
    ).format(
        table=sql.Identifier(place.table),
        was=sql.SQL(", ").join(
            sql.SQL("{} as {}").format(held[c], sql.Identifier(f"was_{c}")) for c in names
        ),
        any=sql.SQL(" or ").join(
            sql.SQL("(x.{} = any(%s) and {})").format(sql.Identifier(c), place.columns[c]) for c in names
        ),
        set=sql.SQL(", ").join(
            [
                *(
                    sql.SQL("{c} = case when h.{w} = any(%s) then %s else x.{c} end").format(
                        c=sql.Identifier(c), w=sql.Identifier(f"was_{c}")
                    )
                    for c in names
                ),
                *([_RENEWED.format(x=sql.Identifier("x"))] if place.header else []),
            ]
        ),
        seen=sql.SQL(", ").join(sql.SQL("h.{}").format(sql.Identifier(f"was_{c}")) for c in names),
    )
    params: list[Any] = [*(gone for _c in names), left]
    for _c in names:
        params += [gone, kept_id]
    if place.header:
        params += [timezone.now(), actor.user_id, operation_id]
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return list(cursor.fetchall())


def _renew_roots(actor: Actor, operation_id: int, place: Pointing, gone: Sequence[int]) -> None:
    """Records of whose lines any is about to be turned get a new version first: the history of the lines names it."""
    if place.part is None:
        return
    rows.remember_actor(actor.user_id, operation_id)
    some = sql.SQL(" or ").join(sql.SQL("l.{} = any(%s)").format(sql.Identifier(c)) for c in place.columns)
    text = sql.SQL(
        "update {root} x set {renewed} where x.id in (select l.{parent} from {lines} l where {some})"
    ).format(
        root=sql.Identifier(place.root),
        renewed=_RENEWED.format(x=sql.Identifier("x")),
        parent=sql.Identifier(place.part.parent_column),
        lines=sql.Identifier(place.table),
        some=some,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            text, [timezone.now(), actor.user_id, operation_id, *(list(gone) for _c in place.columns)]
        )


def give_back(
    actor: Actor, operation_id: int, places: Sequence[Pointing], kept_id: int, turned: Mapping[int, Relinked]
) -> dict[str, set[int]]:
    """Turn what was turned and still points at the kept record back; return the rows by table.

    What somebody has turned elsewhere since, and columns that are gone, are left.
    """
    known = {p.table: p for p in places}
    done: dict[str, set[int]] = {}
    for table, wanted in sorted(_by_table(turned).items()):
        place = known.get(table)
        names = sorted({c for targets in wanted.values() for c in targets})
        names = [
            c for c in names if place is not None and c in place.columns and c in set(column_names(table))
        ]
        if place is None or not names:
            continue
        ids = sorted(wanted)
        _renew_roots(actor, operation_id, place, [kept_id])
        done[table] = _give_back(actor, operation_id, place, kept_id, names, ids, wanted)
    return done


def _by_table(turned: Mapping[int, Relinked]) -> dict[str, dict[int, dict[str, int]]]:
    """Table → row → column → the record that it pointed at."""
    found: dict[str, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for gone_id, tables in turned.items():
        for table, columns in tables.items():
            for column, ids in columns.items():
                for row_id in ids:
                    found[table][row_id][column] = gone_id
    return found


def _give_back(
    actor: Actor,
    operation_id: int,
    place: Pointing,
    kept_id: int,
    names: Sequence[str],
    ids: list[int],
    wanted: Mapping[int, Mapping[str, int]],
) -> set[int]:
    still = [
        sql.SQL("(v.{c} is not null and x.{c} = %s and {only})").format(
            c=sql.Identifier(c), only=place.columns[c]
        )
        for c in names
    ]
    text = sql.SQL(
        "update {table} x set {set} from unnest({arrays}) v({names}) where x.id = v.id and ({any}) returning x.id"
    ).format(
        table=sql.Identifier(place.table),
        set=sql.SQL(", ").join(
            [
                *(
                    sql.SQL("{c} = case when {still} then v.{c} else x.{c} end").format(
                        c=sql.Identifier(c), still=s
                    )
                    for c, s in zip(names, still, strict=True)
                ),
                *([_RENEWED.format(x=sql.Identifier("x"))] if place.header else []),
            ]
        ),
        arrays=sql.SQL(", ").join([sql.SQL("%s::bigint[]")] * (len(names) + 1)),
        names=sql.SQL(", ").join(map(sql.Identifier, ("id", *names))),
        any=sql.SQL(" or ").join(still),
    )
    params: list[Any] = [kept_id] * len(names)
    if place.header:
        params += [timezone.now(), actor.user_id, operation_id]
    params += [ids, *([wanted[i].get(c) for i in ids] for c in names)]
    params += [kept_id] * len(names)
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return {row[0] for row in cursor.fetchall()}


def announce(actor: Actor, operation_id: int, turned: Mapping[int, Relinked]) -> int:
    """Tell that records were changed by having their links turned; return how many they are."""
    tables: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for table, wanted in _by_table(turned).items():
        for row_id, was in wanted.items():
            tables[table][row_id] |= set(was)
    number = 0
    for table, changed in tables.items():
        for shape, ids in of_kinds(table, sorted(changed)):
            number += len(ids)
            columns = sorted(set().union(*(changed[i] for i in ids)))
            emit(
                f"{shape.key}.changed", shape.base, ids, actor_id=actor.user_id, operation_id=operation_id,
                payload={"columns": columns, "parts": []},
            )  # fmt: skip
    return number


def of_kinds(table: str, ids: Sequence[int]) -> Iterator[tuple[Shape, list[int]]]:
    """Records of one table, sorted by their kinds."""
    kinds = [s for s in shapes_by_table().get(table, ()) if s.constants] or list(
        shapes_by_table().get(table, ())
    )[:1]
    for shape in kinds:
        if not shape.constants:
            yield shape, list(ids)
            continue
        text = sql.SQL("select r.id from {} r where r.id = any(%s) and {} order by r.id").format(
            sql.Identifier(table),
            sql.SQL(" and ").join(
                sql.SQL("r.{} = {}").format(sql.Identifier(c), sql.Literal(v))
                for c, v in shape.constants.items()
            ),
        )
        with connection.cursor() as cursor:
            cursor.execute(text, [list(ids)])
            if mine := [row[0] for row in cursor.fetchall()]:
                yield shape, mine
