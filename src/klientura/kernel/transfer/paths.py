"""Where a column of a file may go, written as a short path.

`name` a field · `whole_name` surname, first name and patronymic in one cell · `contact_points[phone]` values of one
kind · `addresses[actual].street` a field of a line · `person.position` a field of the other record in the row ·
`+note` appended to the note under the column's title · an empty path: the column is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable, readable_parts, writable
from klientura.kernel.errors import Text
from klientura.kernel.objects.shape import FieldShape, PartShape, Shape
from klientura.kernel.transfer.ties import mate_shape, tie_of

TO_NOTE = "+note"
WHOLE_NAME = "whole_name"
NAME_FIELDS = ("last_name", "first_name", "middle_name")
# Kinds of contact that are kept in step with a field of the record; the field stands for its kind.
KIND_OF_FIELD = {"phone": "phone", "email": "email", "website": "site"}
_LINE = re.compile(r"([a-z_]+)\[([a-z_]*)\](?:\.([a-z_]+))?")

type PathKind = Literal["field", "whole_name", "line", "contact", "note"]


@dataclass(frozen=True, slots=True)
class Target:
    """A path with what it means; `mate` tells that it lies in the other record of the row."""

    path: str
    label: Text
    group: Text
    kind: PathKind
    shape: Shape
    mate: bool = False
    field: FieldShape | None = None
    part: PartShape | None = None
    line_kind: str = ""


def targets(actor: Actor, shape: Shape) -> dict[str, Target]:
    """Everything a column of a file may become for this actor, by path, in the order of the object's card."""
    found = {t.path: t for t in _of_shape(actor, shape, mate=False)}
    mate = mate_shape(shape)
    if mate is not None:
        found |= {t.path: t for t in _of_shape(actor, mate, mate=True)}
    if note_field(actor, shape) is not None:
        found[TO_NOTE] = Target(
            TO_NOTE, _("Add to the note, with the column's title"), shape.label, "note", shape
        )
    return found


def note_field(actor: Actor, shape: Shape) -> FieldShape | None:
    """The field that takes what has no place of its own."""
    texts = [f for f in _open_fields(actor, shape) if f.type.key == "long_text"]
    return next((f for f in texts if f.key == "note"), texts[0] if texts else None)


def contact_part(shape: Shape) -> PartShape | None:
    """The part that holds phones and e-mail addresses as lines of kind and value."""
    part = shape.parts.get("contact_points")
    return part if part and {"kind", "value"} <= set(part.fields) else None


def _open_fields(actor: Actor, shape: Shape) -> Iterator[FieldShape]:
    for field in readable(actor, shape).values():
        if field.read_only or not writable(actor, shape, field.key) or field.key == "team":
            continue
        if field.type.key == "file":  # a table holds names of files, not files
            continue
        yield field


def _of_shape(actor: Actor, shape: Shape, *, mate: bool) -> Iterator[Target]:
    prefix = f"{shape.key}." if mate else ""
    tie = tie_of(shape.key)
    link = tie.link if tie and tie.member == shape.key else None
    fields = {f.key: f for f in _open_fields(actor, shape)}
    if set(NAME_FIELDS) <= set(fields):
        label = _("Full name (surname, first name, patronymic)")
        yield Target(prefix + WHOLE_NAME, label, shape.label, "whole_name", shape, mate)
    for key in _in_order(shape, fields):
        if key in {"owner", link} and (mate or key == link):
            continue
        yield Target(prefix + key, fields[key].label, shape.label, "field", shape, mate, fields[key])
    for key in readable_parts(actor, shape):
        if writable(actor, shape, key):
            yield from part_targets(shape, shape.parts[key], prefix, mate=mate)


def _in_order(shape: Shape, fields: dict[str, FieldShape]) -> list[str]:
    on_card = [k for k in shape.placed if k in fields]
    return list(dict.fromkeys([*on_card, *fields]))


def part_targets(shape: Shape, part: PartShape, prefix: str = "", *, mate: bool = False) -> Iterator[Target]:
    """What a column may mean of the lines of a part: contacts by kind, fields of other lines by kind."""
    kinds = part.fields["kind"].params.choices if "kind" in part.fields else ()
    if part is contact_part(shape):
        for choice in kinds:
            path = f"{prefix}{part.key}[{choice.code}]"
            yield Target(path, choice.label, part.label, "contact", shape, mate, None, part, choice.code)
        return
    codes: list[tuple[str, Text]] = [(c.code, format_lazy("{}: {}", part.label, c.label)) for c in kinds]
    for code, group in codes or [("", part.label)]:
        for field in part.fields.values():
            if field.key == "kind" or field.read_only:
                continue
            path = f"{prefix}{part.key}[{code}].{field.key}"
            yield Target(path, field.label, group, "line", shape, mate, field, part, code)


def line_title(target: Target) -> str:
    """The title of a column that holds a field of lines; without it «city» would be anybody's."""
    return f"{target.group}, {target.label}"
