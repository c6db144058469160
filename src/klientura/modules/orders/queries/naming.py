"""What a paper is called as long as it has no number."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.objects.spec import Nameless
from klientura.kernel.screens.language import lang
from klientura.kernel.store.read import Ref
from klientura.kit.formats import format_money

KINDS: Final = {
    "offer": _("Draft offer"),
    "order": _("Draft order"),
    "invoice": _("Draft invoice"),
    "closing_paper": _("Draft closing paper"),
}


def draft_of(key: str) -> Nameless:
    """«Draft invoice, OOO Romashka, 12 000 ₽», as far as the reader sees client and sum."""
    return Nameless(("party", "amount", "currency"), partial(_words, key))


def _words(key: str, row: Mapping[str, Any]) -> str:
    party, amount, currency = row.get("party"), row.get("amount"), row.get("currency")
    said = [str(KINDS[key])]
    said += [party.title] if isinstance(party, Ref) and party.title else []
    said += [format_money(amount, currency, lang(), brief=True)] if amount and currency else []
    return ", ".join(said)
