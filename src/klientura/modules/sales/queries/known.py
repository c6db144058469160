"""Clients who may well be behind a lead: the comparison of the search for duplicates, for what the lead says."""

from collections.abc import Mapping
from typing import Any, Final

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may
from klientura.kernel.dedup.hints import Hint, hints
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.search.results import search
from klientura.kit.organisations import split_legal_form
from klientura.kit.people import parse_person_name

MOST: Final = 4


def known_organisations(actor: Actor, lead: Mapping[str, Any]) -> list[Hint]:
    """Organisations with the lead's phone or e-mail, or called like it, the likeliest first."""
    _form, name = split_legal_form(lead.get("company_name") or "")
    facts = {"phone": _one(lead.get("phone")), "email": _one(lead.get("email")), "name": _one(name)}
    return _likely(actor, "organisation", facts, name)


def known_people(actor: Actor, lead: Mapping[str, Any]) -> list[Hint]:
    """People with the lead's phone or e-mail, or of that name, the likeliest first."""
    whole = lead.get("person_name") or ""
    name = parse_person_name(whole)
    facts = {
        "phone": _one(lead.get("phone")), "email": _one(lead.get("email")), "last_name": _one(name.last),
        "first_name": _one(name.first), "middle_name": _one(name.middle),
    }  # fmt: skip
    return _likely(actor, "person", facts, whole)


def _likely(actor: Actor, key: str, facts: Mapping[str, list[str]], name: str) -> list[Hint]:
    shape = shape_of(key)
    if not may(actor, shape, "read"):
        return []
    named = search(actor, [shape], name, limit=MOST) if len(name) >= 4 else []
    found = [row["id"] for group in named for row in group.rows]
    return [h for h in hints(actor, shape, facts, found) if h.match.verdict != "no"][:MOST]


def _one(value: Any) -> list[str]:
    return [str(value)] if value else []
