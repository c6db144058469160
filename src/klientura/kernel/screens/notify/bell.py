"""What the reader is told: the number in the head of every page, and the page of all of it."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.notify import reading
from klientura.kernel.notify.kinds import KINDS
from klientura.kernel.notify.wording import Line
from klientura.kernel.screens.changes import by_day
from klientura.kernel.screens.context import show
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of


@open_to(Door.SIGNED_IN)
@require_GET
def notifications(request: HttpRequest) -> HttpResponse:
    """GET /notifications?kind=&unread=1: what the reader is told, by days; with ?before only the further lines."""
    asked, before = of(request), number(request.GET.get("before"))
    if before is not None:
        return show(request, "notify/more.html", **_found(asked, before))
    kind, unread = _asked(asked)
    return show(
        request, "notify/page.html", active="notifications", **_found(asked), tabs=_tabs(kind, unread=unread),
        kinds=_kinds(kind, unread=unread), kind_label=str(KINDS[kind].label) if kind else "",
        unread_number=reading.unread_number(asked.actor),
    )  # fmt: skip


def _asked(asked: Request) -> tuple[str, bool]:
    return asked.GET.get("kind", ""), asked.GET.get("unread") == "1"


def _query(kind: str, *, unread: bool, **more: Any) -> str:
    wanted = {"kind": kind, "unread": "1" if unread else "", **more}
    query = urlencode({k: v for k, v in wanted.items() if v})
    return f"/notifications?{query}" if query else "/notifications"


def _tabs(kind: str, *, unread: bool) -> list[dict[str, Any]]:
    return [
        {"label": _("All"), "url": _query(kind, unread=False), "active": not unread},
        {"label": _("Unread"), "url": _query(kind, unread=True), "active": unread},
    ]


def _kinds(chosen: str, *, unread: bool) -> list[dict[str, Any]]:
    found = [{"label": _("Of every kind"), "url": _query("", unread=unread), "checked": not chosen}]
    return found + [
        {
            "label": str(kind.label),
            "icon": kind.icon,
            "url": _query(key, unread=unread),
            "checked": key == chosen,
        }
        for key, kind in KINDS.items()
    ]


def _found(asked: Request, before: int | None = None) -> dict[str, Any]:
    kind, unread = _asked(asked)
    page = reading.page(asked.actor, kind=kind, unread=unread, before=before)
    return {
        "days": by_day([_item(line) for line in page.lines]),
        "more_url": _query(kind, unread=unread, before=page.next) if page.next else "",
    }


def _item(line: Line) -> dict[str, Any]:
    at = timezone.localtime(line.at)
    return {
        "id": line.id, "icon": line.icon, "text": line.text, "who": line.who, "url": line.url, "detail": line.detail,
        "records": [{"title": r.title, "url": line.url or r.url} for r in line.records], "open": line.open, "read": line.read,
        "at": line.at, "time": at.strftime("%H:%M"), "iso": at.isoformat(),
    }  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_GET
def number_unread(request: HttpRequest) -> HttpResponse:
    """GET /notifications/number: the inside of the bell."""
    unread = reading.unread_number(of(request).actor)
    text = ngettext("Notifications: {n} unread", "Notifications: {n} unread", unread).format(n=unread)
    return show(request, "notify/number.html", number=unread, text=text if unread else "")


@open_to(Door.SIGNED_IN)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """POST /notifications/read: mark all as read."""
    reading.mark(of(request).actor)
    response = HttpResponse(status=204)
    response["HX-Refresh"] = "true"
    return response


@open_to(Door.SIGNED_IN)
@require_POST
def read_one(request: HttpRequest, notification_id: int) -> HttpResponse:
    """POST /notifications/{id}/read: mark one as read."""
    reading.mark_one(of(request).actor, notification_id)
    response = HttpResponse(status=200)
    response["HX-Trigger"] = "notified"
    return response
