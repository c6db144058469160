"""Printed papers of sales."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.kit.formats import Language
from klientura.modules.documents.services.printing import to_pdf
from klientura.modules.orders.queries.printed import act_data, invoice_data, offer_data, order_data
from klientura.modules.orders.queries.transfer import transfer_data

FORMS: Final = Path(__file__).with_name("printed")
DATA: Final[Mapping[str, Callable[[Actor, int, Language], dict[str, Any]]]] = {
    "offer": offer_data,
    "order": order_data,
    "invoice": invoice_data,
}


def print_way(_asked: Request, shape: Shape, row: Row) -> Mapping[str, str] | None:
    """The way from the card of a paper to its printed form."""
    if shape.key not in {*DATA, "closing_paper"}:
        return None
    return {"label": _("PDF"), "icon": "printer", "url": f"/{shape.key}/{row['id']}/pdf"}


def _asked_for(actor: Actor, key: str, record_id: int) -> tuple[str, dict[str, Any]]:
    """The form of a paper and what stands in it."""
    if key != "closing_paper":
        return key, DATA[key](actor, record_id, lang())
    kind = read.get(actor, shape_of(key), record_id, keys=["kind"])["kind"]
    if kind in {"upd", "transfer"}:
        return "upd", transfer_data(actor, record_id)
    return "act", act_data(actor, record_id, lang())


@open_to(Door.SIGNED_IN)
@require_GET
def paper_pdf(request: HttpRequest, key: str, record_id: int) -> HttpResponse:
    """GET /{offer|order|invoice|closing_paper}/{id}/pdf[?archive=1]: the paper as a PDF, as PDF/A for keeping when asked so."""
    asked = of(request)
    form, data = _asked_for(asked.actor, key, record_id)
    pdf = to_pdf(FORMS / f"{form}.typ", data, archive=bool(asked.GET.get("archive")), title=data["title"])
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(data['title'] + '.pdf')}"
    return response
