"""The mail server in the settings: where letters are handed in, and a test."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.errors import FieldError, Invalid, KernelError
from klientura.kernel.notify import mail
from klientura.kernel.notify.models import MailServer
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.kit.formats import format_datetime
from klientura.modules.administration.web.frame import filled, seen_version, settings_page

KEYS = ("host", "port", "security", "username", "password", "sender", "site")


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def mail_server(request: HttpRequest) -> HttpResponse:
    """GET /settings/mail: the form. POST: save it."""
    actor, row = of(request).actor, mail.server()
    if request.method == "GET":
        return _page(request, row, saved=request.GET.get("saved") == "1")
    values: dict[str, Any] = {k: request.POST.get(k, "") for k in KEYS}
    values["active"] = request.POST.get("active") == "1"
    try:
        mail.change(actor, values, expected_version=seen_version(request) if row else None)
    except Invalid as refused:
        return _page(request, row, typed=request.POST, errors=refused.errors)
    return HttpResponseRedirect("/settings/mail?saved=1")


@open_to(Door.ADMIN)
@require_POST
def test(request: HttpRequest) -> HttpResponse:
    """POST /settings/mail/test: send the reader a letter, and say what the server answered."""
    actor = of(request).actor
    try:
        mail.send_test(actor, actor.email)
    except KernelError as refused:
        return _page(request, mail.server(), failed=str(refused.message), status=422)
    return _page(request, mail.server(), sent_to=actor.email)


def _page(
    request: HttpRequest, row: MailServer | None, *, typed: Any = None, errors: tuple[FieldError, ...] = (),
    saved: bool = False, failed: str = "", sent_to: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    here = f"{request.scheme}://{request.get_host()}"
    stored: dict[str, Any] = (
        {k: getattr(row, k) for k in (*KEYS, "active") if k != "password"}
        if row
        else {
            "port": 587,
            "security": "starttls",
            "active": True,
            "site": here,
        }
    )
    security = [
        {"value": "starttls", "label": "STARTTLS (587)"},
        {"value": "tls", "label": "TLS (465)"},
        {"value": "none", "label": _("Unprotected (25)")},
    ]
    kept = _("One is kept. Leave this empty to keep it.") if row and row.password else ""
    fields: list[dict[str, Any]] = [
        {"type": "text", "name": "host", "label": _("Mail server"), "required": True, "placeholder": "smtp.example.org"},
        {"type": "number", "name": "port", "label": _("Port"), "required": True},
        {"type": "select", "name": "security", "label": _("Protection"), "required": True, "options": security},
        {"type": "text", "name": "username", "label": _("User of the mail server"), "optional": True, "autocomplete": "off"},
        {"type": "password", "name": "password", "label": _("Password of the mail server"), "optional": True, "hint": kept,
         "autocomplete": "new-password"},
        {"type": "email", "name": "sender", "label": _("Sender of letters"), "required": True},
        {"type": "url", "name": "site", "label": _("Address of the product"), "required": True,
         "hint": _("Links in letters begin with it.")},
        {"type": "switch", "name": "active", "label": _("Letters are sent")},
    ]  # fmt: skip
    trouble = ""
    if row is not None and row.error and row.failed_at is not None and not failed:
        when = format_datetime(timezone.localtime(row.failed_at), lang())
        trouble = _("The server refused last at {when}: {said}").format(when=when, said=row.error)
    return settings_page(
        request, "mail", "mail", status=422 if errors else status, saved=saved, failed=failed, sent_to=sent_to,
        fields=filled(fields, stored if typed is None else typed, errors), version=row.version if row else "", trouble=trouble,
        ready=row is not None, astray=_astray(row.site if row else "", here),
    )  # fmt: skip


def _astray(site: str, here: str) -> str:
    """That links in letters lead where colleagues cannot follow, in words; empty when they seem to be right."""
    known, mine = site or here, urlsplit(here)
    if not _is_of_this_machine(urlsplit(known).hostname):
        return ""
    if site and not _is_of_this_machine(mine.hostname):
        return _(
            "Links in letters begin with {site}, which opens on the server itself only. You have come by {here}: put that in."
        ).format(site=site, here=here)
    return _(
        "{site} opens on this computer only. Put in the address by which colleagues open the product, or links in letters will lead nowhere."
    ).format(site=known)


def _is_of_this_machine(host: str | None) -> bool:
    if host is None or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
