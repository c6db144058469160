"""Valid tax and registration numbers, different for each number of a company."""

from collections.abc import Sequence

_TEN = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_TWELVE_FIRST = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_TWELVE_SECOND = (3, *_TWELVE_FIRST)
# Multiplying by a number that shares no factor with the size walks through all numbers without repeating one.
_SIZE, _STEP = 9_000_000, 2_654_437


def _key(digits: str, weights: Sequence[int]) -> str:
    return str(sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11 % 10)


def scattered(number: int) -> int:
    """A seven-digit number that looks random; different for different numbers below nine million."""
    return 1_000_000 + number * _STEP % _SIZE


def company_inn(region: str, number: int) -> str:
    """The INN of an organisation: region, tax office, number, check digit."""
    digits = f"{region}{scattered(number)}"
    return digits + _key(digits, _TEN)


def trader_inn(region: str, number: int) -> str:
    """The INN of a sole proprietor: twelve digits, two of them check digits."""
    digits = f"{region}{scattered(number)}{number % 10}"
    digits += _key(digits, _TWELVE_FIRST)
    return digits + _key(digits, _TWELVE_SECOND)


def kpp(inn: str) -> str:
    """The KPP that an organisation has at the office that gave it its INN."""
    return f"{inn[:4]}01001"


def company_ogrn(region: str, year: int, number: int) -> str:
    """The OGRN of an organisation registered in a year."""
    digits = f"1{year % 100:02d}{region}{scattered(number)}"
    return digits + str(int(digits) % 11 % 10)


def trader_ogrn(region: str, year: int, number: int) -> str:
    """The OGRNIP of a sole proprietor registered in a year."""
    stem = f"3{year % 100:02d}{region}{scattered(number)}"
    # Of a remainder of two digits the last one counts; there are programs that refuse such numbers, so none is made.
    digits = next(d for d in (f"{stem}{tail:02d}" for tail in range(number % 90, 100)) if int(d) % 13 < 10)
    return digits + str(int(digits) % 13)
