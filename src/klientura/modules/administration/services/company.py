"""The company whose installation this is."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from klientura.kernel.settings.currencies import Currency
from klientura.kernel.settings.installation import change
from klientura.kit.cities import find_city
from klientura.modules.administration.enums import is_time_zone, time_zones
from klientura.modules.administration.services.given import Given

DEFAULT_ZONE = "Europe/Moscow"


def company_fields() -> list[dict[str, Any]]:
    """What is asked about a company (see ui/fields.html), in the settings and at the first run: company, city, time zone, currency."""
    return [
        {"type": "text", "name": "company", "label": _("Company"), "required": True, "autocomplete": "organization", "maxlength": 200,
         "hint": _("The name your staff use. Shown on the sign-in page.")},
        {"type": "text", "name": "city", "label": _("City"), "optional": True, "maxlength": 80, "attrs": {"list": "cities"},
         "hint": _("Phone numbers written without an area code are read as numbers of this city. An area code will do as well.")},
        {"type": "select", "name": "time_zone", "label": _("Time zone"), "options": time_zones()},
        {"type": "select", "name": "currency", "label": _("Currency"), "required": True,
         "options": [{"value": v, "label": label} for v, label in Currency.choices]},
    ]  # fmt: skip


def read_company(raw: Mapping[str, str]) -> dict[str, str]:
    """Check the values of the company's form: company, currency, time_zone, city.

    `city` is a city's name or an area code; an empty time zone means the city's own, else Moscow's. Raises Invalid.
    """
    given = Given(raw)
    company = given.line("company", max_length=200)
    currency = given.choice("currency", Currency.values, "RUB")
    place = given.line("city", max_length=80, required=False)
    city = find_city(place) if place else None
    code = city.area_code if city else place
    if place and city is None and not (place.isascii() and place.isdigit() and 3 <= len(place) <= 5):
        given.refuse(
            "city", "city", _("This city is not in our list. Type its area code instead: 3 to 5 digits.")
        )
    zone = raw.get("time_zone", "") or (city.zone if city else DEFAULT_ZONE)
    if not is_time_zone(zone):
        given.refuse("time_zone", "option", _("Choose one from the list."))
    given.check()
    return {"company": company, "currency": currency, "time_zone": zone, "area_code": code}


def change_company(raw: Mapping[str, str]) -> None:
    """Save the company's form. Raises Invalid."""
    change(**read_company(raw))
