"""Formula fields: checked when they are written, kept current by a trigger of the table, computed for old rows by a job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.errors import FieldError, Invalid, Text
from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.jobs.service import Starter
from klientura.kernel.objects.registry import follow_latest, shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.schema import numbers
from klientura.kernel.schema.formula_sql import as_sql
from klientura.kernel.schema.rollups import reached
from klientura.kit.formulas.parse import FUNCTIONS, BadFormula, parse
from klientura.kit.formulas.tree import Kind, Node, fields_of

FORMULA = "formula"
KIND = "schema.formulas"
BATCH = 5000
RESULTS: Final[Mapping[Kind, str]] = {
    "number": "decimal",
    "text": "text",
    "date": "date",
    "boolean": "boolean",
}
"""The field type by which a result is shown, filtered and sorted."""
_KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("integer", "decimal", "money", "percent", "rating", "duration"), "number"),
    **dict.fromkeys(("text", "long_text", "email", "phone", "url", "option"), "text"),
    **dict.fromkeys(("date", "datetime"), "date"),
    "boolean": "boolean",
}  # fmt: skip
_WHY: Final[Mapping[str, Text]] = {
    "empty": _("Write a formula."),
    "too_long": _("The formula is too long. Split it into two fields."),
    "too_deep": _("The formula is nested too deeply. Split it into two fields."),
    "syntax": _("The formula could not be read. Check its brackets, commas and quotes."),
    "not_allowed": _("A formula may not hold «%(what)s»."),
    "number": _("The number «%(what)s» is too large or too exact."),
    "no_field": _("There is no field «%(what)s» here. Use the keys from the list below."),
    "no_function": _("There is no function «%(what)s»."),
    "arguments": _("«%(what)s» has too few or too many arguments."),
    "kinds": _("«%(what)s» mixes kinds of values that do not go together, a text and a number for instance."),
    "result": _("A formula must give a number, a text, a date, or yes and no."),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A formula that can be kept: what it gives, and the fields it reads."""

    result: Kind
    reads: frozenset[str]


def kind_of(field: FieldShape) -> Kind:
    """What a formula sees in a field."""
    return _KINDS.get(field.type.key, "other")


def kinds_of(shape: Shape, without: str = "") -> dict[str, Kind]:
    """The fields that a formula of an object may name; a formula never names itself."""
    return {
        k: kind_of(f) for k, f in shape.fields.items() if k != without and k not in {"search_text", "version"}
    }


def functions() -> list[str]:
    """The functions a formula may use, for the hint beside its control."""
    return ["if", *FUNCTIONS]


def check(shape: Shape, text: str, *, key: str = "") -> Checked:
    """Check the formula of a field (`key` is empty for a new one). Raises Invalid with the reason in words."""
    try:
        node = parse(text, kinds_of(shape, without=key))
    except BadFormula as bad:
        raise _refused(_WHY[bad.code] % {"what": bad.what}, bad.code) from bad
    if node.kind == "other":
        raise _refused(_WHY["result"], "result")
    reads = fields_of(node)
    if key and (shape.key, key) in reached({(shape.key, k) for k in reads}):
        raise _refused(_("The formula would depend on itself by way of other formulas."), "circle")
    return Checked(node.kind, reads)


def _refused(message: Text, code: str) -> Invalid:
    return Invalid([FieldError("params.formula", code, message)])


def uses(object_key: str, field_key: str) -> list[Text]:
    """The formulas that read a field, for whoever is about to remove it."""
    return [
        _("formula «%(field)s»") % {"field": f.heading}
        for f in shape_of(object_key).fields.values()
        if field_key in f.reads
    ]


def _in_order(shape: Shape) -> list[tuple[FieldShape, Node]]:
    """The formulas of an object, each after those it reads; one that cannot be read any more is left out."""
    kinds = kinds_of(shape)
    waiting: dict[str, tuple[FieldShape, Node]] = {}
    for field in shape.fields.values():
        if field.formula:
            try:
                waiting[field.key] = (
                    field,
                    parse(field.formula, {k: v for k, v in kinds.items() if k != field.key}),
                )
            except BadFormula:  # a field it read was removed; what was computed stays
                continue
    ordered: list[tuple[FieldShape, Node]] = []
    while waiting:
        ready = [k for k, (field, _node) in waiting.items() if not field.reads & set(waiting)]
        if not ready:
            break
        ordered += [waiting.pop(k) for k in ready]
    return ordered


_COMPUTE = """
create or replace function {function}() returns trigger language plpgsql as $body$
begin
  {branches}
  return new;
end $body$"""
# A value that no column can hold (a date after the year 9999) leaves the field empty and never stops the writing.
_ASSIGN = "begin new.{column} := {value}; exception when data_exception then new.{column} := null; end;"


def keep_computed(kinds: list[Shape]) -> None:
    """Have the table of some objects compute its formulas; without formulas it has no such trigger."""
    table = kinds[0].table
    function, trigger = f"{table}_computed", "computed"  # by its name before the trigger of the search text
    branches = [b for shape in kinds if (b := _branch(shape)) is not None]
    with connection.cursor() as cursor:
        if not branches:
            cursor.execute(
                sql.SQL("drop trigger if exists {} on {}").format(
                    sql.Identifier(trigger), sql.Identifier(table)
                )
            )
            return
        cursor.execute(
            sql.SQL(_COMPUTE).format(
                function=sql.Identifier(function), branches=sql.SQL("\n  ").join(branches)
            )
        )
        cursor.execute(
            sql.SQL(
                "create or replace trigger {} before insert or update on {} for each row execute function {}()"
            ).format(sql.Identifier(trigger), sql.Identifier(table), sql.Identifier(function))
        )


def _branch(shape: Shape) -> sql.Composable | None:
    steps: list[sql.Composable] = [
        sql.SQL(_ASSIGN).format(column=sql.Identifier(field.column), value=_result(shape, field, node))
        for field, node in _in_order(shape)
    ]
    steps = [*numbers.steps(shape), *steps]  # a formula may read a number
    if not steps:
        return None
    body = sql.SQL(" ").join(steps)
    if not shape.constants:
        return body
    test = sql.SQL(" and ").join(
        sql.SQL("new.{} = {}").format(sql.Identifier(c), sql.Literal(v)) for c, v in shape.constants.items()
    )
    return sql.SQL("if {} then {} end if;").format(test, body)


def _result(shape: Shape, field: FieldShape, node: Node) -> sql.Composable:
    value = as_sql(node, lambda key: _column(shape.fields[key]))
    if node.kind == "number":
        return sql.SQL("round({}, {})").format(value, sql.Literal(field.params.places or 0))
    if node.kind == "text":
        return sql.SQL("nullif(left({}, 1000), '')").format(value)
    if node.kind == "date":  # beyond these no date can be kept
        return sql.SQL(
            "(select d from (select {} as d) v where d >= '0001-01-02' and d < '9999-12-31')"
        ).format(value)
    return value


def _column(field: FieldShape) -> sql.Composable:
    """The value of a field in the row to be written, as the kind a formula sees."""
    stored = sql.SQL("new.{}").format(sql.Identifier(field.column))
    if field.type.key == "datetime":  # the day as the company's clocks show it
        zone = sql.SQL("(select time_zone from kernel_installation where id = 1)")
        return sql.SQL("({} at time zone {})::date").format(stored, zone)
    if kind_of(field) == "number":
        return sql.SQL("{}::numeric").format(stored)
    return sql.SQL("{}::text").format(stored) if kind_of(field) == "text" else stored


def register() -> None:
    """Make the kind of job known."""
    registry.register(KIND, work)


def begin(actor: Starter, object_key: str, column: str) -> None:
    """Have a new or changed formula computed for the records that are there already."""
    service.start(actor, KIND, {"object": object_key, "column": column}, _now("Computing a formula"))


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job: let the trigger compute row by row, in batches; a restart goes on where it broke off."""
    follow_latest()
    shape = shape_of(handle.arguments["object"])
    column = handle.arguments["column"]
    field = next((f for f in shape.fields.values() if f.column == column), None)
    if field is None:
        return {"computed": 0}
    begun = int((handle.saved or {}).get("after", 0))
    done = compute_all(shape.table, column, in_turn=field.numbering is not None, after=begun, handle=handle)
    return {"computed": done}


# Written as it is: the trigger puts in what is computed.
_AT_ONCE = "update {0} set {1} = {1} where id > {2} and id <= {3} and {4}"
_IN_TURN = """do $body$ declare r bigint; begin
  for r in select id from {0} where id > {2} and id <= {3} and {4} order by id
  loop update {0} set {1} = {1} where id = r; end loop;
end $body$"""


def compute_all(
    table: str, column: str, *, in_turn: bool = False, after: int = 0, handle: JobHandle | None = None
) -> int:
    """Compute a field in a table's rows from a number on; return how many rows were looked at.

    `in_turn`: row by row in the order of their numbers, and only where it is empty, as a numbering wants it.
    """
    text = sql.SQL(_IN_TURN if in_turn else _AT_ONCE)
    names = sql.Identifier(table), sql.Identifier(column)
    empty = sql.SQL("{} is null").format(names[1]) if in_turn else sql.SQL("true")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("select coalesce(max(id), 0) from {}").format(sql.Identifier(table)))
        last: int = cursor.fetchone()[0]
        done = 0
        while after < last:
            until = after + BATCH
            cursor.execute(text.format(*names, sql.Literal(after), sql.Literal(until), empty))
            done += min(until, last) - after if in_turn else cursor.rowcount
            after = until
            if handle is not None:
                handle.checkpoint({"after": after})
                handle.progress(min(after, last), last)
                if handle.cancelled():
                    break
    return done
