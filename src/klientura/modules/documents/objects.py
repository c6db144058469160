"""The objects of papers: our own companies, and forms of papers."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Field, ObjectSpec, Part, Scope, Section
from klientura.modules.documents.models import OwnAccount, OwnCompany, PaperTemplate
from klientura.modules.documents.services import checks, templates
from klientura.modules.parties.services.checks import inn, kpp, ogrn

RIGHTS: Final[dict[str, dict[str, Scope]]] = {
    "manager": {
        "read": "all",
        "create": "none",
        "edit": "none",
        "delete": "none",
        "import": "none",
        "export": "none",
    },
    "employee": {"read": "all", "create": "none", "edit": "none"},
    "observer": {"read": "all"},
}

OWN_COMPANY = ObjectSpec(
    key="own_company",
    model=OwnCompany,
    label=_("Own company"),
    plural=_("Own companies"),
    new_label=_("New own company"),
    icon="landmark",
    title=("name",),
    fields={
        "name": Field(contains=True),
        "inn": Field(normalise=inn),
        "kpp": Field(normalise=kpp),
        "ogrn": Field(normalise=ogrn),
        "stamp": Field(type="file"),
        "prefix": Field(hint=_("Put before the numbers of its papers, for instance KL-; empty: plain numbers.")),
    },
    sections=(
        Section("main", pgettext_lazy("section", "Main"), ("name", "full_name", "is_main", "is_active", "prefix")),
        Section("requisites", _("Requisites"), ("inn", "kpp", "ogrn", "address", "phone", "email")),
        Section("people", _("Who signs"), ("director_position", "director", "accountant", "stamp")),
    ),
    columns=("name", "inn", "kpp", "director", "is_main", "is_active"),
    sort="name",
    search=("name", "inn"),
    parts=(
        Part(
            key="accounts", model=OwnAccount, parent="company", label=_("Bank accounts"),
            columns=("bank", "bic", "account", "correspondent"), inputs=("bic", "account", "correspondent", "bank"),
        ),
    ),
    match_keys=(("inn", "kpp"),),
    before_write=checks.before_write_company,
    before_trash=checks.refuse_with_papers,
    before_merge=checks.refuse_with_numbers,
    rights=RIGHTS,
    subject=False,
    navigation=False,
)  # fmt: skip

PAPER_TEMPLATE = ObjectSpec(
    key="paper_template",
    model=PaperTemplate,
    label=_("Paper template"),
    plural=_("Paper templates"),
    new_label=_("New paper template"),
    icon="file-text",
    title=("name",),
    fields={
        "about": Field(
            open_options=True, hint=_("On whose cards it is offered. An object of your own is added by its key.")
        ),
        "form": Field(hues={"docx": "blue", "typst": "violet"}),
        "file": Field(
            type="file", maximum=1, counted=False,
            hint=_("A DOCX with marks such as {{ number }} or {{ party.inn }}; the card of the template lists them all."),
        ),
        "typst": Field(
            counted=False,
            hint=_("For PDF: Typst, with the values under d, such as #d.number or #d.party.inn."),
        ),
        "is_active": Field(),
    },
    sections=(
        Section("main", pgettext_lazy("section", "Main"), ("name", "about", "form", "language", "is_active")),
        Section("content", pgettext_lazy("template", "Template"), ("file", "typst", "note")),
    ),
    columns=("name", "about", "form", "language", "is_active"),
    sort="name",
    search=("name",),
    before_write=templates.before_write_template,
    rights=RIGHTS,
    subject=False,
    related=False,
    navigation=False,
    empty_text=_("Contracts, letters, acts in your own form: bring a DOCX with marks, and it fills itself in from a card."),
)  # fmt: skip
