"""What colleagues say about an interaction, right where it stands on the timeline."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from klientura.kernel.comments import writing
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.comments import panel
from klientura.kernel.screens.context import show
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of


def remark_action(record_id: int, said: Mapping[int, int]) -> dict[str, Any]:
    """The way to say something about an interaction without leaving the card, and how much was `said` of it."""
    attrs = {
        "hx-get": f"/interaction/{record_id}/remarks", "hx-target": "next .moment-more", "hx-swap": "innerHTML",
    }  # fmt: skip
    count = said.get(record_id, 0)
    label = (
        ngettext("%(count)s comment", "%(count)s comments", count) % {"count": count}
        if count
        else _("Comment on this")
    )
    return {"label": label, "icon": "message-square", "attrs": attrs}


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def remarks(request: HttpRequest, record_id: int) -> HttpResponse:
    """GET /interaction/{id}/remarks: what was said of it, and a field to say more. POST: say it."""
    asked = of(request)
    if request.method == "GET":
        return _shown(asked, record_id)
    text = request.POST.get("text", "")
    chosen = [n for raw in request.POST.getlist("chosen")[:100] if (n := number(raw)) is not None]
    try:
        writing.write(asked.actor, shape_of("interaction"), record_id, text, chosen=chosen)
    except Invalid as refused:
        return _shown(asked, record_id, text=text, error=" ".join(str(e.message) for e in refused.errors))
    return _shown(asked, record_id)


def _shown(asked: Request, record_id: int, *, text: str = "", error: str = "") -> HttpResponse:
    found = panel.of_page(asked, shape_of("interaction"), record_id)
    said = [c | {"edit_url": "", "delete_url": ""} for day in found["days"] for c in day["items"]]
    return show(
        asked, "activities/remarks.html", status=422 if error else 200, record_id=record_id, comments=said, text=text, error=error,
        place=found["place"], more=bool(found["more_url"]),
    )  # fmt: skip
