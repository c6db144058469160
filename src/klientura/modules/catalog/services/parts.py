"""The part of priced lines, as any object that something is sold by declares it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import FieldError
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.spec import Field, LineHelper, Part
from klientura.kernel.settings.installation import current
from klientura.modules.catalog.models import PricedLine
from klientura.modules.catalog.queries.options import configurable
from klientura.modules.catalog.rules.options import read_written
from klientura.modules.catalog.services.configuring import KEPT, number_of, outdated
from klientura.modules.catalog.services.limits import breach_words, breaches_of, limit_words, thin_words
from klientura.modules.catalog.services.lines import LINES, Terms, completion

FOLLOWS = ("price", "discount", "reason", "tax_rate", "net", "tax_sum", "total")


def _configurable(lines: Sequence[Mapping[str, Any]]) -> set[int]:
    """The places of lines whose product has something to choose."""
    products = {
        place: pk
        for place, line in enumerate(lines)
        if (pk := number_of(line.get("product"))) and _is_head(line)
    }
    known = configurable(set(products.values()))
    return {place for place, pk in products.items() if pk in known}


def _is_head(line: Mapping[str, Any]) -> bool:
    """Whether a line is no option of another one."""
    said = read_written(line.get(KEPT))
    return said is None or said.chosen is not None


CONFIGURING: Final = LineHelper(
    label=_("Configure"), url="/configure", fits=_configurable, icon="list-checks"
)


def priced_lines(
    model: type[PricedLine],
    parent: str,
    *,
    renewed_by: tuple[str, ...],
    dated_by: tuple[str, ...] = (),
    bought_by: str = "",
    closed: Callable[[Mapping[str, Any]], bool] | None = None,
) -> Part:
    """Goods and services of a record with the fields currency, party, price_list, tax_mode and, in papers, issued_on."""
    return Part(
        key=LINES,
        model=model,
        parent=parent,
        label=_("Goods and services"),
        fields={
            "product": Field(target="product"),
            "quantity": Field(trimmed=True),
            "unit": Field(target="unit"),
            "tax": Field(target="tax"),
            "configuration": Field(tracked=False),
            "given_discount": Field(type="percent", trimmed=True),
            "discount": Field(type="percent", read_only=True, trimmed=True),
            "tax_rate": Field(type="percent", read_only=True),
            **{k: Field(read_only=True) for k in FOLLOWS if k not in {"discount", "tax_rate"}},
        },
        columns=("name", "quantity", "price", "discount", "total"),
        beside={"quantity": "unit"},
        inputs=("product", "name", "quantity", "unit", "given_price", "given_discount", "tax"),
        carried=("configuration",),
        helper=CONFIGURING,
        totals=("tax_sum", "total"),
        stands_for={
            "name": "name",
            "given_price": "price",
            "given_discount": "discount",
            "unit": "unit",
            "tax": "tax",
        },
        closed=closed,
        advise=_advise,
        complete=completion(LINES, model, parent, terms_of_draft, renewed_by, dated_by, bought_by),
    )


def _advise(draft: Draft, actor: Actor) -> list[FieldError]:
    """What somebody who types lines is told of their limits: each line beyond them, then the whole; else how far they go."""
    lines = draft.parts.get(LINES, [])
    found = breaches_of(actor, lines, terms_of_draft(draft))
    said = [
        FieldError(
            LINES if b.place is None else f"{LINES}.{b.place}.given_discount", "limit", breach_words(b)
        )
        for b in found
    ]
    said += [
        FieldError(f"{LINES}.{place}.given_price", "margin", words)
        for place, words in thin_words(actor, lines, terms_of_draft(draft))
    ]
    said += [
        FieldError(f"{LINES}.{place}.product", "configuration", words) for place, words in outdated(lines)
    ]
    return said if said or not lines else [FieldError(LINES, "limit", words) for words in limit_words(actor)]


def terms_of_draft(draft: Draft) -> Terms:
    """The terms that the lines of a record are sold on, as it stands in a form."""
    return Terms(
        currency=draft.get("currency") or current().currency,
        party=draft.get("party"),
        price_list=draft.get("price_list"),
        mode=draft.get("tax_mode") or "included",
        day=draft.get("issued_on") or timezone.localdate(),
    )
