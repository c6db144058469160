"""Lines in columns (what an order consists of): the table for reading, the one to type into, and what follows meanwhile."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from klientura.kernel.access.gate import may, members_of, readable, readable_parts, writable
from klientura.kernel.errors import Denied, NotFound
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, PartShape, Shape
from klientura.kernel.screens import inputs
from klientura.kernel.screens.cells import cell, unlinked
from klientura.kernel.screens.language import lang
from klientura.kernel.store import drafts, read, write
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.store.references import check_references
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of

NUMBERS = frozenset({"money", "decimal", "integer", "percent"})


def for_reading(
    asked: Request, shape: Shape, part: PartShape, row: Row, lines: Sequence[Row]
) -> dict[str, Any]:
    """The table of a card: columns that hold anything, cells, and the sums below."""
    fields = [part.fields[k] for k in part.columns]
    fields = [f for f in fields if any(line[f.key] is not None for line in lines)]
    below = [part.fields[k] for k in part.totals if k not in part.columns]

    def shown(field: FieldShape, line: Row) -> Any:
        made = cell(
            field, line[field.key], {**row, **line}, lang(), company_currency=asked.installation.currency
        )
        return unlinked(asked.actor, field, made)

    return {
        "key": part.key,
        "title": str(part.label),
        "columns": _heads(fields),
        "rows": [
            [{"value": shown(f, line), "beside": _beside(asked, part, f, row, line)} for f in fields]
            for line in lines
        ],
        "totals": [_total(asked, part, f, row, lines) for f in fields] if part.totals else [],
        "below": [
            {"label": f.heading, "text": text} for f in below if (text := _total(asked, part, f, row, lines))
        ],
    }


def _beside(asked: Request, part: PartShape, field: FieldShape, row: Row, line: Row) -> str:
    key = part.beside.get(field.key)
    return _text(asked, part.fields[key], line[key], row) if key else ""


def for_typing(
    asked: Request,
    shape: Shape,
    part: PartShape,
    row: Row,
    lines: Sequence[Mapping[str, Any]],
    messages: Mapping[str, str],
    *,
    spare: int,
    record_id: int | None,
) -> dict[str, Any]:
    """The table of a form: rows of controls with what follows beside them, and an empty one to type into."""
    fields = [part.fields[k] for k in part.inputs]
    told = [part.fields[k] for k in part.totals if k in part.columns]
    made = []
    helped = part.helper.fits([_plain(part, line) for line in lines]) if part.helper and lines else ()
    for place in range(len(lines) + spare):
        line = lines[place] if place < len(lines) else {}
        made.append(
            {
                "helped": place in helped,
                "carried": {k: line.get(k) or "" for k in part.carried},
                "id": line.get("id"),
                "number": place,
                "controls": [_control(asked, part, f, row, line, place, messages) for f in fields],
                "outputs": [{"key": f.key, "text": _text(asked, f, line.get(f.key), row)} for f in told],
            }
        )
    return {
        "key": part.key,
        "title": str(part.label),
        "table": True,
        "heads": _heads(fields),
        "told": _heads(told),
        "lines": made,
        "totals": [
            {
                "key": k,
                "label": part.fields[k].heading,
                "text": _total(asked, part, part.fields[k], row, lines),
            }
            for k in part.totals
        ],
        "error": messages.get(part.key, ""),
        "fresh": False,
        "helper": _helper(shape, part, record_id),
        "complete_url": f"/{shape.key}/lines/{part.key}" + (f"?id={record_id}" if record_id else "")
        if part.complete
        else "",
    }


def _helper(shape: Shape, part: PartShape, record_id: int | None) -> dict[str, str] | None:
    if part.helper is None:
        return None
    more = f"&id={record_id}" if record_id else ""
    address = f"{part.helper.url}/{shape.key}?part={part.key}{more}"
    return {"label": str(part.helper.label), "icon": part.helper.icon, "url": address}


def _plain(part: PartShape, line: Mapping[str, Any]) -> dict[str, Any]:
    """A line with the numbers of what it points at, whether it is stored or was typed."""
    return {
        k: (number(v) if isinstance(v, str) else getattr(v, "id", v))
        if k in part.fields and part.fields[k].type.key == "reference"
        else v
        for k, v in line.items()
    }


def _heads(fields: Sequence[FieldShape]) -> list[dict[str, Any]]:
    return [{"label": f.heading, "number": f.type.key in NUMBERS, "key": f.key} for f in fields]


def _control(
    asked: Request,
    part: PartShape,
    field: FieldShape,
    row: Row,
    line: Mapping[str, Any],
    place: int,
    messages: Mapping[str, str],
) -> dict[str, Any]:
    value = line.get(field.key, field.default if field.params.choices else None)
    made = inputs.control(
        field, value, lang(), company_currency=asked.installation.currency, row=row,
        error=messages.get(f"{part.key}.{place}.{field.key}", ""), name=f"{part.key}-{place}-{field.key}",
        raw=value if isinstance(value, str) else None,
    )  # fmt: skip
    if made["type"] == "money":  # the sum below says what it is in
        made["type"] = "number"
    follows = part.stands_for.get(field.key)
    placeholder = _text(asked, part.fields[follows], line.get(follows), row, plain=True) if follows else ""
    return {**made, "required": False, "aria_label": field.heading, "placeholder": placeholder, "wide": False}


def _text(asked: Request, field: FieldShape, value: Any, row: Row, *, plain: bool = False) -> str:
    """A value as one reads it; `plain`: as it would be typed."""
    if value is None or (isinstance(value, str) and field.type.key != "text"):
        return ""
    if plain:
        return str(
            field.type.to_input(value.title if isinstance(value, Ref) else value, field.params, lang()) or ""
        )
    shown = cell(field, value, row, lang(), company_currency=asked.installation.currency)
    return str(shown.get("text", "")) if isinstance(shown, dict) else str(shown or "")


def _total(
    asked: Request, part: PartShape, field: FieldShape, row: Row, lines: Sequence[Mapping[str, Any]]
) -> str:
    if field.key not in part.totals:
        return ""
    values = [v for line in lines if isinstance(v := line.get(field.key), Decimal | int)]
    return _text(asked, field, sum(values, Decimal(0)), row) if values else ""


@open_to(Door.SIGNED_IN)
@require_POST
def complete(request: HttpRequest, object: str, key: str) -> HttpResponse:
    """POST /{object}/lines/{key}[?id=…]: what follows from the lines as they stand in the form; nothing is written.

    Answers {"lines": [{"place", "helped", "outputs", "placeholders", "errors", "notes"}], "totals": {column: text}, "note"}.
    """
    asked, shape = of(request), shape_of(object)
    part, record_id = typed_part(asked, shape, key)
    draft = draft_of(asked, shape, part, inputs.lines_from(asked.POST, part) or [], record_id)
    by_place = inputs.lines_by_place(asked.POST, part)
    batch = Batch(shape, [draft], creating=record_id is None)
    complete_draft(asked, part, batch)
    row = {k: draft.get(k) for k in shape.fields}
    said = {e.field: str(e.message) for e in reversed(draft.errors)}  # the first one said of a field
    lines = draft.parts.get(key, [])
    told = {e.field: str(e.message) for e in (part.advise(draft, asked.actor) if part.advise else ())}
    if len(lines) != len(by_place):  # a line that could not be read at all
        return JsonResponse({"lines": [], "totals": {}})
    helped = part.helper.fits(lines) if part.helper else ()
    found = [
        {
            "place": place,
            "helped": number in helped,
            "outputs": {k: _text(asked, part.fields[k], line.get(k), row) for k in part.totals},
            "placeholders": {
                k: _text(asked, part.fields[v], _named(asked, part.fields[v], line.get(v)), row, plain=True)
                for k, v in part.stands_for.items()
            },
            "errors": {k: m for k in part.inputs if (m := said.get(f"{key}.{number}.{k}"))},
            "notes": {k: m for k in part.inputs if (m := told.get(f"{key}.{number}.{k}"))},
        }
        for number, (place, line) in enumerate(zip(by_place, lines, strict=True))
    ]
    totals = {k: _total(asked, part, part.fields[k], row, lines) for k in part.totals}
    return JsonResponse({"lines": found, "totals": totals, "note": _note(key, told)})


def typed_part(asked: Request, shape: Shape, key: str) -> tuple[PartShape, int | None]:
    """The lines that the actor types, and of which record (?id=). Raises NotFound, Denied."""
    part = shape.parts.get(key)
    if (
        members_of(shape)
        or part is None
        or part.complete is None
        or key not in readable_parts(asked.actor, shape)
    ):
        raise NotFound
    record_id = number(asked.GET.get("id") or "")
    if not may(asked.actor, shape, "create" if record_id is None else "edit") or not writable(
        asked.actor, shape, key
    ):
        raise Denied
    return part, record_id


def _note(key: str, told: Mapping[str, str]) -> str:
    """What one is told of the lines, in one piece: of each line by its number, then of all of them."""
    said = []
    for place, message in told.items():
        number = place.split(".")[1] if "." in place else ""
        text = _("Line {n}: {text}").format(n=int(number) + 1, text=message) if number else message
        said.append(text)
    return " ".join(said)


def _forget_refused(draft: Draft, part: PartShape) -> None:
    """What is closed to the reader counts as not given: neither names nor prices follow from it."""
    for error in draft.errors:
        key, _dot, rest = error.field.partition(".")
        if not rest:
            draft.values.pop(key, None)
        elif key == part.key:
            place, _dot, column = rest.partition(".")
            draft.parts[key][int(place)][column] = None


def _named(asked: Request, field: FieldShape, value: Any) -> Any:
    if field.type.key != "reference" or value is None:
        return value
    known = read.titles(asked.actor, shape_of(field.params.target or ""), [value])
    return Ref(value, known.get(value) or "")


def complete_draft(asked: Request, part: PartShape, batch: Batch) -> None:
    """Fill in what follows from lines that stand in a form; what is closed to the reader counts as not given."""
    check_references(asked.actor, batch)
    for draft in batch:
        _forget_refused(draft, part)
    write.complete_lines(asked.actor, batch)


def draft_of(
    asked: Request, shape: Shape, part: PartShape, lines: Sequence[Mapping[str, Any]], record_id: int | None
) -> Draft:
    """The record as the form has it, with some lines; what cannot be read yet counts as not given."""
    fields = {
        k: f
        for k, f in readable(asked.actor, shape).items()
        if f.writable and writable(asked.actor, shape, k)
    }
    before: Row = {}
    if record_id is not None:
        read.get(asked.actor, shape, record_id, keys=["id"])
        read.require_on(asked.actor, shape, record_id, "edit")
        whole = read.get(
            write.THE_RULES, shape, record_id
        )  # a price may hang on what the reader does not see
        before = {k: v.id if isinstance(v, Ref) else v for k, v in whole.items()}
    draft = Draft(values={}, before=before, record_id=record_id)
    given: dict[str, Any] = {
        k: v
        for k, v in inputs.values_from(asked.POST, fields).items()
        if not fields[k].by_verb or record_id is None
    }
    drafts.parse(asked.actor, shape, given, draft, creating=False)
    draft.errors.clear()
    drafts.parse(asked.actor, shape, {part.key: lines}, draft, creating=False)
    return draft
