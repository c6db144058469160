"""Issuing to a client who is stopped, or above the limit: refused, unless somebody who may has permitted it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.screens.language import lang
from klientura.kit.formats import format_money
from klientura.modules.payments.queries.credit import is_released, lock_terms, passed_by, standing_of


def look_at_credit(_actor: Actor, key: str, draft: Mapping[str, Any]) -> None:
    """Refuse a draft that the terms of its client are against, with the reason. Raises Invalid."""
    # Held until the paper is issued: of two that together pass the limit the second one sees the first.
    lock_terms(draft["party"])
    against = against_terms(key, draft)
    if against and not is_released(key, draft):
        ask = _("Whoever may permit papers above the limit can do so from its card.")
        raise Invalid([FieldError("party", "credit", f"{against} {ask}")])


def against_terms(key: str, draft: Mapping[str, Any]) -> str:
    """What the terms of its client are against in a draft, in words; empty when nothing is. `party` is a number."""
    standing = standing_of(draft["party"])
    if standing is None:
        return ""
    if standing.stopped:
        return _("The client is on the stop-list: {reason}.").format(
            reason=(standing.reason or "").rstrip(".")
        )
    over = passed_by(standing, key, draft)
    if over is None:
        return ""
    return _("The credit limit of {limit} would be passed by {over}.").format(
        limit=format_money(standing.limit or 0, standing.currency, lang()),
        over=format_money(over, standing.currency, lang()),
    )
