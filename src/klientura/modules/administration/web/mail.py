"""The mail server in the settings: where letters are handed in, and a test."""

from typing import Any

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
    stored: dict[str, Any] = (
        {k: getattr(row, k) for k in (*KEYS, "active") if k != "password"}
        if row
        else {
            "port": 587,
            "security": "starttls",
            "active": True,
            "site": f"{request.scheme}://{request.get_host()}",
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
        ready=row is not None,
    )  # fmt: skip
