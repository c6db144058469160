"""Whose an e-mail address is. For the product's own work, such as binding letters: it answers nobody's question."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.db import connection


class Whose(NamedTuple):
    """The client behind an address, and the person there; a person without an employer is the client."""

    party_id: int
    person_id: int | None


class Known(NamedTuple):
    """Everybody behind an address: people, and organisations whose own it is."""

    people: frozenset[int]
    organisations: frozenset[int]


_STATEMENT = (
    "select c.search_text, p.id, p.kind, p.employer_id, e.deleted_at is null and e.id is not null"
    " from contact_point c join party p on p.id = c.party_id left join party e on e.id = p.employer_id"
    " where c.kind = 'email' and p.deleted_at is null"
    ' and c.search_text collate "C" = any(array(select k_fold(v) from unnest(%s::text[]) v))'
)


_EVERYBODY = (
    "select a.v, p.id, p.kind from unnest(%s::text[]) a(v)"
    " join contact_point c on c.kind = 'email' and c.search_text collate \"C\" = k_fold(a.v)"
    " join party p on p.id = c.party_id where p.deleted_at is null"
)


def parties_by_email(addresses: Collection[str]) -> Mapping[str, Whose]:
    """The parties behind some addresses in their normal form; one query. An address of several clients is nobody's."""
    wanted = sorted(set(addresses))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, [wanted])
        rows = cursor.fetchall()
    people: dict[str, set[Whose]] = defaultdict(set)
    organisations: dict[str, set[int]] = defaultdict(set)
    for text, party_id, kind, employer_id, employed in rows:
        if kind == "person":
            people[text].add(Whose(employer_id, party_id) if employed else Whose(party_id, None))
        else:
            organisations[text].add(party_id)
    found = {}
    for address in people.keys() | organisations.keys():
        whose = _one(people[address], organisations[address])
        if whose is not None:
            found[address] = whose
    return found


def people_by_email(addresses: Collection[str]) -> Mapping[str, Known]:
    """By address as it was given: everybody of the base behind it; one query. An address of nobody is left out."""
    wanted = sorted(set(addresses))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_EVERYBODY, [wanted])
        found: dict[str, dict[str, set[int]]] = defaultdict(lambda: {"person": set(), "organisation": set()})
        for address, number, kind in cursor.fetchall():
            found[address][kind].add(number)
    return {a: Known(frozenset(k["person"]), frozenset(k["organisation"])) for a, k in found.items()}


def emails_of(party_ids: Collection[int]) -> set[str]:
    """The addresses of some parties, as they were typed; one query."""
    if not party_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "select value from contact_point where kind = 'email' and party_id = any(%s)",
            [sorted(set(party_ids))],
        )
        return {row[0] for row in cursor.fetchall()}


def _one(people: set[Whose], organisations: set[int]) -> Whose | None:
    if len(people) == 1:
        return next(iter(people))
    clients = {p.party_id for p in people} | organisations
    return Whose(next(iter(clients)), None) if len(clients) == 1 else None
