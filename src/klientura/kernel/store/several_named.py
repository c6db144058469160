"""What was read, with the tags and files themselves in place of their codes and numbers."""

from collections.abc import Iterable, Sequence
from typing import Any

from klientura.kernel.files import keeping
from klientura.kernel.objects.shape import FieldShape
from klientura.kernel.tags import dictionary


def name_values(fields: Sequence[FieldShape], rows: Sequence[dict[str, Any]]) -> None:
    """Name the tags and the files of some rows; one query for each, and none where no row has any."""
    _name_tags(fields, rows)
    filed = [f for f in fields if f.type.key == "file"]
    numbers = {n for f in filed for row in rows for n in row[f.key] or ()}
    if numbers:
        found = keeping.looked_up(numbers)
        for field in filed:
            for row in rows:
                if row[field.key]:
                    row[field.key] = keeping.shown(row[field.key], found)


def _name_tags(fields: Iterable[FieldShape], rows: Sequence[dict[str, Any]]) -> None:
    tagged = [f for f in fields if f.params.dictionary]
    if not tagged:
        return
    codes = {f.params.dictionary: [c for row in rows for c in row[f.key] or ()] for f in tagged}
    found = dictionary.looked_up({name: some for name, some in codes.items() if some})
    for field in tagged:
        for row in rows:
            if row[field.key]:
                row[field.key] = dictionary.shown(field.params.dictionary, row[field.key], found)
