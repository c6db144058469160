"""Tables of our own companies, of the numbers of their papers, and of forms of papers."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.fields.columns import PhoneColumn
from klientura.kernel.store.record import Line, Record
from klientura.modules.documents import enums


class OwnCompany(Record):
    """A company of ours that issues papers, with the requisites that stand in them."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=255)
    full_name = models.CharField(_("full legal name"), max_length=500, null=True, blank=True)
    inn = models.CharField(_("INN"), max_length=12, null=True, blank=True)
    kpp = models.CharField(_("KPP"), max_length=9, null=True, blank=True)
    ogrn = models.CharField(_("OGRN"), max_length=15, null=True, blank=True)
    address = models.CharField(_("legal address"), max_length=500, null=True, blank=True)
    phone = PhoneColumn(_("phone"), null=True, blank=True)
    email = models.EmailField(_("e-mail"), null=True, blank=True)
    director = models.CharField(_("head, surname and initials"), max_length=120, null=True, blank=True)
    director_position = models.CharField(_("position of the head"), max_length=120, null=True, blank=True)
    accountant = models.CharField(
        _("chief accountant, surname and initials"), max_length=120, null=True, blank=True
    )
    prefix = models.CharField(_("prefix of numbers"), max_length=10, null=True, blank=True)
    stamp = ArrayField(models.BigIntegerField(), null=True, blank=True, verbose_name=_("stamp and signature"))
    is_main = models.BooleanField(_("the main one"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        db_table = "own_company"


class OwnAccount(Line):
    """Where a company of ours is paid; the first one is the main one."""

    company = models.ForeignKey(OwnCompany, models.CASCADE, related_name="+", db_index=False)
    bic = models.CharField(_("BIC"), max_length=9)
    account = models.CharField(_("account"), max_length=20)
    correspondent = models.CharField(_("correspondent account"), max_length=20, null=True, blank=True)
    bank = models.CharField(_("bank"), max_length=200, null=True, blank=True)

    class Meta:
        db_table = "own_account"


class PaperTemplate(Record):
    """A form of the company's own: what is filled in from a record, as DOCX to work on or typeset as PDF."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=200)
    about = models.CharField(_("made from"), max_length=63, choices=enums.TemplateAbout)
    form = models.CharField(
        pgettext_lazy("template", "form"), max_length=5, choices=enums.TemplateForm, default="docx"
    )
    file = ArrayField(models.BigIntegerField(), null=True, blank=True, verbose_name=_("file of the template"))
    typst = models.TextField(_("text of the template (Typst)"), null=True, blank=True)
    language = models.CharField(
        pgettext_lazy("template", "language"), max_length=2, choices=enums.TemplateLanguage, default="ru"
    )
    is_active = models.BooleanField(pgettext_lazy("template", "offered on cards"), default=True)
    note = models.TextField(pgettext_lazy("template", "note"), null=True, blank=True)

    class Meta:
        db_table = "paper_template"


class PaperCounter(models.Model):
    """The last number given to papers of a kind, of a company, in a year. Without a foreign key: a merge of companies moves no counts."""

    pk = models.CompositePrimaryKey("company_id", "kind", "year")
    company_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    year = models.IntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        db_table = "paper_counter"
