"""Reading single cells as people fill them in: legal forms, cities, several phones at once, misspelt addresses."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import Text
from klientura.kernel.fields.base import FieldProblem, Params
from klientura.kernel.objects.shape import FieldShape
from klientura.kit.cities import find_city
from klientura.kit.emails import BadEmail, normalise_email, split_emails
from klientura.kit.organisations import split_legal_form
from klientura.kit.phones import parse_phone, split_phones
from klientura.kit.tabular.model import Cell
from klientura.kit.text import fold, transliterate_variants
from klientura.kit.urls import BadUrl, normalise_site

NOT_AN_EMAIL = _("This is not an e-mail address. It looks like name@example.org.")
CORRECTED = _("Read as «%(value)s».")
LANGUAGES = ("ru", "en")
PHONE_KINDS = frozenset({"phone", "mobile", "fax"})


class Reading(NamedTuple):
    """What a cell gave: lines of contacts, and (piece, code, message) of what could not be read."""

    lines: list[dict[str, Any]]
    bad: list[tuple[str, str, Text]]
    corrected: list[tuple[str, str]]


def text_of(cell: Cell) -> str:
    """The cell as a person sees it in a spreadsheet."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "да" if cell else "нет"
    if isinstance(cell, float):
        return repr(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return f"{cell:%d.%m.%Y %H:%M}"
    if isinstance(cell, dt.date):
        return f"{cell:%d.%m.%Y}"
    return str(cell)


@lru_cache(maxsize=2048)
def city_name(text: str) -> str:
    """The usual name of a city («г. Казань» → Казань); an unknown one only loses the abbreviation in front."""
    known = find_city(text)
    if known is not None:
        return known.name
    bare = " ".join(text.split())
    for start in ("город ", "гор.", "г. ", "г."):
        if bare.lower().startswith(start):
            return bare[len(start) :].strip()
    return bare


@lru_cache(maxsize=2048)
def area_code(city: str) -> str | None:
    """The telephone code of a city, if it is known."""
    known = find_city(city)
    return known.area_code if known else None


_known_labels: dict[int, tuple[Params, Mapping[str, str]]] = {}


def _labels(params: Params) -> Mapping[str, str]:
    """Every way to name an option: its code, and its label in both languages with and without what stands in brackets."""
    known = _known_labels.get(id(params))
    if known is None:
        # The parameters are kept with their labels, so that their identity is never another's.
        known = _known_labels[id(params)] = (params, _read_labels(params))
    return known[1]


def _read_labels(params: Params) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with translation.override(language):
            for choice in params.choices:
                label = str(choice.label)
                found.setdefault(fold(label), choice.code)
                outside, _sign, inside = label.partition("(")
                for piece in (outside, inside.rstrip(")")):
                    if piece.strip():
                        found.setdefault(fold(piece), choice.code)
    found.update({fold(choice.code): choice.code for choice in params.choices})
    return found


def option_of(text: str, field: FieldShape) -> str | None:
    """The code of the option that a text names, in either language, or None."""
    labels = _labels(field.params)
    folded = fold(text)
    if folded in labels:
        return labels[folded]
    return next((labels[v] for v in transliterate_variants(folded) if v in labels), None)


@lru_cache(maxsize=512)
def form_in(text: str) -> str | None:
    """The legal form that stands alone in a cell, in its short spelling, or None."""
    return split_legal_form(f"{text} x")[0]


def legal_form_of(text: str, field: FieldShape) -> str | None:
    """The option for a legal form such as «ООО» or GmbH; a form without an option of its own is foreign or other."""
    known = option_of(text, field)
    if known is not None:
        return known
    codes = {choice.code for choice in field.params.choices}
    fallback = "foreign" if text.isascii() else "other"
    return fallback if fallback in codes else None


def value_of(cell: Cell, field: FieldShape) -> tuple[Any, str | None]:
    """The parsed value of a field, and its text when a slip in it was mended. Raises FieldProblem."""
    kind = field.type.key
    if kind in {
        "text",
        "long_text",
        "email",
        "phone",
        "url",
        "reference",
        "user",
        "tags",
        "location",
    } and not isinstance(cell, str):
        cell = text_of(cell)
    try:
        if kind == "option":
            code = option_of(text_of(cell), field)
            if code is not None:
                return code, None
        elif kind == "multi_option" and isinstance(cell, str):
            pieces = [p.strip() for p in cell.replace(";", ",").split(",") if p.strip()]
            return field.type.parse([option_of(p, field) or p for p in pieces], field.params), None
        elif kind == "text" and isinstance(cell, str) and ("\n" in cell or "\t" in cell):
            cell = " ".join(cell.split())
        return field.type.parse(cell, field.params), None
    except FieldProblem as problem:
        # The reader of the kind may know what was meant: a lost leading zero, a space before @.
        meant = getattr(problem.__cause__, "suggestion", None)
        if not meant:
            raise
        value = field.type.parse(meant, field.params)
        return value, str(value)


def contacts_of(text: str, kind: str, code: str | None) -> Reading:
    """The contacts of one kind in a cell; `code` completes local phone numbers of the row's city.

    A number that cannot be told for sure is kept as written and marked. A Russian mobile number is called so.
    """
    reading = Reading([], [], [])
    if kind in PHONE_KINDS:
        _phones(text, kind, code, reading)
    elif kind == "email":
        _emails(text, reading)
    elif kind == "site":
        for piece in text.replace(";", ",").replace("\n", ",").split(","):
            if piece.strip():
                _site(piece.strip(), reading)
    elif text:
        reading.lines.append(_line(kind, " ".join(text.split())[:500]))
    return reading


def _line(kind: str, value: str, *, uncertain: bool = False) -> dict[str, Any]:
    return {"kind": kind, "value": value, "note": None, "uncertain": uncertain}


def _phones(text: str, kind: str, code: str | None, reading: Reading) -> None:
    pieces = split_phones(text)
    if not pieces:
        reading.bad.append((text, "phone", _("There are no digits here. Enter a phone number.")))
    for piece in pieces:
        phone = parse_phone(piece, area_code=code)
        if phone.e164 is None:
            if len(piece) > 64:
                reading.bad.append((piece, "phone", _("This is not a telephone number.")))
            else:
                reading.lines.append(_line(kind, piece, uncertain=True))
            continue
        value = f"{phone.e164} доб. {phone.extension}" if phone.extension else phone.e164
        mobile = kind == "phone" and phone.e164.startswith("+79")
        line = _line("mobile" if mobile else kind, value, uncertain=not phone.certain)
        if phone.note_code == "area_code_added":
            line["local"] = "".join(c for c in piece if c.isdigit())
        reading.lines.append(line)


def _emails(text: str, reading: Reading) -> None:
    for piece in split_emails(text):
        try:
            reading.lines.append(_line("email", normalise_email(piece)))
        except BadEmail as bad:
            if bad.suggestion:
                reading.lines.append(_line("email", bad.suggestion))
                reading.corrected.append((piece, bad.suggestion))
            else:
                reading.bad.append((piece, "email", NOT_AN_EMAIL))


def _site(piece: str, reading: Reading) -> None:
    try:
        reading.lines.append(_line("site", normalise_site(piece)))
    except BadUrl:
        reading.bad.append((piece, "url", _("This is not a web address. It looks like example.org.")))
