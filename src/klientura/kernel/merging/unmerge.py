"""Taking a merge apart: both records are there again, with what hung on them; what somebody did since stays and is told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable, readable_parts
from klientura.kernel.errors import BadRequest, Denied
from klientura.kernel.events.outbox import emit
from klientura.kernel.history.since import touched_columns
from klientura.kernel.history.undo import Undone
from klientura.kernel.history.undo_lines import undo_lines
from klientura.kernel.history.undo_records import Span, restore_values
from klientura.kernel.merging import choosing, followers, links, refilling
from klientura.kernel.merging.merge import places_of, product_for
from klientura.kernel.merging.models import Merge
from klientura.kernel.merging.rooms import pointing_at
from klientura.kernel.merging.trails import in_words, titles_anywhere
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import operations, rows
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.models import Operation

_STAYED = sql.SQL(
    "select distinct e.key from kernel_change c, jsonb_each(c.changes) e, {table} r"
    " where c.operation_id = %s and c.object = %s and c.record_id = %s and c.action = 'update' and r.id = c.record_id"
    " and to_jsonb(r) ? e.key and c.id = (select max(l.id) from kernel_change l where l.operation_id = c.operation_id"
    "  and l.object = c.object and l.record_id = c.record_id and l.changes ? e.key)"
    " and nullif(to_jsonb(r) -> e.key, 'null') is distinct from nullif(e.value -> 1, 'null')"
    " and nullif(to_jsonb(r) -> e.key, 'null') is distinct from nullif(e.value -> 0, 'null')"
)


@dataclass(slots=True)
class Apart:
    """What came of taking a merge apart: links that went back, and what of the kept record stayed as somebody left it."""

    back: dict[str, set[int]] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)

    @property
    def number(self) -> int:
        """How many records point at the other again."""
        return sum(map(len, self.back.values()))


def unmerge(actor: Actor, target: Operation) -> Undone:
    """Take a merge apart, inside the transaction of the undo. Itself an operation.

    Raises BadRequest when the kept record is in the trash or a later merge has to be taken apart before (which one is
    told), Denied when the actor may not change and delete all of the records. Events: `<object>.unmerged`, and `.undone`
    of each table.
    """
    shape = shape_of(target.object)
    choosing.take_turn()
    merges = list(Merge.objects.filter(operation_id=target.pk, undone_at=None).order_by("id"))
    if not merges:
        raise BadRequest(_("This has been undone already, or is still running."), code="state")
    kept_id, gone = merges[0].kept_id, [m.gone_id for m in merges]
    trashed = _lock(shape, [kept_id, *gone])
    _refuse_covered(actor, shape, target.pk, kept_id, gone, trashed)
    _require(actor, shape, kept_id, gone, trashed)
    product, mine = product_for(actor), operations.start(actor, "undo", target.object, undoes_id=target.pk)
    rows.remember_actor(actor.user_id, mine.pk)
    header = [timezone.now(), actor.user_id, mine.pk]
    before = refilling.seen(shape, kept_id)
    _restore(shape, gone, header)
    loosened = target.details.get("loosened") or {}
    _restore_loosened(loosened, target.pk, header)
    apart = Apart()
    apart.back = links.give_back(
        product, mine.pk, pointing_at(shape), kept_id, {m.gone_id: m.relinked for m in merges}
    )
    _take_apart(product, shape, target, kept_id, mine.pk, apart)
    refilling.refill(product, shape, kept_id, before, after=target.pk)
    Merge.objects.filter(pk__in=[m.pk for m in merges]).update(
        undone_at=timezone.now(), undone_by_id=actor.user_id
    )
    followers.parted(actor, target.pk, mine.pk)
    target.state = "undone"
    target.save(update_fields=["state"])
    details = {
        "kept": kept_id,
        "gone": gone,
        "columns": sorted(apart.columns),
        "parts": sorted(apart.parts),
        "back": apart.number,
    }
    operations.finish(mine, records=len(gone) + 1, details=details)
    _announce(actor, shape, mine.pk, kept_id, gone, loosened, apart)
    stays = [kept_id] if apart.columns or apart.parts else []
    return Undone(mine.pk, len(gone) + 1, stays, text=told(actor, shape, details))


def told(actor: Actor, shape: Shape, details: Mapping[str, Any]) -> str:
    """What came of taking a merge apart, in words for a reader; `details` are those of its operation."""
    kept_id, gone = details["kept"], details["gone"]
    names = titles_anywhere(actor, shape, [kept_id, *gone])
    text = _("Records of their own again: {records}.").format(records=in_words([kept_id, *gone], names))
    if details["back"]:
        text += " " + ngettext("%(count)s link went back.", "%(count)s links went back.", details["back"]) % {
            "count": details["back"]
        }
    labels = [f.heading for f in readable(actor, shape).values() if f.column in set(details["columns"])]
    labels += [str(shape.parts[k].label) for k in readable_parts(actor, shape) if k in set(details["parts"])]
    if labels:
        text += " " + _("Changed since the merge, so left in {record}: {fields}.").format(
            record=in_words([kept_id], names), fields=", ".join(labels)
        )
    return text


def _lock(shape: Shape, ids: Sequence[int]) -> dict[int, bool]:
    """Lock the records; by number whether each is in the trash. Raises BadRequest for one that is there no more."""
    text = sql.SQL(
        "select r.id, r.deleted_at is not null from {} r where r.id = any(%s) order by r.id for update"
    )
    with connection.cursor() as cursor:
        cursor.execute(text.format(sql.Identifier(shape.table)), [list(ids)])
        found = dict(cursor.fetchall())
    if len(found) != len(ids):
        raise BadRequest(
            _("One of these records was deleted for good, so they cannot be taken apart."), code="gone"
        )
    return found


def _refuse_covered(
    actor: Actor,
    shape: Shape,
    operation_id: int,
    kept_id: int,
    gone: Sequence[int],
    trashed: Mapping[int, bool],
) -> None:
    """Raise BadRequest when a later merge took one of the records: that one has to be taken apart before."""
    away = [i for i in (kept_id, *gone) if trashed[i]]
    later = (
        Merge.objects.filter(base=shape.base, gone_id__in=away, undone_at=None, operation_id__gt=operation_id)
        .order_by("-id")
        .first()
    )
    if later is not None:
        names = titles_anywhere(actor, shape, [later.gone_id, later.kept_id])
        text = _("{gone} was merged into {kept} later. Take that merge apart first.").format(
            gone=in_words([later.gone_id], names), kept=in_words([later.kept_id], names)
        )
        raise BadRequest(text, code="merged_later", operation=later.operation_id)
    if trashed[kept_id]:
        raise BadRequest(_("The merged record is in the trash. Take it out first."), code="trashed")


def _require(
    actor: Actor, shape: Shape, kept_id: int, gone: Sequence[int], trashed: Mapping[int, bool]
) -> None:
    """Taking apart needs what merging needed; the rights may have been withdrawn since."""
    live = [i for i in (kept_id, *gone) if not trashed[i]]
    away = [i for i in gone if trashed[i]]
    for verb, ids, lies_in_trash in (("edit", live, False), ("edit", away, True), ("delete", away, True)):
        mine = Predicate(sql.SQL("r.id = any(%s)"), (ids,))
        where = conditions(actor, shape, verb=verb, more=[mine], trashed=lies_in_trash)
        text = sql.SQL("select count(*) from {} r where {}").format(sql.Identifier(shape.table), where.sql)
        with connection.cursor() as cursor:
            cursor.execute(text, where.params)
            if cursor.fetchone()[0] != len(ids):
                raise Denied


def _restore(shape: Shape, ids: Collection[int], header: Sequence[Any]) -> None:
    text = sql.SQL(
        "update {} r set deleted_at = null, updated_at = %s, updated_by_id = %s, operation_id = %s,"
        " version = r.version + 1 where r.id = any(%s) and r.deleted_at is not null"
    ).format(sql.Identifier(shape.table))
    with connection.cursor() as cursor:
        cursor.execute(text, [*header, sorted(ids)])


def _restore_loosened(
    loosened: Mapping[str, Sequence[int]], operation_id: int, header: Sequence[Any]
) -> None:
    """Ties between the records come back, unless somebody did something with them since."""
    for key, ids in loosened.items():
        shape = all_shapes().get(key)
        if shape is None:
            continue
        text = sql.SQL("select r.id from {} r where r.id = any(%s) and r.operation_id = %s").format(
            sql.Identifier(shape.table)
        )
        with connection.cursor() as cursor:
            cursor.execute(text, [list(ids), operation_id])
            _restore(shape, [row[0] for row in cursor.fetchall()], header)


def _take_apart(
    product: Actor, shape: Shape, target: Operation, kept_id: int, mine: int, apart: Apart
) -> None:
    """The kept record gets back what it said before, where it still says what the merge wrote; its lines as well."""
    which = Predicate(
        sql.SQL("c.operation_id = %s and c.object = %s and c.record_id = %s"),
        (target.pk, shape.base, kept_id),
    )
    header = [timezone.now(), product.user_id, mine]
    restore_values(shape, which, header, Predicate(sql.SQL("true")), touched_columns(shape.table, which))
    undo_lines(product, Span(shape, target.pk), mine)
    with connection.cursor() as cursor:
        cursor.execute(_STAYED.format(table=sql.Identifier(shape.table)), [target.pk, shape.base, kept_id])
        apart.columns = {row[0] for row in cursor.fetchall()}
    apart.parts = _lines_left(shape, target.pk, kept_id)
    _put_in_place(shape, kept_id, target.details.get("positions") or {})


def _lines_left(shape: Shape, operation_id: int, kept_id: int) -> set[str]:
    """The parts that still hold a line which the merge brought: somebody has changed it since."""
    found = set()
    for key, part in shape.parts.items():
        text = sql.SQL(
            "select exists (select 1 from kernel_change c join {lines} l on l.id = c.record_id where c.operation_id = %s"
            " and c.object = %s and c.root_id = %s and c.action = 'add')"
        ).format(lines=sql.Identifier(part.table))
        with connection.cursor() as cursor:
            cursor.execute(text, [operation_id, key, kept_id])
            if cursor.fetchone()[0]:
                found.add(key)
    return found


def _put_in_place(shape: Shape, kept_id: int, positions: Mapping[str, Mapping[str, Sequence[int]]]) -> None:
    """Lines that the merge moved and nobody since stand where they stood."""
    now = places_of(shape, kept_id)
    for key, moved in positions.items():
        if key not in shape.parts:
            continue
        part = shape.parts[key]
        back = {int(i): was for i, (was, became) in moved.items() if now.get(key, {}).get(int(i)) == became}
        text = sql.SQL(
            "update {lines} l set {place} = v.place from unnest(%s::bigint[], %s::int[]) v(id, place) where l.id = v.id"
        ).format(lines=sql.Identifier(part.table), place=sql.Identifier(part.order))
        with connection.cursor() as cursor:
            cursor.execute(text, [list(back), list(back.values())])


def _announce(
    actor: Actor,
    shape: Shape,
    operation_id: int,
    kept_id: int,
    gone: Sequence[int],
    loosened: Mapping[str, Sequence[int]],
    apart: Apart,
) -> None:
    bases = {s.table: s.base for s in all_shapes().values()}
    touched = {bases[table]: set(ids) for table, ids in apart.back.items() if table in bases}
    touched.setdefault(shape.base, set()).update([kept_id, *gone])
    for key, ids in loosened.items():
        if key in all_shapes():
            touched.setdefault(shape_of(key).base, set()).update(ids)
    for base, numbers in touched.items():
        emit(f"{base}.undone", base, sorted(numbers), actor_id=actor.user_id, operation_id=operation_id)
    emit(
        f"{shape.key}.unmerged", shape.base, [kept_id, *gone], actor_id=actor.user_id, operation_id=operation_id,
        payload={"kept": kept_id, "gone": list(gone)},
    )  # fmt: skip
