"""Cities of the demo company's clients, with the code that the tax numbers of their region begin with."""

import math
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from klientura.kit import places as kit_places
from klientura.kit.cities import City, find_city

_REACH = 0.07
"""Degrees of latitude from the centre of a city to its edge: some eight kilometres."""

# City, code of its region in INN and OGRN, weight, latitude and longitude of its centre.
_PLACES = """
Москва 77 30 55.756 37.617|Санкт-Петербург 78 15 59.939 30.316|Новосибирск 54 6 55.030 82.920
Екатеринбург 66 6 56.838 60.605|Казань 16 6 55.796 49.109|Нижний Новгород 52 5 56.327 44.006
Красноярск 24 4 56.010 92.853|Челябинск 74 4 55.160 61.403|Самара 63 4 53.196 50.101|Уфа 02 4 54.735 55.958
Ростов-на-Дону 61 4 47.236 39.713|Краснодар 23 4 45.036 38.975|Омск 55 3 54.989 73.368|Воронеж 36 3 51.661 39.200
Пермь 59 4 58.010 56.250|Волгоград 34 3 48.708 44.513|Саратов 64 2 51.533 46.034|Тюмень 72 2 57.153 65.534
Тольятти 63 2 53.508 49.420|Ижевск 18 2 56.853 53.212|Барнаул 22 2 53.347 83.778|Ульяновск 73 2 54.314 48.403
Иркутск 38 2 52.287 104.281|Хабаровск 27 2 48.480 135.072|Ярославль 76 2 57.627 39.894|Владивосток 25 2 43.116 131.882
Томск 70 2 56.485 84.948|Кемерово 42 2 55.355 86.087|Оренбург 56 1 51.768 55.097|Рязань 62 1 54.629 39.742
Пенза 58 1 53.195 45.018|Липецк 48 1 52.609 39.599|Киров 43 1 58.603 49.668|Чебоксары 21 1 56.132 47.252
Тула 71 1 54.193 37.617|Калининград 39 1 54.710 20.511|Курск 46 1 51.730 36.193|Тверь 69 1 56.859 35.912
Архангельск 29 1 64.540 40.516|Вологда 35 1 59.221 39.892|Череповец 35 1 59.127 37.909|Белгород 31 1 50.596 36.588
Владимир 33 1 56.129 40.407|Калуга 40 1 54.514 36.262|Смоленск 67 1 54.783 32.045|Мурманск 51 1 68.970 33.075
Петрозаводск 10 1 61.785 34.347|Саранск 13 1 54.187 45.184|Псков 60 1 57.819 28.333
"""


class Place(NamedTuple):
    """A city, the two digits of its region, and where its centre lies."""

    city: City
    code: str
    lat: float
    lon: float

    def spot(self, number: int) -> str:
        """Where in the city the client of this number sits, as a field of places keeps it: a few kilometres around the centre."""
        # Two numbers without a common measure: neighbours in the list lie far apart, and the city is filled evenly.
        way, turn = _REACH * math.sqrt(number * 0.754878 % 1), math.tau * (number * 0.569840 % 1)
        lat = self.lat + way * math.sin(turn)
        lon = self.lon + way * math.cos(turn) / math.cos(math.radians(self.lat))
        return kit_places.written(kit_places.Place(*kit_places.checked(lat, lon), ""))


def _read() -> Iterator[tuple[Place, int]]:
    for entry in _PLACES.replace("\n", "|").strip("|").split("|"):
        name, code, weight, lat, lon = entry.rsplit(" ", 4)
        city = find_city(name)
        if city is None:
            raise LookupError(name)
        yield Place(city, code, float(lat), float(lon)), int(weight)


@cache
def places() -> tuple[list[Place], list[int]]:
    """The places and their cumulative weights, as random.choices wants them."""
    found = list(_read())
    return [place for place, _weight in found], list(accumulate(weight for _place, weight in found))
