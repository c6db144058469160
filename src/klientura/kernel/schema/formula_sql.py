"""A formula as SQL over the row that a trigger is about to write."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from psycopg import sql

from klientura.kit.formulas.tree import Constant, Field, Node

_TYPES: Final[Mapping[str, str]] = {"number": "numeric", "text": "text", "date": "date", "boolean": "boolean"}
_PLAIN: Final[Mapping[str, str]] = {
    "add": "({0} + {1})", "subtract": "({0} - {1})", "multiply": "({0} * {1})", "divide": "({0} / nullif({1}, 0))",
    "negate": "(- {0})", "not": "(not {0})", "eq": "({0} = {1})", "ne": "({0} <> {1})", "lt": "({0} < {1})",
    "lte": "({0} <= {1})", "gt": "({0} > {1})", "gte": "({0} >= {1})", "abs": "abs({0})", "empty": "({0} is null)",
    "len": "length({0})::numeric", "upper": "upper({0})", "lower": "lower({0})",
    "left": "left({0}, greatest(round({1}), 0)::int)", "right": "right({0}, greatest(round({1}), 0)::int)",
    "contains": "(strpos(k_fold({0}), k_fold({1})) > 0)", "year": "extract(year from {0})",
    "month": "extract(month from {0})", "day": "extract(day from {0})", "days": "({0} - {1})::numeric",
    "add_days": "({0} + round({1})::int)", "subtract_days": "({0} - round({1})::int)",
    "addmonths": "({0} + make_interval(months => round({1})::int))::date",
    "if": "(case when {0} then {1} else {2} end)",
}  # fmt: skip
_LISTS: Final[Mapping[str, tuple[str, str]]] = {
    "and": ("(", " and "), "or": ("(", " or "), "min": ("least(", ", "), "max": ("greatest(", ", "),
    "ifempty": ("coalesce(", ", "), "concat": ("concat(", ", "),
}  # fmt: skip

type Column = Callable[[str], sql.Composable]


def as_sql(node: Node, column: Column) -> sql.Composable:
    """The expression of a formula; `column` gives the SQL of a field's value, already of the field's kind."""
    if isinstance(node, Constant):
        if node.kind == "boolean":
            return sql.SQL("true" if node.value else "false")
        return sql.SQL("{}::{}").format(sql.Literal(str(node.value)), sql.SQL(_TYPES[node.kind]))
    if isinstance(node, Field):
        return column(node.key)
    arguments = [as_sql(a, column) for a in node.arguments]
    if node.name == "round":
        return _rounded(arguments)
    if node.name in _LISTS:
        opening, joint = _LISTS[node.name]
        return sql.SQL(opening) + sql.SQL(joint).join(arguments) + sql.SQL(")")
    return sql.SQL(_PLAIN[node.name]).format(*arguments)


def _rounded(arguments: Sequence[sql.Composable]) -> sql.Composable:
    if len(arguments) == 1:
        return sql.SQL("round({})").format(*arguments)
    return sql.SQL("round({}, least(greatest(round({}), -20), 20)::int)").format(*arguments)
