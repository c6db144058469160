"""What the lathe of the demo company may be fitted with, and a deal in which it was chosen."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current
from klientura.kernel.store import write
from klientura.modules.catalog.queries.options import configurators

# Group → (at least, at most, options: names, catalogue price, surcharge, up to, to begin with) in Russian and in English.
GROUPS: Final = {
    ("Патрон", "Chuck"): (1, 1, (
        ("Патрон 200 мм", "Chuck 200 mm", 42_000, "0", None, True),
        ("Патрон 315 мм", "Chuck 315 mm", 96_000, "54000", None, False),
    )),
    ("Система управления", "Controls"): (1, 1, (
        ("Индикация УЦИ", "Digital readout", 118_000, None, None, True),
        ("ЧПУ Альфа-Т", "CNC Alpha-T", 690_000, None, None, False),
    )),
    ("Дополнительно", "Extras"): (0, None, (
        ("Насос СОЖ", "Coolant pump", 31_500, None, None, False),
        ("Светильник рабочей зоны", "Work lamp", 6_400, None, "4", False),
        ("Люнет подвижный", "Follow rest", 27_800, None, None, False),
        ("Руководство и паспорт", "Manual and passport", 0, "0", None, True),
    )),
}  # fmt: skip
# (kind, one option, the other one)
RULES: Final = (("requires", "ЧПУ Альфа-Т", "Насос СОЖ"), ("excludes", "Патрон 315 мм", "Люнет подвижный"))
CHOSEN: Final = (
    "Патрон 315 мм",
    "ЧПУ Альфа-Т",
    "Насос СОЖ",
    "Светильник рабочей зоны",
    "Руководство и паспорт",
)
DEAL: Final = {"ru": "Станок в комплектации с ЧПУ", "en": "Lathe with CNC"}


def _named(tongue: str) -> dict[str, str]:
    """The names of options by their Russian ones."""
    place = 0 if tongue == "ru" else 1
    return {option[0]: str(option[place]) for _least, _most, options in GROUPS.values() for option in options}


def _costs() -> list[dict[str, Any]]:
    """What the lathe costs: dearer since the year began."""
    own = current().currency
    return [
        {"cost": "985000", "currency": own, "delivery": "2"},
        {"valid_from": "2026-01-01", "cost": "1060000", "currency": own, "delivery": "2.5"},
    ]


def write_options(
    maker: Actor, tongue: str, product: int, alike: Mapping[str, Any], operation_id: int
) -> int:
    """Write the options of a product, their groups and the rules between them; return how many records."""
    place = 0 if tongue == "ru" else 1
    options = [option for _least, _most, held in GROUPS.values() for option in held]
    rows = [
        {"name": o[place], "code": f"8{n:03}", "kind": "goods", "price": str(o[2]), "currency": current().currency, **alike}
        for n, o in enumerate(options, start=1)
    ]  # fmt: skip
    made = write.create_many(maker, shape_of("product"), rows, operation_id=operation_id)
    numbers = {option[0]: pk for option, pk in zip(options, made, strict=True)}
    for order, (names, (least, most, held)) in enumerate(GROUPS.items(), start=1):
        group = {
            "product": product, "name": names[place], "place": order, "at_least": least, "at_most": most,
            "options": [{"product": numbers[o[0]], "price": o[3], "most": o[4], "by_default": o[5]} for o in held],
        }  # fmt: skip
        write.create(maker, shape_of("option_group"), group, operation_id=operation_id)
    rules = [{"kind": kind, "option": numbers[one], "other": numbers[other]} for kind, one, other in RULES]
    write.update(
        maker,
        shape_of("product"),
        product,
        {"option_rules": rules, "costs": _costs()},
        operation_id=operation_id,
    )
    return len(options) + len(GROUPS)


def configured_deal(tongue: str, client: Mapping[str, Any], product: int, day: dt.date) -> dict[str, Any]:
    """A deal whose lathe was fitted out."""
    names = _named(tongue)
    made = configurators({product})[product]
    by_name = {option.name: option for option in made.options.values()}
    chosen = [by_name[names[each]] for each in CHOSEN]
    said = ",".join(f"{o.product}x{o.quantity.normalize():f}" for o in chosen)
    head = {
        "product": product,
        "quantity": "1",
        "configuration": f"1:{said}",
    }
    parts = [{"product": o.product, "configuration": "1"} for o in chosen if not o.is_included]
    return {
        "name": DEAL[tongue], "party": client["id"], "owner": client["owner"].id if client["owner"] else None,
        "close_date": day.isoformat(), "lines": [head, *parts],
    }  # fmt: skip
