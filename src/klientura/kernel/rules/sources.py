"""Where a rule takes a value from: a constant, a formula or a text over the record, a day counted from today, somebody.

A source is {"from": "value", "value": …}, {"from": "formula", "formula": …}, {"from": "text", "text": "… {field} …"},
{"from": "today", "days": 3}, {"from": "now", "hours": 2}, {"from": "field", "field": …},
{"from": "user", "user": "owner" | "actor" | "author"}, {"from": "record"} or {"from": "empty"}.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.errors import Text
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.fields.many import Difference
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.schema.formulas import kind_of
from klientura.kit.formulas.compute import compute
from klientura.kit.formulas.parse import BadFormula, parse
from klientura.kit.formulas.tree import Kind, fields_of

MAX_DAYS = 3660
MAX_HOURS = 24 * 366
MAX_TEXT = 2000
USERS: Final = ("owner", "actor", "author")
PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_GIVES: Final[Mapping[str, frozenset[str]]] = {
    "number": frozenset({"integer", "decimal", "money", "percent", "rating", "duration"}),
    "text": frozenset({"text", "long_text", "email", "phone", "url", "option"}),
    "date": frozenset({"date", "datetime"}),
    "boolean": frozenset({"boolean"}),
}


class BadSource(Exception):
    """A source is refused, with the reason in words."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class Around:
    """What a value may depend on beside the record: whose doing it was, whose rule it is, and what time it is."""

    actor_id: int | None
    author_id: int | None
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        """The day as the company's clocks show it."""
        return timezone.localdate(self.now)


type Value = Callable[[Mapping[str, Any], Around], Any]
"""(stored values of the record by field, what is around it) → a raw value for the field."""


def kinds_for(actor: Actor, shape: Shape) -> dict[str, Kind]:
    """The fields that a formula of a rule may read: those its owner sees."""
    return {k: kind_of(f) for k, f in readable(actor, shape).items()}


def reads(source: Mapping[str, Any]) -> set[str]:
    """The fields of the record that a source names, whether they are there or not."""
    if source.get("from") == "field":
        return {str(source.get("field"))}
    if source.get("from") == "text":
        return set(PLACE.findall(str(source.get("text"))))
    if source.get("from") == "formula":
        return set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", str(source.get("formula"))))
    return set()


def compiled(actor: Actor, shape: Shape, field: FieldShape, source: Any) -> Value:
    """The value that a source gives a field, from records of `shape` as the actor sees them. Raises BadSource."""
    if not isinstance(source, Mapping) or not isinstance(source.get("from"), str):
        raise BadSource(_("Say where the value comes from."))
    maker = _MAKERS.get(source["from"])
    if maker is None:
        raise BadSource(_("Say where the value comes from."))
    return maker(actor, shape, field, source)


def _constant(_actor: Actor, _shape: Shape, field: FieldShape, source: Mapping[str, Any]) -> Value:
    raw = source.get("value")
    if field.type.is_empty(raw):
        raise BadSource(_("Enter a value, or choose to empty the field."))
    try:
        value = field.type.parse(raw, field.params)
    except FieldProblem as bad:
        raise BadSource(bad.message) from bad
    if isinstance(value, Difference):  # what it comes to hangs on the record
        return lambda _record, _around: raw
    return lambda _record, _around: value


def _empty(_actor: Actor, _shape: Shape, field: FieldShape, _source: Mapping[str, Any]) -> Value:
    if field.required:
        raise BadSource(_("This field has to be filled in and cannot be emptied."))
    return lambda _record, _around: None


def _formula(actor: Actor, shape: Shape, field: FieldShape, source: Mapping[str, Any]) -> Value:
    kinds = kinds_for(actor, shape)
    try:
        node = parse(str(source.get("formula", "")), kinds)
    except BadFormula as bad:
        raise BadSource(
            _("The formula could not be read: look at «%(what)s».") % {"what": bad.what or bad.code}
        ) from bad
    if field.type.key not in _GIVES.get(node.kind, frozenset()):
        raise BadSource(_("The formula gives a value of another kind than the field holds."))
    named = [shape.fields[k] for k in fields_of(node)]

    def value(record: Mapping[str, Any], _around: Around) -> Any:
        return compute(node, {f.key: _seen(f, record.get(f.key)) for f in named})

    return value


def _seen(field: FieldShape, value: Any) -> Any:
    """A stored value as a formula sees it."""
    if isinstance(value, dt.datetime):
        return timezone.localdate(value)
    return None if value == "" and kind_of(field) == "text" else value


def _text(actor: Actor, shape: Shape, field: FieldShape, source: Mapping[str, Any]) -> Value:
    text = source.get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT or "\x00" in text:
        raise BadSource(_("Write a text of at most 2000 characters."))
    if field.type.key not in _GIVES["text"]:
        raise BadSource(_("A text with fields in it fits only into a field of text."))
    named = {key: readable(actor, shape).get(key) for key in PLACE.findall(text)}
    strange = [k for k, f in named.items() if f is None]
    if strange:
        raise BadSource(_("There is no field «%(what)s» here.") % {"what": strange[0][:60]})
    fields = {k: f for k, f in named.items() if f is not None}
    length = field.params.max_length

    def value(record: Mapping[str, Any], _around: Around) -> Any:
        made = PLACE.sub(lambda found: _shown(fields[found[1]], record.get(found[1])), text)
        return made[:length] if length else made

    return value


def _shown(field: FieldShape, value: Any) -> str:
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value)
    return field.type.display(value, field.params, "ru")


def _today(_actor: Actor, _shape: Shape, field: FieldShape, source: Mapping[str, Any]) -> Value:
    days = _whole(source.get("days", 0), MAX_DAYS)
    if field.type.key not in _GIVES["date"]:
        raise BadSource(_("A day fits only into a field of date or time."))
    if field.type.key == "date":
        return lambda _record, around: around.today + dt.timedelta(days=days)
    return lambda _record, around: around.now + dt.timedelta(days=days)


def _now(_actor: Actor, _shape: Shape, field: FieldShape, source: Mapping[str, Any]) -> Value:
    hours = _whole(source.get("hours", 0), MAX_HOURS)
    if field.type.key != "datetime":
        raise BadSource(_("A moment fits only into a field of date and time."))
    return lambda _record, around: around.now + dt.timedelta(hours=hours)


def _whole(raw: Any, most: int) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or abs(raw) > most:
        raise BadSource(_("Enter a whole number that is not too large."))
    return raw


def _field(actor: Actor, shape: Shape, field: FieldShape, source: Mapping[str, Any]) -> Value:
    other = readable(actor, shape).get(str(source.get("field")))
    if other is None:
        raise BadSource(_("There is no field «%(what)s» here.") % {"what": str(source.get("field"))[:60]})
    same = other.type.key == field.type.key and other.params.target == field.params.target
    if not same and not (kind_of(other) == kind_of(field) != "other"):
        raise BadSource(_("That field holds values of another kind."))
    return lambda record, _around: record.get(other.key)


def _user(_actor: Actor, _shape: Shape, field: FieldShape, source: Mapping[str, Any]) -> Value:
    who = source.get("user")
    if field.type.key != "user" or who not in USERS:
        raise BadSource(_("A person fits only into a field that holds a user."))
    if who == "owner":
        return lambda record, _around: record.get("owner")
    return lambda _record, around: around.actor_id if who == "actor" else around.author_id


def _record(_actor: Actor, shape: Shape, field: FieldShape, _source: Mapping[str, Any]) -> Value:
    if field.key != "subject_id" and not points_at(field, shape):
        raise BadSource(_("This field does not point at records of that kind."))
    return lambda record, _around: record["id"]


def points_at(field: FieldShape, shape: Shape) -> bool:
    """Whether a reference takes records of an object (a person goes where any party goes)."""
    return field.type.key == "reference" and field.params.target in {shape.key, shape.base}


_MAKERS: Final[Mapping[str, Callable[[Actor, Shape, FieldShape, Mapping[str, Any]], Value]]] = {
    "value": _constant, "empty": _empty, "formula": _formula, "text": _text, "today": _today, "now": _now, "field": _field, "user": _user,
    "record": _record,
}  # fmt: skip
