"""Letters whose client came into the base after them, or was given their address later."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from klientura.modules.conversations.models import Letter, LetterPlace, Mailbox
from klientura.modules.conversations.services.binding import bind_letters
from klientura.modules.conversations.services.storing import UNBOUND
from klientura.modules.parties.queries.by_email import emails_of

AT_ONCE: Final = 500


def bind_known(party_ids: Sequence[int]) -> int:
    """Bind the letters with the addresses of some clients that are bound to nobody yet; return how many were looked at."""
    addresses = sorted(emails_of(party_ids)) if Mailbox.objects.exists() else []
    last = seen = 0
    while addresses and (letters := _unbound(addresses, last)):
        last = letters[-1].pk
        seen += len(letters)
        for _mailbox_id, group in groupby(
            sorted(letters, key=lambda each: each.mailbox_id), key=lambda each: each.mailbox_id
        ):
            some = list(group)
            with transaction.atomic():
                mailbox = Mailbox.objects.select_for_update().get(pk=some[0].mailbox_id)
                bind_letters(mailbox, some)
    return seen


def _unbound(addresses: Sequence[str], last: int) -> list[Letter]:
    aside = LetterPlace.objects.filter(letter=OuterRef("pk"), folder__role__in=UNBOUND)
    rows = Letter.objects.filter(
        ~Exists(aside),
        addresses__overlap=list(addresses),
        thread__party_id=None,
        thread__bound_by_hand=False,
        pk__gt=last,
    )
    return list(rows.defer("html", "text").order_by("pk")[:AT_ONCE])
