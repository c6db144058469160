"""From the cells of a row to the records it speaks of. Compiled once per plan, called once per row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.fields.base import REQUIRED, FieldProblem
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.transfer import cells
from klientura.kernel.transfer.paths import KIND_OF_FIELD, NAME_FIELDS, Target, contact_part, note_field
from klientura.kernel.transfer.plan import ImportPlan
from klientura.kernel.transfer.rows import ParsedRow, Side
from klientura.kernel.transfer.ties import tie_of
from klientura.kit.organisations import split_legal_form
from klientura.kit.people import parse_person_name
from klientura.kit.tabular.model import Cell, RawRow, TableProblem

MAX_REMEMBERED = 20_000

UNREADABLE = _("Some characters of this row could not be read. Check the encoding of the file.")
ROW_PROBLEMS = {
    "ragged": _("This row has another number of cells than the header."),
    "nul": _("This row holds zero bytes. Save the file anew from the program it comes from."),
    "encoding": UNREADABLE,
    "broken_card": _("A part of this card is damaged and was left out."),
    "cell_shortened": _("A text of this row was too long and was shortened."),
}
FATAL = frozenset({"nul", "encoding"})


@dataclass(frozen=True, slots=True)
class Wish:
    """A cell that names another record or a user; whom it means is found for many rows at once."""

    row: ParsedRow
    side: Side
    field: FieldShape
    text: str
    column: str


@dataclass(slots=True)
class Reader:
    """What parsing the rows of one plan needs. `wishes` collects references of the rows parsed so far."""

    plan: ImportPlan
    header: Sequence[str]
    targets: Mapping[str, Target]
    has_note: bool
    wishes: list[Wish] = field(default_factory=list)
    told: set[tuple[str, str]] = field(default_factory=set)  # what has been remarked on once and for all
    _steps: list[tuple[int, str, Callable[..., None], Target]] = field(default_factory=list)
    _city_columns: list[int] = field(default_factory=list)
    _remembered: dict[tuple[int, type[Any], Cell], tuple[Any, str | None]] = field(default_factory=dict)

    def parse_chunk(self, raw: Sequence[RawRow]) -> tuple[list[ParsedRow], list[Wish]]:
        """Read some rows; whom they refer to is still open. Touches no database, so that it may run ahead in a thread."""
        self.wishes = []
        return [self.parse(row) for row in raw], self.wishes

    def parse(self, raw: RawRow) -> ParsedRow:
        """Read one row; whatever is wrong with it stands in its issues."""
        row = ParsedRow(raw.number, raw.cells)
        for problem in raw.problems:
            self._file_problem(row, problem)
        if row.rejected:
            return row
        code = next(
            (c for i in self._city_columns if raw.cells[i] and (c := cells.area_code(str(raw.cells[i])))),
            None,
        )
        for index, column, step, target in self._steps:
            cell = raw.cells[index] if index < len(raw.cells) else ""
            if cell == "" or (isinstance(cell, str) and not cell.strip()):
                continue
            step(self, row, column, cell, target, code)
        self._finish(row)
        return row

    def _file_problem(self, row: ParsedRow, problem: TableProblem) -> None:
        message = ROW_PROBLEMS.get(problem.code, UNREADABLE)
        column = (
            self.header[problem.column - 1] if problem.column and problem.column <= len(self.header) else ""
        )
        if problem.code in FATAL or (problem.code == "broken_card" and not any(row.cells)):
            row.reject(column, "", problem.code, message)
        else:
            row.remark(column, problem.detail, problem.code, message)

    def bad(
        self, row: ParsedRow, column: str, text: str, code: str, message: Any, *, required: bool = False
    ) -> None:
        """A value that cannot be read: by the plan it keeps the row out, or goes to the note."""
        if required or self.plan.bad_values == "reject":
            row.reject(column, text, code, message)
            return
        row.remark(column, text, code, message)
        if self.has_note:
            row.main.notes.append(f"{column}: {text}")

    def _finish(self, row: ParsedRow) -> None:
        self._share_contacts(row)
        main = self.plan.shape
        if row.rejected:
            return
        person = {"last_name", "first_name"} <= set(main.fields)
        if person and not (row.main.values.get("last_name") or row.main.values.get("first_name")):
            row.reject("", "", "required", _("There is no name in this row."))
        sought = {w.field.key for w in takewhile(lambda w: w.row is row, reversed(self.wishes))}
        for key in _required(main):
            if row.main.values.get(key) is None and key not in sought:
                row.reject(str(main.fields[key].label), "", "required", REQUIRED)
        self._check_mate(row)

    def _check_mate(self, row: ParsedRow) -> None:
        """The other record of the row must have a name; without one its values go to the note."""
        tie = tie_of(self.plan.object)
        if tie is None or not row.mate:
            return
        values = row.mate.values
        named = values.get("last_name") or values.get("first_name") or values.get("name")
        if named:
            return
        for value in values.values():
            if isinstance(value, str) and self.has_note:
                row.main.notes.append(value)
        if not row.main.lines.get("contact_points") and row.mate.lines.get("contact_points"):
            row.main.lines["contact_points"] = row.mate.lines["contact_points"]
        row.mate = Side()

    def _share_contacts(self, row: ParsedRow) -> None:
        """Phones and e-mail addresses in a row with a person are the person's, and the organisation may be reached by them."""
        tie = tie_of(self.plan.object)
        if tie is None or tie.holder != self.plan.object or not row.mate:
            return
        if not (row.mate.values.get("last_name") or row.mate.values.get("first_name")):
            return
        mine = row.main.lines.get("contact_points", [])
        personal = [line for line in mine if line["kind"] not in {"site", "fax"}]
        if not personal:
            return
        row.main.lines["contact_points"] = [line for line in mine if line not in personal]
        own = row.mate.lines.setdefault("contact_points", [])
        own.extend(dict(line) for line in personal if line not in own)
        row.main.borrowed = personal

    def remembered(self, index: int, cell: Cell, field: FieldShape) -> tuple[Any, str | None]:
        """Parse a value; equal cells of a column are parsed once."""
        if len(self._remembered) > MAX_REMEMBERED:
            self._remembered.clear()
        key = (index, type(cell), cell)
        found = self._remembered.get(key)
        if found is None:
            found = self._remembered[key] = cells.value_of(cell, field)
        return found


def make_reader(
    actor: Actor, plan: ImportPlan, header: Sequence[str], targets: Mapping[str, Target]
) -> Reader:
    """Compile a checked plan for a file with this header."""
    reader = Reader(plan, header, targets, note_field(actor, plan.shape) is not None)
    for index, path in enumerate(plan.columns):
        if not path or index >= len(header):
            continue
        target = targets[path]
        reader._steps.append((index, header[index], _step_of(target, index, plan), target))
        if path == "city" or path.endswith((".city",)):
            reader._city_columns.append(index)
    # The name decides over its parts, and a form told apart over the one in the name: so they come last.
    reader._steps.sort(
        key=lambda s: s[3].kind == "whole_name" or (s[3].field is not None and s[3].field.key == "name")
    )
    return reader


def _required(shape: Shape) -> list[str]:
    return [
        f.key
        for f in shape.fields.values()
        if f.required and f.default is None and not f.system and f.writable
    ]


def _step_of(target: Target, index: int, plan: ImportPlan) -> Callable[..., None]:
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
    _r: Reader, row: ParsedRow, column: str, cell: Cell, target: Target, _code: str | None
) -> None:
    text = cells.text_of(cell)
    values = _side(row, target).values
    if values.get("last_name") or values.get("first_name"):
        return
    name = parse_person_name(text)
    for key, part in zip(NAME_FIELDS, (name.last, name.first, name.middle), strict=True):
        if part:
            values.setdefault(key, part[: target.shape.fields[key].params.max_length])
    if name.gender and "gender" in target.shape.fields and name.confidence >= 0.7:
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
    if code in {"other", "foreign"} and "full_name" in target.shape.fields:
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
