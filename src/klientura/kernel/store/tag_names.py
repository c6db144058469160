"""What was read, with the tags themselves in place of their codes."""

from collections.abc import Iterable, Sequence
from typing import Any

from klientura.kernel.objects.shape import FieldShape
from klientura.kernel.tags import dictionary


def name_tags(fields: Iterable[FieldShape], rows: Sequence[dict[str, Any]]) -> None:
    """Name the tags of some rows; one query, and none where no row has any."""
    tagged = [f for f in fields if f.params.dictionary]
    if not tagged:
        return
    codes = {f.params.dictionary: [c for row in rows for c in row[f.key] or ()] for f in tagged}
    found = dictionary.looked_up({name: some for name, some in codes.items() if some})
    for field in tagged:
        for row in rows:
            if row[field.key]:
                row[field.key] = dictionary.shown(field.params.dictionary, row[field.key], found)
