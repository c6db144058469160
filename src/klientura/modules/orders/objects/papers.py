"""What all papers of sales declare alike."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Field, Part, Section
from klientura.modules.catalog.models import PricedLine
from klientura.modules.catalog.services.parts import priced_lines
from klientura.modules.orders.services.papers import was_numbered

AREA: Final = pgettext_lazy("navigation", "Sales")
DRAWN: Final = {"draft": "gray", "issued": "blue", "cancelled": "red"}


def paper_fields(related: Any, hues: dict[str, str]) -> dict[str, Field]:
    """The fields every paper has; `related` titles its panel on the cards of clients and deals."""
    return {
        # What a draft is called is reckoned for each reader; numbers are sought and sorted by themselves.
        "title": Field(filterable=False, sortable=False),
        "number": Field(read_only=True, contains=True),
        "company": Field(target="own_company"),
        "party": Field(target="party", related=related, required=True),
        "person": Field(target="person", within=("party", "employer")),
        "opportunity": Field(target="opportunity", related=related),
        "status": Field(read_only=True, hues={**DRAWN, **hues}),
        "issued_on": Field(copied=False),
        "price_list": Field(target="price_list"),
        "amount": Field(read_only=True),
        "tax_total": Field(read_only=True),
    }


def lines_of(model: type[PricedLine], parent: str) -> Part:
    """The goods and services of a paper."""
    renewed_by, dated_by = ("currency", "price_list", "tax_mode"), ("issued_on",)
    return priced_lines(
        model, parent, renewed_by=renewed_by, dated_by=dated_by, bought_by="party", closed=was_numbered
    )


def sums(*more: str) -> Section:
    """The section of sums and of the terms they are reckoned by."""
    return Section("sums", _("Sums"), ("amount", "tax_total", *more, "currency", "price_list", "tax_mode"))
