"""What an import has to say: counts, the first issues, and files with all of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _now

from klientura.kernel.transfer.cells import text_of
from klientura.kernel.transfer.rows import Issue, ParsedRow
from klientura.kit.tabular.model import TableInfo
from klientura.kit.tabular.writing import write_csv

MAX_ISSUES = 1000
MAX_EXAMPLES = 50
"""Of one sort so many issues are shown; the files hold all of them."""
REJECTED, REMARKS = "rejected.csv", "remarks.csv"


@dataclass(slots=True)
class Report:
    """Grows with the import. The files lie in `folder`: rejected rows as they were, with the reason; all remarks."""

    folder: Path
    table: TableInfo
    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)  # by severity, code and column
    told: Counter[str] = field(
        default_factory=Counter
    )  # the same without rows of which an earlier one has told
    issues: list[dict[str, Any]] = field(default_factory=list)

    def start(self) -> None:
        """Begin empty files."""
        for name in (REJECTED, REMARKS):
            (self.folder / name).unlink(missing_ok=True)

    def add(self, rows: Sequence[ParsedRow]) -> None:
        """Take in a finished chunk."""
        for row in rows:
            self.rows += 1
            self.counts[row.outcome or "skipped"] += 1
            if any(issue.severity == "warning" for issue in row.issues) and not row.rejected:
                self.counts["with_remarks"] += 1
            for issue in row.issues:
                self.codes[f"{issue.severity}:{issue.code}"] += 1
                self.groups[issue.group] += 1
                self.told[issue.group] += 1
                if len(self.issues) < MAX_ISSUES and self.told[issue.group] <= MAX_EXAMPLES:
                    self.issues.append(issue.to_json())
            self.groups.update(row.again)
        self._write(
            REJECTED, [_rejected(r) for r in rows if r.rejected], [*self.table.header, _now("Reason")]
        )
        header = [_now("Row"), _now("Column"), _now("Value"), _now("What is wrong")]
        self._write(REMARKS, [_remark(i) for r in rows for i in r.issues], header)

    def _write(self, name: str, rows: list[list[str]], header: list[str]) -> None:
        if not rows:
            return
        path = self.folder / name
        fresh = not path.exists()
        is_csv = self.table.kind == "csv"
        encoding = self.table.encoding if is_csv else "utf-8-sig"
        if name == REMARKS and encoding == "utf-8":
            encoding = "utf-8-sig"
        with path.open("ab") as stream:
            write_csv(
                [header, *rows] if fresh else rows,
                stream,
                delimiter=self.table.delimiter if is_csv else ";",
                encoding=encoding,
            )

    def sizes(self) -> dict[str, int]:
        """How long the files are now, for a checkpoint."""
        return {
            n: (self.folder / n).stat().st_size for n in (REJECTED, REMARKS) if (self.folder / n).exists()
        }

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "rows": self.rows,
            "counts": dict(self.counts),
            "codes": dict(self.codes),
            "groups": dict(self.groups),
            "told": dict(self.told),
            "issues": self.issues,
        }

    def resume(self, data: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
        """Go on from a checkpoint: what the files got after it is cut off."""
        self.rows = data["rows"]
        self.counts, self.codes = Counter(data["counts"]), Counter(data["codes"])
        self.groups = Counter(data.get("groups", {}))
        self.told = Counter(data.get("told", {}))
        self.issues = list(data["issues"])
        for name in (REJECTED, REMARKS):
            path = self.folder / name
            if name not in sizes:
                path.unlink(missing_ok=True)
            elif path.exists():
                with path.open("r+b") as stream:
                    stream.truncate(sizes[name])


def _rejected(row: ParsedRow) -> list[str]:
    reasons = [
        f"{i.column}: {i.message}" if i.column else str(i.message)
        for i in row.issues
        if i.severity == "error"
    ]
    return [*(text_of(cell) for cell in row.cells), "; ".join(reasons)]


def _remark(issue: Issue) -> list[str]:
    return [str(issue.row), issue.column, issue.value, str(issue.message)]
