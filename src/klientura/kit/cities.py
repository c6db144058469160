"""The larger cities of Russia: telephone area code, region and time zone.

The area code is the one most numbers of the city have; towns near Moscow share Moscow's.
"""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from klientura.kit.text import fold

_SHORTEST_AREA_CODE = 3
_DECORATION = re.compile(r"^(?:город|гор\.|г\.|г\s)\s*|[,\s]+(?:город|г\.?)$|\s*\(.*\)$")
_OTHER_NAMES = {
    "спб": "санкт-петербург", "с-петербург": "санкт-петербург", "питер": "санкт-петербург",
    "петербург": "санкт-петербург", "saint petersburg": "санкт-петербург",
    "мск": "москва", "moscow": "москва", "екб": "екатеринбург", "нск": "новосибирск",
    "н. новгород": "нижний новгород",
    "н.новгород": "нижний новгород", "н новгород": "нижний новгород", "ростов на дону": "ростов-на-дону",
    "ростов н/д": "ростов-на-дону", "ростов-н/д": "ростов-на-дону", "наб. челны": "набережные челны",
    "комсомольск на амуре": "комсомольск-на-амуре", "йошкар ола": "йошкар-ола", "улан удэ": "улан-удэ",
    "южносахалинск": "южно-сахалинск", "в. новгород": "великий новгород", "новгород": "великий новгород",
}  # fmt: skip


class City(NamedTuple):
    """A city with its area code (digits without the trunk 8), the region's name and an IANA time zone."""

    name: str
    area_code: str
    region: str
    zone: str


@cache
def all_cities() -> tuple[City, ...]:
    """Return the known cities, the largest first."""
    lines = files("klientura.kit").joinpath("cities.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(City(*line.split("\t")) for line in lines)


@cache
def _by_name() -> dict[str, City]:
    return {fold(city.name): city for city in reversed(all_cities())}


@cache
def _area_codes() -> frozenset[str]:
    return frozenset(city.area_code for city in all_cities())


def find_city(name: str) -> City | None:
    """Return the city by its Russian name as people write it («г. Пермь», «СПб»), or None."""
    folded = _DECORATION.sub("", fold(name)[:80]).strip(" .,")
    return _by_name().get(_OTHER_NAMES.get(folded, folded))


def area_code_length(national_digits: str) -> int:
    """Return how many of the ten national digits are the area code: 3 for mobile and unknown ones."""
    codes = _area_codes()
    for length in (5, 4):
        if national_digits[:length] in codes:
            return length
    return _SHORTEST_AREA_CODE
