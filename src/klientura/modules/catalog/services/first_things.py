"""Units, taxes and the price list that every installation starts with."""

import datetime as dt
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current
from klientura.kernel.store import write
from klientura.modules.catalog.models import PriceList, Tax, Unit

# Rates of the Russian value added tax by the days they began (article 164 of the tax code; 22 % by law 425-ФЗ of 28.11.2025).
STANDARD: Final = (("2004-01-01", "18"), ("2019-01-01", "20"), ("2026-01-01", "22"))
REDUCED: Final = (("2004-01-01", "10"),)
SIMPLIFIED: Final = "2025-01-01"  # from which payers of the simplified tax pay VAT of 5 or 7 %


def ensure_catalogue(actor: Actor) -> None:
    """Make units, taxes and the first price list, named in the current language, where there are none."""
    if not Unit.objects.exists():
        write.create_many(actor, shape_of("unit"), _units())
    if not Tax.objects.exists():
        write.create_many(actor, shape_of("tax"), _taxes())
    if not PriceList.objects.exists():
        write.create(
            actor, shape_of("price_list"), {"name": _("Base price list"), "currency": current().currency, "place": 1}
        )  # fmt: skip


def _units() -> list[dict[str, object]]:
    """The units that are sold by most often, with their codes of the Russian classifier (ОКЕИ)."""
    named = (
        (pgettext("unit", "pcs"), _("piece"), "796", 0),
        (pgettext("unit", "pack"), _("pack"), "778", 0),
        (pgettext("unit", "set"), _("set"), "839", 0),
        (pgettext("unit", "kg"), _("kilogram"), "166", 3),
        (pgettext("unit", "t"), _("tonne"), "168", 3),
        (pgettext("unit", "l"), _("litre"), "112", 3),
        (pgettext("unit", "m"), _("metre"), "006", 3),
        (pgettext("unit", "m²"), _("square metre"), "055", 3),
        (pgettext("unit", "m³"), _("cubic metre"), "113", 3),
        (pgettext("unit", "h"), _("hour"), "356", 2),
        (pgettext("unit", "day"), _("day"), "359", 0),
        (pgettext("unit", "month"), _("month"), "362", 0),
        (pgettext("unit", "service"), _("service, unit of"), "876", 0),
    )
    return [{"symbol": s, "name": n, "code": code, "places": places} for s, n, code, places in named]


def _taxes() -> list[dict[str, object]]:
    year = dt.date.fromisoformat
    kinds = (
        (_("VAT, standard rate"), STANDARD, False),
        (_("VAT 10 %"), REDUCED, False),
        (_("VAT 0 %"), (("2004-01-01", "0"),), False),
        (_("Without VAT"), (), False),
        (_("VAT 5 % (simplified tax)"), ((SIMPLIFIED, "5"),), False),
        (_("VAT 7 % (simplified tax)"), ((SIMPLIFIED, "7"),), False),
        (_("VAT calculated, standard rate (of an advance)"), STANDARD, True),
        (_("VAT 10/110 (of an advance)"), REDUCED, True),
        (_("VAT 5/105 (of an advance)"), ((SIMPLIFIED, "5"),), True),
        (_("VAT 7/107 (of an advance)"), ((SIMPLIFIED, "7"),), True),
    )
    return [
        {
            "name": name,
            "place": place,
            "calculated": calculated,
            "rates": [
                {"valid_from": year(since).isoformat(), "percent": percent} for since, percent in rates
            ],
        }
        for place, (name, rates, calculated) in enumerate(kinds, start=1)
    ]
