"""Text cells that a spreadsheet would run as a formula get an apostrophe, and lose it when read back."""

import re

# Full-width signs count too: some programs fold them before they look for a formula.
_SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
_BLANK = " \t\r\n\x0b\x0c\x00\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200e\u200f\u2028\u2029\u202f\u205f\u3000\ufeff"  # noqa: E501
_NUMBER = r"[0-9(][0-9()\s.,\-\u2013]*(?:доб\.?\s?[0-9]{1,7}|ext\.?\s?[0-9]{1,7})?"
# Several numbers are told apart by what no single one holds, a plus or a semicolon: so there is one way to read them.
_HARMLESS = re.compile(rf"[+-]?\s?{_NUMBER}(?:(?:;\s*(?:\+\s?)?|,\s*\+\s?){_NUMBER})*")


def neutralise(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula; numbers, phones and lists of phones stay as they are."""
    return "'" + text if is_dangerous(text) else text


def restore(text: str) -> str:
    """Return what neutralise was given."""
    return text[1:] if text.startswith("'") and is_dangerous(text) else text


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula when it reads it from a CSV file."""
    # Apostrophes in front do not count, so that a text which had one of its own comes back with it.
    body = text.lstrip("'")
    if body[:1] in {"\t", "\r"}:
        return True
    body = body.lstrip(_BLANK)
    return body[:1] in _SIGNS and bool(body) and not _HARMLESS.fullmatch(body)
