"""Mailboxes: how they are, connecting and changing them, choosing folders."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import User
from klientura.kernel.errors import FieldError, Invalid, Stale
from klientura.kernel.network.reach import Unreachable
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import format_datetime
from klientura.kit.letters import words
from klientura.modules.conversations.enums import FolderRole, Security, State
from klientura.modules.conversations.models import Folder, Mailbox
from klientura.modules.conversations.services import mailboxes as keeping
from klientura.modules.conversations.services.secrets import keep_password, keep_sending_password
from klientura.modules.conversations.services.servers import try_reading, try_sending

HUES = {
    "new": "gray",
    "loading": "blue",
    "well": "green",
    "refused": "red",
    "broken": "orange",
    "example": "gray",
}
KEYS = (
    "address",
    "name",
    "provider",
    "imap_host",
    "imap_port",
    "imap_security",
    "username",
    "password",
    "smtp_host",
    "smtp_port",
    "smtp_security",
    "smtp_username",
    "smtp_password",
    "period",
)
MOST_USERS = 200
PROVIDERS = {"yandex": "Яндекс", "mailru": "Mail.ru", "gmail": "Gmail", "outlook": "Outlook"}


@open_to(Door.SIGNED_IN)
@require_GET
def mailboxes(request: HttpRequest) -> HttpResponse:
    """GET /mail/mailboxes: the mailboxes that the reader looks after, and how each is."""
    rows = keeping.mailboxes_to_keep(of(request).actor)
    return show(
        request,
        "conversations/mailboxes.html",
        active="mail",
        mailboxes=[_described(row) for row in rows],
    )


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def new_mailbox(request: HttpRequest) -> HttpResponse:
    """GET /mail/mailboxes/new: the form. POST: try the mailbox out and connect it."""
    return _form(of(request), None)


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def mailbox(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """GET /mail/mailboxes/{id}: the form and the folders. POST: try the settings out and keep them."""
    return _form(of(request), keeping.mailbox_to_keep(of(request).actor, mailbox_id))


@open_to(Door.SIGNED_IN)
@require_POST
def folders(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """POST /mail/mailboxes/{id}/folders: read these folders."""
    row = keeping.mailbox_to_keep(of(request).actor, mailbox_id)
    keeping.choose_folders(row, {n for text in request.POST.getlist("folder") if (n := number(text))})
    return HttpResponseRedirect(f"/mail/mailboxes/{row.pk}")


def _form(request: Request, row: Mailbox | None) -> HttpResponse:
    if request.method == "GET":
        return _page(request, row, _stored(row))
    given: dict[str, Any] = {
        key: request.POST.get(key, "") if "password" in key else words.kept(request.POST.get(key, ""))
        for key in KEYS
    }
    given |= {key: request.POST.getlist(key) for key in ("readers", "answerers")}
    given |= {
        key: request.POST.get(key) == "1" for key in ("shared", "open_to_clients", "only_reads", "tracks")
    }
    given["shared"] = given["shared"] and request.actor.is_admin
    filled = keeping.filled_in(given)
    # Before any server is spoken to: the trial signs in.
    if row is not None and (again := keeping.passwords_wanted(row, filled)):
        return _page(request, row, given, errors=tuple(again), status=422)
    trial = _tried(request.actor, filled, row)
    if trial.said or trial.closed:
        return _page(request, row, given, errors=trial.closed, failed=trial.said, status=422)
    seen = number(request.POST.get("version")) or 0 if row else None
    try:
        kept = keeping.keep_mailbox(request.actor, given, row, expected_version=seen, reached=trial.reached)
    except Invalid as refused:
        return _page(request, row, given, errors=refused.errors, status=422)
    except Stale as stale:
        return _page(request, row, given, problem=str(stale.message), status=409)
    return HttpResponseRedirect(f"/mail/mailboxes/{kept.pk}")


class Trial(NamedTuple):
    """How settings were tried out: what a server says against them, which servers are not to be reached, which were."""

    said: str = ""
    closed: tuple[FieldError, ...] = ()
    reached: tuple[str, ...] = ()


def _tried(actor: Actor, values: dict[str, Any], row: Mailbox | None) -> Trial:
    """Sign in with these settings, as far as they are complete."""
    trial = Mailbox(
        owner_id=row.owner_id if row else actor.user_id,
        address=str(values.get("address") or "")[:254],
        username=values["username"],
        secret=row.secret if row else "",
        smtp_username=str(values.get("smtp_username") or ""),
        smtp_secret=row.smtp_secret if row else "",
    )
    if values.get("password"):
        keep_password(trial, values["password"])
    if values.get("smtp_password"):
        keep_sending_password(trial, values["smtp_password"])
    if not trial.secret:
        return Trial()
    ways = {"imap": try_reading} if values.get("only_reads") else {"imap": try_reading, "smtp": try_sending}
    reached = []
    for key, attempt in ways.items():
        host, port = (
            str(values.get(f"{key}_host") or "").strip(),
            str(values.get(f"{key}_port") or keeping.USUAL_PORTS[key]),
        )
        if not host or any(ord(c) < 33 for c in host) or not keeping.is_port(port):
            continue  # refused with its reason when it is to be kept
        setattr(trial, f"{key}_host", host)
        setattr(trial, f"{key}_port", int(port))
        setattr(trial, f"{key}_security", values.get(f"{key}_security") or "tls")
        try:
            said = attempt(trial)
        except Unreachable:
            return Trial(closed=(FieldError(f"{key}_host", "inside", keeping.INSIDE),))
        if said:
            return Trial(said=f"{host}: {said}")
        reached.append(key)
    return Trial(reached=tuple(reached))


def _described(row: Mailbox) -> dict[str, Any]:
    when = format_datetime(timezone.localtime(row.synced_at), lang()) if row.synced_at else ""
    return {
        "id": row.pk,
        "version": row.version,
        "address": row.address,
        "name": row.name,
        "shared": row.owner_id is None,
        "state": str(State(row.state).label),
        "hue": HUES[row.state],
        "said": row.said,
        "when": when,
    }


def _stored(row: Mailbox | None) -> dict[str, Any]:
    if row is None:
        return {"imap_port": 993, "imap_security": "tls", "smtp_port": 465, "smtp_security": "tls", "period": "quarter",
                "open_to_clients": True}  # fmt: skip
    stored = {
        key: getattr(row, key, "")
        for key in (*KEYS, "readers", "answerers", "open_to_clients", "tracks")
        if key not in {"password", "smtp_password"}
    }
    return {**stored, "only_reads": not row.smtp_host}


def _fields(request: Request, row: Mailbox | None) -> list[dict[str, Any]]:
    kept = (
        _("One is kept. Leave this empty to keep it.")
        if row
        else _(
            "Yandex, Mail.ru and Gmail want a password made for applications, not the one you sign in with."
        )
    )
    fields: list[dict[str, Any]] = [
        {"type": "email", "name": "address", "label": _("Address"), "required": True},
        {"type": "password", "name": "password", "label": _("Password of the mailbox"), "hint": kept, "required": row is None,
         "autocomplete": "new-password"},
        {"type": "text", "name": "name", "label": _("What colleagues call it"), "optional": True},
        {"type": "select", "name": "provider", "label": _("Provider"), "empty": _("by the address"), "options": _options(PROVIDERS)},
        {"type": "text", "name": "imap_host", "label": _("IMAP server"), "optional": True, "placeholder": "imap.example.org",
         "hint": _("Known providers need none.")},
        {"type": "number", "name": "imap_port", "label": _("Port")},
        {"type": "select", "name": "imap_security", "label": _("Protection"), "options": _options(dict(Security.choices))},
        {"type": "text", "name": "username", "label": _("User"), "optional": True, "autocomplete": "off",
         "hint": _("If it is another than the address.")},
        {"type": "switch", "name": "only_reads", "label": _("Only read it, send nothing from it"), "wide": True},
        {"type": "text", "name": "smtp_host", "label": _("SMTP server, for sending"), "optional": True, "placeholder": "smtp.example.org",
         "hint": _("Known providers need none.")},
        {"type": "number", "name": "smtp_port", "label": _("Port for sending")},
        {"type": "select", "name": "smtp_security", "label": _("Protection for sending"), "options": _options(dict(Security.choices))},
        {"type": "text", "name": "smtp_username", "label": _("User for sending"), "optional": True, "autocomplete": "off",
         "hint": _("If the server for sending wants another one.")},
        {"type": "password", "name": "smtp_password", "label": _("Password for sending"), "optional": True, "autocomplete": "new-password",
         "hint": _("If it is another one.")},
    ]  # fmt: skip
    if row is None:
        periods = {
            "month": _("a month"),
            "quarter": _("three months"),
            "year": _("a year"),
            "all": _("everything"),
        }
        fields.append(
            {
                "type": "select",
                "name": "period",
                "label": _("Letters of the past"),
                "options": _options(periods),
            }
        )
    return fields + _open_to(request, row)


def _open_to(request: Request, row: Mailbox | None) -> list[dict[str, Any]]:
    """Who sees the letters: by the client, and of a shared mailbox by name."""
    fields: list[dict[str, Any]] = []
    seen = _("Whoever sees a client sees the letters with them")
    fields.append({"type": "switch", "name": "open_to_clients", "label": seen, "wide": True})
    hint = _(
        "Only where all recipients have consented to it. Links lead over the address of the product, as set for letters."
    )
    told = _("Learn when letters are opened and links are followed")
    fields.append({"type": "switch", "name": "tracks", "label": told, "hint": hint, "wide": True})
    if request.actor.is_admin and row is None:
        fields.append(
            {"type": "switch", "name": "shared", "label": _("A mailbox of several colleagues"), "wide": True}
        )
    if request.actor.is_admin and (row is None or row.owner_id is None):
        users = User.objects.filter(is_active=True).order_by("name").values_list("pk", "name")[:MOST_USERS]
        options = _options({str(pk): name for pk, name in users})
        fields += [
            {
                "type": "options",
                "name": "answerers",
                "label": _("They read and answer"),
                "options": options,
                "wide": True,
            },
            {
                "type": "options",
                "name": "readers",
                "label": _("They only read"),
                "options": options,
                "wide": True,
            },
        ]
    return fields


def _options(labels: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"value": value, "label": str(label)} for value, label in labels.items()]


def _page(
    request: Request, row: Mailbox | None, values: dict[str, Any], *, errors: tuple[FieldError, ...] = (), failed: str = "",
    problem: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    wrong = {e.field: str(e.message) for e in reversed(errors)}
    fields = [
        {
            **f,
            "value": "" if f["type"] == "password" else _value(values.get(f["name"])),
            "error": wrong.get(f["name"], ""),
        }
        for f in _fields(request, row)
    ]
    found = Folder.objects.filter(mailbox=row).order_by("name") if row else []
    return show(
        request, "conversations/mailbox.html", active="mail", status=status, fields=fields, failed=failed, problem=problem,
        mailbox=_described(row) if row else None,
        folders=[{"id": f.pk, "name": str(FolderRole(f.role).label) if f.role else f.name, "chosen": f.chosen} for f in found],
    )  # fmt: skip


def _value(value: Any) -> Any:
    return [str(v) for v in value] if isinstance(value, list) else value if value is not None else ""
