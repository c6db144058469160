"""One row of a file on its way into the base: its records, and what was found wrong with its cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from klientura.kernel.errors import Text
from klientura.kit.tabular.model import Cell

type Severity = Literal["error", "warning"]


def group_of(severity: Severity, code: str, column: str) -> str:
    """What issues of the same sort in the same column are counted under."""
    return f"{severity}:{code}:{column}"


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong at one cell. `row` counts as a spreadsheet does; `column` is its title, empty for a whole row."""

    row: int
    column: str
    value: str
    code: str
    message: Text
    severity: Severity = "warning"

    @property
    def group(self) -> str:
        """What issues of the same sort in the same column share."""
        return group_of(self.severity, self.code, self.column)

    def to_json(self) -> dict[str, Any]:
        """The issue as plain data, in the current language."""
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value[:200],
            "code": self.code,
            "message": str(self.message),
            "severity": self.severity,
        }


@dataclass(slots=True)
class Side:
    """One record that a row speaks of: parsed values by field, lines by part, and pieces for the note."""

    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    # Contacts that are the other record's own; this record takes them only while it has none of their kind.
    borrowed: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.values or self.lines)

    def absorb(self, other: "Side") -> dict[str, Any]:
        """Take over what a later row knows of the same record: only what is missing here. Returns what it says otherwise."""
        otherwise: dict[str, Any] = {}
        for key, value in other.values.items():
            if self.values.get(key) is None:
                self.values[key] = value
            elif value is not None and value != self.values[key]:
                otherwise[key] = value
        for key, lines in other.lines.items():
            own = self.lines.setdefault(key, [])
            own.extend(line for line in lines if line not in own)
        self.borrowed.extend(line for line in other.borrowed if line not in self.borrowed)
        self.notes.extend(note for note in other.notes if note not in self.notes)
        return otherwise

    def contacts(self, kinds: Sequence[str]) -> Iterator[str]:
        """The values of its contacts of some kinds, its own first."""
        for line in (*self.lines.get("contact_points", ()), *self.borrowed):
            if line["kind"] in kinds:
                yield line["value"]


@dataclass(slots=True)
class ParsedRow:
    """A row after parsing. `outcome` is set when it is known what became of it."""

    number: int
    cells: Sequence[Cell]
    main: Side = field(default_factory=Side)
    mate: Side = field(default_factory=Side)
    issues: list[Issue] = field(default_factory=list)
    outcome: str = ""
    again: list[str] = field(
        default_factory=list
    )  # groups of issues that were told of an earlier row and hold here too
    holder: Any = None  # the known record that the row's person belongs to

    @property
    def rejected(self) -> bool:
        """Whether the row cannot be imported."""
        return self.outcome == "rejected"

    def reject(self, column: str, value: str, code: str, message: Text) -> None:
        """Refuse the whole row because of one of its cells (an empty column: because of the row itself)."""
        self.outcome = "rejected"
        self.issues.append(Issue(self.number, column, value, code, message, "error"))

    def remark(self, column: str, value: str, code: str, message: Text) -> None:
        """Note a trouble that does not keep the row out."""
        self.issues.append(Issue(self.number, column, value, code, message))

    def remark_again(self, column: str, code: str) -> None:
        """The row counts among those with a trouble of which an earlier row has told already."""
        self.again.append(group_of("warning", code, column))
