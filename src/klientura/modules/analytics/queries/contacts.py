"""Of all clients that somebody was in contact with, how many came to a deal, and how many to a won one."""

from dataclasses import dataclass
from typing import Final

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.analytics.queries.asked import Asked, deals

NEEDED: Final = {"party", "kind", "at"}


@dataclass(frozen=True, slots=True)
class Contacts:
    """Clients of a period: contacted, of them with a deal in the pipeline, of them with one that was won since."""

    contacted: int
    with_deal: int
    won: int


def contacts(actor: Actor, asked: Asked) -> Contacts | None:
    """Contacts are talks and letters, not notes; None for whoever may not count them."""
    talk = shape_of("interaction")
    if not may(actor, talk, "read") or not set(readable(actor, talk)) >= NEEDED:
        return None
    tree = {
        "and": [
            {"field": "kind", "op": "ne", "value": "note"},
            {"field": "at", "op": "gte", "value": asked.begins.isoformat()},
            {"field": "at", "op": "lt", "value": asked.ends.isoformat()},
        ]
    }
    talks = conditions(actor, talk, tree=tree)
    source = deals(actor, asked, wide=True)
    text = sql.SQL(
        "with met as (select distinct r.party_id from interaction r where r.party_id is not null and {talks}),"
        " tried as (select r.party_id, bool_or(c.status = 'won' and c.closed_at >= %s) as won from {tables}"
        "  where r.party_id in (select party_id from met) and c.pipeline_id = %s and {where} group by 1)"
        " select count(*), count(t.party_id), count(*) filter (where t.won) from met left join tried t on t.party_id = met.party_id"
    ).format(talks=talks.sql, tables=source.tables, where=source.where.sql)
    params = (*talks.params, asked.begins, asked.pipeline, *source.where.params)
    return Contacts(*read_for_long(text, params)[0])
