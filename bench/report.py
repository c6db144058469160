"""Run all benchmarks (or take what they left) and write the table of docs/developer/performance.md anew.

python -m bench.report [--scale 1] [--data DIR] [--kept]
"""

import argparse
import datetime as dt
import subprocess
import sys

from bench import base, imports
from bench.figures import Figure, kept_figures

PAGE = base.ROOT / "docs" / "developer" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
SCRIPTS = (
    "lists",
    "search",
    "scope",
    "board",
    "writes",
    "bulk",
    "startup",
    "imports",
    "schema",
    "segments",
    "maps",
    "scan",
    "timeline",
    "untouched",
)


def main() -> int:
    parser = base.arguments(__doc__)
    parser.add_argument("--kept", action="store_true", help="run nothing, take the results that are there")
    options = parser.parse_args()
    worst = 0 if options.kept else max(_run(name, options) for name in SCRIPTS)
    text = PAGE.read_text(encoding="utf-8")
    head, _begin, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    PAGE.write_text(f"{head}{BEGIN}\n{_table(options.scale)}\n{END}{tail}", encoding="utf-8")
    return worst


def _run(name: str, options: argparse.Namespace) -> int:
    if name == "imports":
        more = ["--rows", str(max(200, int(imports.FULL * options.scale)))]
    else:
        more = ["--scale", str(options.scale), *(["--data", str(options.data)] if options.data else [])]
    command = [sys.executable, "-m", f"bench.{name}", *more]
    return subprocess.run(command, cwd=base.ROOT, check=False).returncode


def _table(scale: float) -> str:
    lines = [
        f"Written by `python -m bench.report` on {dt.date.today():%Y-%m-%d}.", "",
        "| what | measured | limit | |", "|---|---|---|---|",
    ]  # fmt: skip
    lines += [_row(f, scale) for name in SCRIPTS for f in kept_figures(name, scale)]
    return "\n".join(lines)


def _row(figure: Figure, scale: float) -> str:
    places = 0 if figure.unit in {"MB", "rows/s"} else 2
    limit = "" if figure.limit is None else f"≤ {figure.limit:g} {figure.unit}"
    missed = "**missed**" if figure.missed else ""
    remarks = "; ".join(r for r in (figure.remark, missed, "" if scale >= 1 else f"scale {scale:g}") if r)
    return f"| {figure.what} | {figure.value:,.{places}f} {figure.unit} | {limit} | {remarks} |"


if __name__ == "__main__":
    sys.exit(main())
