"""The form of a record: new and edit, as a page or in the dialog."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from klientura.kernel.access.gate import members_of, readable, readable_parts, require, writable
from klientura.kernel.access.models import User
from klientura.kernel.errors import Conflict, FieldError, Invalid, NotFound
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, PartShape, Shape
from klientura.kernel.objects.spec import Section
from klientura.kernel.screens import conditional, inputs, line_tables
from klientura.kernel.screens.arranged import on_any_form, sections_of
from klientura.kernel.screens.chosen import Names, names_of, numbers_in
from klientura.kernel.screens.conflicts import both_sides, disputed, seen_version
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.similar import not_yet_shown
from klientura.kernel.store import read, write
from klientura.kernel.store.copying import copy_of
from klientura.kernel.store.drafts import MAX_LINES
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast

QUICK_FIELDS = 8
SPARE_LINES = 1


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, object: str) -> HttpResponse:
    """GET /{object}/new: an empty form (?field=value, ?from=object-number or ?copy=number fills it). POST: create, then the card."""
    asked, shape = of(request), shape_of(object)
    if members_of(shape):
        raise NotFound
    require(asked.actor, shape, "create")
    if request.method == "GET":
        begun, lines, note = _begun(asked, shape)
        return _form(asked, shape, None, {**_prefilled(asked, shape), **begun}, lines=lines, note=note)
    values, parts = _given(asked, shape)
    if twins := not_yet_shown(asked, shape):
        return _form(asked, shape, None, _empty(asked, shape), typed=values, lines=parts, similar=twins)
    try:
        _refuse_too_many(parts)
        record_id = write.create(asked.actor, shape, {**values, **parts})
    except Invalid as refused:
        return _form(
            asked, shape, None, _empty(asked, shape), errors=refused.errors, typed=values, lines=parts
        )
    return _done(asked, shape, record_id)


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/edit: the whole form. POST: save; a lost update is refused with both values."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "edit")
    row = read.get(asked.actor, shape, record_id)
    read.require_on(asked.actor, shape, record_id, "edit")
    if request.method == "GET":
        return _form(asked, shape, record_id, row)
    values, parts = _given(asked, shape)
    values = {k: v for k, v in values.items() if shape.fields[k].changeable}
    try:
        _refuse_too_many(parts)
        seen = seen_version(asked, row)
        write.update(asked.actor, shape, record_id, {**values, **parts}, expected_version=seen)
    except Invalid as refused:
        return _form(asked, shape, record_id, row, errors=refused.errors, typed=values, lines=parts)
    except Conflict as conflict:
        mine = {k: v for k, v in values.items() if k not in conflict.untouched}
        joined = {**parts, **conflict.lines}
        row = read.get(asked.actor, shape, record_id)  # as the one who was faster left it
        return _form(asked, shape, record_id, row, conflict=conflict, typed=mine, lines=joined)
    return _done(asked, shape, record_id)


def _given(asked: Request, shape: Shape) -> tuple[dict[str, Any], dict[str, Any]]:
    values = inputs.values_from(asked.POST, _form_fields(asked, shape))
    parts = {}
    for key in readable_parts(asked.actor, shape):
        lines = inputs.lines_from(asked.POST, shape.parts[key])
        if lines is not None and writable(asked.actor, shape, key):
            parts[key] = lines
    return values, parts


def _manner(asked: Request) -> str:
    """How a form was asked for, to be said again when it is sent: in the dialog, and what is to come of the record.

    `in_place`: it goes into a field of the form beneath; `stay`: the page beneath shows it, where it can.
    """
    return "&".join(f"{k}=1" for k in ("dialog", "in_place", "stay") if asked.GET.get(k))


def _refuse_too_many(parts: Mapping[str, Sequence[Any]]) -> None:
    text = _("No more than %(limit)s lines fit here. Take some out; nothing was saved yet.") % {
        "limit": MAX_LINES
    }
    errors = [FieldError(k, "too_many", text) for k, lines in parts.items() if len(lines) > MAX_LINES]
    if errors:
        raise Invalid(errors)


def _form_fields(asked: Request, shape: Shape) -> dict[str, FieldShape]:
    """The fields of the form, at whatever stage; what a verb keeps is not among them."""
    fields = readable(asked.actor, shape)
    return {
        k: fields[k]
        for k in on_any_form(asked.actor, shape)
        if k in fields and fields[k].writable and writable(asked.actor, shape, k)
    }


def _empty(asked: Request, shape: Shape) -> Row:
    row: Row = {k: f.default for k, f in readable(asked.actor, shape).items()}
    row["owner"] = Ref(asked.actor.user_id or 0, asked.actor.name)
    row["version"] = 0
    if shape.spec.prefill:
        row |= {k: v for k, v in shape.spec.prefill(asked.actor).items() if k in row}
    return row


def _begun(asked: Request, shape: Shape) -> tuple[Row, dict[str, Any], str]:
    """What the record that the address names gives a new one to begin with, and what is to be said of it.

    ?from=opportunity-12, or ?copy=12 of its own kind.
    """
    if (copied := number(asked.GET.get("copy"))) is not None:
        found = copy_of(asked.actor, shape, copied)
        return found.values, found.lines, _left_out(found.left_out)
    key, _dash, raw = asked.GET.get("from", "").rpartition("-")
    beginning, source = shape.spec.begun_from.get(key), number(raw)
    if beginning is None or source is None:
        return {}, {}, ""
    values, lines = beginning.fill(asked.actor, source)
    known = readable(asked.actor, shape)
    return {k: v for k, v in values.items() if k in known}, lines, ""


def _left_out(lines: int) -> str:
    said = ngettext(
        "%(count)s line is not in the copy: it names a record that is not open to you.",
        "%(count)s lines are not in the copy: they name records that are not open to you.",
        lines,
    )
    return said % {"count": lines} if lines else ""


def _prefilled(asked: Request, shape: Shape) -> Row:
    """Values that the address brings: ?party=12, ?name=…; a reference is shown by its title if it is open."""
    row = _empty(asked, shape)
    for key, field in _form_fields(asked, shape).items():
        raw = asked.GET.get(key)
        if raw is None:
            continue
        target = number(raw)
        if field.type.key == "reference" and field.params.target and target is not None:
            title = read.titles(asked.actor, shape_of(field.params.target), [target]).get(target)
            if title is not None:
                row[key] = Ref(target, title)
        elif field.type.key == "references" and target is not None:
            title = read.titles(asked.actor, shape_of(field.params.target or ""), [target]).get(target)
            if title is not None:
                row[key] = [Ref(target, title)]
        elif field.type.key == "users":
            known = User.objects.filter(pk__in=numbers_in(asked.GET.getlist(key)), is_active=True)
            row[key] = [Ref(pk, name) for pk, name in known.values_list("pk", "name")]
        elif field.type.key not in {"reference", "references", "user"}:
            try:
                row[key] = field.type.parse(raw, field.params)
            except FieldProblem:  # a value from an address that is none is simply not filled in
                continue
    return row


def _by_field(errors: Sequence[FieldError]) -> dict[str, str]:
    """The first remark on each field."""
    messages: dict[str, str] = {}
    for error in errors:
        messages.setdefault(error.field, str(error.message))
    return messages


def _form(
    asked: Request,
    shape: Shape,
    record_id: int | None,
    row: Row,
    *,
    errors: Sequence[FieldError] = (),
    typed: Mapping[str, Any] | None = None,
    lines: Mapping[str, Any] | None = None,
    conflict: Conflict | None = None,
    similar: Sequence[Mapping[str, Any]] = (),
    note: str = "",
) -> HttpResponse:
    messages = _by_field(errors)
    fields = _form_fields(asked, shape)
    judged = conditional.with_judged(shape, row, record_id)
    states, closed = conditional.of_form(
        asked.actor, shape, judged, typed or {}, stored=record_id is not None
    )
    fields = {k: f for k, f in fields.items() if k not in closed and (record_id is None or not f.once)}
    in_dialog, manner = bool(asked.GET.get("dialog")), _manner(asked)
    given = [(fields[k], raw) for k, raw in (typed or {}).items() if k in fields]
    names = names_of(asked.actor, [*given, *disputed(fields, conflict)])
    conflicts = both_sides(asked, shape, fields, row, conflict, names) if conflict else []
    marked = messages | {c["field"]: c["said"] for c in conflicts}
    controls = {k: _control(asked, f, row, marked, typed or {}, names) for k, f in fields.items()}
    controls = conditional.marked(controls, states)
    sections = _sections(sections_of(asked.actor, shape, row), controls, [*states.required, *messages])
    controls = {c["name"]: c for s in sections for c in s["controls"]}
    if in_dialog:  # beside the form of a page, whose controls have these names too
        controls = {k: {**c, "id": f"d-{k}"} for k, c in controls.items()}
    parts = _parts(asked, shape, record_id, row, lines or {}, marked)
    context = {
        "shape": shape,
        "record_id": record_id,
        "title": str(shape.spec.new_label) if record_id is None else row.get("title", ""),
        "sections": sections,
        "quick": _quick(asked, shape, controls, [*states.required, *(typed or {})]),
        "parts": parts,
        "version": conflict.version if conflict else asked.POST.get("version") or row["version"],
        "conflicts": conflicts,
        "errors": [_error_line(shape, controls, k, m) for k, m in messages.items()],
        "action": f"/{shape.key}/{record_id}/edit"
        if record_id
        else f"/{shape.key}/new{f'?{manner}' if manner else ''}",
        "cancel_url": f"/{shape.key}/{record_id}" if record_id else f"/{shape.key}",
        "full_url": "" if "in_place" in manner else f"/{shape.key}/new",
        "state_url": conditional.state_url(shape, record_id),
        "hint_url": f"/{shape.key}/similar" if record_id is None else "",
        "similar": similar,
        "note": note,
        "refused": bool(conflict or errors or similar),
        "draft": f"{shape.key}-{record_id or 'new'}{'-in-place' if 'in_place' in manner else ''}",
    }
    status = 409 if conflict else 422 if errors or similar else 200
    if in_dialog:
        return show(asked, "screens/form_dialog.html", status=status, **context)
    width = "" if any(part["table"] for part in parts) else "text"
    return show(asked, "screens/form.html", status=status, active=shape.key, main_width=width, **context)


def _sections(
    arranged: Sequence[Section], controls: Mapping[str, dict[str, Any]], needed: Iterable[str]
) -> list[dict[str, Any]]:
    """The controls by section. What has to be filled in, or was refused, is there even where the arrangement leaves it out."""
    made = [
        {"title": str(s.label), "controls": [controls[k] for k in s.fields if k in controls]}
        for s in arranged
    ]
    made = [s for s in made if s["controls"]]
    placed = {k for s in arranged for k in s.fields}
    if left_out := [controls[k] for k in dict.fromkeys(needed) if k in controls and k not in placed]:
        made.append({"title": _("Also needed"), "controls": left_out})
    return made


def _quick(
    asked: Request, shape: Shape, controls: Mapping[str, dict[str, Any]], needed: Sequence[str]
) -> list[dict[str, Any]]:
    """The controls of the short form: the object's own choice, what is needed, and what the address has filled in."""
    own = [k for k in shape.spec.quick if k in controls] or [*controls][:QUICK_FIELDS]
    return [controls[k] for k in dict.fromkeys([*own, *needed, *asked.GET]) if k in controls]


def _error_line(
    shape: Shape, controls: Mapping[str, Mapping[str, Any]], key: str, message: str
) -> dict[str, str]:
    """A line of the summary: what it is about, in words and as an address within the page."""
    if key in controls:
        control = controls[key]
        return {"id": control.get("id", f"f-{key}"), "label": control["label"], "message": message}
    name, _dot, rest = key.partition(".")
    part = shape.parts.get(name)
    if part is None:
        return {"id": f"f-{key}", "label": key, "message": message}
    place = f"f-{name}-{rest.replace('.', '-')}" if rest else f"part-{name}"
    return {"id": place, "label": str(part.label), "message": message}


def _control(
    asked: Request,
    field: FieldShape,
    row: Row,
    messages: Mapping[str, str],
    typed: Mapping[str, Any],
    names: Names,
) -> dict[str, Any]:
    raw = typed.get(field.key) if field.key in typed else None
    made = inputs.control(
        field, row.get(field.key), lang(), company_currency=asked.installation.currency,
        error=messages.get(field.key, ""), raw=raw, row=row, names=names,
    )  # fmt: skip
    return {**made, "label": field.heading}


def _parts(
    asked: Request,
    shape: Shape,
    record_id: int | None,
    row: Row,
    lines: Mapping[str, Any],
    messages: Mapping[str, str],
) -> list[dict[str, Any]]:
    """The lines that the reader may change: those typed, else those stored."""
    stored = {} if record_id is None else read.named_parts_of(asked.actor, shape, [record_id])[record_id]
    made = []
    for key in readable_parts(asked.actor, shape):
        part, own = shape.parts[key], lines.get(key, stored.get(key, []))
        if part.by_verb or not writable(asked.actor, shape, key):
            continue
        if record_id and part.closed and part.closed(row):
            continue
        if part.columns:
            table = line_tables.for_typing(
                asked, shape, part, row, own, messages, spare=SPARE_LINES, record_id=record_id
            )
            made.append(table)
        else:
            made.append(_part(asked, part, own, messages))
    return made


def _part(
    asked: Request, part: PartShape, lines: Sequence[Mapping[str, Any]], messages: Mapping[str, str]
) -> dict[str, Any]:
    """The lines of a part as rows of controls, with an empty one to type into."""
    fields = [f for f in part.fields.values() if not f.read_only]
    made = []
    for place in range(len(lines) + SPARE_LINES):
        line = lines[place] if place < len(lines) else {}
        controls = []
        for field in fields:
            name = f"{part.key}-{place}-{field.key}"
            error = messages.get(f"{part.key}.{place}.{field.key}", "")
            control = inputs.control(
                field, line.get(field.key, field.default), lang(),
                company_currency=asked.installation.currency, error=error, name=name,
            )  # fmt: skip
            control |= {
                "required": False,
                "aria_label": field.heading,
                "placeholder": field.heading,
            }
            if control["type"] == "select" and not control["value"] and field.params.choices:
                control["value"] = field.params.choices[0].code
                control.pop("empty", None)
            controls.append(control)
        made.append({"id": line.get("id"), "number": place, "controls": controls})
    return {
        "key": part.key,
        "title": str(part.label),
        "table": False,
        "lines": made,
        "error": messages.get(part.key, ""),
    }


def _done(asked: Request, shape: Shape, record_id: int) -> HttpResponse:
    """To the card; a record made on another page goes into its field, or shows up among what belongs to it."""
    address = f"/{shape.key}/{record_id}"
    if not asked.htmx:
        return HttpResponseRedirect(address)
    response = HttpResponse(status=200)
    if not asked.GET.get("in_place") and not asked.GET.get("stay"):
        response["HX-Redirect"] = address
        return response
    response["HX-Reswap"] = "none"
    title = read.titles(asked.actor, shape, [record_id]).get(record_id, "") or f"№ {record_id}"
    if asked.GET.get("in_place"):
        made = {"id": record_id, "title": title}
        response["HX-Trigger"] = json.dumps({"recordCreated": made, "closeDialog": True})
        return response
    response["HX-Trigger"] = json.dumps({"recordChanged": True, "closeDialog": True})
    return toast(response, _("Created: {title}").format(title=title))
