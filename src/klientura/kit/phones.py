"""Reading of telephone numbers as people write them, Russian habits first."""

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from unicodedata import normalize

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat

from klientura.kit.cities import area_code_length
from klientura.kit.formats import Language

EXTENSION = " доб. "
"""What stands between a stored number and its extension, in whatever language the company works."""
_EXTENSION_SHOWN: dict[Language, str] = {"ru": EXTENSION, "en": " ext. "}
_MAX_LENGTH = 200
_LOCAL_DIGITS = range(5, 8)
_NATIONAL_DIGITS = 10
_NOT_DIGIT = re.compile(r"[^0-9]+")
_PLAIN = re.compile(r"[+(]?[0-9][0-9()\s.\-\u2010-\u2015]*")
_EXTENSION = re.compile(
    r"[\s,;(]*(?:доб(?:авочный|ав)?|доп|вн(?:утр(?:енний)?)?|ext(?:ension)?|x|#)[\s.:№]*([0-9]{1,7})[\s).]*$",
    re.IGNORECASE,
)
_EXTENSION_START = re.compile(r"[\s(]*(?:доб|доп|вн|ext|x\s?[0-9]|#)", re.IGNORECASE)
_RUN = re.compile(r"\+?[\s(]*[0-9][0-9()\s.\-\u2010-\u2015/]*")
_SEPARATOR = re.compile(r"[,;|\n\r\t]|\s/\s|\sи\s|(?<=[0-9])\s+(?=\+)")
_ELEVEN_DIGITS = re.compile(r"(?:\+7|[78])[0-9]{10}")


@dataclass(frozen=True, slots=True)
class Phone:
    """One telephone number.

    ``e164`` is set when the number is complete and valid. ``display`` shows it, without the extension.
    ``national_digits`` serves search: without country code and trunk prefix; all digits of an unreadable one.
    ``certain`` is False when the number cannot be dialled from elsewhere as it stands. ``note_code`` says
    what is special: local, area_code_added, several, plus_eight, too_short, too_long, no_digits, invalid.
    """

    raw: str
    e164: str | None
    extension: str | None
    display: str
    national_digits: str
    certain: bool
    note_code: str | None

    @property
    def kept(self) -> str:
        """How the number is stored: in E.164 with its extension, or as it was written."""
        if self.e164 is None:
            return self.raw
        return f"{self.e164}{EXTENSION}{self.extension}" if self.extension else self.e164

    def shown(self, language: Language) -> str:
        """The number for reading, with its extension."""
        if self.e164 is None or not self.extension:
            return self.display
        return f"{self.display}{_EXTENSION_SHOWN[language]}{self.extension}"


def parse_phone(raw: str, *, region: str = "RU", area_code: str | None = None) -> Phone:
    """Read one number; never raises, an unreadable one comes back without ``e164`` and with a note.

    ``region`` is the country (ISO 3166) of numbers without country code; ``area_code`` completes local
    Russian numbers. Of several numbers in the text the first is read and noted (see split_phones).
    """
    text = raw.strip()
    if region == "RU" and _PLAIN.fullmatch(text) and (national := _russian_national(text)):
        return _russian(raw, national, None)
    return _parse_slowly(raw, text, region, area_code)


def split_phones(cell: str) -> list[str]:
    """Return the numbers of one cell, each with its extension and the words around it."""
    parts: list[str] = []
    for piece in _pieces(cell):
        digits = len(_NOT_DIGIT.sub("", piece))
        goes_on = _EXTENSION_START.match(piece) or digits < _LOCAL_DIGITS.start
        if parts and goes_on:
            parts[-1] += f", {piece}"
        elif parts and len(_NOT_DIGIT.sub("", parts[-1])) < _LOCAL_DIGITS.start:
            parts[-1] += f" {piece}"
        else:
            parts.append(piece)
    return [part for part in parts if _NOT_DIGIT.sub("", part)]


def _pieces(cell: str) -> list[str]:
    pieces: list[str] = []
    for piece in _SEPARATOR.split(cell):
        piece = piece.strip()
        in_a_row = piece.split()
        if len(in_a_row) > 1 and all(_ELEVEN_DIGITS.fullmatch(number) for number in in_a_row):
            pieces += in_a_row
        elif piece:
            pieces.append(piece)
    return pieces


@lru_cache(maxsize=4096)
def _parse_slowly(raw: str, text: str, region: str, area_code: str | None) -> Phone:
    if len(text) > _MAX_LENGTH:
        return _unreadable(raw, text[:_MAX_LENGTH], None, "too_long")
    text = normalize("NFKC", text)
    parts = split_phones(text)
    if len(parts) > 1:
        return replace(_parse_slowly(parts[0], parts[0], region, area_code), raw=raw, note_code="several")
    extension = None
    if found := _EXTENSION.search(text):
        extension = found.group(1)
        text = text[: found.start()].rstrip(" ,;(")
    run = max(_RUN.findall(text), key=len, default="").strip(" -./\u2013\u2014")
    digits = _NOT_DIGIT.sub("", run)
    if not digits:
        return _unreadable(raw, text, extension, "no_digits")
    if len(digits) in _LOCAL_DIGITS and "+" not in run and region == "RU":
        return _local(raw, run, digits, extension, area_code)
    if region == "RU" and (national := _russian_national(run)):
        return _russian(raw, national, extension)
    return _by_library(raw, run, region, extension)


@cache
def _russian_pattern() -> re.Pattern[str]:
    # Built from the library's own data, so that the short way and the long one cannot disagree.
    metadata = PhoneMetadata.metadata_for_region("RU")
    kinds = ("fixed_line", "mobile", "toll_free", "premium_rate", "personal_number")
    return re.compile("|".join(f"(?:{getattr(metadata, kind).national_number_pattern})" for kind in kinds))


def _russian_national(plain: str) -> str | None:
    """Return the ten digits of a valid Russian number made of digits and separators, or None."""
    digits = _NOT_DIGIT.sub("", plain)
    if len(digits) == _NATIONAL_DIGITS + 1 and digits[0] in ("7" if plain[0] == "+" else "78"):
        digits = digits[1:]
    elif len(digits) != _NATIONAL_DIGITS or plain[0] == "+":
        return None
    return digits if _russian_pattern().fullmatch(digits) else None


def _russian(raw: str, national: str, extension: str | None, note_code: str | None = None) -> Phone:
    area = 3 if national.startswith(("9", "80")) else area_code_length(national)
    return Phone(
        raw=raw,
        e164="+7" + national,
        extension=extension,
        display=f"+7 {national[:area]} {_group(national[area:])}",
        national_digits=national,
        certain=True,
        note_code=note_code,
    )


def _group(local: str) -> str:
    """Write five, six or seven digits in the usual groups: 1-23-45, 12-34-56, 123-45-67."""
    return f"{local[:-4]}-{local[-4:-2]}-{local[-2:]}"


def _local(raw: str, run: str, digits: str, extension: str | None, area_code: str | None) -> Phone:
    area = _NOT_DIGIT.sub("", area_code or "")
    national = area + digits
    if area and len(national) == _NATIONAL_DIGITS + 1 and area[-1] == digits[0]:
        # Seven digits in a town of a four-digit code repeat its last digit: 4012 and 261-71-99.
        national = area[:-1] + digits
    if area and len(national) == _NATIONAL_DIGITS and _russian_pattern().fullmatch(national):
        return _russian(raw, national, extension, "area_code_added")
    return Phone(raw, None, extension, run, digits, certain=False, note_code="local")


def _by_library(raw: str, run: str, region: str, extension: str | None) -> Phone:
    try:
        number = phonenumbers.parse(run, region)
    except NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        digits = _NOT_DIGIT.sub("", run)
        if region == "RU" and run.startswith("+8") and (national := _russian_national(run[1:])):
            return _russian(raw, national, extension, "plus_eight")
        note_code = (
            "too_short" if len(digits) < _NATIONAL_DIGITS else "too_long" if len(digits) > 15 else "invalid"
        )
        return _unreadable(raw, run, extension, note_code)
    return Phone(
        raw=raw,
        e164=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        extension=extension or number.extension or None,
        display=phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL).partition(" ext")[0],
        national_digits=phonenumbers.national_significant_number(number),
        certain=True,
        note_code=None,
    )


def _unreadable(raw: str, text: str, extension: str | None, note_code: str) -> Phone:
    display = " ".join(text.split())
    return Phone(raw, None, extension, display, _NOT_DIGIT.sub("", text), certain=False, note_code=note_code)
