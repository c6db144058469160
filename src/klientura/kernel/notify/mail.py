"""The server where letters are handed in: kept by an administrator, its password sealed."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Denied, FieldError, Invalid, KernelError, NotFound, Stale, Text
from klientura.kernel.notify.models import SECURITY, MailServer
from klientura.kernel.notify.sealing import opened, seal
from klientura.kit.emails import BadEmail, normalise_email
from klientura.kit.hosts import BadHost, normalise_host
from klientura.kit.urls import BadUrl, normalise_site

if TYPE_CHECKING:
    from django.core.mail.backends.smtp import EmailBackend

PURPOSE = "mail password"
_WITHIN = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9-]{0,62}(:\d{1,5})?/?")
"""An address within the company's own network: the name of a machine, which is no name of the internet."""
PATIENCE = 15
"""Seconds to wait for a mail server."""
KEYS = frozenset({"host", "port", "security", "username", "password", "sender", "site", "active"})


class NotSent(KernelError):
    """The mail server did not take a letter; `said` is what it answered."""

    status = 422
    code = "mail"

    def __init__(self, said: str) -> None:
        super().__init__(_("The mail server refused: %(said)s") % {"said": said})
        self.said = said


def server() -> MailServer | None:
    """The mail server, if there is one."""
    return MailServer.objects.filter(pk=1).first()


def allow(actor: Actor) -> None:
    """Raise Denied for whoever may not look after the installation."""
    if not (actor.is_admin or actor.is_system):
        raise Denied


@transaction.atomic
def change(actor: Actor, values: Mapping[str, Any], *, expected_version: int | None = None) -> MailServer:
    """Set the mail server up, or change what is named. An empty password keeps the one that is there. Raises Invalid, Stale."""
    allow(actor)
    row = MailServer.objects.select_for_update().filter(pk=1).first()
    if row is not None and expected_version is not None and row.version != expected_version:
        raise Stale
    row = row or MailServer(pk=1, version=0)
    errors: list[FieldError] = []
    for key in (k for k in KEYS if k in values):
        _set(row, key, values[key], errors)
    for key in ("host", "sender", "site"):
        if not getattr(row, key) and all(e.field != key for e in errors):
            errors.append(FieldError(key, "required", _("Fill this in.")))
    if errors:
        raise Invalid(errors)
    row.version += 1
    row.error, row.failed_at = "", None
    row.save()
    return row


def _set(row: MailServer, key: str, raw: Any, errors: list[FieldError]) -> None:
    """Take one value over, or say what is wrong with it."""

    def refuse(code: str, message: Text) -> None:
        errors.append(FieldError(key, code, message))

    if key == "active":
        row.active = bool(raw)
    elif key == "port":
        if not str(raw).isascii() or not str(raw).isdigit() or not 0 < int(str(raw)[:6]) < 65536:
            refuse("port", _("A port is a number from 1 to 65535."))
        else:
            row.port = int(str(raw))
    elif not isinstance(raw, str) or len(raw) > 300 or any(ord(c) < 32 for c in raw):
        refuse("text", _("This text cannot be kept. Type it anew."))
    elif key == "security":
        if raw not in dict(SECURITY):
            refuse("option", _("Choose one from the list."))
        row.security = raw
    elif key in {"username", "password"} and not raw.isascii():
        refuse("ascii", _("Mail servers take Latin letters, digits and signs only."))
    elif key == "password":
        row.password = seal(raw, PURPOSE) if raw else row.password
    elif key == "username":
        row.username = raw.strip()[:200]
    else:
        try:
            setattr(row, key, _normal(key, raw.strip()))
        except (BadHost, BadEmail, BadUrl):
            refuse(key, WRONG[key])


WRONG: Mapping[str, Text] = {
    "host": _("This is no name of a server. It looks like smtp.example.org."),
    "sender": _("This is not an e-mail address. It looks like name@example.org."),
    "site": _("This is no address of a page. It looks like https://crm.example.org."),
}


def _normal(key: str, text: str) -> str:
    if not text:
        return ""
    if key == "host":
        return text if text == "localhost" else normalise_host(text)
    if key == "sender":
        return normalise_email(text)
    if _WITHIN.fullmatch(text):
        return text.rstrip("/")
    return normalise_site(text).rstrip("/")


def connection_to(row: MailServer) -> "EmailBackend":
    """A connection to the mail server, not opened yet. Raises NotSent when its password cannot be opened any more."""
    from django.core.mail.backends.smtp import EmailBackend  # not needed to show a page

    password = opened(row.password, PURPOSE) if row.password else ""
    if password is None:
        raise NotSent(str(_("the password was kept with another key; enter it anew")))
    return EmailBackend(
        alias="notifications", host=row.host, port=row.port, username=row.username or None, password=password or None,
        use_tls=row.security == "starttls", use_ssl=row.security == "tls", timeout=PATIENCE,
    )  # fmt: skip


def send_test(actor: Actor, to: str) -> None:
    """Send a letter that says that letters come. Raises NotSent with the server's own words, NotFound without a server."""
    allow(actor)
    row = server()
    if row is None:
        raise NotFound(_("Save the mail server first."))
    letter = EmailMultiAlternatives(
        subject=str(_("Letters come")),
        body=str(_("This is a test letter of Klientura. Letters reach you.")),
        from_email=row.sender,
        to=[to],
        connection=connection_to(row),
    )
    try:
        letter.send()
    except (OSError, ValueError) as failed:
        said = reason_of(failed)
        note_failure(row, said)
        raise NotSent(said) from failed
    note_failure(row, "")


def reason_of(failed: Exception) -> str:
    """What a mail server said, in one line; nothing of the password is in it."""
    said = getattr(failed, "smtp_error", None) or getattr(failed, "strerror", None) or str(failed)
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:300] or type(failed).__name__


def note_failure(row: MailServer, said: str) -> None:
    """Keep what the server said last, for the settings to show; empty: all is well."""
    MailServer.objects.filter(pk=row.pk).update(error=said, failed_at=timezone.now() if said else None)
