"""Connecting mailboxes: their own by users, shared ones by administrators."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import User
from klientura.kernel.errors import Denied, FieldError, Invalid, NotFound, Stale, Text
from klientura.kernel.network.reach import Unreachable, addresses
from klientura.kit.emails import BadEmail, normalise_email
from klientura.kit.hosts import BadHost, normalise_host
from klientura.modules.conversations.enums import Security
from klientura.modules.conversations.models import Folder, Mailbox
from klientura.modules.conversations.services.binding import open_mailbox_to_clients
from klientura.modules.conversations.services.secrets import keep_password, keep_sending_password
from klientura.modules.conversations.services.servers import ask_to_read

PRESETS: Final[Mapping[str, Mapping[str, Any]]] = {
    "yandex": {
        "imap_host": "imap.yandex.ru",
        "imap_port": 993,
        "imap_security": "tls",
        "smtp_host": "smtp.yandex.ru",
        "smtp_port": 465,
        "smtp_security": "tls",
    },
    "mailru": {
        "imap_host": "imap.mail.ru",
        "imap_port": 993,
        "imap_security": "tls",
        "smtp_host": "smtp.mail.ru",
        "smtp_port": 465,
        "smtp_security": "tls",
    },
    "gmail": {
        "imap_host": "imap.gmail.com",
        "imap_port": 993,
        "imap_security": "tls",
        "smtp_host": "smtp.gmail.com",
        "smtp_port": 465,
        "smtp_security": "tls",
    },
    "outlook": {
        "imap_host": "outlook.office365.com",
        "imap_port": 993,
        "imap_security": "tls",
        "smtp_host": "smtp.office365.com",
        "smtp_port": 587,
        "smtp_security": "starttls",
    },
}
DOMAINS: Final = {
    "yandex.ru": "yandex", "ya.ru": "yandex", "yandex.com": "yandex", "mail.ru": "mailru", "bk.ru": "mailru", "inbox.ru": "mailru",
    "list.ru": "mailru", "internet.ru": "mailru", "gmail.com": "gmail", "outlook.com": "outlook", "hotmail.com": "outlook",
    "live.com": "outlook",
}  # fmt: skip
PUBLIC: Final = frozenset(
    str(preset[key]) for preset in PRESETS.values() for key in ("imap_host", "smtp_host")
)
INSIDE: Final[Text] = _(
    "There is no such server outside of your network. One inside is connected by an administrator."
)
PERIODS: Final = {"month": 31, "quarter": 92, "year": 366, "all": 0}
USUAL_PORTS: Final = {"imap": 993, "smtp": 465}
INSIDE_HOSTS: Final = frozenset({"localhost"})
NO_HOST: Final[Text] = _(
    "We do not know the mail server of this address. Write it here: your provider's help names it."
)
WRONG_HOST: Final[Text] = _("This is no name of a server. It looks like imap.example.org.")
REQUIRED: Final[Text] = _("Fill this in.")
AGAIN: Final[Text] = _(
    "The server is another one now: type the password again, so that a kept one goes nowhere else."
)


def mailboxes_to_keep(actor: Actor) -> list[Mailbox]:
    """The mailboxes whose settings an actor looks after: their own; for an administrator the shared ones too."""
    rows = Mailbox.objects.filter(owner_id=actor.user_id or 0)
    if actor.is_admin:
        rows |= Mailbox.objects.filter(owner=None)
    return list(rows.order_by("address"))


def mailbox_to_keep(actor: Actor, mailbox_id: int) -> Mailbox:
    """One of these. Raises NotFound."""
    found = next((m for m in mailboxes_to_keep(actor) if m.pk == mailbox_id), None)
    if found is None:
        raise NotFound
    return found


def filled_in(given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a form with what follows from them: the servers of known providers, the user by the address."""
    values = dict(given)
    address = str(values.get("address") or "")
    preset = str(values.get("provider") or "") or DOMAINS.get(address.rpartition("@")[2].lower(), "")
    if preset in PRESETS and not values.get("imap_host"):
        values |= {k: v for k, v in PRESETS[preset].items() if k.startswith("imap")}
    if preset in PRESETS and not values.get("smtp_host"):
        values |= {k: v for k, v in PRESETS[preset].items() if k.startswith("smtp")}
    host = str(values.get("imap_host") or "")
    if host.startswith("imap.") and not values.get("smtp_host") and not values.get("only_reads"):
        values["smtp_host"] = f"smtp.{host.removeprefix('imap.')}"
    values["username"] = values.get("username") or address
    return values


@transaction.atomic
def keep_mailbox(
    actor: Actor,
    given: Mapping[str, Any],
    mailbox: Mailbox | None = None,
    *,
    expected_version: int | None = None,
    reached: Collection[str] = (),
) -> Mailbox:
    """Connect a mailbox, or change one that the actor looks after. An empty password keeps the one that is there.

    `reached` names the servers («imap», «smtp») that were connected to with these very values. Raises Invalid, Denied, and
    Stale when somebody changed it since the version that the actor saw. The mailbox is read soon.
    """
    if actor.user_id is None:
        raise Denied
    values = filled_in(given)
    errors: list[FieldError] = []
    made = _held(mailbox, expected_version) if mailbox else Mailbox(owner_id=actor.user_id)
    if values.get("shared") and mailbox is None:
        if not actor.is_admin:
            raise Denied
        made.owner_id = None
    _names(made, values, errors)
    if not errors:
        errors += _closed(made, reached)
    if made.owner_id is None:
        _users(made, values)
    if mailbox is not None:
        errors += passwords_wanted(mailbox, values)
    if values.get("password"):
        keep_password(made, str(values["password"]))
    elif not made.secret:
        errors.append(FieldError("password", "required", REQUIRED))
    same = Mailbox.objects.filter(imap_host=made.imap_host, username=made.username).exclude(pk=made.pk)
    if not errors and same.exists():
        errors.append(FieldError("address", "taken", _("This mailbox is connected already.")))
    if errors:
        raise Invalid(errors)
    made.retry_at, made.failures, made.version = None, 0, made.version + 1
    made.tracks = bool(values.get("tracks"))
    if mailbox is None:
        days = PERIODS.get(str(values.get("period")), PERIODS["quarter"])
        made.since = timezone.localdate() - dt.timedelta(days=days) if days else None
        made.open_to_clients = bool(values.get("open_to_clients"))
    made.save()
    if made.open_to_clients != bool(values.get("open_to_clients")):
        open_mailbox_to_clients(made, is_open=bool(values.get("open_to_clients")))
    transaction.on_commit(lambda: ask_to_read(made.pk))
    return made


def _held(mailbox: Mailbox, expected_version: int | None) -> Mailbox:
    """A mailbox as it stands now, held until it is kept: what its reading notes meanwhile is not lost. Raises NotFound, Stale."""
    found = Mailbox.objects.select_for_update().filter(pk=mailbox.pk).first()
    if found is None:
        raise NotFound
    if found.version != (mailbox.version if expected_version is None else expected_version):
        raise Stale
    return found


def passwords_wanted(mailbox: Mailbox, values: Mapping[str, Any]) -> list[FieldError]:
    """Which passwords have to be typed again: a kept one goes to no other server than that for which it was typed.

    Nor does it go to the same one with less protection. `values` as `filled_in` makes them.
    """
    moved = [key for key in ("imap", "smtp") if _is_elsewhere(mailbox, key, values)]
    own = bool(mailbox.smtp_secret and values.get("smtp_username"))
    errors = []
    if not values.get("password") and ("imap" in moved or ("smtp" in moved and not own)):
        errors.append(FieldError("password", "again", AGAIN))
    if not values.get("smtp_password") and "smtp" in moved and own:
        errors.append(FieldError("smtp_password", "again", AGAIN))
    return errors


def _is_elsewhere(mailbox: Mailbox, key: str, values: Mapping[str, Any]) -> bool:
    """Whether one of the servers is another one now, or is spoken to in another way."""
    host = str(values.get(f"{key}_host") or "").strip()
    if not host or (key == "smtp" and values.get("only_reads")):
        return False
    try:
        host = host if host in INSIDE_HOSTS else normalise_host(host)
    except BadHost:
        return False  # refused with its reason
    port = str(values.get(f"{key}_port") or USUAL_PORTS[key])
    said = (host, port, str(values.get(f"{key}_security") or "tls"))
    known = tuple(str(getattr(mailbox, f"{key}_{part}")) for part in ("host", "port", "security"))
    return said != known


def _users(made: Mailbox, values: Mapping[str, Any]) -> None:
    """Who reads a shared mailbox, and who answers."""
    known = set(User.objects.filter(is_active=True).values_list("pk", flat=True))
    for key in ("readers", "answerers"):
        setattr(made, key, sorted({int(n) for n in values.get(key, ()) if str(n).isdigit()} & known))


def _closed(made: Mailbox, reached: Collection[str]) -> list[FieldError]:
    """Which of the two servers the owner may not have us speak to; those that were just reached are not looked up again."""
    servers = {"imap": (made.imap_host, made.imap_port), "smtp": (made.smtp_host, made.smtp_port)}
    errors = []
    for key, (host, port) in servers.items():
        if not host or key in reached or may_be_inside(made, host):
            continue
        try:
            addresses(host, port)
        except Unreachable:
            errors.append(FieldError(f"{key}_host", "inside", INSIDE))
    return errors


def may_be_inside(mailbox: Mailbox, host: str) -> bool:
    """Whether a mailbox's server may lie inside the network: not everybody has us knock there. The shared ones are set up by
    administrators; what the known providers' names stand for is nobody's to choose."""
    owner = mailbox.owner_id
    if owner is None or host in PUBLIC:
        return True
    return User.objects.filter(pk=owner, role__key="administrator").exists()


def _names(made: Mailbox, values: Mapping[str, Any], errors: list[FieldError]) -> None:
    try:
        made.address = normalise_email(str(values.get("address") or ""))
    except BadEmail:
        text = _("This is not an e-mail address. It looks like name@example.org.")
        errors.append(FieldError("address", "email", text))
    _server(made, "imap", values, errors)
    if values.get("smtp_host") and not values.get("only_reads"):
        _server(made, "smtp", values, errors)
    else:
        made.smtp_host = ""
    username = str(values.get("username") or "").strip()
    if not username or len(username) > 254 or any(ord(c) < 32 for c in username):
        errors.append(FieldError("username", "required", REQUIRED))
    made.username = username[:254]
    made.smtp_username = " ".join(str(values.get("smtp_username") or "").split())[:254]
    if values.get("smtp_password"):
        keep_sending_password(made, str(values["smtp_password"]))
    elif not made.smtp_username:
        made.smtp_secret = ""  # the one for all is used again
    made.name = " ".join(str(values.get("name") or "").split())[:120]


def is_port(text: str) -> bool:
    """Whether a text is the number of a port."""
    return text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65536


def _server(made: Mailbox, key: str, values: Mapping[str, Any], errors: list[FieldError]) -> None:
    """The host, the port and the protection of one of the two servers."""
    host = str(values.get(f"{key}_host") or "").strip()
    try:
        setattr(made, f"{key}_host", host if host in INSIDE_HOSTS else normalise_host(host))
    except BadHost:
        errors.append(FieldError(f"{key}_host", "host", WRONG_HOST if host else NO_HOST))
    port = str(values.get(f"{key}_port") or USUAL_PORTS[key])
    if is_port(port):
        setattr(made, f"{key}_port", int(port))
    else:
        errors.append(FieldError(f"{key}_port", "port", _("A port is a number from 1 to 65535.")))
    security = str(values.get(f"{key}_security") or "tls")
    setattr(made, f"{key}_security", security if security in Security.values else "tls")


@transaction.atomic
def choose_folders(mailbox: Mailbox, chosen: set[int]) -> None:
    """Read these folders from now on, and no others."""
    Folder.objects.filter(mailbox=mailbox).exclude(pk__in=chosen).update(chosen=False)
    Folder.objects.filter(mailbox=mailbox, pk__in=chosen).update(chosen=True)
    transaction.on_commit(lambda: ask_to_read(mailbox.pk))
