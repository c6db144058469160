"""Papers sent by mail."""

import io

from django.db import transaction
from django.utils.html import escape
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.files.keeping import bring
from klientura.modules.conversations.queries.people import addressee_of
from klientura.modules.conversations.services.answering import shown
from klientura.modules.conversations.services.drafts import Typed, keep_draft


@transaction.atomic
def letter_with(actor: Actor, key: str, record_id: int, title: str, pdf: bytes, address: str = "") -> int:
    """Begin a letter to the client of a paper with the paper in it; return the number of the draft.

    `address`: a link by which the client sees the paper and answers.

    Raises NotFound for a paper that is closed to the actor, and Denied for whoever has no mailbox to write from.
    """
    whom = addressee_of(actor, key, record_id)
    file = bring(actor, f"{title.replace('/', '-').rstrip('.')}.pdf", io.BytesIO(pdf))
    words = _("Good day! Please find attached: {title}.").format(title=title)
    typed = Typed(
        to=[shown(whom.name, whom.address)] if whom else [],
        subject=title,
        html=f"<p>{words}</p>{_linked(address)}",
        files=[file],
        about=f"{key}-{record_id}",
    )
    return keep_draft(actor, typed).pk


def _linked(address: str) -> str:
    if not address:
        return ""
    words = escape(_("It can be read and answered here:"))
    return f'<p>{words} <a href="{escape(address)}">{escape(address)}</a></p>'
