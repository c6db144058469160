"""Cities of the demo company's clients, with the code that the tax numbers of their region begin with."""

from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from klientura.kit.cities import City, find_city

# City, code of its region in INN and OGRN, weight.
_PLACES = """
Москва 77 30|Санкт-Петербург 78 15|Новосибирск 54 6|Екатеринбург 66 6|Казань 16 6|Нижний Новгород 52 5|Красноярск 24 4
Челябинск 74 4|Самара 63 4|Уфа 02 4|Ростов-на-Дону 61 4|Краснодар 23 4|Омск 55 3|Воронеж 36 3|Пермь 59 4|Волгоград 34 3
Саратов 64 2|Тюмень 72 2|Тольятти 63 2|Ижевск 18 2|Барнаул 22 2|Ульяновск 73 2|Иркутск 38 2|Хабаровск 27 2|Ярославль 76 2
Владивосток 25 2|Томск 70 2|Кемерово 42 2|Оренбург 56 1|Рязань 62 1|Пенза 58 1|Липецк 48 1|Киров 43 1|Чебоксары 21 1
Тула 71 1|Калининград 39 1|Курск 46 1|Тверь 69 1|Архангельск 29 1|Вологда 35 1|Череповец 35 1|Белгород 31 1|Владимир 33 1
Калуга 40 1|Смоленск 67 1|Мурманск 51 1|Петрозаводск 10 1|Саранск 13 1|Псков 60 1
"""


class Place(NamedTuple):
    """A city and the two digits of its region."""

    city: City
    code: str


def _read() -> Iterator[tuple[Place, int]]:
    for entry in _PLACES.replace("\n", "|").strip("|").split("|"):
        name, code, weight = entry.rsplit(" ", 2)
        city = find_city(name)
        if city is None:
            raise LookupError(name)
        yield Place(city, code), int(weight)


@cache
def places() -> tuple[list[Place], list[int]]:
    """The places and their cumulative weights, as random.choices wants them."""
    found = list(_read())
    return [place for place, _weight in found], list(accumulate(weight for _place, weight in found))
