"""What each column of a plan does with its cells. Compiled once per plan into the steps of a Reader."""

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import writable
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.transfer import cells
from klientura.kernel.transfer.paths import KIND_OF_FIELD, NAME_FIELDS, Target, contact_part, note_field
from klientura.kernel.transfer.plan import ImportPlan
from klientura.kernel.transfer.reader import Reader, Step, Wish
from klientura.kernel.transfer.rows import ParsedRow, Side
from klientura.kernel.transfer.ties import mate_shape
from klientura.kit.organisations import split_legal_form
from klientura.kit.people import parse_person_name
from klientura.kit.tabular.model import Cell


def make_reader(
    actor: Actor, plan: ImportPlan, header: Sequence[str], targets: Mapping[str, Target]
) -> Reader:
    """Compile a checked plan for a file with this header."""
    open_keys = {
        shape.key: frozenset(k for k in (*shape.fields, *shape.parts) if writable(actor, shape, k))
        for shape in (plan.shape, mate_shape(plan.shape))
        if shape is not None
    }
    used = [(i, header[i], targets[p]) for i, p in enumerate(plan.columns) if p and i < len(header)]
    steps = [Step(index, title, _step_of(target, index), target) for index, title, target in used]
    # The name decides over its parts, and a form told apart over the one in the name: so they come last.
    steps.sort(
        key=lambda s: (
            s.target.kind == "whole_name" or (s.target.field is not None and s.target.field.key == "name")
        )
    )
    cities = [i for i, _title, target in used if target.field is not None and target.field.key == "city"]
    has_note = note_field(actor, plan.shape) is not None
    return Reader(plan, header, has_note, open_keys, steps, cities)


def _step_of(target: Target, index: int) -> Callable[..., None]:
    if target.kind == "note":
        return _to_note
    if target.kind == "whole_name":
        return _whole_name
    if target.kind == "contact":
        return _contact
    if target.kind == "line":
        return _line_field
    field = target.field
    if field is None:
        return _to_note
    if field.key in KIND_OF_FIELD and contact_part(target.shape) is not None:
        return _contact
    if field.type.key in {"reference", "user"}:
        return _reference
    if field.key == "name" and "legal_form" in target.shape.fields:
        return _legal_name
    if field.key == "legal_form":
        return _legal_form
    if field.key == "city":
        return _city
    if field.type.key == "long_text":
        return _long_text

    def plain(
        reader: Reader, row: ParsedRow, column: str, cell: Cell, target: Target, _code: str | None
    ) -> None:
        try:
            value, mended = reader.remembered(index, cell, field)
        except FieldProblem as problem:
            required = field.required and not target.mate
            reader.bad(row, column, cells.text_of(cell), problem.code, problem.message, required=required)
            return
        if mended is not None:
            row.remark(column, cells.text_of(cell), "corrected", cells.CORRECTED % {"value": mended})
        _side(row, target).values.setdefault(field.key, value)

    return plain


def _side(row: ParsedRow, target: Target) -> Side:
    return row.mate if target.mate else row.main


def _to_note(_r: Reader, row: ParsedRow, column: str, cell: Cell, _t: Target, _code: str | None) -> None:
    row.main.notes.append(f"{column}: {cells.text_of(cell)}")


def _long_text(
    reader: Reader, row: ParsedRow, column: str, cell: Cell, target: Target, _code: str | None
) -> None:
    field = target.field
    if field is None:
        return
    try:
        text = field.type.parse(cells.text_of(cell), field.params)
    except FieldProblem as problem:
        reader.bad(row, column, "", problem.code, problem.message)
        return
    side = _side(row, target)
    if field.key == "note":
        side.notes.append(text)
    else:
        side.values.setdefault(field.key, text)


def _whole_name(
    reader: Reader, row: ParsedRow, column: str, cell: Cell, target: Target, _code: str | None
) -> None:
    text = cells.text_of(cell)
    values = _side(row, target).values
    if values.get("last_name") or values.get("first_name"):
        return
    name = parse_person_name(text)
    for key, part in zip(NAME_FIELDS, (name.last, name.first, name.middle), strict=True):
        if part:
            values.setdefault(key, part[: target.shape.fields[key].params.max_length])
    # A guess of ours, which the file does not say: no word is lost on it where it may not be written.
    if name.gender and "gender" in reader.open_keys[target.shape.key] and name.confidence >= 0.7:
        values.setdefault("gender", name.gender)
    if not (name.last or name.first):
        row.remark(column, text, "name", _("There is no name here."))
        row.main.notes.append(f"{column}: {text}")


def _legal_name(
    reader: Reader, row: ParsedRow, column: str, cell: Cell, target: Target, _code: str | None
) -> None:
    """«ООО "Альфа"» is the name Альфа and the form ООО; a form that has no option of its own stays readable."""
    text = " ".join(cells.text_of(cell).split())
    form, name = split_legal_form(text)
    side = _side(row, target)
    name_field = target.shape.fields["name"]
    try:
        side.values["name"] = name_field.type.parse(name, name_field.params)
    except FieldProblem as problem:
        reader.bad(row, column, text, problem.code, problem.message, required=not target.mate)
        return
    if form is None:
        return
    code = cells.legal_form_of(form, target.shape.fields["legal_form"])
    if code is not None and not target.mate:
        side.values.setdefault("legal_form", code)
    elif code is not None:
        side.values["legal_form"] = code
    if code in {"other", "foreign"} and "full_name" in reader.open_keys[target.shape.key]:
        side.values.setdefault("full_name", text[:500])


def _legal_form(
    reader: Reader, row: ParsedRow, column: str, cell: Cell, target: Target, _code: str | None
) -> None:
    text = cells.text_of(cell)
    form = cells.form_in(text)
    code = cells.legal_form_of(form, target.shape.fields["legal_form"]) if form else None
    code = code or cells.option_of(text, target.shape.fields["legal_form"])
    if code is None:
        reader.bad(row, column, text, "option", _("This is not one of the options."))
    else:
        _side(row, target).values.setdefault("legal_form", code)


def _city(reader: Reader, row: ParsedRow, column: str, cell: Cell, target: Target, _code: str | None) -> None:
    field = target.field
    if field is None:
        return
    try:
        value = field.type.parse(cells.city_name(cells.text_of(cell)), field.params)
    except FieldProblem as problem:
        reader.bad(row, column, cells.text_of(cell), problem.code, problem.message)
        return
    _side(row, target).values.setdefault("city", value)


def _contact(
    reader: Reader, row: ParsedRow, column: str, cell: Cell, target: Target, code: str | None
) -> None:
    kind = target.line_kind or KIND_OF_FIELD[target.field.key if target.field else ""]
    reading = cells.contacts_of(cells.text_of(cell), kind, code)
    for piece, problem_code, message in reading.bad:
        reader.bad(row, column, piece, problem_code, message)
    for piece, meant in reading.corrected:
        row.remark(column, piece, "corrected", cells.CORRECTED % {"value": meant})
    for line in reading.lines:
        if line["uncertain"]:
            row.remark(
                column, line["value"], "uncertain", _("Kept as written: it is unclear which number this is.")
            )
    lines = _side(row, target).lines.setdefault("contact_points", [])
    lines.extend(line for line in reading.lines if line not in lines)


def _line_field(
    reader: Reader, row: ParsedRow, column: str, cell: Cell, target: Target, _code: str | None
) -> None:
    field, part = target.field, target.part
    if field is None or part is None:
        return
    text: Cell = cells.city_name(cells.text_of(cell)) if field.key == "city" else cell
    try:
        value, mended = cells.value_of(text, field)
    except FieldProblem as problem:
        reader.bad(row, column, cells.text_of(cell), problem.code, problem.message)
        return
    if mended is not None:
        row.remark(column, cells.text_of(cell), "corrected", cells.CORRECTED % {"value": mended})
    lines = _side(row, target).lines.setdefault(part.key, [])
    line = next((x for x in lines if x.get("kind", "") == target.line_kind), None)
    if line is None:
        line = {key: f.default for key, f in part.fields.items()}
        if target.line_kind:
            line["kind"] = target.line_kind
        lines.append(line)
    line[field.key] = value


def _reference(
    reader: Reader, row: ParsedRow, column: str, cell: Cell, target: Target, _code: str | None
) -> None:
    if target.field is not None:
        reader.wishes.append(Wish(row, _side(row, target), target.field, cells.text_of(cell), column))
