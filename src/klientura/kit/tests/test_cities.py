from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from klientura.kit.cities import all_cities, area_code_length, find_city


def test_every_row_is_usable() -> None:
    cities = all_cities()
    assert len(cities) >= 170
    assert len({city.name for city in cities}) == len(cities)
    for city in cities:
        assert ZoneInfo(city.zone).key == city.zone
        assert city.region
        number = phonenumbers.parse("+7" + (city.area_code + "2345678")[:10])
        assert phonenumbers.is_valid_number(number), city


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("г. Пермь", "Пермь"),
        ("ПЕРМЬ Г", "Пермь"),
        ("орел", "Орёл"),
        ("СПб", "Санкт-Петербург"),
        ("Н. Новгород", "Нижний Новгород"),
        ("Ростов на Дону", "Ростов-на-Дону"),
        ("Железногорск (Курская обл.)", None),
        ("", None),
        ("Грозный", "Грозный"),
    ],
)
def test_find_city(name: str, found: str | None) -> None:
    city = find_city(name)
    assert (city.name if city else None) == found


def test_area_code_length() -> None:
    assert [
        area_code_length(digits) for digits in ("8613712345", "4012573900", "4951234567", "9029273577")
    ] == [5, 4, 3, 3]
