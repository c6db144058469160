"""Competitors, and the lines of a deal about those who surround it."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Field, ObjectSpec, Part, Section
from klientura.modules.sales.models import Competitor, CompetitorPrice, DealPerson, DealRival, DealShare
from klientura.modules.sales.objects.rights import KNOWN_TO_ALL

AROUND: Final = (
    Part(
        key="people", model=DealPerson, parent="opportunity", label=_("Who decides"),
        fields={"person": Field(target="person")},
        columns=("person", "influence", "attitude", "note"), inputs=("person", "influence", "attitude", "note"),
    ),
    Part(
        key="rivals", model=DealRival, parent="opportunity", label=_("Competitors"),
        fields={"competitor": Field(target="competitor")},
        columns=("competitor", "outcome", "note"), inputs=("competitor", "outcome", "note"),
    ),
    Part(
        key="shares", model=DealShare, parent="opportunity", label=_("Whose sale it is"),
        fields={"percent": Field(type="percent", trimmed=True)},
        columns=("user", "percent"), inputs=("user", "percent"),
    ),
)  # fmt: skip

COMPETITOR: Final = ObjectSpec(
    key="competitor",
    model=Competitor,
    label=pgettext_lazy("object", "Competitor"),
    plural=_("Competitors"),
    new_label=_("New competitor"),
    icon="swords",
    area=pgettext_lazy("navigation", "Sales"),
    title=("name",),
    fields={"name": Field(contains=True)},
    sections=(
        Section("main", pgettext_lazy("section", "Main"), ("name", "site", "currency", "owner")),
        Section("about", pgettext_lazy("section", "How they sell"), ("strengths", "weaknesses", "answer")),
    ),
    quick=("name", "site", "strengths", "weaknesses"),
    columns=("name", "site", "owner", "created_at"),
    sort="name",
    search=("name",),
    match_keys=(("name",),),
    parts=(
        Part(
            key="prices", model=CompetitorPrice, parent="competitor", label=_("Prices"),
            columns=("name", "price", "seen_on", "note"), inputs=("name", "price", "seen_on", "note"),
        ),
    ),
    rights=KNOWN_TO_ALL,
    in_menu=False,
    empty_text=_("Note whom you meet in deals: their strengths, weaknesses and prices."),
)  # fmt: skip
