"""The payment code on invoices that Russian banking apps read: ГОСТ Р 56042-2014, text coding «2» (UTF-8)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

HEAD: Final = "ST00012"
MOST_BYTES: Final = 2900
"""What a QR code of the largest size holds at the error correction of the standard (M takes 2331, L takes 2953)."""
_LENGTHS: Final = {"Name": 160, "BankName": 45, "Purpose": 210}


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is to be paid, and where: the requisites that the standard demands, and the usual INN and KPP."""

    name: str
    account: str
    bank: str
    bic: str
    correspondent: str
    inn: str = ""
    kpp: str = ""


def payment_text(payee: Payee, amount: Decimal | None = None, purpose: str = "") -> str:
    """The text of the code; sums are in kopecks, texts cut to the standard's lengths. Raises ValueError for missing requisites."""
    needed = {
        "Name": payee.name,
        "PersonalAcc": payee.account,
        "BankName": payee.bank,
        "BIC": payee.bic,
        "CorrespAcc": payee.correspondent,
    }
    if missing := [key for key, value in needed.items() if not value.strip()]:
        raise ValueError(", ".join(missing))
    more = {
        "PayeeINN": payee.inn,
        "KPP": payee.kpp,
        "Sum": "" if amount is None else str(int(amount * 100)),
        "Purpose": purpose,
    }
    pairs = {**needed, **{key: value for key, value in more.items() if value}}
    return "|".join([HEAD, *(f"{key}={_plain(value, _LENGTHS.get(key))}" for key, value in pairs.items())])


def _plain(value: str, most: int | None) -> str:
    """A value on one line without the separator of the standard."""
    text = " ".join(value.replace("|", " ").split())
    return text if most is None else text[:most].rstrip()
