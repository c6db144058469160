"""Names in a file that mean nobody here: managers who left, spellings that nobody uses. The user may say whom they mean."""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from klientura.kernel.access.actor import Actor
from klientura.kernel.transfer.cells import text_of
from klientura.kernel.transfer.models import Import
from klientura.kernel.transfer.paths import targets
from klientura.kernel.transfer.plan import ImportPlan, plan_from_json
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
    if cache.is_file():
        kept: Mapping[str, Any] = json.loads(cache.read_text(encoding="utf-8"))
        if kept["mark"] == mark:
            return kept
    spelt: dict[str, str] = {}
    numbers: Counter[str] = Counter()
    rows, cut, end = 0, False, time.monotonic() + MOST_SECONDS
    for row in read_rows(path, options):
        if rows >= MOST_ROWS or (rows % 1_000 == 0 and time.monotonic() > end):
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
    cache.write_text(json.dumps(found), encoding="utf-8")
    return found


def remembered(actor: Actor) -> tuple[tuple[str, int], ...]:
    """Whom the user said such names mean, as of their last import: each carries on what those before it knew."""
    last = Import.objects.filter(actor_id=actor.user_id or 0).order_by("-id").first()
    return plan_from_json(last.plan).people if last is not None and last.plan else ()
