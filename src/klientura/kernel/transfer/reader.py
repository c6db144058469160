"""From the cells of a row to the records it speaks of. Compiled once per plan, called once per row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, NamedTuple

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import REQUIRED
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.transfer import cells
from klientura.kernel.transfer.paths import Target
from klientura.kernel.transfer.plan import ImportPlan
from klientura.kernel.transfer.rows import ParsedRow, Side
from klientura.kernel.transfer.ties import mate_shape, tie_of
from klientura.kit.formats import Language
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
LOCKED = _("You may not fill this in, so it was left out.")
FATAL = frozenset({"nul", "encoding"})


@dataclass(frozen=True, slots=True)
class Wish:
    """A cell that names another record or a user; whom it means is found for many rows at once."""

    row: ParsedRow
    side: Side
    field: FieldShape
    text: str
    column: str


class Step(NamedTuple):
    """One used column: its place, its title, what is done with its cells, and where they go."""

    place: int
    column: str
    act: Callable[..., None]
    target: Target


@dataclass(slots=True)
class Reader:
    """What parsing the rows of one plan needs. `wishes` collects references of the rows parsed so far."""

    plan: ImportPlan
    header: Sequence[str]
    has_note: bool
    open_keys: Mapping[str, frozenset[str]]  # by object: the fields and parts that the actor may fill in
    steps: Sequence[Step]
    city_columns: Sequence[int]
    wishes: list[Wish] = field(default_factory=list)
    told: set[tuple[str, str]] = field(default_factory=set)  # what has been remarked on once and for all
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
            (c for i in self.city_columns if raw.cells[i] and (c := cells.area_code(str(raw.cells[i])))),
            None,
        )
        for index, column, step, target in self.steps:
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
        self._check_mate(row)
        self._drop_locked(row, row.main, main)
        if row.mate and (mate := mate_shape(main)) is not None:
            self._drop_locked(row, row.mate, mate)
        person = {"last_name", "first_name"} <= set(main.fields)
        if person and not (row.main.values.get("last_name") or row.main.values.get("first_name")):
            row.reject("", "", "required", _("There is no name in this row."))
        sought = {w.field.key for w in takewhile(lambda w: w.row is row, reversed(self.wishes))}
        for key in _required(main):
            if row.main.values.get(key) is None and key not in sought:
                row.reject(str(main.fields[key].label), "", "required", REQUIRED)

    def _drop_locked(self, row: ParsedRow, side: Side, shape: Shape) -> None:
        """A cell may say more than the field it goes to (a legal form in a name): that needs its own right."""
        allowed = self.open_keys[shape.key]
        language: Language = "en" if (translation.get_language() or "").startswith("en") else "ru"
        for key in [k for k in side.values if k not in allowed]:
            value = side.values.pop(key)
            field = shape.fields[key]
            row.remark(str(field.label), field.type.display(value, field.params, language), "locked", LOCKED)
        for key in [k for k in side.lines if k not in allowed]:
            lines = side.lines.pop(key)
            said = ", ".join(str(line.get("value") or "") for line in lines)
            row.remark(str(shape.parts[key].label), said, "locked", LOCKED)

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
        if "contact_points" not in self.open_keys[tie.member]:
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


def _required(shape: Shape) -> list[str]:
    return [
        f.key
        for f in shape.fields.values()
        if f.required and f.default is None and not f.system and f.writable
    ]
