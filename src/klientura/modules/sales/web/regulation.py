"""What a stage asks for, at the head of a deal's card; its lines are ticked there."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.panels import MainPanel
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.kit.formats import format_date, format_datetime
from klientura.modules.sales.queries.asked import asked_of
from klientura.modules.sales.services.ticking import tick


def _context(asked: Request, shape: Shape, row: Row) -> dict[str, Any]:
    found = asked_of(asked.actor, row)
    if found is None or (found.is_empty and found.expires_on is None):
        return {}
    editable = "edit" in read.verbs_on(asked.actor, shape, row["id"], ("edit",))
    late = found.expires_on is not None and found.expires_on < timezone.localdate()
    return {
        "guide": found.guide,
        "hue": found.hue,
        "editable": editable,
        "checks": [
            {
                "name": i.name,
                "id": i.id,
                "mandatory": i.mandatory,
                "done": i.done_at is not None,
                "who": _("{when}, {name}").format(when=format_datetime(timezone.localtime(i.done_at), lang()), name=i.done_by)
                if i.done_at
                else "",
                "url": f"/opportunity/{row['id']}/checks/{i.id}",
            }
            for i in found.items
        ],
        "done": sum(1 for i in found.items if i.done_at),
        "next_stage": found.next_stage,
        "missing": [
            {"label": label, "url": f"/opportunity/{row['id']}/edit#{'part' if key in shape.parts else 'f'}-{key}"}
            for key, label in found.missing
        ],
        "until": format_date(found.expires_on, lang()) if found.expires_on else "",
        "late": late,
    }  # fmt: skip


REGULATION_PANEL = MainPanel(
    key="regulation",
    label=gettext_lazy("What is done at this stage"),
    template="sales/regulation.html",
    fits=lambda shape: shape.key == "opportunity",
    context=_context,
    sheets=("sales",),
)


@open_to(Door.SIGNED_IN)
@require_POST
def check(request: HttpRequest, record_id: int, item: int) -> HttpResponse:
    """POST /opportunity/{id}/checks/{item} (done=1 or empty): tick a line of the checklist, or take the tick off."""
    tick(of(request).actor, record_id, {"item": item, "done": request.POST.get("done") == "1"})
    response = HttpResponse(status=204)
    response["HX-Trigger"] = '{"recordChanged": true}'
    return response
