"""Which records a writer would lose sight of, told before they are written and each by itself."""

from collections.abc import Mapping, Sequence

import orjson
from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, scope
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.shape import Shape

# What a scope may go by: whose a record is, and what it hangs on.
_KINDS = frozenset({"user", "reference"})


def out_of_reach(actor: Actor, shape: Shape, drafts: Sequence[Draft], verbs: Sequence[str]) -> list[Draft]:
    """Those drafts whose written image lies outside of the writer's scope of a verb.

    It is what write.check_reach refuses as a whole. One query for all of them lays what is set over the stored rows
    and asks the gate's scopes.
    """
    narrow = [scope(actor, shape, verb) for verb in verbs if actor.scope(shape.key, verb) != "all"]
    if not drafts or not narrow:
        return []
    allowed = Predicate(
        sql.SQL(" and ").join(p.sql for p in narrow), tuple(v for p in narrow for v in p.params)
    )
    text = sql.SQL(
        "select c.place from unnest(%s::int[], %s::bigint[], %s::jsonb[]) c (place, id, image)"
        " left join {table} t on t.id = c.id cross join lateral jsonb_populate_record(t, c.image) r where {allowed}"
    ).format(table=sql.Identifier(shape.table), allowed=allowed.sql)
    places = list(range(len(drafts)))
    images = [orjson.dumps(_image(shape, d)).decode() for d in drafts]
    with connection.cursor() as cursor:
        cursor.execute(text, [places, [d.record_id for d in drafts], images, *allowed.params])
        near = {row[0] for row in cursor.fetchall()}
    return [d for place, d in enumerate(drafts) if place not in near]


def _image(shape: Shape, draft: Draft) -> Mapping[str, object]:
    said = {
        shape.fields[k].column: v
        for k, v in draft.values.items()
        if k in shape.fields and shape.fields[k].type.key in _KINDS
    }
    return {**shape.constants, **said}
