"""What a plan is called."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.objects.spec import Nameless
from klientura.kernel.screens.language import lang
from klientura.kernel.store.read import Ref
from klientura.kit.formats import format_date, format_money


def _words(row: Mapping[str, Any]) -> str:
    owner, day, amount = row.get("owner"), row.get("starts_on"), row.get("amount")
    said = [pgettext("of sales", "Plan")]
    said += [owner.title] if isinstance(owner, Ref) and owner.title else []
    said += [_("from {date}").format(date=format_date(day, lang()))] if day else []
    said += (
        [format_money(amount, row["currency"], lang(), brief=True)] if amount and row.get("currency") else []
    )
    return ", ".join(said)


CALLED: Final = Nameless(("owner", "starts_on", "amount", "currency"), _words)
"""«Plan, Anna Kim, from 01.11.2026, 1 200 000 ₽», as far as the reader sees it."""
