"""The records of a merge, found and locked with the actor's rights, or why they cannot be merged."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, require
from klientura.kernel.errors import BadRequest, Denied, KernelError, NotFound
from klientura.kernel.merging.models import Merge
from klientura.kernel.objects.registry import shapes_of_base
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read, write
from klientura.kernel.store.compiler import conditions

MOST = 10
_TURN = 7_115_203  # the number of our advisory lock: merges wait for one another


class Unmergeable(KernelError):
    """The records cannot become one as things stand."""

    status = 409
    code = "unmergeable"
    default_message = _("These records cannot be merged as they are.")


class ChangedMeanwhile(KernelError):
    """A record is no longer as the actor saw it."""

    status = 409
    code = "conflict"
    default_message = _(
        "Somebody changed one of these records meanwhile. Look at them as they are now, and merge again."
    )


def take_turn() -> None:
    """Wait until no other merge runs: two that overlap would wait for each other for ever."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_TURN])


def check_number(kept_id: int, gone_ids: Sequence[int]) -> list[int]:
    """The numbers of the records that go, each once. Raises BadRequest for none or too many."""
    gone = list(dict.fromkeys(gone_ids))
    if kept_id in gone:
        raise BadRequest(_("A record cannot be merged with itself."), code="self")
    if not gone:
        raise BadRequest(_("Choose at least two records to merge."), code="too_few")
    if len(gone) >= MOST:
        raise BadRequest(
            _("No more than %(number)s records can be merged at once.") % {"number": MOST}, code="too_many"
        )
    return gone


def require_rights(actor: Actor, shape: Shape) -> None:
    """Merging changes one record and moves others to the trash: it needs the right to both."""
    write.refuse_mixed(shape)
    for verb in ("read", "edit", "delete"):
        require(actor, shape, verb)


def lock_all(actor: Actor, shape: Shape, kept_id: int, gone_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The stored values of the records, the kept one first, locked for the transaction.

    Nobody can begin to point at those that go before the transaction ends. Raises what tells why one cannot be merged.
    """
    ids = [kept_id, *gone_ids]
    found = {row["id"]: row for row in write.lock_open_rows(actor, shape, ids, "edit")}
    for each in ids:
        if each not in found:
            raise why_not(actor, shape, each)
    where = conditions(
        actor, shape, verb="delete", more=[Predicate(sql.SQL("r.id = any(%s)"), (list(gone_ids),))]
    )
    text = sql.SQL("select r.id from {} r where {} order by r.id for update of r").format(
        sql.Identifier(shape.table), where.sql
    )
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        if {row[0] for row in cursor.fetchall()} != set(gone_ids):
            raise Denied(
                _(
                    "You may not delete all of these records, so you cannot merge them. Ask their owner or your administrator."
                )
            )
    return [found[i] for i in ids]


def look_at(actor: Actor, shape: Shape, ids: Sequence[int]) -> list[dict[str, Any]]:
    """The stored values of records that the actor may change, in the order asked for, without locking them."""
    found = changeable(actor, shape, ids)
    for each in ids:
        if each not in found:
            raise why_not(actor, shape, each)
    return [found[i] for i in ids]


def changeable(actor: Actor, shape: Shape, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The stored values of those of the records that the actor may change, by their numbers; one query."""
    mine = Predicate(sql.SQL("r.id = any(%s)"), (list(ids),))
    where = conditions(actor, shape, verb="edit", more=[mine])
    keys = list(shape.fields)
    text = sql.SQL("select {} from {} r where {}").format(
        sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(shape.fields[k].column)) for k in keys),
        sql.Identifier(shape.table),
        where.sql,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        return {row["id"]: row for row in (dict(zip(keys, r, strict=True)) for r in cursor.fetchall())}


def refuse_older(records: Sequence[Mapping[str, Any]], versions: Mapping[int, int]) -> None:
    """Raise ChangedMeanwhile when a record has another version than the actor saw."""
    if any(versions[r["id"]] != r["version"] for r in records if r["id"] in versions):
        raise ChangedMeanwhile


def why_not(actor: Actor, shape: Shape, record_id: int) -> KernelError:
    """What keeps a record from being merged, as far as the actor may know."""
    if read.titles(actor, shape, [record_id]):
        return Denied(_("You may look at one of these records, but not change it, so you cannot merge it."))
    try:
        row = read.get(actor, shape, record_id, keys=["title"], trashed=True)
    except NotFound:
        for other in shapes_of_base(shape.base):
            if (
                other.constants
                and other is not shape
                and may(actor, other, "read")
                and read.titles(actor, other, [record_id])
            ):
                return Unmergeable(
                    _("Only records of one kind can be merged, and one of these is of another kind."),
                    code="kinds",
                )
        return NotFound()
    name = row.get("title") or f"№ {record_id}"
    if Merge.objects.filter(base=shape.base, gone_id=record_id, undone_at=None).exists():
        text = _("“%(name)s” has been merged into another record already.") % {"name": name}
        return Unmergeable(text, code="merged")
    return Unmergeable(
        _("“%(name)s” is in the trash. Take it out to merge it.") % {"name": name}, code="trashed"
    )
