"""The filter tree: {"and": [{"field": …, "op": …, "value": …}, {"or": […]}, {"not": …}]} → SQL.

A condition over related records: {"related": "opportunity.organisation", "quantifier": "any" or "none", "filter": …} or
{"related": …, "count": {"op": "gte", "value": 3}, "filter": …}. What is counted is what the actor may read.

Only fields the actor sees and operators the field offers are accepted; anything else is a BadRequest that names it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, readable, scope
from klientura.kernel.errors import BadRequest
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.fields.periods import PERIODS, bounds
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kit.text import fold

MAX_DEPTH = 6
MAX_CONDITIONS = 60
MAX_RELATED = 2
"""Records related to related ones, and no further."""
MAX_COUNTED = 1000
MAX_LIST = 1000
MAX_TEXT = 2000
MAX_WORDS = 200
"""A longer text to be found makes a pattern that PostgreSQL refuses."""

type Tree = Mapping[str, Any]


@dataclass(slots=True)
class Context:
    """What compiling one tree needs."""

    actor: Actor
    fields: Mapping[str, FieldShape]
    alias: str = "r"
    conditions: int = 0
    shape: Shape | None = None  # whose records are filtered; without it nothing related can be asked for
    within: int = 0  # how many related records lead here


def compile_filter(tree: Tree | None, context: Context) -> Predicate | None:
    """Compile a tree. An empty tree means «no condition» and gives None. Raises BadRequest."""
    if not tree:
        return None
    return _node(tree, context, 0)


def column(field: FieldShape, alias: str = "r") -> sql.Composable:
    """The stored value of a field."""
    return sql.SQL("{}.{}").format(sql.Identifier(alias), sql.Identifier(field.column))


def comparable(field: FieldShape, alias: str = "r") -> sql.Composable:
    """The expression by which a field is compared and sorted; the generated indexes use the very same."""
    plain = column(field, alias)
    if field.type.folds:
        return sql.SQL('k_fold({}) collate "C"').format(plain)
    return plain


def like(text: str) -> str:
    """Escape a piece of text for LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _bad(message: Any, **details: Any) -> BadRequest:
    return BadRequest(message, code="filter", **details)


def _node(node: Any, context: Context, depth: int) -> Predicate:
    if not isinstance(node, Mapping):
        raise _bad(_("The filter could not be read: each condition must be an object."))
    if depth > MAX_DEPTH:
        raise _bad(_("The filter is nested too deeply."))
    for key, joint in (("and", " and "), ("or", " or ")):
        if key in node:
            children = node[key]
            if set(node) != {key} or not isinstance(children, list):
                raise _bad(_("The filter could not be read: «and» and «or» take a list of conditions."))
            parts = [_node(child, context, depth + 1) for child in children if child]
            if not parts:
                return Predicate(sql.SQL("true"))
            text = sql.SQL(joint).join(sql.SQL("(") + p.sql + sql.SQL(")") for p in parts)
            return Predicate(text, tuple(v for p in parts for v in p.params))
    if "not" in node:
        if set(node) != {"not"}:
            raise _bad(_("The filter could not be read: «not» stands alone with one condition."))
        inner = _node(node["not"], context, depth + 1)
        return Predicate(sql.SQL("({}) is not true").format(inner.sql), inner.params)
    if "related" in node:
        return _related(node, context, depth)
    return _leaf(node, context)


def _related(node: Mapping[str, Any], context: Context, depth: int) -> Predicate:
    """Whether there are, are none, or how many records that point at this one; only those open to the actor count."""
    _count_condition(context)
    if unknown := set(node) - {"related", "quantifier", "count", "filter"}:
        raise _unknown_key(unknown)
    if context.within >= MAX_RELATED:
        raise _bad(_("The filter asks for related records too deeply."))
    other, link = _link(node["related"], context, alias := f"x{context.within + 1}")
    inner = Context(
        context.actor, readable(context.actor, other), alias, context.conditions, other, context.within + 1
    )
    live = Predicate(sql.SQL("{}.deleted_at is null").format(sql.Identifier(alias)))
    parts = [link, live, scope(context.actor, other, "read", alias)]
    if node.get("filter"):
        parts.append(_node(node["filter"], inner, depth + 1))
    context.conditions = inner.conditions
    found = sql.SQL("select 1 from {} {} where ").format(sql.Identifier(other.table), sql.Identifier(alias))
    found += sql.SQL(" and ").join(sql.SQL("(") + p.sql + sql.SQL(")") for p in parts)
    params = tuple(v for p in parts for v in p.params)
    if "count" in node:
        if "quantifier" in node:
            raise _bad(_("A condition on related records has a quantifier or a count, not both."))
        sign, number = _counted(node["count"])
        # One more than is asked about decides every comparison, however many there are.
        text = sql.SQL("(select count(*) from ({} limit {}) q) {} %s").format(
            found, sql.Literal(number + 1), sign
        )
        return Predicate(text, (*params, number))
    quantifier = node.get("quantifier", "any")
    if quantifier not in ("any", "none"):
        raise _bad(_("A condition on related records says «any» or «none»."))
    words = "exists ({})" if quantifier == "any" else "not exists ({})"
    return Predicate(sql.SQL(words).format(found), params)


def _link(named: Any, context: Context, alias: str) -> tuple[Shape, Predicate]:
    """The object and the field of `object.field` that point at the records filtered, and how they are joined.

    What does not exist, does not point here, or is not open to the actor is refused in the same words.
    """
    key, _dot, field_key = named.partition(".") if isinstance(named, str) else ("", "", "")
    shape, other = context.shape, all_shapes().get(key)
    refused = _bad(_("One cannot filter by «%(field)s».") % {"field": str(named)[:60]})
    if shape is None or other is None or not may(context.actor, other, "read"):
        raise refused
    fields, mine, theirs = (
        readable(context.actor, other),
        sql.Identifier(context.alias),
        sql.Identifier(alias),
    )
    if field_key == "subject" and {"subject_object", "subject_id"} <= set(fields):
        names = [s.key for s in all_shapes().values() if s.base == shape.base]
        text = sql.SQL("{0}.subject_id = {1}.id and {0}.subject_object = any(%s)").format(theirs, mine)
        return other, Predicate(text, (names,))
    field = fields.get(field_key)
    if field is None or field.type.key != "reference" or not field.filterable:
        raise refused
    target = all_shapes().get(field.params.target or "")
    if target is None or target.base != shape.base:
        raise refused
    return other, Predicate(sql.SQL("{}.{} = {}.id").format(theirs, sql.Identifier(field.column), mine))


def _counted(raw: Any) -> tuple[sql.SQL, int]:
    """The comparison and the number of a count."""
    if not isinstance(raw, Mapping) or set(raw) != {"op", "value"}:
        raise _bad(_("A count of related records has «op» and «value»."))
    sign, number = _SIGNS.get(str(raw["op"])), raw["value"]
    if (
        sign is None
        or isinstance(number, bool)
        or not isinstance(number, int)
        or not 0 <= number <= MAX_COUNTED
    ):
        raise _bad(_("A count of related records is compared with a number from 0 to 1000."))
    return sign, number


def _count_condition(context: Context) -> None:
    context.conditions += 1
    if context.conditions > MAX_CONDITIONS:
        raise _bad(_("The filter has too many conditions."))


def _unknown_key(unknown: set[Any]) -> BadRequest:
    return _bad(
        _("The filter could not be read: unknown key «%(key)s».") % {"key": min(map(str, unknown))[:60]}
    )


def _leaf(node: Mapping[str, Any], context: Context) -> Predicate:
    _count_condition(context)
    if unknown := set(node) - {"field", "op", "value"}:
        raise _unknown_key(unknown)
    key, op = node.get("field"), node.get("op", "eq")
    field = context.fields.get(key) if isinstance(key, str) else None
    if field is None or not field.filterable:
        raise _bad(_("One cannot filter by «%(field)s».") % {"field": str(key)[:60]}, field=str(key)[:60])
    if op not in field.operators:
        raise _bad(
            _("The field «%(field)s» cannot be compared by «%(op)s».")
            % {"field": field.label, "op": str(op)[:30]},
            field=field.key,
        )
    return _OPERATORS[op](field, node.get("value"), context)


def _value(field: FieldShape, raw: Any) -> Any:
    """Parse one operand; text is folded as its index is."""
    if field.type.is_empty(raw):
        raise _bad(_("A condition on «%(field)s» has no value.") % {"field": field.label}, field=field.key)
    try:
        # A filter compares with what people typed: no tightening of a tax number that is only half typed.
        if field.type.folds:
            if not isinstance(raw, str | int) or isinstance(raw, bool):
                raise FieldProblem("type", _("Text is expected here."))
            text = str(raw)
            if len(text) > MAX_TEXT or (field.type.multiline and len(text.split()) > MAX_WORDS):
                raise FieldProblem("length", _("The text to be found is too long."))
            return fold(text)
        value = field.type.parse(raw, field.params)
    except FieldProblem as bad:
        raise _bad(
            _("A condition on “%(field)s” could not be read: %(why)s")
            % {"field": field.label, "why": bad.message},
            field=field.key,
        ) from bad
    return value


def _values(field: FieldShape, raw: Any) -> list[Any]:
    if not isinstance(raw, list) or not raw or len(raw) > MAX_LIST:
        raise _bad(
            _("A condition on «%(field)s» needs a list of values.") % {"field": field.label}, field=field.key
        )
    return [_value(field, item) for item in raw]


def _compare(template: str) -> Callable[[FieldShape, Any, Context], Predicate]:
    text = sql.SQL(template)

    def compiled(field: FieldShape, raw: Any, context: Context) -> Predicate:
        return Predicate(text.format(comparable(field, context.alias)), (_value(field, raw),))

    return compiled


def _among(template: str) -> Callable[[FieldShape, Any, Context], Predicate]:
    text = sql.SQL(template)

    def compiled(field: FieldShape, raw: Any, context: Context) -> Predicate:
        return Predicate(text.format(comparable(field, context.alias)), (_values(field, raw),))

    return compiled


def _between(field: FieldShape, raw: Any, context: Context) -> Predicate:
    if not isinstance(raw, list) or len(raw) != 2:
        raise _bad(
            _("A condition on «%(field)s» needs two values.") % {"field": field.label}, field=field.key
        )
    text = sql.SQL("{0} between %s and %s").format(comparable(field, context.alias))
    return Predicate(text, (_value(field, raw[0]), _value(field, raw[1])))


def _contains(field: FieldShape, raw: Any, context: Context) -> Predicate:
    wanted, stored = _value(field, raw), column(field, context.alias)
    if field.type.multiline:  # its lines and spaces are kept as they were typed
        pattern = r"\s+".join(re.escape(word) for word in wanted.split())
        return Predicate(sql.SQL("k_fold({}) ~ %s").format(stored), (pattern,))
    return Predicate(sql.SQL("k_fold({}) like %s").format(stored), (f"%{like(wanted)}%",))


def _excludes(field: FieldShape, raw: Any, context: Context) -> Predicate:
    """Without the piece of text; what is empty does not contain it either."""
    held = _contains(field, raw, context)
    return Predicate(sql.SQL("({}) is not true").format(held.sql), held.params)


def _within(field: FieldShape, raw: Any, context: Context) -> Predicate:
    """In a period named by where it stands to today; days begin and end in the time zone of the reader."""
    if not isinstance(raw, str) or raw not in PERIODS:
        raise _bad(
            _("A condition on «%(field)s» names no period that is known.") % {"field": field.label},
            field=field.key,
        )
    first, after = (field.type.parse(day, field.params) for day in bounds(raw, timezone.localdate()))
    text = sql.SQL("({0} >= %s and {0} < %s)").format(comparable(field, context.alias))
    return Predicate(text, (first, after))


def _starts(field: FieldShape, raw: Any, context: Context) -> Predicate:
    return Predicate(
        sql.SQL("{} like %s").format(comparable(field, context.alias)), (f"{like(_value(field, raw))}%",)
    )


def _emptiness(template: str) -> Callable[[FieldShape, Any, Context], Predicate]:
    text = sql.SQL(template)

    def compiled(field: FieldShape, _raw: Any, context: Context) -> Predicate:
        return Predicate(text.format(column(field, context.alias)))

    return compiled


def _options(template: str) -> Callable[[FieldShape, Any, Context], Predicate]:
    text = sql.SQL(template)

    def compiled(field: FieldShape, raw: Any, context: Context) -> Predicate:
        return Predicate(text.format(column(field, context.alias)), (_value(field, raw),))

    return compiled


def _me(field: FieldShape, _raw: Any, context: Context) -> Predicate:
    return Predicate(sql.SQL("{} = %s").format(column(field, context.alias)), (context.actor.user_id or 0,))


_SIGNS: Mapping[str, sql.SQL] = {
    "eq": sql.SQL("="), "ne": sql.SQL("<>"), "lt": sql.SQL("<"), "lte": sql.SQL("<="), "gt": sql.SQL(">"), "gte": sql.SQL(">="),
}  # fmt: skip

_OPERATORS: Mapping[str, Callable[[FieldShape, Any, Context], Predicate]] = {
    "eq": _compare("{} = %s"),
    "ne": _compare("{} is distinct from %s"),
    "lt": _compare("{} < %s"),
    "lte": _compare("{} <= %s"),
    "gt": _compare("{} > %s"),
    "gte": _compare("{} >= %s"),
    "in": _among("{} = any(%s)"),
    "not_in": _among("({0} = any(%s)) is not true"),
    "between": _between,
    "within": _within,
    "contains": _contains,
    "not_contains": _excludes,
    "starts": _starts,
    "empty": _emptiness("{} is null"),
    "not_empty": _emptiness("{} is not null"),
    "any": _options("{} && %s::varchar[]"),
    "all": _options("{} @> %s::varchar[]"),
    "none": _options("({} && %s::varchar[]) is not true"),
    "me": _me,
}
