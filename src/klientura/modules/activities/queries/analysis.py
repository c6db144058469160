"""The reports of activities: contacts by person, kind and outcome; clients without contact; load; discipline of assignments.

Each table is one statement over the rows that the reader may see; each number opens just these rows.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import Tree
from klientura.modules.activities.enums import IN_HAND, UNDER_WAY
from klientura.modules.activities.queries.reports import (
    Asked,
    Cell,
    Line,
    Report,
    Table,
    by_owner,
    names_of,
    within,
)

CONTACT: Final[Tree] = {"field": "kind", "op": "ne", "value": "note"}
OPEN_TASK: Final[Tree] = {"field": "status", "op": "eq", "value": "open"}
TO_DO: Final[Tree] = {"field": "status", "op": "in", "value": list(IN_HAND)}
OPEN_ASSIGNMENT: Final[Tree] = {"field": "status", "op": "in", "value": list(UNDER_WAY)}
CLIENT_KINDS: Final = ("organisation", "person")


def sees(actor: Actor, shape: Shape, *keys: str) -> bool:
    """Whether the reader may group by these fields."""
    return may(actor, shape, "read") and set(keys) <= set(readable(actor, shape))


def grouped(
    actor: Actor, shape: Shape, tree: Tree, by: Sequence[str], numbers: Sequence[sql.Composable]
) -> list[tuple[Any, ...]]:
    """Numbers of the rows that the reader sees, by some columns; one statement."""
    where = conditions(actor, shape, tree=tree)
    columns = sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(c)) for c in by)
    text = sql.SQL("select {columns}, {numbers} from {table} r where {where} group by {columns}").format(
        columns=columns,
        numbers=sql.SQL(", ").join(numbers),
        table=sql.Identifier(shape.table),
        where=where.sql,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


COUNT: Final = sql.SQL("count(*)")


def contacts(actor: Actor, asked: Asked) -> list[Table] | None:
    """Contacts of a period by person and kind, and by person and outcome."""
    shape = shape_of("interaction")
    if not sees(actor, shape, "owner", "kind", "at"):
        return None
    period: Tree = {"and": [CONTACT, *within("at", asked)]}
    tables = [_crossed(actor, shape, "kind", period, gettext_lazy("By kind"), minutes=True)]
    if "outcome" in readable(actor, shape):
        tables.append(_crossed(actor, shape, "outcome", period, gettext_lazy("By outcome")))
    return tables


def _crossed(
    actor: Actor, shape: Shape, key: str, period: Tree, title: Any, *, minutes: bool = False
) -> Table:
    """Persons down, the options of a field across; with the time spent where it is known."""
    spends = minutes and "minutes" in readable(actor, shape)
    spent = sql.SQL("coalesce(sum(r.minutes), 0)") if spends else sql.SQL("0")
    found: dict[int | None, dict[Any, int]] = defaultdict(dict)
    took: dict[int | None, int] = defaultdict(int)
    for owner, option, number, time in grouped(actor, shape, period, ("owner_id", key), (COUNT, spent)):
        found[owner][option] = number
        took[owner] += int(time)
    present = {option for counts in found.values() for option in counts}
    choices: list[tuple[Any, str]] = [
        (c.code, str(c.label)) for c in shape.fields[key].params.choices if c.code in present
    ]
    choices += [(None, pgettext("outcome", "not told"))] if None in present else []
    names = names_of(found)
    lines = [
        _crossed_line(
            names.get(o, pgettext("report", "Without an owner")),
            found[o],
            choices,
            key,
            [period, by_owner(o)],
            took[o] if spends else None,
        )
        for o in sorted(found, key=lambda o: names.get(o, "\uffff"))
    ]
    if len(lines) > 1:
        whole = {code: sum(c.get(code, 0) for c in found.values()) for code, _label in choices}
        time = sum(took.values()) if spends else None
        lines.append(_crossed_line(_("Total"), whole, choices, key, [period], time, total=True))
    columns = [label for _code, label in choices] + [_("Total")] + ([_("Time spent")] if spends else [])
    return Table(title, tuple(columns), tuple(lines))


def _crossed_line(
    label: str, counts: Mapping[Any, int], choices: Sequence[tuple[Any, str]], key: str, base: list[Tree],
    time: int | None, *, total: bool = False,
) -> Line:  # fmt: skip
    cells = [
        Cell(counts.get(code, 0), "interaction", {"and": [*base, _is(key, code)]}) for code, _label in choices
    ]
    cells.append(Cell(sum(counts.values()), "interaction", {"and": base}))
    if time is not None:
        cells.append(
            Cell(time, text=_("{hours} h {minutes:02} min").format(hours=time // 60, minutes=time % 60))
        )
    return Line(label, tuple(cells), total)


def _is(key: str, code: Any) -> Tree:
    return {"field": key, "op": "empty"} if code is None else {"field": key, "op": "eq", "value": code}


def untouched_tree(days: int, asked: Asked) -> Tree:
    """The filter of clients with whom nobody has been in touch for so many days, or never."""
    since = asked.now.replace(microsecond=0) - dt.timedelta(days=days)
    return {
        "or": [
            {"field": "last_contact_at", "op": "empty"},
            {"field": "last_contact_at", "op": "lt", "value": since.isoformat()},
        ]
    }


def untouched(actor: Actor, asked: Asked) -> list[Table] | None:
    """Clients without contact by whose they are: read from the fact that is kept on each of them."""
    kinds = [s for k in CLIENT_KINDS if sees(actor, s := shape_of(k), "owner", "last_contact_at")]
    if not kinds:
        return None
    tree = untouched_tree(asked.days, asked)
    never: Tree = {"field": "last_contact_at", "op": "empty"}
    numbers = (COUNT, sql.SQL("count(*) filter (where r.last_contact_at is null)"))
    found: dict[int | None, dict[str, tuple[int, int]]] = defaultdict(dict)
    for shape in kinds:
        for owner, late, none in grouped(actor, shape, tree, ("owner_id",), numbers):
            found[owner][shape.key] = (late, none)
    names = names_of(found)
    lines = []
    for owner in sorted(found, key=lambda o: names.get(o, "\uffff")):
        cells: list[Cell] = []
        for shape in kinds:
            late, none = found[owner].get(shape.key, (0, 0))
            cells.append(Cell(late, shape.key, {"and": [by_owner(owner), tree]}))
            cells.append(Cell(none, shape.key, {"and": [by_owner(owner), never]}))
        lines.append(Line(names.get(owner, pgettext("report", "Without an owner")), tuple(cells)))
    columns = [c for s in kinds for c in (str(s.plural), _("of these never"))]
    title = ngettext("Without contact for {n} day", "Without contact for {n} days", asked.days).format(
        n=asked.days
    )
    return [Table(title, tuple(columns), tuple(lines))]


def load(actor: Actor, asked: Asked) -> list[Table] | None:
    """What each has in hand now: open tasks and assignments, and which of them are late."""
    late: Tree = {"field": "due_at", "op": "lt", "value": asked.now.isoformat(timespec="seconds")}
    kinds = [
        (s, tree)
        for key, tree in (("task", OPEN_TASK), ("assignment", OPEN_ASSIGNMENT))
        if sees(actor, s := shape_of(key), "owner", "status", "due_at")
    ]
    if not kinds:
        return None
    found: dict[int | None, dict[str, tuple[int, int]]] = defaultdict(dict)
    overdue = sql.SQL("count(*) filter (where r.due_at < {})").format(sql.Literal(asked.now))
    for shape, tree in kinds:
        for owner, number, behind in grouped(actor, shape, tree, ("owner_id",), (COUNT, overdue)):
            found[owner][shape.key] = (number, behind)
    names = names_of(found)
    lines = []
    for owner in sorted(found, key=lambda o: -sum(n for n, _late in found[o].values())):
        cells: list[Cell] = []
        for shape, tree in kinds:
            number, behind = found[owner].get(shape.key, (0, 0))
            cells.append(Cell(number, shape.key, {"and": [by_owner(owner), tree]}))
            cells.append(Cell(behind, shape.key, {"and": [by_owner(owner), tree, late]}))
        lines.append(Line(names.get(owner, pgettext("report", "Without an owner")), tuple(cells)))
    columns = [c for s, _tree in kinds for c in (str(s.plural), _("of these overdue"))]
    return [Table(gettext_lazy("In hand now"), tuple(columns), tuple(lines))]


def discipline(actor: Actor, asked: Asked) -> list[Table] | None:
    """Assignments that were due in a period by who carries them out: in time, late, overdue now, declined, how long it took."""
    shape = shape_of("assignment")
    if not sees(actor, shape, "owner", "status", "due_at", "in_time", "done_at"):
        return None
    period: Tree = {"and": within("due_at", asked)}
    now = sql.Literal(asked.now)
    numbers = (
        COUNT,
        sql.SQL("count(*) filter (where r.in_time)"),
        sql.SQL("count(*) filter (where not r.in_time)"),
        sql.SQL("count(*) filter (where r.status = any({}) and r.due_at < {})").format(
            sql.Literal(list(IN_HAND)), now
        ),
        sql.SQL("count(*) filter (where r.status = 'declined')"),
        sql.SQL(
            "(extract(epoch from avg(coalesce(r.reported_at, r.done_at) - r.created_at) filter (where r.in_time is not null)) / 60)::bigint"
        ),
    )
    rows = {row[0]: row[1:] for row in grouped(actor, shape, period, ("owner_id",), numbers)}
    names = names_of(rows)
    filters: tuple[list[Tree], ...] = (
        [],
        [{"field": "in_time", "op": "eq", "value": True}],
        [{"field": "in_time", "op": "eq", "value": False}],
        [TO_DO, {"field": "due_at", "op": "lt", "value": asked.now.isoformat(timespec="seconds")}],
        [{"field": "status", "op": "eq", "value": "declined"}],
    )
    lines = [
        Line(
            names.get(owner, pgettext("report", "Without an owner")),
            (
                *(
                    Cell(n, "assignment", {"and": [period, by_owner(owner), *more]})
                    for n, more in zip(rows[owner], filters, strict=False)
                ),
                _long(rows[owner][5]),
            ),
        )
        for owner in sorted(rows, key=lambda o: names.get(o, "\uffff"))
    ]
    columns = (
        _("Were due"), _("Done in time"), _("Done late"), _("Overdue now"), _("Declined"), _("Took on average"),
    )  # fmt: skip
    return [Table(gettext_lazy("Discipline of assignments"), columns, tuple(lines))]


def _long(minutes: int | None) -> Cell:
    if minutes is None:
        return Cell(None, text="—")
    if minutes >= 48 * 60:
        days = round(minutes / 1440)
        return Cell(minutes, text=ngettext("{n} day", "{n} days", days).format(n=days))
    return Cell(
        minutes, text=_("{hours} h {minutes:02} min").format(hours=minutes // 60, minutes=minutes % 60)
    )


REPORTS: Final = (
    Report("contacts", gettext_lazy("Contacts"), contacts, by_period=True),
    Report("untouched", gettext_lazy("Without contact"), untouched, by_days=True),
    Report("load", gettext_lazy("Load"), load),
    Report(
        "discipline",
        gettext_lazy("Assignments"),
        discipline,
        by_period=True,
        ahead=True,
        why_empty=gettext_lazy(
            "An assignment counts on the day it is due, whenever it was done. Of these days there is none that you may see; "
            "those without a due date are not counted."
        ),
    ),
)
