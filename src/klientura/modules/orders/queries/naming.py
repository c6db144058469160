"""What a paper is called as long as it has no number."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.spec import Nameless
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref
from klientura.kit.formats import Language, format_money, format_paper_date

KINDS: Final = {
    "offer": _("Draft offer"),
    "order": _("Draft order"),
    "invoice": _("Draft invoice"),
    "closing_paper": _("Draft closing paper"),
}


def contract_words(actor: Actor, contract: Ref | None, language: Language) -> str:
    """A signed contract as papers name it; nothing of one without number or date, or that is closed to the reader."""
    if contract is None or contract.title is None:
        return ""
    row = read.get(actor, shape_of("contract"), contract.id, keys=["number", "signed_on"])
    if not row["number"] or not row["signed_on"]:
        return ""
    return gettext("Contract No. {number} of {day}").format(
        number=row["number"], day=format_paper_date(row["signed_on"], language)
    )


def draft_of(key: str) -> Nameless:
    """«Draft invoice, OOO Romashka, 12 000 ₽», as far as the reader sees client and sum."""
    return Nameless(("party", "amount", "currency"), partial(_words, key))


def _words(key: str, row: Mapping[str, Any]) -> str:
    party, amount, currency = row.get("party"), row.get("amount"), row.get("currency")
    said = [str(KINDS[key])]
    said += [party.title] if isinstance(party, Ref) and party.title else []
    said += [format_money(amount, currency, lang(), brief=True)] if amount and currency else []
    return ", ".join(said)
