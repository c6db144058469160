"""The letters that guests of an event get: for people, with the entry as programs read it (RFC 6047)."""

from dataclasses import replace
from email.message import MIMEPart
from typing import Final

from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.notify import mail
from klientura.kernel.notify.models import MailServer
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kit.formats import Language, format_date, format_datetime
from klientura.kit.ics.entries import Entry, Guest
from klientura.kit.ics.writing import write as write_calendar
from klientura.modules.activities.enums import ANSWERS
from klientura.modules.activities.models import EventGuest
from klientura.modules.activities.services import exchange
from klientura.modules.activities.services.guest_addresses import addresses_of

KEEPER: Final = SystemActor("guests of an event are written to")
KEYS: Final = (*exchange.KEYS, "people", "guest_addresses")


def letter_to(guest: EventGuest, row: Row, server: MailServer) -> EmailMultiAlternatives:
    """The invitation as a letter for people, with the entry as programs read it."""
    owner = User.objects.filter(pk=row["owner"].id).first() if row["owner"] else None
    organiser = Guest(owner.email if owner else server.sender, owner.name if owner else "")
    invited = [Guest(guest.address, guest.name, guest.answer if guest.answer in ANSWERS else "waiting")]
    rows = [row, *(_apart(row, guest) if guest.wants == "REQUEST" else ())]
    entries = [
        replace(exchange.with_people(e, organiser, invited), sequence=max(e.sequence, row["sequence"]))
        for e in exchange.entries(rows)
    ]
    with translation.override(owner.language if owner else "ru"):
        subject, text = _said(entries[0], guest.wants, organiser.name)
    message = EmailMultiAlternatives(
        subject,
        text,
        server.sender,
        [guest.address],
        reply_to=[organiser.address],
        connection=mail.connection_to(server),
    )
    part = MIMEPart()
    part.set_content(
        write_calendar(entries, method=guest.wants), maintype="text", subtype="calendar", filename="invite.ics",
        params={"method": guest.wants, "charset": "utf-8"},
    )  # fmt: skip
    message.attach(part)
    return message


def _apart(row: Row, guest: EventGuest) -> list[Row]:
    """The days of a series that stand by themselves and to which the guest is to come; the others are left out of it."""
    if not row["repeats"]:
        return []
    tree = {
        "and": [
            {"field": "series", "op": "eq", "value": row["id"]},
            {"field": "status", "op": "ne", "value": "cancelled"},
        ]
    }
    found = read.page(KEEPER, shape_of("event"), tree=tree, sort="-starts_at", limit=200, keys=KEYS).rows
    return [
        r
        for r in found
        if guest.person_id in {p.id for p in r["people"] or ()} or guest.address in addresses_of(r)
    ]


def _said(entry: Entry, method: str, organiser: str) -> tuple[str, str]:
    lang: Language = "en" if translation.get_language() == "en" else "ru"
    when = (
        format_date(entry.starts, lang)
        if entry.all_day
        else f"{format_datetime(entry.starts, lang)} ({entry.zone})"
    )
    subject = _("Called off: {name}") if method == "CANCEL" else _("Invitation: {name}")
    lines = [
        entry.name,
        when,
        entry.place,
        organiser and _("Organiser: {name}").format(name=organiser),
        entry.description,
    ]
    return " ".join(subject.format(name=entry.name).split())[:200], "\n".join(filter(None, lines))
