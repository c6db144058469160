"""By when invoices are to be paid: by the terms of their clients, which others keep; the registry keeps orders free of them."""

import datetime as dt
from collections.abc import Callable, Collection

from klientura.kernel.objects.batch import Batch, Draft

type Terms = Callable[[Collection[tuple[int, dt.date]]], dict[tuple[int, dt.date], dt.date]]
"""((client, date of the invoice), …) → when each is to be paid, of clients that have a term."""

_terms: list[Terms] = []


def register_terms(terms: Terms) -> None:
    """Have the due days of invoices follow from terms."""
    if terms not in _terms:
        _terms.append(terms)


def fill_due(batch: Batch) -> None:
    """Give drafts of invoices the due day of their client's terms, where nobody has named one.

    One that was reckoned so follows when client or date change; one that people have said stays.
    """
    drafts = [
        d
        for d in batch
        if d.get("status") in {None, "draft"} and (batch.creating or d.changed("party", "issued_on"))
    ]
    wanted = {pair for d in drafts for pair in (_now(d), _before(d)) if pair is not None}
    found: dict[tuple[int, dt.date], dt.date] = {}
    for terms in _terms:
        found |= terms(wanted)
    for draft in drafts:
        now, before = _now(draft), _before(draft)
        said = draft.get("due_on")
        if said is None or (not draft.changed("due_on") and before in found and said == found[before]):
            draft.values["due_on"] = found.get(now) if now else None


def _now(draft: Draft) -> tuple[int, dt.date] | None:
    return _pair(draft.get("party"), draft.get("issued_on"))


def _before(draft: Draft) -> tuple[int, dt.date] | None:
    return _pair(draft.before.get("party"), draft.before.get("issued_on")) if draft.before else None


def _pair(party: int | None, day: dt.date | None) -> tuple[int, dt.date] | None:
    return None if party is None or day is None else (party, day)
