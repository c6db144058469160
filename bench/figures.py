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
    RESULTS.mkdir(parents=True, exist_ok=True)
    kept = {"scale": scale, "figures": [asdict(f) for f in figures]}
    (RESULTS / f"{name}.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1))
    return 1 if any(f.fails(scale) for f in figures) else 0


def kept_figures(name: str) -> tuple[float, list[Figure]]:
    """The figures of the last run of a script with its scale. Raises FileNotFoundError."""
    kept = json.loads((RESULTS / f"{name}.json").read_text())
    return kept["scale"], [Figure(**f) for f in kept["figures"]]
