"""What somebody chose or typed, in words; records, users and teams by their names, as far as these are open to the reader."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from klientura.kernel.access.actor import Actor
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.fields.references import SEVERAL
from klientura.kernel.files import keeping
from klientura.kernel.history.read import FILES
from klientura.kernel.objects.shape import FieldShape
from klientura.kernel.screens.filtering import titles_of
from klientura.kernel.screens.language import lang
from klientura.kernel.tags import dictionary
from klientura.kernel.web.requests import number

type Names = Mapping[tuple[str, int | str], str]


def names_of(actor: Actor, chosen: Iterable[tuple[FieldShape, Any]]) -> Names:
    """Names of what fields were to point at: one query for each kind of target, and none when nothing was chosen.

    What is not there or not open to the actor has no name.
    """
    wanted: dict[str, tuple[FieldShape, set[int]]] = {}
    tags: dict[str, set[str]] = defaultdict(set)
    files: set[int] = set()
    for field, raw in chosen:
        if field.type.key in SEVERAL:
            for pointed in numbers_in(raw):
                wanted.setdefault(field.params.target or "", (field, set()))[1].add(pointed)
            continue
        if field.type.key == "file":
            files.update(numbers_in(raw))
        if field.params.dictionary:
            tags[field.params.dictionary].update(texts_in(raw))
        source, target = field.points_at, _number(raw)
        if source is not None and target is not None:
            wanted.setdefault(source, (field, set()))[1].add(target)
    names: dict[tuple[str, int | str], str] = dict(dictionary.looked_up(tags).items())
    if mine := keeping.own_drafts(actor, files):
        names |= {(FILES, number): ref.name for number, ref in keeping.looked_up(mine).items()}
    for source, (field, ids) in wanted.items():
        names |= {(source, target): name for target, name in titles_of(actor, field, sorted(ids)).items()}
    return names


def texts_in(raw: Any) -> list[str]:
    """The pieces of a raw value of several."""
    if isinstance(raw, Mapping):
        return [*texts_in(raw.get("add")), *texts_in(raw.get("remove"))]
    return [each for each in raw if isinstance(each, str)] if isinstance(raw, list | tuple) else []


def numbers_in(raw: Any) -> list[int]:
    """The numbers of files in a raw value."""
    pieces = raw if isinstance(raw, list | tuple) else []
    return [n for piece in pieces if (n := _number(piece)) is not None]


def name_of(field: FieldShape, raw: Any, names: Names) -> str:
    """The name of one choice; of a nameless one its number, and of what is no number what was typed."""
    target = _number(raw)
    if target is None:
        return str(raw).strip()
    return names.get((field.points_at or "", target)) or f"№ {target}"


def in_words(field: FieldShape, raw: Any, names: Names) -> str:
    """A value as it came from a form or as JSON, said to people; a refused one as it was typed."""
    if field.type.is_empty(raw):
        return ""
    if field.points_at is not None:
        return name_of(field, raw, names)
    if field.type.key in SEVERAL:
        pieces = raw if isinstance(raw, list | tuple) else [raw]
        return "; ".join(
            str(piece)
            if (n := _number(piece)) is None
            else names.get((field.params.target or "", n)) or f"№ {n}"
            for piece in pieces
        )
    if field.type.key == "file":
        return ", ".join(names.get((FILES, n)) or f"№ {n}" for n in numbers_in(raw))
    if field.params.dictionary:
        return "; ".join(tag.label for tag in dictionary.shown(field.params.dictionary, texts_in(raw), names))
    try:
        return field.type.display(field.type.parse(raw, field.params), field.params, lang())
    except FieldProblem:
        return ", ".join(map(str, raw)) if isinstance(raw, list) else str(raw)


def _number(raw: Any) -> int | None:
    return number(str(raw).strip()) if isinstance(raw, int | str) and not isinstance(raw, bool) else None
