"""Tables of the client base. One table holds organisations and people, so that every link has one target."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.fields.columns import MoneyColumn, PhoneColumn
from klientura.kernel.store.record import Line, Record
from klientura.modules.parties import enums


class Party(Record):
    """An organisation or a person, whatever its role for us."""

    kind = models.CharField(max_length=12, choices=enums.PartyKind)

    # common to both kinds
    roles = ArrayField(
        models.CharField(max_length=12, choices=enums.PartyRole),
        null=True,
        blank=True,
        verbose_name=_("relation types"),
    )
    status = models.CharField(
        _("client status"), max_length=12, choices=enums.ClientStatus, null=True, blank=True
    )
    importance = models.CharField(
        _("importance"), max_length=8, choices=enums.Importance, null=True, blank=True
    )
    is_active = models.BooleanField(_("active"), default=True)
    phone = PhoneColumn(_("main phone"), null=True, blank=True)
    email = models.EmailField(_("main e-mail"), null=True, blank=True)
    city = models.CharField(_("city"), max_length=120, null=True, blank=True)
    source = models.CharField(_("source"), max_length=120, null=True, blank=True)
    first_contact_on = models.DateField(_("first contact"), null=True, blank=True)
    last_contact_at = models.DateTimeField(_("last contact"), null=True, blank=True)
    next_step_at = models.DateTimeField(_("next step"), null=True, blank=True)
    note = models.TextField(_("note"), null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=63), null=True, blank=True, verbose_name=_("tags"))
    place = models.CharField(_("place on the map"), max_length=340, null=True, blank=True)

    # organisation
    name = models.CharField(pgettext_lazy("organisation", "name"), max_length=255, null=True, blank=True)
    full_name = models.CharField(_("full legal name"), max_length=500, null=True, blank=True)
    legal_form = models.CharField(
        _("legal form"), max_length=10, choices=enums.LegalForm, null=True, blank=True
    )
    inn = models.CharField(_("INN"), max_length=12, null=True, blank=True)
    kpp = models.CharField(_("KPP"), max_length=9, null=True, blank=True)
    ogrn = models.CharField(_("OGRN"), max_length=15, null=True, blank=True)
    industry = models.CharField(_("industry"), max_length=20, choices=enums.Industry, null=True, blank=True)
    funding = models.CharField(_("funding"), max_length=12, choices=enums.Funding, null=True, blank=True)
    website = models.URLField(_("web site"), max_length=500, null=True, blank=True)
    turnover = MoneyColumn(_("turnover"), null=True, blank=True)
    employees = models.IntegerField(_("employees"), null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("parent organisation"),
        db_index=False,
    )
    primary_contact = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("primary contact"),
        db_index=False,
    )

    # person
    last_name = models.CharField(_("last name"), max_length=120, null=True, blank=True)
    first_name = models.CharField(_("first name"), max_length=120, null=True, blank=True)
    middle_name = models.CharField(_("middle name"), max_length=120, null=True, blank=True)
    salutation = models.CharField(_("salutation"), max_length=60, null=True, blank=True)
    gender = models.CharField(
        pgettext_lazy("person", "gender"), max_length=6, choices=enums.Gender, null=True, blank=True
    )
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    employer = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("employer"),
        db_index=False,
    )
    position = models.CharField(_("position"), max_length=200, null=True, blank=True)
    decision_role = models.CharField(
        _("role in decisions"), max_length=10, choices=enums.DecisionRole, null=True, blank=True
    )

    class Meta:
        db_table = "party"


class ContactPoint(Line):
    """A phone, e-mail, site or messenger of a party. The first of its kind is the main one."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=enums.ContactKind)
    value = models.CharField(_("value"), max_length=500)
    note = models.CharField(_("note"), max_length=200, null=True, blank=True)
    uncertain = models.BooleanField(_("to be checked"), default=False)
    undeliverable = models.BooleanField(_("letters do not arrive"), default=False)
    search_text = models.TextField(default="")

    class Meta:
        db_table = "contact_point"


class Address(Line):
    """A postal address of a party."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=enums.AddressKind, default="actual")
    postcode = models.CharField(_("postcode"), max_length=12, null=True, blank=True)
    region = models.CharField(_("region"), max_length=120, null=True, blank=True)
    city = models.CharField(_("city"), max_length=120, null=True, blank=True)
    street = models.CharField(_("street, building, office"), max_length=300, null=True, blank=True)

    class Meta:
        db_table = "party_address"


class BankAccount(Line):
    """Where a party is paid; the account number is checked against the BIC."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="+", db_index=False)
    bic = models.CharField(_("BIC"), max_length=9)
    account = models.CharField(_("account"), max_length=20)
    correspondent = models.CharField(_("correspondent account"), max_length=20, null=True, blank=True)
    bank = models.CharField(_("bank"), max_length=200, null=True, blank=True)

    class Meta:
        db_table = "party_bank_account"


class Relation(Record):
    """A typed, dated tie from one party to another."""

    party = models.ForeignKey(
        Party, models.CASCADE, related_name="+", verbose_name=_("party"), db_index=False
    )
    kind = models.CharField(_("tie"), max_length=12, choices=enums.RelationKind)
    to_party = models.ForeignKey(
        Party, models.CASCADE, related_name="+", verbose_name=_("with"), db_index=False
    )
    role = models.CharField(_("role"), max_length=120, null=True, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    note = models.TextField(_("note"), null=True, blank=True)

    class Meta:
        db_table = "party_relation"
