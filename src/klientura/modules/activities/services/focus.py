"""The focus list: what a user has picked for the day by hand, in their order. It is carried over until it is done or let go."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.modules.activities.models import Focus
from klientura.modules.activities.queries.day import DayItem, source_of

MOST = 20
"""More is no focus."""


def focus_of(actor: Actor) -> list[DayItem]:
    """What the actor has picked and is still to be done, in their order; one query for each kind of record."""
    rows = _rows(actor)
    wanted: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        wanted[row.object].append(row.record_id)
    found: dict[tuple[str, int], DayItem] = {}
    for key, ids in wanted.items():
        source = source_of(key)
        if source is not None:
            found |= {(i.object, i.id): i for i in source.chosen(actor, ids)}
    return [found[row.object, row.record_id] for row in rows if (row.object, row.record_id) in found]


@transaction.atomic
def pick(actor: Actor, object_key: str, record_id: int, *, wanted: bool) -> None:
    """Pick a matter for the focus list, behind the others, or let it go. Raises NotFound, BadRequest when there are too many."""
    if actor.user_id is None:
        raise Denied
    mine = Focus.objects.filter(user_id=actor.user_id)
    if not wanted:
        mine.filter(object=object_key, record_id=record_id).delete()
        return
    source = source_of(object_key)
    if source is None or not source.chosen(actor, [record_id]):
        raise NotFound
    open_now = focus_of(actor)
    if len(open_now) >= MOST:
        raise BadRequest(_("Twenty matters in focus are enough. Let one go first."), code="too_many")
    keep = {(i.object, i.id) for i in open_now}
    mine.exclude(pk__in=[r.pk for r in mine if (r.object, r.record_id) in keep]).delete()
    Focus.objects.get_or_create(
        user_id=actor.user_id, object=object_key, record_id=record_id, defaults={"position": MOST + 1}
    )
    arrange(actor, [])


@transaction.atomic
def arrange(actor: Actor, order: Sequence[tuple[str, int]]) -> None:
    """Put the focus list into this order; what is not named comes behind."""
    rows = list(
        Focus.objects.select_for_update().filter(user_id=actor.user_id or 0).order_by("position", "pk")
    )
    place = {key: n for n, key in enumerate(order)}
    rows.sort(key=lambda r: place.get((r.object, r.record_id), len(place)))
    for n, row in enumerate(rows, start=1):
        row.position = n
    Focus.objects.bulk_update(rows, ["position"])


def _rows(actor: Actor) -> list[Focus]:
    return list(Focus.objects.filter(user_id=actor.user_id or 0).order_by("position", "pk")[: 2 * MOST])
