"""Roll-ups: fields that gather something of the records pointing at theirs: how many, the sum, the last.

What may be gathered is checked here; `rollup_sql` has the database keep it current.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.gate import members_of
from klientura.kernel.errors import BadRequest, FieldError, Invalid, Text
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import SUBJECT, FieldShape, Shape
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context
from klientura.kernel.store.trees import fields_in, leaves

ROLLUP = "rollup"
MEASURES: Final = ("count", "sum", "avg", "min", "max", "last")
THE_PRODUCT = SystemActor("roll-ups gather from all records")
NUMBERS = frozenset({"integer", "decimal", "money", "percent", "rating", "duration"})
ORDERED = NUMBERS | {"date", "datetime"}
LAST = ORDERED | {"text", "email", "phone", "url", "boolean", "option"}
LINKS = frozenset({"reference", "references"})
MOMENTS = frozenset({"date", "datetime"})
TAKES: Final[Mapping[str, frozenset[str]]] = {
    "count": frozenset(),
    "sum": NUMBERS - {"rating", "percent"},
    "avg": NUMBERS,
    "min": ORDERED,
    "max": ORDERED,
    "last": LAST,
}
"""The types of field that each measure can gather."""
STEADY: Final = frozenset(
    {"eq", "ne", "lt", "lte", "gt", "gte", "in", "not_in", "between", "contains", "not_contains", "starts", "empty",
     "not_empty", "any", "all", "none"}
)  # fmt: skip
"""Operators whose answer changes only when the record does; «this week» and «mine» would be wrong tomorrow."""
SUM_DIGITS = 36
"""No sum of what a column can hold is longer, so that no record is ever refused because of one."""


@dataclass(frozen=True, slots=True)
class Source:
    """Records that point at those of an object: what they are and by which of their fields."""

    shape: Shape
    link: str

    @property
    def key(self) -> str:
        """As it stands in addresses and forms: «opportunity.organisation»."""
        return f"{self.shape.key}.{self.link}"

    @property
    def label(self) -> Text:
        """«Deals: client»; records that hang on anything need no name of the link."""
        if self.link == SUBJECT:
            return self.shape.plural
        return f"{self.shape.plural}: {self.shape.fields[self.link].label}"


def sources(shape: Shape) -> Iterator[Source]:
    """Everything that a roll-up of an object can gather from."""
    kin = {s.key for s in all_shapes().values() if s.base == shape.base and (s is shape or members_of(s))}
    for other in all_shapes().values():
        if members_of(other):
            continue
        for key, field in other.fields.items():
            if field.type.key in LINKS and field.params.target in kin:
                yield Source(other, key)
        if shape.spec.subject and {"subject_object", "subject_id"} <= set(other.fields):
            yield Source(other, SUBJECT)


def source_of(shape: Shape, key: str) -> Source | None:
    """One of the sources by its key."""
    return next((s for s in sources(shape) if s.key == key), None)


def gathered(source: Shape, measure: str) -> list[FieldShape]:
    """The fields of a source that a measure can gather."""
    takes = TAKES.get(measure, frozenset())
    return [f for k, f in source.fields.items() if f.type.key in takes and k not in {"id", "version"}]


def moments(source: Shape) -> list[FieldShape]:
    """The dates that can say which record of a source is the last."""
    return [f for f in source.fields.values() if f.type.key in MOMENTS]


def settled(shape: Shape, raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The particulars of a roll-up as they are kept; `key` is empty for a new field. Raises Invalid."""
    source = source_of(shape, str(raw.get("source", "")))
    if source is None:
        raise _refused("source", "required", _("Choose the records to gather from."))
    measure = str(raw.get("measure", ""))
    if measure not in MEASURES:
        raise _refused("measure", "required", _("Choose what to gather."))
    made: dict[str, Any] = {"source": source.shape.key, "link": source.link, "measure": measure}
    made |= _of(source.shape, measure, str(raw.get("of") or ""), str(raw.get("by") or ""))
    tree = raw.get("filter")
    if tree:
        made["filter"] = _steady(source.shape, tree)
    if raw.get("for_all"):
        made["for_all"] = True
    asks = {made.get("of", ""), made.get("by", ""), source.link, *fields_in(tree or {})} - {"", SUBJECT}
    made["asks"] = sorted(asks)
    if key and (shape.key, key) in reached({(source.shape.key, k) for k in asks}):
        raise _refused("of", "circle", _("The field would depend on itself by way of others."))
    return made


def _of(source: Shape, measure: str, of: str, by: str) -> dict[str, Any]:
    """What is gathered, and the type of the result."""
    if measure == "count":
        return {"type": "integer"}
    field = next((f for f in gathered(source, measure) if f.key == of), None)
    if field is None:
        raise _refused("of", "required", _("Choose the field to gather."))
    made: dict[str, Any] = {"of": of, **_result(measure, field)}
    if measure == "last":
        by = by or "created_at"
        if by not in {f.key for f in moments(source)}:
            raise _refused("by", "option", _("This is not one of the options."))
        made["by"] = by
    return made


def _result(measure: str, field: FieldShape) -> dict[str, Any]:
    kind, places = field.type.key, field.params.places
    if kind in {"integer", "rating"} and measure in {"sum", "avg"}:
        kind, places = "decimal", 0 if measure == "sum" else 2
    if kind not in {"decimal", "money", "percent"}:
        return {"type": kind}
    places = 2 if places is None else places
    return {"type": kind, "places": places, "digits": SUM_DIGITS}


def _steady(source: Shape, tree: Any) -> Any:
    """A filter that the database can keep; raises Invalid for one that time or the reader would change."""
    try:
        compile_filter(tree, Context(THE_PRODUCT, source.fields))
    except BadRequest as bad:
        raise _refused("filter", "filter", bad.message) from bad
    for leaf in leaves(tree):
        if "field" not in leaf or leaf.get("op", "eq") not in STEADY:
            raise _refused(
                "filter", "unsteady",
                _("Use conditions on the record's own fields, without «today», «this week» or «mine»: they change by themselves."),
            )  # fmt: skip
    return tree


def reached(begun: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """All fields, by object and key, that stand behind some fields by way of formulas and roll-ups."""
    shapes = all_shapes()
    seen: set[tuple[str, str]] = set()
    waiting = list(begun)
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        field = shapes[place[0]].fields.get(place[1]) if place[0] in shapes else None
        if field is None:
            continue
        waiting += [(place[0], k) for k in field.reads]
        if field.rollup:
            waiting += [(field.rollup.source, k) for k in field.rollup.asks]
    return seen


def uses(object_key: str, field_key: str) -> list[Text]:
    """The roll-ups that gather a field, ask about it, or follow it to their records."""
    return [
        _("field «%(field)s» (%(object)s)") % {"field": f.heading, "object": shape.plural}
        for shape in all_shapes().values()
        for f in shape.fields.values()
        if f.rollup and f.rollup.source == object_key and field_key in {f.rollup.link, *f.rollup.asks}
    ]


def _refused(name: str, code: str, message: Text) -> Invalid:
    return Invalid([FieldError(f"params.{name}", code, message)])
