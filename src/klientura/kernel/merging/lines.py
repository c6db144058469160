"""The lines of several records as those of one: what is said twice stands once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from klientura.kernel.objects.shape import PartShape

type Line = dict[str, Any]

ALIKE: Mapping[str, str] = {"mobile": "phone"}
"""Kinds of contact that are one channel: a number is the same whether somebody called it mobile or not."""
REMARK = "note"


def united(part: PartShape, kept: Sequence[Line], others: Iterable[Sequence[Line]]) -> list[Line]:
    """The kept record's lines in their order, then those of the others that are not among them yet.

    A line that says the same and more completes what the first one left empty; nothing of any is dropped.
    """
    made = [dict(line) for line in kept]
    for lines in others:
        for line in lines:
            twin = next((x for x in made if same(part, x, line)), None)
            if twin is None:
                made.append({k: v for k, v in line.items() if k != "id"})
            else:
                _complete(part, twin, line)
    return made


def same(part: PartShape, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two lines mean one thing.

    Ways to reach somebody: the same channel and value. Other lines: one says nothing that contradicts the other, and
    all that either of them says.
    """
    if "value" in part.fields:
        return bool(
            _channel(one) == _channel(other) and _folded(one.get("value")) == _folded(other.get("value"))
        )
    first, second = _said(part, one), _said(part, other)
    return first.items() <= second.items() or second.items() <= first.items()


def _said(part: PartShape, line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        k: _folded(line[k])
        for k, f in part.fields.items()
        if k != REMARK and f.type.key != "boolean" and line.get(k) not in (None, "")
    }


def _channel(line: Mapping[str, Any]) -> Any:
    kind = line.get("kind")
    return ALIKE.get(str(kind), kind)


def _folded(value: Any) -> Any:
    return (
        " ".join(value.casefold().replace("ё", "е").split()).rstrip("/") if isinstance(value, str) else value
    )


def _complete(part: PartShape, line: Line, other: Mapping[str, Any]) -> None:
    for key, field in part.fields.items():
        if line.get(key) in (None, "") and other.get(key) not in (None, ""):
            line[key] = other[key]
        elif key == REMARK and _folded(line.get(key)) != _folded(other.get(key)) and other.get(key):
            both = f"{line[key]}; {other[key]}"
            if str(other[key]) not in str(line[key]) and len(both) <= (field.params.max_length or len(both)):
                line[key] = both
