"""What matching needs of many payments at once: the clients of their payers and these clients' invoices, one query each."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, scope
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.compiler import conditions
from klientura.kit.organisations import spellings
from klientura.modules.payments.rules import Bill, number_key

# A number as `same_number` writes it.
_NUMBER: Final = sql.SQL("translate(upper(replace(r.number, ' ', '')), 'ABCEHKMOPTXYЁ', 'АВСЕНКМОРТХУЕ')")


class Client(NamedTuple):
    """A client with an INN; `seen`: whether it is open to the actor."""

    id: int
    title: str
    owner: int | None
    team: int | None
    seen: bool


def clients_by_inn(actor: Actor, inns: Collection[str]) -> dict[str, list[Client]]:
    """All clients with these INNs, those too that the actor does not see: a payer is one client's only when there is no other."""
    if not inns:
        return {}
    shape = shape_of("party")
    mine = scope(actor, shape, "read")
    text = sql.SQL(
        "select r.inn, r.id, r.title, r.owner_id, r.team_id, {} from party r"
        " where r.inn = any(%s) and r.deleted_at is null order by r.id"
    ).format(mine.sql)
    found: dict[str, list[Client]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(text, [*mine.params, sorted(inns)])
        for inn, *rest in cursor.fetchall():
            found[inn].append(Client(*rest))
    return found


def clients_by_name(actor: Actor, names: Collection[str]) -> dict[str, list[Client]]:
    """The clients that the actor sees who are called so but for legal form, quotation marks, case and ё; one query."""
    by_spelling: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for spelling in spellings(name):
            by_spelling[spelling].append(name)
    shape = shape_of("party")
    found: dict[str, list[Client]] = defaultdict(list)
    if not by_spelling or not may(actor, shape, "read"):
        return found
    where = conditions(actor, shape)
    text = sql.SQL(
        "select k_fold(r.title), r.id, r.title, r.owner_id, r.team_id from party r"
        ' where k_fold(r.title) collate "C" = any(%s) and {} order by r.id'
    ).format(where.sql)
    with connection.cursor() as cursor:
        cursor.execute(text, [sorted(by_spelling), *where.params])
        for folded, number, title, owner, team in cursor.fetchall():
            for name in by_spelling.get(folded, ()):
                found[name].append(Client(number, title, owner, team, seen=True))
    return found


def bills_of(
    actor: Actor, party_ids: Collection[int], numbers: Collection[str], *, anybodys: Collection[str] = ()
) -> list[Bill]:
    """The issued invoices of some clients that the actor sees: what is owed, and whatever else has one of these numbers.

    `anybodys`: numbers whose unpaid invoices are wanted whoever the client is.
    """
    shape = shape_of("invoice")
    if not (party_ids or anybodys) or not may(actor, shape, "read"):
        return []
    where = conditions(actor, shape)
    text = sql.SQL(
        "select r.id, r.party_id, r.company_id, r.currency, r.number, r.issued_on, r.due_on, r.amount, r.paid, r.title"
        " from invoice r where ((r.party_id = any(%s) and r.status in ('issued', 'part_paid', 'paid')"
        " and (r.paid < r.amount or {number} = any(%s)))"
        " or (r.party_id is not null and r.status in ('issued', 'part_paid') and {number} = any(%s))) and {mine}"
    ).format(number=_NUMBER, mine=where.sql)
    with connection.cursor() as cursor:
        cursor.execute(text, [sorted(party_ids), sorted(numbers), sorted(anybodys), *where.params])
        return [
            Bill(number, party, company, currency, number_key(name), issued, due, amount, paid, title)
            for number, party, company, currency, name, issued, due, amount, paid, title in cursor.fetchall()
        ]


class Free(NamedTuple):
    """A payment that is not allocated in whole."""

    id: int
    company: int
    currency: str
    rest: Decimal
    party: int | None
    title: str
    number: str | None
    paid_on: dt.date
    payer_name: str | None
    payer_inn: str | None
    purpose: str | None
    version: int


def free_payments(actor: Actor, *, after: int = 0, limit: int = 50, ids: Sequence[int] = ()) -> list[Free]:
    """Payments that came in, are left in part or whole, and are the actor's to change; the oldest first."""
    shape = shape_of("payment")
    if not may(actor, shape, "edit"):
        return []
    where = conditions(actor, shape, verb="edit")
    text = sql.SQL(
        "select r.id, r.company_id, r.currency, r.rest, r.party_id, r.title, r.number, r.paid_on, r.payer_name, r.payer_inn,"
        " r.purpose, r.version from payment r where r.direction = 'in' and r.status in ('free', 'part') and r.id > %s"
        " and (%s::bigint[] is null or r.id = any(%s)) and {} order by r.id limit %s"
    ).format(where.sql)
    wanted = list(ids) or None
    with connection.cursor() as cursor:
        cursor.execute(text, [after, wanted, wanted, *where.params, limit])
        return [Free(*row) for row in cursor.fetchall()]
