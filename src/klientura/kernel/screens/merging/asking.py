"""What an address or a form of a merge says: which records, which of them is kept, whose values are taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest
from klientura.kernel.merging.choosing import MOST
from klientura.kernel.merging.values import Group, empty
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.web.requests import number

LETTERS = ascii_lowercase[:MOST]
"""The records of a merge have a letter each in its address: ?a=12&b=15."""
TOGETHER = "all"
"""The choice that takes the values of all: of a long text, and of several options."""

type Row = Mapping[str, Any]


@dataclass(slots=True)
class Asked:
    """The records in the order of the address, the one to keep (none chosen yet: None), choices by field, versions seen."""

    ids: list[int]
    kept: int | None = None
    choices: dict[str, str] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)

    def address(self, shape: Shape, **more: Any) -> str:
        """The page of these records."""
        return f"/duplicates/{shape.key}/merge?{urlencode({**dict(zip(LETTERS, self.ids, strict=False)), **more})}"


def read_asked(given: QueryDict) -> Asked:
    """Understand an address or a form. Raises BadRequest for too few records or too many."""
    ids = list(dict.fromkeys(n for letter in LETTERS if (n := number(given.get(letter))) is not None))
    if len(ids) < 2:
        raise BadRequest(_("Choose at least two records to merge."), code="too_few")
    kept = number(given.get("kept"))
    if kept is not None and kept not in ids:
        raise BadRequest(_("Choose which of the records is kept."), code="kept")
    choices = {k.removeprefix("f-"): given.get(k, "") for k in given if k.startswith("f-")}
    versions = {i: v for i in ids if (v := number(given.get(f"version-{i}"))) is not None}
    return Asked(ids, kept, choices, versions)


def source_of(group: Group, kept: Row, others: Sequence[Row], choice: str | None) -> str:
    """Whose values a group of fields takes: as chosen, else the kept record's, else of the first that has any."""
    with_any = [r["id"] for r in (kept, *others) if any(not empty(r.get(k)) for k in group.leading)]
    if choice == TOGETHER or (choice and number(choice) in with_any):
        return choice
    return str(with_any[0]) if with_any else ""


def joinable(shape: Shape, group: Group) -> bool:
    """Whether the values of all records may stand together."""
    kind = shape.fields[group.keys[0]].type
    return len(group.keys) == 1 and (kind.many or kind.key == "long_text")


def joined(each: FieldShape, values: Sequence[Any]) -> Any:
    """The values of all: texts below each other, options as one list; what is said twice stands once."""
    known = [v for v in values if not empty(v)]
    if each.type.many:
        return list(dict.fromkeys(code for value in known for code in value))
    return "\n\n".join(dict.fromkeys(str(v).strip() for v in known))


def chosen_values(
    shape: Shape, groups: Sequence[Group], kept: Row, others: Sequence[Row], choices: Mapping[str, str]
) -> dict[str, Any]:
    """The raw values that the choices amount to; what would come by itself is not among them."""
    raw: dict[str, Any] = {}
    by_id = {str(r["id"]): r for r in (kept, *others)}
    for group in groups:
        choice = choices.get(group.keys[0])
        taken, default = source_of(group, kept, others, choice), source_of(group, kept, others, None)
        if taken == default or not taken:
            continue
        for key in group.keys:
            each = shape.fields[key]
            value = (
                joined(each, [r.get(key) for r in (kept, *others)])
                if taken == TOGETHER and joinable(shape, group)
                else by_id.get(taken, kept).get(key)
            )
            raw[key] = each.type.to_json(value)
    return raw
