"""A record as it was: how it stood at a moment, and putting back what one change did, however long ago."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable, writable
from klientura.kernel.errors import Denied, KernelError, NotFound
from klientura.kernel.history.read import ChangedField
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store import read, write

_LATER = (
    "select distinct on (e.key) e.key, e.value -> 0 from kernel_change c, jsonb_each(c.changes) e"
    " where c.root_object = %s and c.root_id = %s and c.object = %s and c.action <> 'create' and c.at > %s"
    " and e.key = any(%s) order by e.key, c.id"
)
_WRITTEN = sql.SQL(
    "select e.key, e.value -> 0, e.value ->> 0,"
    " to_jsonb(r) -> e.key is not distinct from e.value -> 1"
    " or (nullif(to_jsonb(r) -> e.key, 'null') is null and nullif(e.value -> 1, 'null') is null)"
    " from kernel_change c join {} r on r.id = c.record_id, jsonb_each(c.changes) e"
    " where c.id = %s and c.root_object = %s and c.root_id = %s and c.object = %s and c.action = 'update'"
)


class NothingLeft(KernelError):
    """What the change wrote no longer stands, so there is nothing to put back."""

    status = 409
    code = "changed_since"
    default_message = _("All of this was changed again since, so nothing was put back.")


@dataclass(frozen=True, slots=True)
class PutBack:
    """What came of it: the version that stands now, what was put back, and what was left because it changed since."""

    version: int
    fields: tuple[FieldShape, ...]
    left: tuple[FieldShape, ...]


def made_at(shape: Shape, record_id: int) -> dt.datetime | None:
    """When a record was made, for the earliest moment that can be asked about."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("select created_at from {} where id = %s").format(sql.Identifier(shape.table)),
            [record_id],
        )
        found = cursor.fetchone()
    return found[0] if found else None


def as_of(actor: Actor, shape: Shape, record_id: int, moment: dt.datetime) -> dict[str, ChangedField]:
    """What stood otherwise at a moment than now: by key the field with its value then (`old`) and nothing in `new`.

    Only fields that the actor sees, and whose history is kept; what is computed is told as it is now. Two queries.
    Raises NotFound for a record that is not open to the actor.
    """
    read.get(actor, shape, record_id, keys=["id"])
    fields = {f.column: f for f in readable(actor, shape).values() if f.tracked}
    with connection.cursor() as cursor:
        cursor.execute(_LATER, [shape.base, record_id, shape.base, moment, list(fields)])
        found = cursor.fetchall()
    return {
        fields[column].key: ChangedField(fields[column], orjson.loads(old) if old is not None else None, None)
        for column, old in found
    }


@transaction.atomic
def put_back(actor: Actor, shape: Shape, record_id: int, change_id: int) -> PutBack:
    """Give the fields that one change wrote the values they had before it, where they still stand as it wrote them.

    An edit like any other: rights, rules, history and event. Raises NotFound, Denied, Invalid, NothingLeft.
    """
    write.lock(actor, shape, record_id, "edit")
    fields = {f.column: f for f in readable(actor, shape).values()}
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITTEN.format(sql.Identifier(shape.table)), [change_id, shape.base, record_id, shape.base]
        )
        found = [row for row in cursor.fetchall() if row[0] in fields]
    if not found:
        raise NotFound
    mine = [row for row in found if fields[row[0]].changeable and writable(actor, shape, fields[row[0]].key)]
    if not mine:
        raise Denied(_("What this change wrote cannot be changed here."))
    standing = [row for row in mine if row[3]]
    if not standing:
        raise NothingLeft
    values: Mapping[str, Any] = {
        fields[column].key: _raw(as_json, as_text) for column, as_json, as_text, _stands in standing
    }
    version = write.update(actor, shape, record_id, values)
    return PutBack(
        version,
        tuple(fields[row[0]] for row in standing),
        tuple(fields[row[0]] for row in found if row not in standing),
    )


def _raw(as_json: str | None, as_text: str | None) -> Any:
    """A stored value as a form would send it; a list as a list."""
    value = orjson.loads(as_json) if as_json is not None else None
    return value if isinstance(value, list | bool) or value is None else as_text
