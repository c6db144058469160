"""What becomes of pairs when their records are merged elsewhere, or taken apart again."""

from django.db import models
from django.utils import timezone

from klientura.kernel.dedup.models import Pair
from klientura.kernel.events.outbox import Delivered, subscribe


def follow_merges(*object_keys: str) -> None:
    """Keep the queues of these objects in line with what is merged. Called by the module that declares them."""
    for key in object_keys:
        subscribe(f"{key}.merged", _merged)
        subscribe(f"{key}.unmerged", _taken_apart)


def _merged(event: Delivered) -> None:
    """Pairs among the records are settled, whoever found them."""
    _among(event, "new", "different").update(
        state="merged", decided_by=event.actor_id, decided_at=timezone.now()
    )


def _taken_apart(event: Delivered) -> None:
    """The pairs are open again: why the merge was taken back is for people to say."""
    _among(event, "merged").update(state="new", decided_by=None, decided_at=None)


def _among(event: Delivered, *states: str) -> models.QuerySet[Pair]:
    key = event.kind.partition(".")[0]
    return Pair.objects.filter(object=key, a__in=event.record_ids, b__in=event.record_ids, state__in=states)
