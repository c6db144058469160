"""Closed lists of the client base."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PartyKind(models.TextChoices):
    """Legal entity or natural person."""

    ORGANISATION = "organisation", _("Organisation")
    PERSON = "person", _("Person")


class LegalForm(models.TextChoices):
    """Legal forms in use; the codes are the Latin spelling of the Russian abbreviation."""

    OOO = "ooo", _("LLC (ООО)")
    AO = "ao", _("JSC (АО)")
    PAO = "pao", _("PJSC (ПАО)")
    ZAO = "zao", _("CJSC (ЗАО)")
    OAO = "oao", _("OJSC (ОАО)")
    IP = "ip", _("Sole proprietor (ИП)")
    NKO = "nko", _("Non-profit (НКО)")
    ANO = "ano", _("Autonomous non-profit (АНО)")
    GUP = "gup", _("State enterprise (ГУП)")
    MUP = "mup", _("Municipal enterprise (МУП)")
    GBU = "gbu", _("State-funded institution (ГБУ)")
    TSZH = "tszh", _("Homeowners' association (ТСЖ)")
    KFH = "kfh", _("Farm (КФХ)")
    FOREIGN = "foreign", _("Foreign company")
    OTHER = "other", pgettext_lazy("legal form", "Other")


class ClientStatus(models.TextChoices):
    """How far the relationship has come."""

    NEW = "new", pgettext_lazy("client", "New")
    PROSPECT = "prospect", pgettext_lazy("client", "Prospect")
    ACTIVE = "active", pgettext_lazy("client", "Active")
    DORMANT = "dormant", pgettext_lazy("client", "Dormant")
    LOST = "lost", pgettext_lazy("client", "Lost")


class PartyRole(models.TextChoices):
    """What a party is to us; several at once."""

    CLIENT = "client", _("Client")
    SUPPLIER = "supplier", _("Supplier")
    PARTNER = "partner", _("Partner")
    DEALER = "dealer", _("Dealer")
    COMPETITOR = "competitor", _("Competitor")


class Importance(models.TextChoices):
    """How much attention a party deserves."""

    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


class Funding(models.TextChoices):
    """Where an organisation's money comes from."""

    COMMERCIAL = "commercial", _("Commercial")
    BUDGET = "budget", _("State-funded")


class Industry(models.TextChoices):
    """Industry of an organisation."""

    AGRICULTURE = "agriculture", _("Agriculture")
    CONSTRUCTION = "construction", _("Construction")
    EDUCATION = "education", _("Education")
    ENERGY = "energy", _("Energy")
    FINANCE = "finance", _("Finance and insurance")
    FOOD = "food", _("Food production")
    HEALTH = "health", _("Health care")
    HOSPITALITY = "hospitality", _("Hotels and restaurants")
    IT = "it", _("Information technology")
    LOGISTICS = "logistics", _("Transport and logistics")
    MANUFACTURING = "manufacturing", _("Manufacturing")
    MEDIA = "media", _("Media and advertising")
    PUBLIC = "public", _("Public administration")
    REALTY = "realty", _("Real estate")
    RETAIL = "retail", _("Retail")
    SERVICES = "services", _("Services")
    TELECOM = "telecom", _("Telecommunications")
    WHOLESALE = "wholesale", _("Wholesale")
    OTHER = "other", pgettext_lazy("industry", "Other")


class Gender(models.TextChoices):
    """Grammatical gender for salutations."""

    MALE = "male", pgettext_lazy("gender", "Male")
    FEMALE = "female", pgettext_lazy("gender", "Female")


class DecisionRole(models.TextChoices):
    """A person's part in their employer's decision to buy."""

    DECIDES = "decides", _("Decides")
    INFLUENCES = "influences", _("Influences")
    USES = "uses", _("Uses")
    BLOCKS = "blocks", _("Blocks")


class ContactKind(models.TextChoices):
    """Means of contact."""

    PHONE = "phone", _("Phone")
    MOBILE = "mobile", _("Mobile phone")
    FAX = "fax", _("Fax")
    EMAIL = "email", _("E-mail")
    SITE = "site", _("Web site")
    TELEGRAM = "telegram", _("Telegram")
    WHATSAPP = "whatsapp", _("WhatsApp")
    MAX = "max", _("MAX")
    VK = "vk", _("VK")
    OTHER = "other", pgettext_lazy("contact point", "Other")


class AddressKind(models.TextChoices):
    """What an address is for."""

    LEGAL = "legal", pgettext_lazy("address", "Legal")
    ACTUAL = "actual", pgettext_lazy("address", "Actual")
    DELIVERY = "delivery", pgettext_lazy("address", "Delivery")
    POSTAL = "postal", pgettext_lazy("address", "Postal")


class RelationKind(models.TextChoices):
    """Ties between two parties."""

    EMPLOYMENT = "employment", _("Works for")
    HOLDING = "holding", _("Belongs to the holding")
    HOUSEHOLD = "household", _("Same household")
    AGENT = "agent", _("Agent of")
    REFERRER = "referrer", _("Referred by")
    SUPPLIER = "supplier", _("Supplies")
    PARTNER = "partner", _("Partner of")
    COMPETITOR = "competitor", _("Competes with")
    INFLUENCE = "influence", _("Influences the decisions of")
    OTHER = "other", pgettext_lazy("relation", "Other")
