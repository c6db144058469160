"""The filter tree: {"and": [{"field": …, "op": …, "value": …}, {"or": […]}, {"not": …}]} → SQL.

A condition over related records: {"related": "opportunity.organisation", "quantifier": "any" or "none", "filter": …} or
{"related": …, "count": {"op": "gte", "value": 3}, "filter": …}. What is counted is what the actor may read.
A condition over a named set of records: {"segment": 12, "op": "in" or "not_in"}; a set that has a rule is judged by it
at once, with the eyes of the actor.

Only fields the actor sees and operators the field offers are accepted; anything else is a BadRequest that names it.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.gate import Predicate, may, readable, scope, shared_with
from klientura.kernel.access.shares import codes_of
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import marks, sets
from klientura.kernel.store.operators import OPERATORS, Context, bad

SHARED = "@shared"
"""What a filter names beside the fields of the object: {"field": "@shared", "op": "me"} are records shared with the reader
or with their team."""
MAX_DEPTH = 6
MAX_CONDITIONS = 60
MAX_RELATED = 2
"""Records related to related ones, and no further."""
MAX_COUNTED = 1000
MAX_SETS = 4
"""Sets whose rules name further sets, and no further."""
LARGEST = 2**63 - 1

type Tree = Mapping[str, Any]


def compile_filter(tree: Tree | None, context: Context) -> Predicate | None:
    """Compile a tree. An empty tree means «no condition» and gives None. Raises BadRequest."""
    if not tree:
        return None
    return _node(tree, context, 0)


def _node(node: Any, context: Context, depth: int) -> Predicate:
    if not isinstance(node, Mapping):
        raise bad(_("The filter could not be read: each condition must be an object."))
    if depth > MAX_DEPTH:
        raise bad(_("The filter is nested too deeply."))
    for key, joint in (("and", " and "), ("or", " or ")):
        if key in node:
            children = node[key]
            if set(node) != {key} or not isinstance(children, list):
                raise bad(_("The filter could not be read: «and» and «or» take a list of conditions."))
            parts = [_node(child, context, depth + 1) for child in children if child]
            if not parts:
                return Predicate(sql.SQL("true"))
            text = sql.SQL(joint).join(sql.SQL("(") + p.sql + sql.SQL(")") for p in parts)
            return Predicate(text, tuple(v for p in parts for v in p.params))
    if "not" in node:
        if set(node) != {"not"}:
            raise bad(_("The filter could not be read: «not» stands alone with one condition."))
        inner = _node(node["not"], context, depth + 1)
        return Predicate(sql.SQL("({}) is not true").format(inner.sql), inner.params)
    if "related" in node:
        return _related(node, context, depth)
    if "segment" in node:
        return _in_set(node, context)
    return _leaf(node, context)


def _related(node: Mapping[str, Any], context: Context, depth: int) -> Predicate:
    """Whether there are, are none, or how many records that point at this one; only those open to the actor count."""
    _count_condition(context)
    if unknown := set(node) - {"related", "quantifier", "count", "filter"}:
        raise _unknown_key(unknown)
    if context.within >= MAX_RELATED:
        raise bad(_("The filter asks for related records too deeply."))
    other, link = _link(node["related"], context, alias := f"x{context.within + 1}")
    inner = Context(
        context.actor, readable(context.actor, other), alias, context.conditions, other, context.within + 1,
        context.sets,
    )  # fmt: skip
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
            raise bad(_("A condition on related records has a quantifier or a count, not both."))
        sign, number = _counted(node["count"])
        # One more than is asked about decides every comparison, however many there are.
        text = sql.SQL("(select count(*) from ({} limit {}) q) {} %s").format(
            found, sql.Literal(number + 1), sign
        )
        return Predicate(text, (*params, number))
    quantifier = node.get("quantifier", "any")
    if quantifier not in ("any", "none"):
        raise bad(_("A condition on related records says «any» or «none»."))
    words = "exists ({})" if quantifier == "any" else "not exists ({})"
    return Predicate(sql.SQL(words).format(found), params)


def _link(named: Any, context: Context, alias: str) -> tuple[Shape, Predicate]:
    """The object and the field of `object.field` that point at the records filtered, and how they are joined.

    What does not exist, does not point here, or is not open to the actor is refused in the same words.
    """
    key, _dot, field_key = named.partition(".") if isinstance(named, str) else ("", "", "")
    shape, other = context.shape, all_shapes().get(key)
    refused = bad(_("One cannot filter by «%(field)s».") % {"field": str(named)[:60]})
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
    if field is None or field.type.key not in {"reference", "references"} or not field.filterable:
        raise refused
    target = all_shapes().get(field.params.target or "")
    if target is None or target.base != shape.base:
        raise refused
    joined = "{}.{} @> array[{}.id]" if field.type.many else "{}.{} = {}.id"
    return other, Predicate(sql.SQL(joined).format(theirs, sql.Identifier(field.column), mine))


def _counted(raw: Any) -> tuple[sql.SQL, int]:
    """The comparison and the number of a count."""
    if not isinstance(raw, Mapping) or set(raw) != {"op", "value"}:
        raise bad(_("A count of related records has «op» and «value»."))
    sign, number = _SIGNS.get(str(raw["op"])), raw["value"]
    if (
        sign is None
        or isinstance(number, bool)
        or not isinstance(number, int)
        or not 0 <= number <= MAX_COUNTED
    ):
        raise bad(_("A count of related records is compared with a number from 0 to 1000."))
    return sign, number


def _in_set(node: Mapping[str, Any], context: Context) -> Predicate:
    """Whether a record stands in a named set, or does not. Sets within the rules of sets are followed, never in a circle."""
    _count_condition(context)
    if unknown := set(node) - {"segment", "op"}:
        raise _unknown_key(unknown)
    number, op = node["segment"], node.get("op", "in")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= LARGEST:
        raise bad(sets.NOT_THERE)
    if op not in ("in", "not_in"):
        raise bad(_("A condition on a segment says «in» or «not_in»."))
    if number in context.sets:
        raise bad(_("A segment cannot be made of itself."))
    if len(context.sets) >= MAX_SETS:
        raise bad(_("Segments made of segments are nested too deeply."))
    found = sets.known(context.actor, number, context.sets[-1] if context.sets else None)
    inside = _of_set(found, number, context)
    if op == "in":
        return inside
    return Predicate(sql.SQL("({}) is not true").format(inside.sql), inside.params)


def _of_set(found: sets.KnownSet, number: int, context: Context) -> Predicate:
    shape, other = context.shape, found.shape
    same = shape is not None and shape.base == other.base
    # A table of several kinds may be asked for any of them, and each kind for what holds of all.
    same = same and (shape is other or not (shape and shape.constants and other.constants))
    if not same or not may(context.actor, other, "read"):
        raise bad(_("The segment “%(name)s” holds records of another kind.") % {"name": found.name})
    alias = context.alias
    parts = [
        Predicate(
            sql.SQL("{}.{} = {}").format(sql.Identifier(alias), sql.Identifier(column), sql.Literal(value))
        )
        for column, value in (other.constants if shape is not other else {}).items()
    ]
    if found.listed is not None:
        parts.append(found.listed(alias))
    if found.rule:
        inner = Context(
            context.actor, readable(context.actor, other), alias, context.conditions, other, context.within,
            (*context.sets, number),
        )  # fmt: skip
        try:
            parts.append(_node(found.rule, inner, 0))
        except BadRequest as refused:
            # What exactly is closed or gone is the business of those who may change its rule.
            text = _(
                "The segment “%(name)s” cannot be used: its rule asks for what is not there or not open to you."
            )
            raise bad(text % {"name": found.name}) from refused
        context.conditions = inner.conditions
    joined = (
        sql.SQL(" and ").join(sql.SQL("(") + p.sql + sql.SQL(")") for p in parts)
        if parts
        else sql.SQL("true")
    )
    return Predicate(joined, tuple(v for p in parts for v in p.params))


def _count_condition(context: Context) -> None:
    context.conditions += 1
    if context.conditions > MAX_CONDITIONS:
        raise bad(_("The filter has too many conditions."))


def _unknown_key(unknown: set[Any]) -> BadRequest:
    return bad(
        _("The filter could not be read: unknown key «%(key)s».") % {"key": min(map(str, unknown))[:60]}
    )


def _leaf(node: Mapping[str, Any], context: Context) -> Predicate:
    _count_condition(context)
    if unknown := set(node) - {"field", "op", "value"}:
        raise _unknown_key(unknown)
    key, op = node.get("field"), node.get("op", "eq")
    if key == SHARED and op == "me" and "value" not in node:
        return shared_with(codes_of(context.actor, "own", "read"), context.alias)
    if (mark := marks.known(key)) is not None:
        return mark(str(op), node.get("value"), context)
    field = context.fields.get(key) if isinstance(key, str) else None
    if field is None or not field.filterable:
        raise bad(_("One cannot filter by «%(field)s».") % {"field": str(key)[:60]}, field=str(key)[:60])
    if op not in field.operators:
        raise bad(
            _("The field «%(field)s» cannot be compared by «%(op)s».")
            % {"field": field.label, "op": str(op)[:30]},
            field=field.key,
        )
    return OPERATORS[op](field, node.get("value"), context)


_SIGNS: Mapping[str, sql.SQL] = {
    "eq": sql.SQL("="), "ne": sql.SQL("<>"), "lt": sql.SQL("<"), "lte": sql.SQL("<="), "gt": sql.SQL(">"), "gte": sql.SQL(">="),
}  # fmt: skip
