"""Configurations in the lines of a record: the line of the product keeps what was chosen, its options stand in lines below it.

What is included in the price is named in the line of the product; all else is a line of its own, as an accountant reads it
(ADR 30). Taking such a line out takes the option out. Nothing here is read for lines without configurations.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klientura.kernel.objects.batch import Draft
from klientura.kit.sums import rounded
from klientura.modules.catalog.queries.options import configurators
from klientura.modules.catalog.rules.options import (
    Chosen,
    Configurator,
    Fault,
    Written,
    faults,
    read_written,
    written,
)

type Line = dict[str, Any]

KEPT: Final = "configuration"
"""The column of a line that tells which configuration it belongs to."""
LONGEST_NAME: Final = 500
EXACT: Final = Decimal("0.001")
TOO_MUCH: Final = Decimal(10) ** 12
"""What columns of quantities hold: three places after the comma, twelve before it."""


class OwnPrice(NamedTuple):
    """What an option costs within a configuration, whatever the catalogue asks for it alone."""

    price: Decimal
    currency: str


class Held(NamedTuple):
    """A configuration as it stands among lines: the place of its product, those of its options, what was chosen."""

    place: int
    head: int
    parts: Mapping[int, int]
    """Product of an option → place of its line."""
    said: Written


def held_in(lines: Sequence[Mapping[str, Any]]) -> list[Held]:
    """The configurations among some lines; a line whose product is not there belongs to none."""
    read = {place: said for place, line in enumerate(lines) if (said := read_written(line.get(KEPT)))}
    found: list[Held] = []
    for place, said in read.items():
        head = number_of(lines[place].get("product"))
        if said.chosen is None or head is None or any(h.said.key == said.key for h in found):
            continue
        parts: dict[int, int] = {}
        for other, each in read.items():
            product = number_of(lines[other].get("product"))
            if each.chosen is None and each.key == said.key and product is not None:
                parts.setdefault(product, other)
        found.append(Held(place, head, parts, said))
    return found


def configurators_of(lines: Iterable[Mapping[str, Any]]) -> dict[int, Configurator]:
    """What the configured products among some lines may be fitted with."""
    found = (line for line in lines if ":" in (line.get(KEPT) or ""))
    return configurators({head for line in found if (head := number_of(line.get("product")))})


def settle(
    part: str, draft: Draft, before: Mapping[int, Line], known: Mapping[int, Configurator]
) -> dict[int, OwnPrice]:
    """Hold the lines of configurations together and refuse a choice that breaks a rule; by place, prices of options.

    A choice that stands in the record already is kept as it was agreed, whatever the product offers by now.
    """
    lines = draft.parts[part]
    prices: dict[int, OwnPrice] = {}
    belonging: set[int] = set()
    _refuse_doubles(part, draft)
    for held in held_in(lines):
        head = lines[held.place]
        made = known.get(held.head)
        old = before.get(head.get("id") or 0)
        chosen = _still_chosen(held, made, before)
        head[KEPT] = written(held.said.key, chosen)
        stood = old is not None and old["product"] == held.head and old[KEPT] == head[KEPT]
        if not stood:
            _refuse(part, draft, held, made, chosen)
        belonging |= {held.place, *(place for product, place in held.parts.items() if product in chosen)}
        for product, place in held.parts.items():
            if product in chosen:
                much = rounded(chosen[product] * (head["quantity"] or Decimal(0)), EXACT)
                if much >= TOO_MUCH:
                    draft.refuse(f"{part}.{held.place}.quantity", "range", _("This is too much."))
                    continue
                _follow(part, draft, place, before.get(lines[place].get("id") or 0), much)
        if made is not None:
            prices |= _own_prices(made, held, chosen)
            if head.get("name") is None:
                head["name"] = name_with(made, chosen)
    for place, line in enumerate(lines):
        if line.get(KEPT) is not None and place not in belonging:
            line[KEPT] = None  # its product went: what is left is a line as any other
    return prices


def _refuse_doubles(part: str, draft: Draft) -> None:
    """Two products of a record cannot be one configuration: the lines of its options would belong to both."""
    seen: set[int] = set()
    for place, line in enumerate(draft.parts[part]):
        said = read_written(line.get(KEPT))
        if said is None or said.chosen is None:
            continue
        if said.key in seen:
            text = _("Another line has the configuration No. {n}. Give this one a number of its own.")
            draft.refuse(f"{part}.{place}.{KEPT}", "twice", text.format(n=said.key))
        seen.add(said.key)


def _still_chosen(held: Held, made: Configurator | None, before: Mapping[int, Line]) -> dict[int, Decimal]:
    """What was chosen, without options whose lines were taken out; what is included has none, and stays."""
    known = {h.said.key: h for h in held_in(list(before.values()))}.get(held.said.key)
    without_line = set(known.said.chosen or ()) - set(known.parts) if known else set()
    lines_before = set(known.parts) if known else set()
    options = made.options if made else {}
    included = {pk for pk, option in options.items() if option.is_included} - lines_before
    return {
        product: quantity
        for product, quantity in (held.said.chosen or {}).items()
        if product in held.parts or product in without_line or product in included
    }


def _refuse(part: str, draft: Draft, held: Held, made: Configurator | None, chosen: Chosen) -> None:
    where = f"{part}.{held.place}.product"
    if made is None:
        draft.refuse(where, "configuration", _("There is nothing to choose for this product."))
        return
    for fault in faults(made, chosen):
        draft.refuse(where, "configuration", fault_words(fault))


def _follow(part: str, draft: Draft, place: int, old: Line | None, much: Decimal) -> None:
    """As many of an option as all products of the line take; who says another number is told where that is said."""
    line = draft.parts[part][place]
    if old is not None and line.get("quantity") not in (old["quantity"], much):
        text = _("{much} of it go with the product. To change that, open its configuration.")
        draft.refuse(f"{part}.{place}.quantity", "follows", text.format(much=f"{much.normalize():f}"))
    line["quantity"] = much


def _own_prices(made: Configurator, held: Held, chosen: Chosen) -> dict[int, OwnPrice]:
    return {
        place: OwnPrice(price, made.currency)
        for product, place in held.parts.items()
        if product in chosen
        and (option := made.options.get(product)) is not None
        and (price := option.price) is not None
    }


def own_prices(lines: Sequence[Mapping[str, Any]]) -> dict[int, OwnPrice]:
    """By place, what options among stored lines cost within their configurations."""
    known = configurators_of(lines)
    found: dict[int, OwnPrice] = {}
    for held in held_in(lines) if known else ():
        if (made := known.get(held.head)) is not None and held.said.chosen is not None:
            found |= _own_prices(made, held, held.said.chosen)
    return found


def outdated(lines: Sequence[Mapping[str, Any]]) -> list[tuple[int, str]]:
    """By place, in words, what of configurations no longer fits what their products offer by now."""
    known = configurators_of(lines)
    found: list[tuple[int, str]] = []
    for held in held_in(lines) if any(":" in (line.get(KEPT) or "") for line in lines) else ():
        made, chosen = known.get(held.head), held.said.chosen or {}
        if made is None:
            found.append((held.place, _("There is nothing to choose for this product.")))
        else:
            found += [(held.place, fault_words(fault)) for fault in faults(made, chosen)]
    return found


def name_with(made: Configurator, chosen: Chosen) -> str:
    """How papers call a product: with what is included in its price."""
    included = [
        option.name
        if chosen[option.product] == 1
        else f"{option.name} × {chosen[option.product].normalize():f}"
        for option in made.options.values()
        if option.product in chosen and option.is_included
    ]
    if not included:
        return made.name[:LONGEST_NAME]
    text = _("{name} (fitted with: {options})").format(name=made.name, options=", ".join(included))
    return text[:LONGEST_NAME]


def fault_words(fault: Fault) -> str:
    """What is said of a choice that breaks a rule."""
    count = int(fault.limit) if fault.limit is not None else 0
    match fault.kind:
        case "unknown":
            return _("One of the options is not offered any more. Open the configuration and choose anew.")
        case "quantity":
            text = _("“{name}” goes in up to {most} times.")
            return text.format(name=fault.names[0], most=f"{(fault.limit or Decimal(0)).normalize():f}")
        case "few":
            text = ngettext(
                "In “{name}” at least {n} option is chosen.",
                "In “{name}” at least {n} options are chosen.",
                count,
            )
            return text.format(name=fault.names[0], n=count)
        case "many":
            text = ngettext(
                "In “{name}” no more than {n} option is chosen.",
                "In “{name}” no more than {n} options are chosen.",
                count,
            )
            return text.format(name=fault.names[0], n=count)
        case "requires":
            return _("“{name}” needs “{other}” with it.").format(name=fault.names[0], other=fault.names[1])
        case "excludes":
            return _("“{name}” does not go with “{other}”.").format(name=fault.names[0], other=fault.names[1])


def number_of(value: Any) -> int | None:
    """The number of a product, however the line says it."""
    found: int | None = getattr(value, "id", value)
    return found
