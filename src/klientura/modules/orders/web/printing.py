"""Printed papers of sales."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.language import lang
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.modules.documents.services.printing import to_pdf
from klientura.modules.orders.queries.printed import invoice_data

INVOICE: Final = Path(__file__).with_name("printed") / "invoice.typ"


def print_way(_asked: Request, shape: Shape, row: Row) -> Mapping[str, str] | None:
    """The way from the card of an invoice to its paper."""
    if shape.key != "invoice":
        return None
    return {"label": _("PDF"), "icon": "printer", "url": f"/invoice/{row['id']}/pdf"}


@open_to(Door.SIGNED_IN)
@require_GET
def invoice_pdf(request: HttpRequest, record_id: int) -> HttpResponse:
    """GET /invoice/{id}/pdf[?archive=1]: the invoice as a PDF, as PDF/A for keeping when asked so."""
    asked = of(request)
    data = invoice_data(asked.actor, record_id, lang())
    pdf = to_pdf(INVOICE, data, archive=bool(asked.GET.get("archive")), title=data["title"])
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(data['title'] + '.pdf')}"
    return response
