"""The objects of the client base."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Field, ObjectSpec, Part, RowMate, Section
from klientura.modules.parties.models import Address, BankAccount, ContactPoint, Party, Relation
from klientura.modules.parties.objects import file_names
from klientura.modules.parties.services import checks

STATUS_HUES = {"new": "blue", "prospect": "violet", "active": "green", "dormant": "yellow", "lost": "red"}
IMPORTANCE_HUES = {"high": "red", "medium": "yellow", "low": "gray"}
ROLE_HUES = {
    "client": "green",
    "supplier": "blue",
    "partner": "violet",
    "dealer": "teal",
    "competitor": "red",
}
FACTS: Final = {
    "last_contact_at": Field(read_only=True, tracked=False),
    "next_step_at": Field(read_only=True, tracked=False, due=True),
    "roles": Field(hues=ROLE_HUES, open_options=True),
    "status": Field(
        hues=STATUS_HUES, open_options=True, kept_options={"active": _("a rule of quality asks for it.")}
    ),
    "importance": Field(hues=IMPORTANCE_HUES, open_options=True),
    "note": Field(contains=True),
    "city": Field(contains=True, grouped=True),
    "source": Field(grouped=True),
    "tags": Field(type="tags"),
    "place": Field(
        type="location",
        hint=_("Coordinates, as a map shows them, and an address if you like: 55.7512, 37.6184; entrance 2"),
    ),
}
ORGANISATION_ONLY = (
    "name", "full_name", "legal_form", "inn", "kpp", "ogrn", "industry", "funding", "website", "turnover", "employees",
    "parent", "primary_contact",
)  # fmt: skip
PERSON_ONLY = (
    "last_name", "first_name", "middle_name", "salutation", "gender", "birthday", "employer", "position", "decision_role",
)  # fmt: skip

# What tells that two records are one client; each path with its role in the comparison.
DUPLICATES: Final = {
    "phone": "phone",
    "email": "email",
    "city": "city",
    "contact_points[phone]": "phone",
    "contact_points[mobile]": "phone",
    "contact_points[email]": "email",
    "addresses[].street": "address",
}

CONTACT_POINTS: Final = Part(
    key="contact_points",
    model=ContactPoint,
    parent="party",
    label=_("Contact points"),
    fields={"uncertain": Field(read_only=True), "undeliverable": Field(read_only=True)},
    mirrors=("phone", "email", "website"),
    search=("value",),
)
ADDRESSES: Final = Part(key="addresses", model=Address, parent="party", label=_("Addresses"))
BANK_ACCOUNTS: Final = Part(
    key="bank_accounts",
    model=BankAccount,
    parent="party",
    label=_("Bank accounts"),
)

PARTY = ObjectSpec(
    key="party",
    model=Party,
    label=_("Party"),
    plural=_("Parties"),
    new_label=_("New party"),
    icon="contact",
    title=("title",),
    exclude=(*ORGANISATION_ONLY, *PERSON_ONLY),
    fields={**FACTS, "city": Field(grouped=True), "kind": Field(read_only=True)},
    columns=("title", "kind", "city", "phone", "email", "status", "owner"),
    sort="-id",
    search=("title",),
    parts=(CONTACT_POINTS,),
    navigation=False,
)

ORGANISATION = ObjectSpec(
    key="organisation",
    model=Party,
    constants={"kind": "organisation"},
    label=_("Organisation"),
    plural=_("Organisations"),
    new_label=_("New organisation"),
    icon="building-2",
    area=pgettext_lazy("navigation", "Clients"),
    completeness=True,
    title=("name",),
    exclude=PERSON_ONLY,
    fields={
        **FACTS,
        "name": Field(required=True, contains=True),
        "inn": Field(normalise=checks.inn, hint=_("10 digits for a company, 12 for a sole proprietor")),
        "kpp": Field(normalise=checks.kpp),
        "ogrn": Field(normalise=checks.ogrn),
        "parent": Field(target="organisation", related=_("Subsidiaries")),
        "primary_contact": Field(target="person", related=_("Organisations with this primary contact")),
        "employees": Field(minimum=0),
        "industry": Field(open_options=True),
        "funding": Field(open_options=True),
        "legal_form": Field(
            open_options=True,
            kept_options={
                "foreign": _("imports take it for forms of other countries."),
                "other": _("imports take it for forms that they do not know."),
            },
        ),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("name", "status", "roles", "importance", "industry", "tags", "owner", "team"),
        ),
        Section(
            "contacts",
            pgettext_lazy("section", "Contacts"),
            ("phone", "email", "website", "city", "place", "primary_contact"),
        ),
        Section("requisites", _("Requisites"), ("legal_form", "full_name", "inn", "kpp", "ogrn")),
        Section(
            "profile", _("Profile"), ("parent", "funding", "turnover", "employees", "source", "is_active")
        ),
        Section("facts", _("History of contacts"), ("first_contact_on", "last_contact_at", "next_step_at")),
        Section("note", _("Note"), ("note",)),
    ),
    quick=("name", "inn", "phone", "email", "city", "status", "owner"),
    columns=("name", "city", "phone", "status", "owner", "last_contact_at"),
    calendar="next_step_at",
    indexes=(("owner_id", "last_contact_at"),),
    search=("name", "full_name", "inn", "email", "city"),
    parts=(CONTACT_POINTS, ADDRESSES, BANK_ACCOUNTS),
    file_names=file_names.ORGANISATION,
    row_mate=RowMate("person", "employer"),
    duplicates={
        **DUPLICATES,
        "name": "name",
        "inn": "tax_number",
        "kpp": "branch_code",
        "website": "site",
        "contact_points[site]": "site",
    },
    match_keys=(("inn", "kpp"), ("inn",), ("email",), ("phone",), ("name", "city"), ("name",)),
    before_write=checks.before_write_party,
    empty_text=_("Add your first client or bring the list you have: a file from 1C or Excel will do."),
)

PERSON = ObjectSpec(
    key="person",
    model=Party,
    constants={"kind": "person"},
    label=_("Person"),
    plural=_("People"),
    new_label=_("New person"),
    icon="user",
    area=pgettext_lazy("navigation", "Clients"),
    completeness=True,
    title=("last_name", "first_name", "middle_name"),
    exclude=ORGANISATION_ONLY,
    fields={
        **FACTS,
        "title": Field(label=_("full name")),
        "last_name": Field(contains=True),
        "employer": Field(target="organisation", related=_("People")),
        "position": Field(grouped=True),
        "decision_role": Field(open_options=True),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            (
                "last_name",
                "first_name",
                "middle_name",
                "employer",
                "position",
                "decision_role",
                "status",
                "roles",
                "tags",
                "owner",
                "team",
            ),
        ),
        Section("contacts", pgettext_lazy("section", "Contacts"), ("phone", "email", "city", "place")),
        Section(
            "profile", _("Profile"), ("salutation", "gender", "birthday", "importance", "source", "is_active")
        ),
        Section("facts", _("History of contacts"), ("first_contact_on", "last_contact_at", "next_step_at")),
        Section("note", _("Note"), ("note",)),
    ),
    quick=("last_name", "first_name", "middle_name", "employer", "position", "phone", "email", "owner"),
    columns=("title", "employer", "position", "phone", "email", "owner", "last_contact_at"),
    calendar="next_step_at",
    indexes=(("owner_id", "last_contact_at"),),
    search=("last_name", "first_name", "middle_name", "email", "city"),
    parts=(CONTACT_POINTS, ADDRESSES),
    file_names=file_names.PERSON,
    vcard=file_names.PERSON_VCARD,
    duplicates={
        **DUPLICATES,
        "last_name": "last_name",
        "first_name": "first_name",
        "middle_name": "middle_name",
        "birthday": "birthday",
        "employer": "employer",
    },
    match_keys=(
        ("email",),
        ("phone",),
        ("last_name", "first_name", "middle_name", "employer"),
        ("last_name", "first_name"),
    ),
    goes_with="employer",
    before_write=checks.before_write_party,
    empty_text=_(
        "People appear here as you add them to organisations, or import them from a file or an address book."
    ),
)

RELATION = ObjectSpec(
    key="relation",
    model=Relation,
    label=_("Relation"),
    plural=_("Relations"),
    new_label=_("New relation"),
    icon="waypoints",
    title=("role",),
    fields={
        "party": Field(target="party", related=_("Relations")),
        "to_party": Field(target="party", related=pgettext_lazy("card", "Who is related to it")),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("party", "kind", "to_party", "role", "since", "until", "note", "owner", "team"),
        ),
    ),
    columns=("party", "kind", "to_party", "role", "since", "until"),
    search=("role",),
    parent="party",
    before_write=checks.before_write_relation,
    rights={
        "employee": {"read": "parent", "create": "own", "edit": "own"},
        "manager": {"read": "parent", "create": "parent", "edit": "parent", "delete": "parent"},
    },
    subject=False,
    navigation=False,
)

PARTY_OBJECTS: Final = (ORGANISATION, PERSON, PARTY, RELATION)
