"""What the card of a record says of merges: where a merged one is now, what went into this one, what came of taking apart."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from klientura.kernel.access.gate import may
from klientura.kernel.merging.trails import in_words, merged_into, titles_anywhere, trails_of
from klientura.kernel.merging.unmerge import told
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.language import lang
from klientura.kernel.store.models import Operation
from klientura.kernel.web.requests import Request, number
from klientura.kit.formats import format_date

SHOWN_FOR = dt.timedelta(days=30)
"""So long the card names a merge by itself; afterwards the history and the list of operations do."""
MOST = 3


def to_kept(asked: Request, shape: Shape, record_id: int) -> HttpResponse | None:
    """The way from the address of a merged record to the card of the one that was kept, if that is open to the reader."""
    kept_id = merged_into(asked.actor, shape, record_id)
    if kept_id is None:
        return None
    query = {"peek": "1"} if asked.GET.get("peek") else {"from": record_id}
    return HttpResponseRedirect(f"/{shape.key}/{kept_id}?{urlencode(query)}")


def notices(asked: Request, shape: Shape, record_id: int) -> dict[str, Any]:
    """Lines above a card: `said` once after something was done, and the recent `merges` with the way back."""
    merges = [
        {
            "text": _("Merged with {records} on {date}").format(
                records=in_words([i for i, _title in each.gone], {i: t for i, t in each.gone if t}),
                date=format_date(timezone.localtime(each.at), lang()),
            ),
            "url": f"/duplicates/{shape.key}/unmerge/{each.operation_id}"
            if _may_undo(asked, shape, each.actor_id)
            else "",
        }
        for each in trails_of(asked.actor, shape, record_id, since=timezone.now() - SHOWN_FOR)[:MOST]
    ]
    return {"said": _said(asked, shape, record_id), "merges": merges}


def _may_undo(asked: Request, shape: Shape, actor_id: int | None) -> bool:
    mine = asked.actor.is_admin or actor_id == asked.actor.user_id
    return mine and may(asked.actor, shape, "edit") and may(asked.actor, shape, "delete")


def _said(asked: Request, shape: Shape, record_id: int) -> str:
    """What to say of where the reader comes from."""
    came_from, operation_id = number(asked.GET.get("from")), number(asked.GET.get("apart"))
    if came_from is not None and merged_into(asked.actor, shape, came_from) == record_id:
        names = titles_anywhere(asked.actor, shape, [came_from])
        return _("{record} was merged into this record.").format(record=in_words([came_from], names))
    if operation_id is not None:
        operation = Operation.objects.filter(pk=operation_id, kind="undo", object=shape.key).first()
        if (
            operation is not None
            and operation.details.get("kept") == record_id
            and "gone" in operation.details
        ):
            return told(asked.actor, shape, operation.details)
    return ""
