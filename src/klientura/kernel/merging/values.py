"""What the kept record will say: its own values, what was chosen, and what it left empty and the others know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import hidden
from klientura.kernel.errors import KernelError
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import FieldShape, Shape

type Stored = Mapping[str, Any]
"""The stored values of a record, by the key of the field."""


class HiddenDiffers(KernelError):
    """The records hold different values that the actor may not see: neither may be lost, nor may they choose."""

    status = 409
    code = "hidden"
    default_message = _(
        "These records differ in something that is closed to you, so you cannot choose between them."
        " Ask your administrator to merge them."
    )


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that are taken from one record together; `leading` are those that tell whether there is anything to take."""

    keys: tuple[str, ...]
    leading: tuple[str, ...]


@dataclass(slots=True)
class Filled:
    """What the kept record lacks and is given: values by field, and which record each comes from."""

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)


def empty(value: Any) -> bool:
    """Whether a stored value says nothing."""
    return value is None or value in ("", [])


def mergeable(each: FieldShape) -> bool:
    """Whether a field is merged at all. What the product keeps by itself, and what only an action changes, stays as it is
    in the kept record."""
    return each.changeable and (not each.system or each.key in {"owner", "team"})


def groups_of(shape: Shape) -> list[Group]:
    """The fields that are merged, in the order of the object: most alone, some only together."""
    fields = shape.fields
    tied: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        (("owner", "team"), ("owner",)),
        (("subject_object", "subject_id"), ("subject_id",)),
        *((tuple(group), tuple(group)) for group in shape.spec.together),
    ]
    for currency in dict.fromkeys(c for f in fields.values() if (c := f.params.currency_field)):
        sums = tuple(k for k, f in fields.items() if f.params.currency_field == currency)
        tied.append(((*sums, currency), sums))
    found: list[Group] = []
    taken: set[str] = set()
    for keys, leading in tied:
        here = tuple(k for k in keys if k in fields)
        taken |= set(here)
        if here and all(mergeable(fields[k]) for k in here):
            found.append(Group(here, tuple(k for k in leading if k in fields)))
    found += [Group((k,), (k,)) for k, f in fields.items() if k not in taken and mergeable(f)]
    order = {k: n for n, k in enumerate(fields)}
    return sorted(found, key=lambda g: order[g.keys[0]])


def fill(
    shape: Shape, kept: Stored, others: Sequence[Stored], *, without: frozenset[str] = frozenset()
) -> Filled:
    """Values of the others for what the kept record leaves empty, of the first that has any; `without` these fields."""
    made = Filled()
    for group in groups_of(shape):
        if without & set(group.keys) or not any(empty(kept.get(k)) for k in group.leading):
            continue
        if all(empty(kept.get(k)) for k in group.leading):
            source = next((o for o in others if any(not empty(o.get(k)) for k in group.leading)), None)
            if source is not None:
                taken = {k: source.get(k) for k in group.keys if source.get(k) != kept.get(k)}
                made.values |= taken
                made.sources |= {k: int(source["id"]) for k in taken}
        elif _sums(shape, group):
            _fill_sums(shape, group, kept, others, made)
    return made


def _sums(shape: Shape, group: Group) -> bool:
    return any(shape.fields[k].params.currency_field for k in group.leading)


def _fill_sums(shape: Shape, group: Group, kept: Stored, others: Sequence[Stored], made: Filled) -> None:
    """A sum joins others that the record holds only in the same currency."""
    currency = shape.fields[group.leading[0]].params.currency_field or ""
    for key in group.leading:
        source = next(
            (o for o in others if not empty(o.get(key)) and o.get(currency) == kept.get(currency)), None
        )
        if empty(kept.get(key)) and source is not None:
            made.values[key], made.sources[key] = source[key], source["id"]


def refuse_hidden(actor: Actor, shape: Shape, records: Sequence[Stored]) -> None:
    """Raise HiddenDiffers when the records hold different values in a field that the actor does not see.

    One of them alone is kept: an empty field is filled by the product, unseen.
    """
    for key in hidden(actor, shape) & set(shape.fields):
        known = [r[key] for r in records if not empty(r.get(key))]
        if mergeable(shape.fields[key]) and any(value != known[0] for value in known[1:]):
            raise HiddenDiffers


def own_links(shape: Shape) -> list[FieldShape]:
    """The fields of the object that point at records of its own table: the parent, the employer."""
    return _own(shape, "reference")


def own_lists(shape: Shape) -> list[FieldShape]:
    """The fields that point at several records of the object's own table."""
    return _own(shape, "references")


def _own(shape: Shape, kind: str) -> list[FieldShape]:
    found = []
    for each in shape.fields.values():
        target = all_shapes().get(each.params.target or "") if each.type.key == kind else None
        if target is not None and target.base == shape.base and each.writable:
            found.append(each)
    return found
