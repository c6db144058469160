"""Sending what waits: handed in once, and laid into the mailbox's folder of sent letters unless the server does that."""

import logging
from typing import Final

from imap_tools.mailbox import BaseMailBox

from klientura.connectors.mail import imap, smtp
from klientura.kit.letters.writing import BadAddress
from klientura.modules.conversations.models import Folder, Mailbox, Outgoing
from klientura.modules.conversations.services import outbox

log = logging.getLogger("klientura.mail")
LOST: Final = "554 the letter cannot be read any more"
KEEPS_COPIES: Final = "X-GM-EXT-1"
"""By this a server tells that it is one that lays what is sent through it into the folder itself."""


def send_one(outgoing_id: int) -> bool:
    """Send a letter if its time has come; whether a server took it now."""
    row = outbox.claim(outgoing_id)
    if row is None:
        return False
    raw = outbox.raw_of(row)
    if (why := outbox.forbidden(row) or (LOST if raw is None else "")) or raw is None:
        outbox.note_refused(row, why, {})
        return False
    began = False
    try:
        with smtp.connected(row.mailbox) as server:
            offered = smtp.offer(server, row.mailbox.address, outbox.recipients(row), len(raw))
            if offered.taken:
                if not outbox.begin_handing(row):
                    return False
                began = True
                smtp.hand_over(server, raw)
                outbox.note_handed(row, reached=offered.taken, refused=offered.refused, later=offered.later)
                return True
    except smtp.Refused as refused:
        outbox.note_refused(row, str(refused), {})
    except smtp.Later as later:
        outbox.note_later(row, str(later))
    except smtp.TROUBLE as trouble:
        _broke_off(row, trouble, began=began)
    else:
        _nobody(row, offered)
    return False


def _broke_off(row: Outgoing, trouble: Exception, *, began: bool) -> None:
    log.warning("letter %s: %s", row.pk, trouble)
    if began and row.state != "sent":
        outbox.note_unsure(row, imap.said(trouble))
    elif not began:
        outbox.note_later(row, imap.said(trouble))


def _nobody(row: Outgoing, offered: smtp.Offered) -> None:
    """The server takes the letter for none of its recipients."""
    if offered.later:
        row.refused = {**row.refused, **offered.refused}
        outbox.note_later(row, next(iter(offered.later.values())))
    else:
        outbox.note_refused(row, next(iter(offered.refused.values()), ""), offered.refused)


def lay_copy(outgoing_id: int) -> bool:
    """Lay a sent letter into the folder of sent letters, if it is not there; whether it lies there now."""
    row = Outgoing.objects.select_related("mailbox").filter(pk=outgoing_id, copy="wanted").first()
    if row is None:
        return False
    kept = hopeless = False
    try:
        kept = _lay(row.mailbox, row)
    except (imap.Refused, *imap.TROUBLE) as trouble:
        log.warning("the copy of letter %s: %s", row.pk, trouble)
    except BadAddress as unwritable:
        hopeless = True
        log.warning("the copy of letter %s: %s", row.pk, unwritable)
    outbox.note_copy(row, kept=kept, hopeless=hopeless)
    return kept


def _lay(mailbox: Mailbox, row: Outgoing) -> bool:
    folder = Folder.objects.filter(mailbox=mailbox, role="sent").order_by("pk").first()
    raw = outbox.raw_of(row, with_hidden=True)
    if folder is None or raw is None:
        return False
    with imap.connected(mailbox) as server:
        if KEEPS_COPIES in imap.capabilities(server) or _is_there(server, folder.name, row.message_id):
            return True
        server.append(raw, folder.name, dt=row.send_at, flag_set=["\\Seen"])
    return True


def _is_there(server: BaseMailBox, folder: str, message_id: str) -> bool:
    server.folder.set(folder, readonly=True)
    kind, data = server.client.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"')
    return kind == "OK" and bool(data and data[0] and data[0].split())
