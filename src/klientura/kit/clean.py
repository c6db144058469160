"""The pure part of the input layer: nothing reaches the database that it chokes on or silently changes."""

import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from unicodedata import is_normalized, normalize

MIN_DATE = date(1, 1, 2)
MAX_DATE = date(9999, 12, 30)

# One class that finds every character needing attention, so that ordinary text is scanned once.
_SPECIAL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_LINE_OR_TAB = re.compile("[\t\n\r\x85\u2028\u2029]")
_EDGES = (
    " \t\n\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_EDGES_AND_BIDI = _EDGES + "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_INTEGER = re.compile(r"[+-]?[0-9]{1,40}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,4})?")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)


class BadText(ValueError):
    """A text that cannot be stored. Codes: nul, surrogate, control, line_break, too_long.

    The position counts characters from 0.
    """

    def __init__(self, code: str, position: int) -> None:
        super().__init__(code, position)
        self.code = code
        self.position = position


class BadNumber(ValueError):
    """A number that is refused. Codes: not_a_number, not_finite, too_small, too_large, too_many_places.

    Reading of written numbers adds empty, grouping, ambiguous, too_long.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BadDate(ValueError):
    """A date or moment that is refused. Codes: format, impossible, too_early, too_late, no_zone.

    Reading of written dates adds empty, ambiguous.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def clean_text(text: str, *, multiline: bool = False, max_length: int | None = None) -> str:
    """Return the text to store: NFC, outer white space off, line ends as ``\\n``, no bidi controls.

    Raises BadText for NUL, lone surrogates and control characters (line ends and tabs too, unless multiline),
    and when the result is longer than ``max_length`` characters. The position is the place in the text given.
    """
    if _SPECIAL.search(text):
        text = _clean_special(text, multiline=multiline)
    if not is_normalized("NFC", text):
        text = normalize("NFC", text)
    text = text.strip(_EDGES)
    if max_length is not None and len(text) > max_length:
        raise BadText("too_long", max_length)
    return text


def _clean_special(text: str, *, multiline: bool) -> str:
    if bad := _REFUSED.search(text):
        raise BadText(_code_of(bad.group()), bad.start())
    if not multiline:
        start = len(text) - len(text.lstrip(_EDGES_AND_BIDI))
        stop = len(text.rstrip(_EDGES_AND_BIDI))
        if bad := _LINE_OR_TAB.search(text, start, max(start, stop)):
            raise BadText("control" if bad.group() == "\t" else "line_break", bad.start())
    return _LINE_END.sub("\n", _BIDI.sub("", text))


def _code_of(character: str) -> str:
    if character == "\x00":
        return "nul"
    return "surrogate" if "\ud800" <= character <= "\udfff" else "control"


def bounded_int(value: str | int, *, minimum: int, maximum: int) -> int:
    """Return the whole number, or raise BadNumber (not_a_number, too_small, too_large)."""
    if isinstance(value, bool):
        raise BadNumber("not_a_number")
    if isinstance(value, str):
        value = value.strip()
        if not _INTEGER.fullmatch(value):
            # Digits only, but more than the pattern takes: the number is real and out of any range.
            if value.lstrip("+-").isdecimal() and value.isascii():
                raise BadNumber("too_small" if value.startswith("-") else "too_large")
            raise BadNumber("not_a_number")
        value = int(value)
    if value < minimum:
        raise BadNumber("too_small")
    if value > maximum:
        raise BadNumber("too_large")
    return value


def bounded_decimal(value: str | int | float | Decimal, *, digits: int, places: int) -> Decimal:
    """Return the number with exactly ``places`` decimal places, never rounding.

    ``digits`` counts the digits before and after the point. Text has a point as decimal sign; minus zero
    becomes zero. Raises BadNumber: not_a_number, not_finite (NaN, infinity), too_many_places (1.005 into
    2 places), too_large, too_small (a negative number that does not fit).
    """
    number = _to_decimal(value)
    if not number:
        return Decimal(0).scaleb(-places)
    if number.adjusted() >= digits - places:
        raise BadNumber("too_small" if number < 0 else "too_large")
    _, figures, exponent = number.as_tuple()
    trailing_zeros = len(figures) - len("".join(map(str, figures)).rstrip("0"))
    if not isinstance(exponent, int) or -exponent - trailing_zeros > places:
        raise BadNumber("too_many_places")
    sign = "-" if number < 0 else ""
    # Built from digits, because quantize is bound to the precision of the thread's context.
    unscaled = "".join(map(str, figures)).rstrip("0") + "0" * (exponent + trailing_zeros + places)
    return Decimal(f"{sign}{unscaled}E-{places}")


def _to_decimal(value: str | int | float | Decimal) -> Decimal:
    if isinstance(value, bool):
        raise BadNumber("not_a_number")
    if isinstance(value, str):
        text = value.strip()
        if not _NUMBER.fullmatch(text):
            finite = text.lstrip("+-").lower() not in {"nan", "inf", "infinity", "snan"}
            raise BadNumber("not_a_number" if finite else "not_finite")
        value = text
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise BadNumber("not_finite")
    return number


def bounded_date(value: str | date) -> date:
    """Return the date (text as yyyy-mm-dd) when it lies in MIN_DATE … MAX_DATE, or raise BadDate."""
    if isinstance(value, datetime):
        raise BadDate("format")
    if isinstance(value, str):
        text = value.strip()
        if not _ISO_DATE.fullmatch(text):
            raise BadDate("format")
        try:
            value = date.fromisoformat(text)
        except ValueError:
            raise BadDate("impossible") from None
    if value < MIN_DATE:
        raise BadDate("too_early")
    if value > MAX_DATE:
        raise BadDate("too_late")
    return value


def bounded_datetime(value: str | datetime, *, zone: tzinfo | None = None) -> datetime:
    """Return the moment in UTC when its UTC date lies in MIN_DATE … MAX_DATE, or raise BadDate.

    Text is ISO 8601. A value without offset is read in ``zone``; without a zone it is refused (no_zone).
    """
    if isinstance(value, str):
        text = value.strip()
        if not _ISO_DATETIME.fullmatch(text):
            raise BadDate("format")
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            raise BadDate("impossible") from None
    if value.tzinfo is None:
        if zone is None:
            raise BadDate("no_zone")
        value = value.replace(tzinfo=zone)
    try:
        moment = value.astimezone(UTC)
    except (OverflowError, ValueError):
        raise BadDate("too_early" if value.year == 1 else "too_late") from None
    bounded_date(moment.date())
    return moment
