"""Names in a file that mean nobody here: managers who left, spellings that nobody uses. The user may say whom they mean."""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from klientura.kernel.access.actor import Actor
from klientura.kernel.transfer.cells import text_of
from klientura.kernel.transfer.models import Import
from klientura.kernel.transfer.paths import targets
from klientura.kernel.transfer.plan import MAX_PEOPLE, ImportPlan
from klientura.kernel.transfer.wishes import Users
from klientura.kit.tabular.model import TableInfo
from klientura.kit.tabular.reading import read_rows
from klientura.kit.text import fold

MOST_NAMES = 30
MOST_ROWS = 200_000
MOST_SECONDS = 3.0
"""A page waits no longer for the names; those of a larger file are counted in its first rows."""
_KEPT = 1_000
CACHE = "names.json"
LATEST = 50
"""So many imports back it is remembered whom a name means."""


@dataclass(frozen=True, slots=True)
class Strangers:
    """Unknown names with their rows, the most frequent first; `rows` were looked at, `cut` tells that there are more."""

    names: tuple[tuple[str, int], ...] = ()
    rows: int = 0
    cut: bool = False


def strangers(actor: Actor, plan: ImportPlan, path: Path, table: TableInfo) -> Strangers:
    """Those in the columns of users whom no user's name fits. Once counted, the names are kept beside the file."""
    offered = targets(actor, plan.shape)
    places = [
        place
        for place, column in enumerate(plan.columns)
        if column in offered and (field := offered[column].field) is not None and field.type.key == "user"
    ]
    if not places:
        return Strangers()
    counted = _counted(path, table, places)
    users = Users()
    unknown = [(name, number) for name, number in counted["names"] if users.find(name) is None]
    return Strangers(tuple(unknown[:MOST_NAMES]), counted["rows"], counted["cut"])


def _counted(path: Path, table: TableInfo, places: Sequence[int]) -> Mapping[str, Any]:
    options = table.options()
    mark = [options.kind, options.encoding, options.delimiter, options.sheet, options.header_row, *places]
    cache = path.parent / CACHE
    kept = _kept(cache)
    if kept is not None and kept["mark"] == mark:
        return kept
    spelt: dict[str, str] = {}
    numbers: Counter[str] = Counter()
    rows, cut, end = 0, False, time.monotonic() + MOST_SECONDS
    for row in read_rows(path, options):
        # A workbook is loaded whole before its first row comes: however long that took, it has rows to look at.
        if rows >= MOST_ROWS or (rows and rows % 1_000 == 0 and time.monotonic() > end):
            cut = True
            break
        rows += 1
        for place in places:
            if place < len(row.cells) and (text := text_of(row.cells[place]).strip()):
                folded = fold(text)
                spelt.setdefault(folded, text)
                numbers[folded] += 1
    names = [[spelt[folded], number] for folded, number in numbers.most_common(_KEPT)]
    found = {"mark": mark, "names": names, "rows": rows, "cut": cut}
    if rows:
        _keep(cache, found)
    return found


def _kept(cache: Path) -> Mapping[str, Any] | None:
    """What was counted before; a file that was spoilt is counted anew."""
    try:
        kept: Mapping[str, Any] = json.loads(cache.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return kept


def _keep(cache: Path, found: Mapping[str, Any]) -> None:
    """Two tabs may count at once: each puts a whole file in place."""
    with NamedTemporaryFile("w", encoding="utf-8", dir=cache.parent, delete=False) as fresh:
        json.dump(found, fresh)
    Path(fresh.name).replace(cache)


def remembered(actor: Actor) -> tuple[tuple[str, int], ...]:
    """Whom the user said such names mean, in the latest of their imports that were checked; the newest choice stands last.

    A file that was only brought has chosen nothing. The number of nobody is 0: that too may have been said.
    """
    latest = Import.objects.filter(actor_id=actor.user_id or 0).exclude(job_id=None).order_by("-job_id")
    chosen: dict[str, tuple[str, int]] = {}
    for plan in latest.values_list("plan", flat=True)[:LATEST]:
        for name, user_id in reversed((plan or {}).get("people", ())):
            chosen.setdefault(fold(name), (name, user_id))
    return tuple(reversed(chosen.values()))[-MAX_PEOPLE:]
