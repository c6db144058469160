"""Closed lists of sales."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StageKind(models.TextChoices):
    """What reaching a stage means."""

    OPEN = "open", pgettext_lazy("stage", "In progress")
    WON = "won", pgettext_lazy("stage", "Won")
    LOST = "lost", pgettext_lazy("stage", "Lost")


class Forecast(models.TextChoices):
    """How far a deal is counted on. What is closed is counted as won, whatever was said of it before."""

    OMITTED = "omitted", pgettext_lazy("forecast", "Left out")
    PIPELINE = "pipeline", pgettext_lazy("forecast", "Pipeline")
    BEST = "best", pgettext_lazy("forecast", "Best case")
    COMMIT = "commit", pgettext_lazy("forecast", "Commit")


class LossReason(models.TextChoices):
    """Why a deal was lost."""

    PRICE = "price", _("Price")
    COMPETITOR = "competitor", _("Chose a competitor")
    NO_BUDGET = "no_budget", _("No budget")
    NO_NEED = "no_need", _("No need any more")
    NO_ANSWER = "no_answer", _("Stopped answering")
    TIMING = "timing", _("Put off")
    TERMS = "terms", _("Terms or delivery time")
    OTHER = "other", pgettext_lazy("loss reason", "Other")


class Hue(models.TextChoices):
    """Colours of stages, as the design system names them."""

    GRAY = "gray", _("Grey")
    BLUE = "blue", _("Blue")
    TEAL = "teal", _("Teal")
    GREEN = "green", _("Green")
    YELLOW = "yellow", _("Yellow")
    ORANGE = "orange", _("Orange")
    RED = "red", _("Red")
    PINK = "pink", _("Pink")
    VIOLET = "violet", _("Violet")


class Backward(models.TextChoices):
    """Who may move deals back to an earlier stage."""

    ANYONE = "anyone", pgettext_lazy("moves back", "Everybody who works with the deal")
    HEADS = "heads", pgettext_lazy("moves back", "Managers and administrators")
    NOBODY = "nobody", pgettext_lazy("moves back", "Administrators only")


class Role(models.TextChoices):
    """Roles that somebody who moves deals may have."""

    ADMINISTRATOR = "administrator", _("Administrator")
    MANAGER = "manager", _("Manager")
    EMPLOYEE = "employee", _("Employee")
    OBSERVER = "observer", _("Observer")


class AtLimit(models.TextChoices):
    """What happens to a deal too many at a stage."""

    WARN = "warn", pgettext_lazy("limit", "Say so")
    REFUSE = "refuse", pgettext_lazy("limit", "Let no more in")


class OnExpiry(models.TextChoices):
    """What becomes of a deal that has waited too long."""

    TELL = "tell", pgettext_lazy("expiry", "Tell the owner and their head")
    LOSE = "lose", pgettext_lazy("expiry", "Close it as lost: stopped answering")
    MOVE = "move", pgettext_lazy("expiry", "Move it to another stage")


class TaskFor(models.TextChoices):
    """Who gets a task of a stage."""

    OWNER = "owner", pgettext_lazy("task for", "Owner of the deal")
    CREATOR = "creator", pgettext_lazy("task for", "Who made the deal")
    NAMED = "named", pgettext_lazy("task for", "A certain person")


class Way(models.TextChoices):
    """Which way a deal is moved."""

    ENTER = "enter", pgettext_lazy("way of a deal", "To this stage")
    LEAVE = "leave", pgettext_lazy("way of a deal", "Away from it")


class LeadStatus(models.TextChoices):
    """How far a lead has come."""

    NEW = "new", pgettext_lazy("lead", "New")
    IN_WORK = "in_work", pgettext_lazy("lead", "In work")
    QUALIFIED = "qualified", pgettext_lazy("lead", "Qualified")
    CONVERTED = "converted", pgettext_lazy("lead", "Converted")
    UNSUITABLE = "unsuitable", pgettext_lazy("lead", "Not suitable")


class Influence(models.TextChoices):
    """What part somebody on the client's side has in the decision."""

    DECIDES = "decides", pgettext_lazy("influence", "Decides")
    INFLUENCES = "influences", pgettext_lazy("influence", "Influences")
    PAYS = "pays", pgettext_lazy("influence", "Pays")
    USES = "uses", pgettext_lazy("influence", "Will use it")
    GUARDS = "guards", pgettext_lazy("influence", "Keeps the door")


class Attitude(models.TextChoices):
    """How somebody on the client's side stands to us."""

    FOR = "for", pgettext_lazy("attitude", "For us")
    NEUTRAL = "neutral", pgettext_lazy("attitude", "Neutral")
    AGAINST = "against", pgettext_lazy("attitude", "Against us")


class RivalOutcome(models.TextChoices):
    """How a deal ended against a competitor."""

    RUNNING = "running", pgettext_lazy("rival", "Still in it")
    BEATEN = "beaten", pgettext_lazy("rival", "We won against them")
    LOST = "lost", pgettext_lazy("rival", "We lost to them")


class Rating(models.TextChoices):
    """How much a deal matters to us."""

    HIGH = "high", pgettext_lazy("rating of a deal", "A: key")
    MIDDLE = "middle", pgettext_lazy("rating of a deal", "B: good")
    LOW = "low", pgettext_lazy("rating of a deal", "C: ordinary")


class Temperature(models.TextChoices):
    """How promising a lead is, by its score."""

    HOT = "hot", pgettext_lazy("lead", "Hot")
    WARM = "warm", pgettext_lazy("lead", "Warm")
    COLD = "cold", pgettext_lazy("lead", "Cold")


class LeadChannel(models.TextChoices):
    """The way a lead came to us."""

    FORM = "form", pgettext_lazy("channel", "Form on the site")
    MAIL = "mail", pgettext_lazy("channel", "Letter")
    CALL = "call", pgettext_lazy("channel", "Call")
    CHAT = "chat", pgettext_lazy("channel", "Chat or messenger")
    EVENT = "event", pgettext_lazy("channel", "Exhibition or event")
    IMPORT = "import", pgettext_lazy("channel", "Import")
    API = "api", pgettext_lazy("channel", "Another program")
    HAND = "hand", pgettext_lazy("channel", "Entered by hand")


class UnsuitableReason(models.TextChoices):
    """Why a lead is not worth further work."""

    NOT_OURS = "not_ours", _("We do not do this")
    NO_BUDGET = "no_budget", _("No budget")
    NO_ANSWER = "no_answer", _("Cannot be reached")
    ELSEWHERE = "elsewhere", _("Bought elsewhere")
    DUPLICATE = "duplicate", _("Is known already")
    SPAM = "spam", _("Advertising or a mistake")
    OTHER = "other", pgettext_lazy("unsuitable", "Other")


class BudgetKnown(models.TextChoices):
    """What is known of the money a lead has."""

    SET = "set", pgettext_lazy("budget", "Set aside")
    PLANNED = "planned", pgettext_lazy("budget", "Planned")
    NONE = "none", pgettext_lazy("budget", "None")
