"""What a copy of a record begins with: what people fill in, as far as the actor sees it and may fill it in themselves."""

from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable, readable_parts, require, writable
from klientura.kernel.objects.shape import FieldShape, PartShape, Shape
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref, Row

HELD: Final = frozenset({"file", "files"})
"""A file belongs to one record: a copy begins without."""


class Copy(NamedTuple):
    """What a copy begins with, and how many lines are not in it, for they name what is closed to whoever copies."""

    values: Row
    lines: dict[str, list[Row]]
    left_out: int


def copy_of(actor: Actor, shape: Shape, record_id: int) -> Copy:
    """The fields and lines of a copy; nothing is written. What a verb keeps, what is told apart by and what happened stays behind.

    Raises NotFound, Denied for whoever may not make such records.
    """
    require(actor, shape, "create")
    row = read.get(actor, shape, record_id)
    apart = _told_apart_by(shape)
    values = {
        key: kept
        for key, field in readable(actor, shape).items()
        if field.copied and key not in apart and _is_filled_in(field) and writable(actor, shape, key)
        and (kept := _open(row[key])) not in (None, [], "")
    }  # fmt: skip
    title = shape.spec.title
    if len(title) == 1 and (name := values.get(title[0])) and shape.fields[title[0]].type.key == "text":
        room = shape.fields[title[0]].params.max_length or 500
        values[title[0]] = _("Copy of {name}").format(name=name)[:room]
    found = read.named_parts_of(actor, shape, [record_id])[record_id]
    lines = {
        key: [_line(shape.parts[key], each) for each in found.get(key, [])]
        for key in readable_parts(actor, shape)
        if not shape.parts[key].by_verb and writable(actor, shape, key)
    }
    left_out = sum(line is None for made in lines.values() for line in made)
    kept = {key: [line for line in made if line] for key, made in lines.items()}
    return Copy(values, {key: made for key, made in kept.items() if made}, left_out)


def _is_filled_in(field: FieldShape) -> bool:
    return field.writable and not field.system and field.type.key not in HELD and not field.numbering


def _told_apart_by(shape: Shape) -> set[str]:
    """Fields by which one record is told from another on sight (an article, a tax number); its title is typed anew anyway."""
    return {keys[0] for keys in shape.spec.match_keys if len(keys) == 1} - set(shape.spec.title)


def _open(value: Any) -> Any:
    """A value without what is closed to the reader: a reference to a record they do not see."""
    if isinstance(value, Ref):
        return value if value.title is not None else None
    if isinstance(value, list):
        return [each for each in value if not isinstance(each, Ref) or each.title is not None]
    return value


def _line(part: PartShape, line: Row) -> Row | None:
    """A line as it is typed: what follows from it is left to follow anew. None for one that names what is closed."""
    fields = {
        k: f
        for k, f in part.fields.items()
        if f.writable and f.copied and (not part.inputs or k in part.inputs or k in part.carried)
    }
    if any(isinstance(line[k], Ref) and line[k].title is None for k in fields):
        return None
    return {k: line[k] for k, f in fields.items() if line[k] is not None and f.type.key not in HELD}


def as_given(values: Row, lines: dict[str, list[Row]]) -> dict[str, Any]:
    """The same as a form sends it when it is saved as it is."""

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(each) for each in value]
        return value.id if isinstance(value, Ref) else value

    return {
        **{k: plain(v) for k, v in values.items()},
        **{k: [{c: plain(v) for c, v in line.items()} for line in found] for k, found in lines.items()},
    }
