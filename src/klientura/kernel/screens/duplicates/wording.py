"""Why two records are taken for one client, in words."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from klientura.kit.matching.verdicts import Reason

PHRASES: Final[Mapping[str, Mapping[str, str | Promise]]] = {
    "last_name": {
        "same": _("same last name"),
        "sounds": _("last names sound alike"),
        "close": _("last names differ by a slip"),
        "part": _("one last name is part of the other"),
        "swapped": _("first and last name swapped"),
        "initial": _("the initial fits the last name"),
        "other_initial": _("another initial of the last name"),
        "other": _("different last names"),
    },
    "first_name": {
        "same": _("same first name"),
        "variant": _("forms of one first name"),
        "close": _("first names differ by a slip"),
        "swapped": _("first and last name swapped"),
        "initial": _("the initial fits the first name"),
        "other_initial": _("another initial of the first name"),
        "other": _("different first names"),
    },
    "middle_name": {
        "same": _("same patronymic"),
        "close": _("patronymics differ by a slip"),
        "initial": _("the initial fits the patronymic"),
        "other_initial": _("another initial of the patronymic"),
        "other": _("different patronymics"),
    },
    "gender": {"other": _("a man and a woman")},
    "name": {
        "same": _("same name"),
        "sounds": _("names sound alike"),
        "close": _("names differ by a slip"),
        "part": _("one name is part of the other"),
        "other": _("different names"),
    },
    "phone": {
        "same": _("same phone"),
        "tail": _("phones end alike, one lacks its code"),
        "close": _("phones differ by one digit"),
        "other": _("different phones"),
    },
    "email": {
        "same": _("same e-mail"),
        "close": _("e-mails differ by a slip"),
        "mailbox": _("e-mails begin alike at different services"),
        "other": _("different e-mails"),
    },
    "tax_number": {
        "same": _("same INN"),
        "close": _("INNs differ by one digit, one of them is wrong"),
        "doubtful": _("INNs differ, one of them is wrong"),
        "other": _("different INNs"),
    },
    "branch_code": {
        "same": _("same KPP"),
        "close": _("KPPs differ by one digit"),
        "other": _("different KPPs"),
    },
    "identifier": {
        "same": _("same number"),
        "close": _("numbers differ by one digit"),
        "other": _("different numbers"),
    },
    "birthday": {
        "same": _("same birthday"),
        "close": _("birthdays differ by a slip"),
        "other": _("different birthdays"),
    },
    "city": {"same": _("same city"), "close": _("cities differ by a slip"), "other": _("different cities")},
    "postcode": {
        "same": _("same postcode"),
        "close": _("postcodes differ by one digit"),
        "other": _("different postcodes"),
    },
    "address": {
        "same": _("same address"),
        "close": _("similar addresses"),
        "other": _("different addresses"),
    },
    "employer": {
        "same": _("same employer"),
        "close": _("similar employers"),
        "other": _("different employers"),
    },
    "site": {"same": _("same site"), "other": _("different sites")},
}


class Said(NamedTuple):
    """One reason: its words, and whether it speaks for or against; `weak` says that it hardly matters."""

    text: str
    speaks_for: bool
    weak: bool


def in_words(reasons: Iterable[Reason]) -> list[Said]:
    """The reasons, the weightiest first; one that repeats another (a swapped name has two halves) is said once."""
    ordered = sorted(reasons, key=lambda r: -abs(r.weight))
    said: dict[str, Said] = {}
    for reason in ordered:
        phrase = PHRASES.get(reason.role, {}).get(reason.level)
        if phrase is not None:
            against = reason.level in {"other", "other_initial", "doubtful"}
            said.setdefault(str(phrase), Said(str(phrase), not against, abs(reason.weight) < 1))
    return list(said.values())


def sureness(verdict: str) -> tuple[str, str]:
    """The verdict as a badge: its text and hue."""
    return (_now("almost certain"), "green") if verdict == "sure" else (_now("likely"), "yellow")
