"""Links of papers on their cards: made, looked after, revoked by those who may edit the paper."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from klientura.kernel.errors import BadRequest, Invalid
from klientura.kernel.notify.mail import server
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.panels import MainPanel
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import format_datetime
from klientura.modules.orders.models import PaperLink
from klientura.modules.orders.services.links import DAYS, OPEN, USUAL_DAYS, Made, links_of, make_link, revoke


def address_of(request: HttpRequest, made: Made) -> str:
    """The whole link: by the address that letters of ours name, else by that of this very page."""
    known = server()
    site = known.site if known is not None and known.site else f"{request.scheme}://{request.get_host()}"
    return f"{site}/paper/{made.token}"


def _context(asked: Request, shape: Shape, row: Row) -> dict[str, Any]:
    return _shown(asked, shape.key, row)


def _shown(asked: Request, key: str, row: Row, **more: Any) -> dict[str, Any]:
    shape = shape_of(key)
    may_edit = "edit" in read.verbs_on(asked.actor, shape, row["id"], ("edit",))
    person = row.get("person")
    return {
        "key": key, "id": row["id"], "may_edit": may_edit, "is_open": row.get("status", "draft") in OPEN[key],
        "links": _lines(links_of(asked.actor, key, row["id"])) if may_edit else [],
        "days": [{"value": n, "label": ngettext("{n} day", "{n} days", n).format(n=n), "chosen": n == USUAL_DAYS} for n in DAYS],
        "whom": person.title if person and person.title else "", "fresh": "", "error": "", "language": lang(), **more,
    }  # fmt: skip


def _lines(links: Sequence[PaperLink]) -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "id": link.pk, "whom": link.whom or _("Link"), "made": _moment(link.made_at), "until": _moment(link.expires_at),
            "viewed": ngettext("opened {n} time", "opened {n} times", link.viewed).format(n=link.viewed) if link.viewed else _("not opened yet"),
            "last": _moment(link.last_viewed_at) if link.last_viewed_at else "",
            "state": "revoked" if link.revoked_at else "over" if link.expires_at <= now else "open",
        }
        for link in links
    ]  # fmt: skip


def _moment(at: Any) -> str:
    return format_datetime(timezone.localtime(at), lang())


LINKS_PANEL: Final = MainPanel(
    key="links", label=gettext_lazy("Link for the client"), template="orders/links.html",
    fits=lambda shape: shape.key in OPEN, context=_context,
)  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_POST
def make(request: HttpRequest, key: str, record_id: int) -> HttpResponse:
    """POST /{offer|invoice}/{id}/links: `days`, `whom`, `language`; the panel with the link, which is shown this once."""
    asked = of(request)
    form = asked.POST
    more: dict[str, Any] = {"whom": form.get("whom", "")[:255]}
    try:
        made = make_link(
            asked.actor, key, record_id, days=number(form.get("days")) or 0, whom=more["whom"], language=form.get("language", ""),
        )  # fmt: skip
        more["fresh"] = address_of(request, made)
    except Invalid as refused:
        more["error"] = str(refused.errors[0].message)
    except BadRequest as refused:
        more["error"] = str(refused.message)
    return _panel(asked, key, record_id, **more)


@open_to(Door.SIGNED_IN)
@require_POST
def take_back(request: HttpRequest, link_id: int) -> HttpResponse:
    """POST /paper-links/{id}/revoke: it leads nowhere any more; the panel anew."""
    asked = of(request)
    link = revoke(asked.actor, link_id)
    return _panel(asked, link.object, link.record_id)


def _panel(asked: Request, key: str, record_id: int, **more: Any) -> HttpResponse:
    row = read.get(asked.actor, shape_of(key), record_id)
    return show(asked, "orders/links.html", panel_context=_shown(asked, key, row, **more))
