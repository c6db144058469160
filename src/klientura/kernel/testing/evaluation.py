"""What a filter, a sort and a grouping mean, told a second time in plain Python, to hold the SQL against."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from klientura.kernel.fields.periods import PERIODS, bounds
from klientura.kernel.fields.tags import label_of
from klientura.kernel.objects.shape import RELATIVE, FieldShape
from klientura.kernel.store.read import Ref, Row
from klientura.kit.places import distance_km
from klientura.kit.places import kept as kept_place
from klientura.kit.text import fold


def stored(field: FieldShape, row: Row) -> Any:
    """The value of a row as it is compared: references by number, texts folded."""
    value = row[field.key]
    if isinstance(value, Ref):
        return value.id
    if isinstance(value, list):
        return [each.id if isinstance(each, Ref) else each for each in value]
    return fold(value) if field.type.folds and isinstance(value, str) else value


def operand(field: FieldShape, raw: Any) -> Any:
    """A raw operand as it is compared."""
    return fold(str(raw)) if field.type.folds else field.type.parse(raw, field.params)


def kept(field: FieldShape, value: Any, raw: Any) -> bool:
    """Whether a field that was sent a raw value holds what it means; tags are sent by their words and kept by their codes."""
    parsed = field.type.parse(raw, field.params)
    if field.params.dictionary:
        return {label_of(tag) for tag in value} == {label_of(tag) for tag in parsed}
    return bool(([v.id if isinstance(v, Ref) else v for v in value] if field.type.many else value) == parsed)


def matches(field: FieldShape, op: str, raw: Any, row: Row, *, me: int | None = None) -> bool:
    """Whether a row passes one condition."""
    value = stored(field, row)
    if op in {"empty", "not_empty"}:
        return (value is None) == (op == "empty")
    if op == "me":
        return me in (value or ()) if field.type.many else bool(value == me)
    if op in {"in", "not_in"}:
        return (value is not None and value in [operand(field, r) for r in raw]) == (op == "in")
    if op == "between":
        low, high = (operand(field, r) for r in raw)
        return value is not None and low <= value <= high
    if op in {"within", "past", "near", "inside", "located", "not_located", *RELATIVE}:
        judge = _on_map if field.type.key == "location" else _by_days
        return judge(op, raw, value) if value is not None else op == "not_located"
    wanted = operand(field, raw)
    if op == "ne":
        return bool(value != wanted)
    if op in {"any", "all", "none"}:
        have = set(value or ())
        if op == "none":
            return not have & set(wanted)
        return value is not None and (bool(have & set(wanted)) if op == "any" else have >= set(wanted))
    if op == "not_contains":
        return value is None or wanted not in value
    if value is None:
        return False
    if op == "contains":
        return wanted in value
    if op == "starts":
        return bool(value.startswith(wanted))
    return bool(
        {
            "eq": value == wanted,
            "lt": op == "lt" and value < wanted,
            "lte": op == "lte" and value <= wanted,
            "gt": op == "gt" and value > wanted,
            "gte": op == "gte" and value >= wanted,
        }[op]
    )


def _on_map(op: str, raw: Any, value: str) -> bool:
    """Whether a kept place lies near another, or in a box that does not cross the date line."""
    place = kept_place(value)
    if place.lat is None or place.lon is None:
        return op == "not_located"
    if op in {"located", "not_located"}:
        return op == "located"
    if op == "near":
        return distance_km(raw["lat"], raw["lon"], place.lat, place.lon) <= float(raw["km"])
    return bool(raw["south"] <= place.lat <= raw["north"] and raw["west"] <= place.lon <= raw["east"])


def _by_days(op: str, raw: Any, value: dt.date) -> bool:
    """A period, or a number of days counted between today and the day that the value has here."""
    day = timezone.localtime(value).date() if isinstance(value, dt.datetime) else value
    if op == "past":
        return value < timezone.now()
    if op == "within":
        first, after = bounds(raw, timezone.localdate())
        return first <= day < after
    ahead = (day - timezone.localdate()).days
    days: dict[str, bool] = {
        "last_days": -raw < ahead <= 0,
        "next_days": 0 <= ahead < raw,
        "before_days": ahead < -raw,
        "after_days": ahead >= raw,
    }
    return days[op]


def operands(field: FieldShape, op: str, rows: Sequence[Row]) -> list[Any]:
    """Operands worth trying: some that stand in rows, one that does not, pieces of texts, wildcards and quotes."""
    present = [raw_of(field, r[field.key]) for r in rows if r[field.key] not in (None, [], "")]
    sample = list(dict.fromkeys(map(_frozen, present)))[:6]
    values = [list(v) if isinstance(v, tuple) else v for v in sample]
    if op in {"empty", "not_empty", "me", "past", "located", "not_located"}:
        return [None]
    if op == "within":
        return list(PERIODS)
    if op in RELATIVE:
        return [1, 2, 30, 400, 900, 36_500]
    if op == "near":
        return [{"lat": 52.0, "lon": 33.0, "km": km} for km in (1, 150, 400, 5000)]
    if op == "inside":
        return [{"south": 50.0, "west": 30.0, "north": 54.5, "east": 34.0}]
    if not values:
        return []
    if op in {"in", "not_in"}:
        return [values[:1], values[:3]]
    if op == "between":
        ordered = sorted(values, key=lambda v: operand(field, v))
        return [
            [ordered[0], ordered[-1]],
            [ordered[-1], ordered[0]],
            [ordered[0], ordered[len(ordered) // 2]],
        ]
    if op in {"contains", "not_contains", "starts"}:
        pieces = [str(v)[:4].upper() for v in values] + [str(v)[1:5] for v in values]
        return [p for p in [*pieces, "%", "_", "'", '"', "\\", "ё", "Е"] if p.strip()]
    if field.type.folds:
        return [*values, *(str(v).upper().replace("Ё", "Е") for v in values), "нет такого", "%", "O'Нил; --"]
    return values


def raw_of(field: FieldShape, value: Any) -> Any:
    """A stored value as somebody would send it."""
    if isinstance(value, Ref):
        return value.id
    if isinstance(value, list):
        return [each.id if isinstance(each, Ref) else each for each in value]
    if isinstance(value, str | int | bool) or value is None:
        return value
    return field.type.to_json(value)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def in_order(field: FieldShape, rows: Sequence[Row], *, descending: bool) -> list[int]:
    """Numbers of all rows in the order of a sort: values first, then the empty ones, each tie by number."""
    filled = [r for r in rows if r[field.key] is not None]
    hollow = [r for r in rows if r[field.key] is None]
    filled.sort(key=lambda r: (_sortable(stored(field, r)), r["id"]), reverse=descending)
    hollow.sort(key=lambda r: r["id"], reverse=descending)
    return [r["id"] for r in [*filled, *hollow]]


def _sortable(value: Any) -> Any:
    # Texts are ordered by code point, which for UTF-8 is the order of their bytes.
    return value.encode() if isinstance(value, str) else value


def counted(field: FieldShape, rows: Sequence[Row]) -> Counter[Any]:
    """How many rows have each value of a field."""
    return Counter(r[field.key].id if isinstance(r[field.key], Ref) else r[field.key] for r in rows)


def summed(field: FieldShape, rows: Sequence[Row]) -> Decimal | None:
    """The sum of a field over rows; None when no row has a value."""
    values = [Decimal(r[field.key]) for r in rows if r[field.key] is not None]
    return sum(values, Decimal()) if values else None


def moment(value: Any) -> dt.datetime | None:
    """A moment of JSON."""
    return None if value is None else dt.datetime.fromisoformat(value)
