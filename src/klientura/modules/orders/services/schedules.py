"""Schedules of payment: what of an invoice is to be paid by which day, to the kopeck, and which day comes next."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.objects.batch import Batch, Draft
from klientura.kit.sums import HUNDRED, rounded, shared_out
from klientura.modules.orders.models import InvoiceDue

DUES: Final = "dues"
KEYS: Final = ("due_on", "percent", "amount", "name")


def fill_schedules(batch: Batch) -> None:
    """Reckon the stages of invoices by their shares; an invoice is to be paid by the first day for which money is still missing.

    Runs after the sum of the invoice is known. Stages that were not sent follow a new sum. Refused: a stage of nothing, a
    schedule of another sum than the invoice.
    """
    changed = {id(d) for d in batch if not batch.creating and d.changed("amount")}
    drafts = [d for d in batch if DUES in d.parts or id(d) in changed]
    if not drafts:
        return
    stored = _stored([d.record_id for d in drafts if d.record_id])
    for draft in drafts:
        known = stored.get(draft.record_id or 0, {})
        if DUES not in draft.parts:
            if not known:
                continue
            draft.parts[DUES] = [{"id": number, **line} for number, line in known.items()]
        for line in draft.parts[DUES]:  # what was not sent stays as it is
            for key, value in known.get(line.get("id") or 0, dict.fromkeys(KEYS)).items():
                line.setdefault(key, value)
        _reckon(draft)


def _stored(invoices: Sequence[int]) -> Mapping[int, dict[int, dict[str, Any]]]:
    found: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    if invoices:
        rows = InvoiceDue.objects.filter(invoice_id__in=invoices).order_by("position", "pk")
        for invoice, number, *values in rows.values_list("invoice_id", "pk", *KEYS):
            found[invoice][number] = dict(zip(KEYS, values, strict=True))
    return found


def _reckon(draft: Draft) -> None:
    lines, whole = draft.parts[DUES], draft.get("amount") or Decimal(0)
    if not lines:
        return
    for place, line in enumerate(lines):
        if line["due_on"] is None:
            continue  # told by the field itself
        if line["percent"] is not None and not 0 < line["percent"] <= HUNDRED:
            draft.refuse(f"{DUES}.{place}.percent", "range", _("A share is more than 0 and at most 100 %."))
        elif line["percent"] is not None:
            line["amount"] = rounded(whole * line["percent"] / HUNDRED)
        elif line["amount"] is None or line["amount"] <= 0:
            draft.refuse(
                f"{DUES}.{place}.amount", "range", _("Say what share or what sum is to be paid by this day.")
            )
    if draft.errors:
        return
    shares = [line["percent"] for line in lines]
    if None not in shares and sum(shares) == HUNDRED:  # no kopeck is lost
        for line, part in zip(lines, shared_out(whole, shares), strict=True):
            line["amount"] = part
    if sum(line["amount"] for line in lines) != whole:
        draft.refuse(DUES, "sum", _("The stages add up to another sum than the invoice."))
        return
    draft.values["due_on"] = next_due(lines, draft.get("paid") or Decimal(0))


def next_due(lines: Iterable[Mapping[str, Any]], paid: Decimal) -> Any:
    """The first day by which more is to be paid than was paid; of an invoice that is paid the last one."""
    upto, day = Decimal(0), None
    for line in sorted(lines, key=lambda x: x["due_on"]):
        upto, day = upto + line["amount"], line["due_on"]
        if upto > paid:
            break
    return day


def next_dues(paid: Mapping[int, Decimal]) -> dict[int, Any]:
    """By invoice, of those that have a schedule: the day by which money is missing next; one query."""
    stored = _stored(sorted(paid))
    return {number: next_due(lines.values(), paid[number]) for number, lines in stored.items()}
