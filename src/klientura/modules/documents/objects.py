"""The objects of papers: our own companies."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Field, ObjectSpec, Part, Scope, Section
from klientura.modules.documents.models import OwnAccount, OwnCompany
from klientura.modules.documents.services import checks
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
