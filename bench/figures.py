"""What a benchmark has found: printed as a table, kept for the report, held against its limits."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

RESULTS = Path(__file__).parents[1] / ".cache" / "bench" / "results"
TOLERANCE = 1.25
"""A limit is missed for the exit code when it is missed by more than this: the machine is never quite quiet."""

type Unit = Literal["ms", "×", "s", "MB", "rows/s"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. Ratios count at every scale, everything else only at full scale."""

    what: str
    value: float
    unit: Unit
    limit: float | None = None
    remark: str = ""

    @property
    def missed(self) -> bool:
        """Whether the number is beyond its limit."""
        return self.limit is not None and self.value > self.limit

    def fails(self, scale: float) -> bool:
        """Whether the script must say so by its exit code."""
        counts = self.unit == "×" or scale >= 1
        return counts and self.limit is not None and self.value > self.limit * TOLERANCE


def finish(name: str, figures: Sequence[Figure], scale: float) -> int:
    """Print the figures, keep them for the report, and return the exit code."""
    for f in figures:
        limit = "" if f.limit is None else f"≤ {f.limit:g}"
        mark = "missed" if f.missed else ""
        print(f"{f.what:52s} {f.value:9.2f} {f.unit:6s} {limit:8s} {mark:7s} {f.remark}", flush=True)
    kept = _file(name, scale)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps([asdict(f) for f in figures], ensure_ascii=False, indent=1))
    return 1 if any(f.fails(scale) for f in figures) else 0


def kept_figures(name: str, scale: float) -> list[Figure]:
    """The figures of the last run of a script at this scale; none when it has not run."""
    kept = _file(name, scale)
    return [Figure(**f) for f in json.loads(kept.read_text())] if kept.exists() else []


def _file(name: str, scale: float) -> Path:
    return RESULTS / f"{scale:g}" / f"{name}.json"
