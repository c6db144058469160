"""Checks of Russian requisites: INN, KPP, OGRN, OGRNIP, BIC, bank accounts. No look-ups."""

import re
from collections.abc import Callable

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.ru import inn as stdnum_inn
from stdnum.ru import ogrn as stdnum_ogrn

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212\ufeff\u200b]+")
_KPP = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")
_BIC_PREFIXES = ("00", "01", "02", "04")
_ACCOUNT_WEIGHTS = (7, 1, 3) * 7 + (7, 1)


class BadRequisite(ValueError):
    """A requisite that is wrong. Codes: empty, characters, length, checksum, prefix.

    ``suggestion`` is a right value the input may stand for (a spreadsheet has dropped the leading zero).
    """

    def __init__(self, code: str, suggestion: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.suggestion = suggestion


def check_inn(text: str) -> str:
    """Return the 10 or 12 digits of a taxpayer number, or raise BadRequisite."""
    return _check_or_suggest(_digits(text), (10, 12), _check_inn_digits)


def check_kpp(text: str) -> str:
    """Return the nine characters of a KPP (two of them may be Latin capitals), or raise BadRequisite."""
    kpp = _compact(text).upper()
    if len(kpp) == 8 and kpp.isascii() and kpp.isdigit():
        raise BadRequisite("length", "0" + kpp)
    if len(kpp) != 9:
        raise BadRequisite("length")
    if not _KPP.fullmatch(kpp):
        raise BadRequisite("characters")
    if kpp.startswith("0000"):
        raise BadRequisite("prefix")
    return kpp


def check_ogrn(text: str) -> str:
    """Return the 13 digits of an organisation's state registration number, or raise BadRequisite."""
    return _check_or_suggest(_digits(text), (13,), _check_ogrn_digits)


def check_ogrnip(text: str) -> str:
    """Return the 15 digits of a sole trader's state registration number, or raise BadRequisite."""
    return _check_or_suggest(_digits(text), (15,), _check_ogrnip_digits)


def check_bic(text: str) -> str:
    """Return the nine digits of a Russian bank's BIC, or raise BadRequisite."""
    digits = _digits(text)
    if len(digits) == 8 and digits.startswith("4"):
        raise BadRequisite("length", "0" + digits)
    if len(digits) != 9:
        raise BadRequisite("length")
    if not digits.startswith(_BIC_PREFIXES) or digits == "000000000":
        raise BadRequisite("prefix")
    return digits


def check_account(text: str, bic: str) -> str:
    """Return the 20 digits of a settlement account held at the bank with this BIC, or raise BadRequisite.

    Accounts held at the Bank of Russia itself (401… of the treasury among them) take the branch's key.
    Treasury accounts (03…) have no key over the BIC; of them only the shape is checked.
    """
    account = _account_digits(text)
    bic = check_bic(bic)
    at_treasury = not bic.startswith("04")
    if at_treasury and account.startswith("03"):
        return account
    at_bank_of_russia = bic[6:] in {"000", "001", "002"} or (at_treasury and account.startswith("401"))
    return _check_account_key(account, _branch_key(bic) if at_bank_of_russia else bic[6:])


def check_correspondent_account(text: str, bic: str) -> str:
    """Return the 20 digits of the bank's own account (301…) at the Bank of Russia, or raise BadRequisite."""
    account = _account_digits(text)
    if not account.startswith("301"):
        raise BadRequisite("prefix")
    return _check_account_key(account, _branch_key(check_bic(bic)))


def _compact(text: str) -> str:
    compact = _SEPARATORS.sub("", text)
    if not compact:
        raise BadRequisite("empty")
    return compact


def _digits(text: str) -> str:
    compact = _compact(text)
    # Not isdigit alone: it takes superscripts and digits of other scripts.
    if not (compact.isascii() and compact.isdigit()):
        raise BadRequisite("characters")
    return compact


def _check_or_suggest(digits: str, lengths: tuple[int, ...], check: Callable[[str], str]) -> str:
    if len(digits) in lengths:
        if not digits.strip("0"):
            raise BadRequisite("checksum")
        return check(digits)
    suggestion = None
    if len(digits) + 1 in lengths:
        try:
            suggestion = check("0" + digits)
        except BadRequisite:
            suggestion = None
    raise BadRequisite("length", suggestion)


def _check_inn_digits(digits: str) -> str:
    return _by_stdnum(digits, stdnum_inn.validate)


def _check_ogrn_digits(digits: str) -> str:
    return _by_stdnum(digits, stdnum_ogrn.validate)


def _check_ogrnip_digits(digits: str) -> str:
    # The check digit is the last digit of the remainder by 13. The library compares the whole remainder, so it
    # refuses the three numbers of thirteen whose remainder has two digits.
    if digits[0] not in "34":
        raise BadRequisite("prefix")
    if int(digits[:-1]) % 13 % 10 != int(digits[-1]):
        raise BadRequisite("checksum")
    return digits


def _by_stdnum(digits: str, validate: Callable[[str], str]) -> str:
    try:
        return validate(digits)
    except InvalidChecksum:
        raise BadRequisite("checksum") from None
    except ValidationError:
        raise BadRequisite("prefix") from None


def _account_digits(text: str) -> str:
    account = _digits(text)
    if len(account) != 20:
        raise BadRequisite("length")
    return account


def _branch_key(bic: str) -> str:
    return "0" + bic[4:6]


def _check_account_key(account: str, key: str) -> str:
    total = sum(weight * int(digit) for weight, digit in zip(_ACCOUNT_WEIGHTS, key + account, strict=True))
    if total % 10 or not account.strip("0"):
        raise BadRequisite("checksum")
    return account
