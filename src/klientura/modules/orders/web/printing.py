"""Printed papers of sales."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.file_answers import printed
from klientura.kernel.web.leading import lead_to
from klientura.kernel.web.requests import Request, of
from klientura.kernel.web.toasts import refused
from klientura.kit.formats import Language
from klientura.modules.conversations.queries.access import writable_mailboxes
from klientura.modules.documents.services.printing import to_pdf
from klientura.modules.orders.queries.printed import act_data, invoice_data, offer_data, order_data
from klientura.modules.orders.queries.transfer import transfer_data
from klientura.modules.orders.queries.wording import may_be_printed
from klientura.modules.orders.services.letters import letter_with
from klientura.modules.orders.services.limits import refuse_unapproved
from klientura.modules.orders.services.links import OPEN, make_link
from klientura.modules.orders.web.links import address_of

PRODUCT: Final = SystemActor("a draft is held back also from whom its status is hidden")
FORMS: Final = Path(__file__).with_name("printed")
DATA: Final[Mapping[str, Callable[[Actor, int, Language], dict[str, Any]]]] = {
    "offer": offer_data,
    "order": order_data,
    "invoice": invoice_data,
}


def print_way(asked: Request, shape: Shape, row: Row) -> Mapping[str, str] | None:
    """The way from the card of a paper to its printed form."""
    if shape.key not in {*DATA, "closing_paper"} or not may_be_printed(asked.actor, shape, row):
        return None
    return {"label": _("PDF"), "icon": "printer", "url": f"/{shape.key}/{row['id']}/pdf"}


def letter_way(asked: Request, shape: Shape, row: Row) -> Mapping[str, str] | None:
    """The way to a letter with the paper in it, for those who have a mailbox to write from."""
    if shape.key not in {*DATA, "closing_paper"} or not may_be_printed(asked.actor, shape, row):
        return None
    if not writable_mailboxes(asked.actor).exists():
        return None
    return {
        "key": "letter",
        "label": _("Send by mail"),
        "icon": "mail",
        "post": f"/{shape.key}/{row['id']}/letter",
    }


def letter_with_link_way(asked: Request, shape: Shape, row: Row) -> Mapping[str, str] | None:
    """The way to a letter that has the link too, from papers that a link may be made to."""
    if row.get("status") not in OPEN.get(shape.key, ()) or letter_way(asked, shape, row) is None:
        return None
    if "edit" not in read.verbs_on(asked.actor, shape, row["id"], ("edit",)):
        return None
    return {"label": _("Send with a link"), "icon": "link", "post": f"/{shape.key}/{row['id']}/letter?link=1"}


def _asked_for(actor: Actor, key: str, record_id: int, language: Language) -> tuple[str, dict[str, Any]]:
    """The form of a paper and what stands in it."""
    if key != "closing_paper":
        return key, DATA[key](actor, record_id, language)
    kind = read.get(actor, shape_of(key), record_id).get("kind")
    if kind in {"upd", "transfer"}:
        return "upd", transfer_data(actor, record_id)
    return "act", act_data(actor, record_id, language)


@open_to(Door.SIGNED_IN)
@require_GET
def paper_pdf(request: HttpRequest, key: str, record_id: int) -> HttpResponse:
    """GET /{offer|order|invoice|closing_paper}/{id}/pdf[?archive=1]: the paper as a PDF, as PDF/A for keeping when asked so."""
    asked = of(request)
    title, pdf = made_of(asked.actor, key, record_id, lang(), archive=bool(asked.GET.get("archive")))
    return printed(title, pdf)


@open_to(Door.SIGNED_IN)
@require_POST
def paper_letter(request: HttpRequest, key: str, record_id: int) -> HttpResponse:
    """POST /{offer|order|invoice|closing_paper}/{id}/letter: a draft of a letter to the client with the paper in it; ?link=1: and the link to it."""
    asked = of(request)
    read.get(asked.actor, shape_of(key), record_id, keys=["id"])
    if read.get(PRODUCT, shape_of(key), record_id, keys=["status"])["status"] == "draft":
        try:  # a letter lets a paper out as well as its number does
            refuse_unapproved(asked.actor, key, record_id)
        except Invalid as wrong:
            return refused(wrong.errors)
    title, pdf = made_of(asked.actor, key, record_id, lang())
    address = ""
    if asked.GET.get("link"):
        address = address_of(request, make_link(asked.actor, key, record_id, language=lang()))
    return lead_to(asked, f"/mail/drafts/{letter_with(asked.actor, key, record_id, title, pdf, address)}")


def made_of(
    actor: Actor, key: str, record_id: int, language: Language, *, archive: bool = False
) -> tuple[str, bytes]:
    """The title of a paper, and the paper, in a language."""
    form, data = _asked_for(actor, key, record_id, language)
    return data["title"], to_pdf(FORMS / f"{form}.typ", data, archive=archive, title=data["title"])
