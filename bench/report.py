"""Run all benchmarks (or take what they left) and write the table of docs/developer/performance.md anew.

python -m bench.report [--scale 1] [--data DIR] [--kept]
"""

import datetime as dt
import subprocess
import sys

from bench import base
from bench.figures import Figure, kept_figures

PAGE = base.ROOT / "docs" / "developer" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
SCRIPTS = ("lists", "search", "board", "writes", "startup", "imports")


def main() -> int:
    parser = base.arguments(__doc__)
    parser.add_argument("--kept", action="store_true", help="run nothing, take the results that are there")
    options = parser.parse_args()
    worst = 0
    for name in () if options.kept else SCRIPTS:
        more = (
            ["--rows", str(max(200, int(100_000 * options.scale)))]
            if name == "imports"
            else ["--scale", str(options.scale)]
        )
        if options.data and name != "imports":
            more += ["--data", str(options.data)]
        worst = max(
            worst,
            subprocess.run(
                [sys.executable, "-m", f"bench.{name}", *more], cwd=base.ROOT, check=False
            ).returncode,
        )
    text = PAGE.read_text(encoding="utf-8")
    head, _begin, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    PAGE.write_text(f"{head}{BEGIN}\n{_table()}\n{END}{tail}", encoding="utf-8")
    return worst


def _table() -> str:
    lines = [
        f"Written by `python -m bench.report` on {dt.date.today():%Y-%m-%d}.", "",
        "| what | measured | limit | |", "|---|---|---|---|",
    ]  # fmt: skip
    for name in SCRIPTS:
        try:
            scale, figures = kept_figures(name)
        except FileNotFoundError:
            continue
        lines += [_row(f, scale) for f in figures]
    return "\n".join(lines)


def _row(figure: Figure, scale: float) -> str:
    places = 0 if figure.unit in {"MB", "rows/s"} else 2
    limit = "" if figure.limit is None else f"≤ {figure.limit:g} {figure.unit}"
    remarks = [
        r
        for r in (
            figure.remark,
            "**missed**" if figure.missed else "",
            "" if scale >= 1 else f"scale {scale:g}",
        )
        if r
    ]
    return f"| {figure.what} | {figure.value:,.{places}f} {figure.unit} | {limit} | {'; '.join(remarks)} |"


if __name__ == "__main__":
    sys.exit(main())
