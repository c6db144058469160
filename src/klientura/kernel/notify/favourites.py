"""What a user keeps at hand, in their own order, and what they opened last."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Denied
from klientura.kernel.notify.models import Favourite, Visit
from klientura.kernel.notify.naming import Named, named
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read

MOST = 200
"""Favourites of one user."""
KEPT_VISITS = 50
_VISIT = (
    "with seen as (insert into kernel_visit (user_id, object, record_id, at) values (%(user)s, %(object)s, %(record)s, now())"
    " on conflict (user_id, object, record_id) do update set at = excluded.at)"
    " delete from kernel_visit where user_id = %(user)s and id in"
    " (select id from kernel_visit where user_id = %(user)s order by at desc offset %(kept)s)"
)


@transaction.atomic
def keep(actor: Actor, shape: Shape, record_id: int, *, wanted: bool) -> None:
    """Keep a record at hand, behind the others, or no more. Raises NotFound, or BadRequest when there are too many."""
    read.get(actor, shape, record_id, keys=["id"])
    if actor.user_id is None:
        raise Denied
    mine = Favourite.objects.filter(user_id=actor.user_id)
    if not wanted:
        mine.filter(object=shape.base, record_id=record_id).delete()
        return
    if mine.count() >= MOST:
        raise BadRequest(_("There are 200 favourites already. Take some out first."), code="too_many")
    last = mine.aggregate(last=Max("position"))["last"] or 0
    Favourite.objects.update_or_create(
        user_id=actor.user_id, object=shape.base, record_id=record_id,
        defaults={"by_operation": None}, create_defaults={"position": last + 1},
    )  # fmt: skip


def favourites_of(actor: Actor, *, limit: int = MOST) -> list[tuple[Favourite, Named]]:
    """The actor's favourites in their order; those that are not open to them now are left out."""
    if actor.user_id is None:
        return []
    rows = list(Favourite.objects.filter(user_id=actor.user_id).order_by("position", "pk")[:MOST])
    names = named(actor, ((r.object, r.record_id) for r in rows))
    return [(r, names[r.object, r.record_id]) for r in rows if (r.object, r.record_id) in names][:limit]


@transaction.atomic
def arrange(actor: Actor, favourite_ids: Sequence[int]) -> None:
    """Put the actor's favourites into this order; those that are not named come behind."""
    rows = list(
        Favourite.objects.select_for_update().filter(user_id=actor.user_id or 0).order_by("position", "pk")
    )
    place = {number: n for n, number in enumerate(favourite_ids)}
    rows.sort(key=lambda r: place.get(r.pk, len(place)))
    for n, row in enumerate(rows, start=1):
        row.position = n
    Favourite.objects.bulk_update(rows, ["position"])


def step(actor: Actor, favourite_id: int, by: int) -> None:
    """Move one of the actor's favourites up (-1) or down (1) among those that are shown."""
    order = [row.pk for row, _name in favourites_of(actor)]
    if favourite_id not in order:
        return
    at = order.index(favourite_id)
    order.insert(max(0, min(len(order) - 1, at + by)), order.pop(at))
    arrange(actor, order)


def opened(actor: Actor, shape: Shape, record_id: int) -> None:
    """Note that the actor has opened a record. Raises NotFound."""
    read.get(actor, shape, record_id, keys=["id"])
    if actor.user_id is None:
        raise Denied
    values: dict[str, Any] = {
        "user": actor.user_id,
        "object": shape.base,
        "record": record_id,
        "kept": KEPT_VISITS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_VISIT, values)


def recent_of(actor: Actor, *, limit: int = 20) -> list[tuple[Visit, Named]]:
    """What the actor opened last, the latest first, as far as it is open to them now."""
    if actor.user_id is None:
        return []
    rows = list(Visit.objects.filter(user_id=actor.user_id).order_by("-at")[:KEPT_VISITS])
    names = named(actor, ((r.object, r.record_id) for r in rows))
    return [(r, names[r.object, r.record_id]) for r in rows if (r.object, r.record_id) in names][:limit]
