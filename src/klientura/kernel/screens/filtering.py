"""What the filter builder needs to know about the fields of an object, in words."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import Team, User
from klientura.kernel.fields.references import SEVERAL
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import RELATIVE, FieldShape, Shape
from klientura.kernel.screens.picking import is_looked_for, values_url
from klientura.kernel.store import read


def operator_label(op: str, kind: str) -> str:
    """An operator in words that suit the type."""
    dated = kind in {"date", "datetime"}
    labels = {
        "eq": _("is"),
        "ne": _("is not"),
        "in": _("is one of"),
        "not_in": _("is none of"),
        "contains": _("contains"),
        "not_contains": _("does not contain"),
        "starts": _("begins with"),
        "lt": _("before") if dated else _("less than"),
        "lte": _("not after") if dated else _("at most"),
        "gt": _("after") if dated else _("more than"),
        "gte": _("not before") if dated else _("at least"),
        "between": pgettext("filter", "between"),
        "within": pgettext("filter", "in the period"),
        "past": _("is past"),
        "empty": _("is empty"),
        "not_empty": _("is filled"),
        "any": _("has any of"),
        "all": _("has all of"),
        "none": _("has none of"),
        "me": _("has me") if kind == "users" else _("is me"),
        "near": _("is near"),
        "inside": _("is in the stretch of map"),
        "located": _("is on the map"),
        "not_located": _("is not on the map"),
        "last_days": _("in the last … days"),
        "next_days": _("in the next … days"),
        "before_days": _("more than … days ago"),
        "after_days": _("in … days or later"),
    }
    return labels[op]


def said_label(op: str) -> str:
    """How a chip says an operator with its number of days; empty for all others."""
    return {
        "last_days": _("in the last {days}"),
        "next_days": _("in the next {days}"),
        "before_days": _("more than {days} ago"),
        "after_days": _("in {days} or later"),
    }.get(op, "")


def period_labels() -> dict[str, str]:
    """The periods in words, in the order they are offered."""
    return {
        "today": _("today"),
        "yesterday": _("yesterday"),
        "tomorrow": _("tomorrow"),
        "this_week": _("this week"),
        "last_week": _("last week"),
        "this_month": _("this month"),
        "last_month": _("last month"),
        "this_year": _("this year"),
        "last_7_days": _("the last 7 days"),
        "last_30_days": _("the last 30 days"),
        "next_7_days": _("the next 7 days"),
        "next_30_days": _("the next 30 days"),
    }


def value_kind(op: str, field: FieldShape) -> str:
    """Which control the builder shows for the operand."""
    if op in {"empty", "not_empty", "me", "past", "located", "not_located"}:
        return "none"
    if op == "between":
        return "range"
    if op in {"near", "inside"}:
        return op
    if op == "within":
        return "relative"
    if op in RELATIVE:
        return "days"
    kind = field.type.key
    if is_looked_for(field) or kind in SEVERAL:
        return "refs" if op in {"in", "not_in", "any", "all", "none"} else "ref"
    if kind in {"option", "multi_option", "boolean"}:
        return "options" if op in {"in", "not_in", "any", "all", "none"} else "option"
    if kind in {"reference", "user"}:
        return "ref"
    if field.type.numeric:
        return "number"
    return kind if kind in {"date", "datetime"} else "text"


def titles_of(actor: Actor, field: FieldShape, ids: Sequence[int]) -> dict[int, str]:
    """What the records, users or teams that a field may point at are called; those not open to the actor are left out."""
    if field.type.key in {"user", "users"}:
        return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    if field.column == "team_id":
        return dict(Team.objects.filter(pk__in=ids).values_list("pk", "name"))
    return dict(read.titles(actor, shape_of(field.params.target or ""), ids))


def filter_fields(shape: Shape, open_keys: frozenset[str]) -> list[dict[str, Any]]:
    """The fields of the builder, in the order of the form. Operators that take lists of free values stay with the API."""
    order = shape.placed
    fields = {k: f for k, f in shape.fields.items() if k in open_keys}
    keys = [*order, *(k for k in fields if k not in order)]
    made = []
    for key in dict.fromkeys(keys):
        field = fields.get(key)
        if field is None or not field.filterable or key in {"id", "subject_object", "subject_id"}:
            continue
        made.append(_builder_field(field))
    return made


def _operator(op: str, field: FieldShape) -> dict[str, Any]:
    made: dict[str, Any] = {
        "op": op,
        "label": operator_label(op, field.type.key),
        "value": value_kind(op, field),
    }
    if said := said_label(op):
        made["said"] = said
    if op == "within":
        made["options"] = [{"value": k, "label": v} for k, v in period_labels().items()]
    return made


def _builder_field(field: FieldShape) -> dict[str, Any]:
    listed = field.type.key in {"option", "multi_option"}
    ops = [op for op in field.operators if (listed or op not in {"in", "not_in"})]
    ops.sort(
        key=lambda op: 0 if op == "within" else 1 if op in RELATIVE else 2
    )  # of a date one asks for a period first
    made: dict[str, Any] = {
        "key": field.key,
        "label": str(field.label),
        "type": field.type.key,
        "ops": [_operator(op, field) for op in ops],
    }
    if is_looked_for(field):
        made["ref_url"] = values_url(field)
    elif field.params.choices:
        made["options"] = [{"value": c.code, "label": str(c.label)} for c in field.params.choices]
    elif field.type.key == "boolean":
        made["options"] = [{"value": "true", "label": _("Yes")}, {"value": "false", "label": _("No")}]
    elif field.type.key in {"user", "users"}:
        made["ref_url"] = "/search/users"
    elif field.type.key == "references":
        made["ref_url"] = f"/search/reference/{field.params.target}?only=1"
    elif field.type.key == "reference":
        made["ref_url"] = (
            "/search/teams" if field.column == "team_id" else f"/search/reference/{field.params.target}"
        )
    return made
