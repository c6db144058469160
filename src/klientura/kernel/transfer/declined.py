"""What a row says of a second record that is not the writer's to change: told, and kept in the note of the first."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.gate import Predicate
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.shape import PartShape
from klientura.kernel.store import read
from klientura.kernel.transfer.matching import Known
from klientura.kernel.transfer.rows import ParsedRow, Side
from klientura.kernel.transfer.writing import Pen
from klientura.kit.formats import Language

NOT_YOURS = _(
    "This record exists already, and it is not yours to change. What the file adds to it was left out."
)

type Declined = tuple[ParsedRow, Side, Known]


def tell_declined(pen: Pen, items: Sequence[Declined], *, to_note: bool) -> None:
    """Remark on every row that has something to add; `to_note` where the row's own record is yet to be written."""
    shape = pen.shape
    ids = sorted({known.id for _row, _side, known in items if known.id is not None})
    stored = _stored(pen, ids)
    parts = read.parts_of(pen.actor, shape, sorted(stored)) if any(s.lines for _r, s, _k in items) else {}
    for row, side, known in items:
        before = stored.get(known.id or 0)
        if before is None:
            continue
        draft = Draft(values={}, before=before)
        own = parts.get(known.id or 0, {})
        pen.fill(draft, Known(known.id, known.fields, mine=False, stored=True, pending=side), own)
        said = [*_said(pen, draft), *_lines_said(shape.parts, draft, own), *side.notes]
        if not said:
            continue
        row.remark(str(shape.label), "; ".join(said), "not_yours", NOT_YOURS)
        if to_note:
            row.main.notes.extend(said)


def _stored(pen: Pen, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for begin in range(0, len(ids), read.MAX_LIMIT):
        some = Predicate(sql.SQL("r.id = any(%s)"), (list(ids[begin : begin + read.MAX_LIMIT]),))
        for row in read.page(pen.actor, pen.shape, more=[some], limit=read.MAX_LIMIT).rows:
            found[row["id"]] = {k: v.id if isinstance(v, read.Ref) else v for k, v in row.items()}
    return found


def _said(pen: Pen, draft: Draft) -> list[str]:
    said = []
    for key, value in draft.values.items():
        field = pen.shape.fields[key]
        if key == pen.note:
            continue
        if field.type.key in {"reference", "user"}:
            said.append(str(field.label))
        else:
            language: Language = "en" if pen.actor.language == "en" else "ru"
            said.append(f"{field.label}: {field.type.display(value, field.params, language)}")
    return said


def _lines_said(
    parts: Mapping[str, PartShape], draft: Draft, stored: Mapping[str, Sequence[Mapping[str, Any]]]
) -> list[str]:
    said = []
    for key, lines in draft.parts.items():
        known = [_words(line) for line in stored.get(key, ())]
        fresh = [words for line in lines if (words := _words(line)) not in known]
        said += [f"{parts[key].label}: {' '.join(words)}" for words in fresh if words]
    return said


def _words(line: Mapping[str, Any]) -> list[str]:
    return [v for k, v in line.items() if isinstance(v, str) and v and k not in {"kind", "local"}]
