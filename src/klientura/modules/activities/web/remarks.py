"""What colleagues say about an interaction, right where it stands on the timeline."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.comments import opening, writing
from klientura.kernel.comments.writing import Written
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.comments import offers, panel
from klientura.kernel.screens.context import show
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast


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
        written = writing.write(asked.actor, shape_of("interaction"), record_id, text, chosen=chosen)
    except Invalid as refused:
        return _shown(asked, record_id, text=text, error=" ".join(str(e.message) for e in refused.errors))
    return _shown(asked, record_id, written=written)


@open_to(Door.SIGNED_IN)
@require_POST
def open_interaction(request: HttpRequest, record_id: int, comment_id: int) -> HttpResponse:
    """POST /interaction/{id}/remarks/{comment}/open: share the interaction with those mentioned in vain, and tell them."""
    asked = of(request)
    try:
        names = opening.open_to_mentioned(asked.actor, shape_of("interaction"), record_id, comment_id)
    except Invalid as refused:
        return _shown(asked, record_id, error=" ".join(str(e.message) for e in refused.errors))
    response = _shown(asked, record_id)
    return toast(response, offers.opened(names)) if names else response


def _shown(
    asked: Request, record_id: int, *, text: str = "", error: str = "", written: Written | None = None
) -> HttpResponse:
    """What was said, and whoever was just mentioned in vain."""
    shape = shape_of("interaction")
    found = panel.of_page(asked, shape, record_id)
    said = [c | {"edit_url": "", "delete_url": ""} for day in found["days"] for c in day["items"]]
    in_vain = offers.in_vain(asked, shape, written, f"/interaction/{record_id}/remarks") if written else None
    return show(
        asked, "activities/remarks.html", status=422 if error else 200, record_id=record_id, comments=said, text=text, error=error,
        place=found["place"], more=bool(found["more_url"]), in_vain=in_vain,
    )  # fmt: skip
