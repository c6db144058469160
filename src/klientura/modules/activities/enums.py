"""Closed lists of interactions and tasks."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class InteractionKind(models.TextChoices):
    """Ways in which a contact happens."""

    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    EMAIL = "email", pgettext_lazy("interaction", "E-mail")
    LETTER = "letter", _("Letter")
    FAX = "fax", _("Fax")
    SMS = "sms", _("SMS")
    CHAT = "chat", _("Chat")
    VISIT = "visit", _("Visit to the site")
    FORM = "form", _("Web form")
    NOTE = "note", pgettext_lazy("interaction", "Note")


class Direction(models.TextChoices):
    """Who began."""

    OUTGOING = "outgoing", _("Outgoing")
    INCOMING = "incoming", _("Incoming")


class EventKind(models.TextChoices):
    """What an event of the calendar is; the first three are ways of contact."""

    MEETING = "meeting", _("Meeting")
    CALL = "call", _("Call")
    VISIT = "visit", pgettext_lazy("event", "Visit")
    OTHER = "other", pgettext_lazy("event", "Other")


class EventStatus(models.TextChoices):
    """What has come of an event."""

    PLANNED = "planned", pgettext_lazy("event", "Planned")
    HELD = "held", pgettext_lazy("event", "Held")
    CANCELLED = "cancelled", pgettext_lazy("event", "Cancelled")


class TaskStatus(models.TextChoices):
    """Where a task stands."""

    OPEN = "open", pgettext_lazy("task", "Open")
    DONE = "done", pgettext_lazy("task", "Done")
    CANCELLED = "cancelled", pgettext_lazy("task", "Cancelled")


class AssignmentStatus(models.TextChoices):
    """Where an assignment stands between whoever gave it and whoever does it."""

    ISSUED = "issued", pgettext_lazy("assignment", "Issued")
    ACCEPTED = "accepted", pgettext_lazy("assignment", "Accepted")
    RETURNED = "returned", pgettext_lazy("assignment", "Sent back for improvement")
    REPORTED = "reported", pgettext_lazy("assignment", "Reported")
    DONE = "done", pgettext_lazy("assignment", "Done")
    DECLINED = "declined", pgettext_lazy("assignment", "Declined")
    CANCELLED = "cancelled", pgettext_lazy("assignment", "Cancelled")


class TaskKind(models.TextChoices):
    """What a task comes down to: the lists and the day show it by its sign."""

    TASK = "task", pgettext_lazy("kind of task", "To do")
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")


class Outcome(models.TextChoices):
    """What came of a contact; a company words and completes the list."""

    AGREED = "agreed", pgettext_lazy("outcome", "Agreed")
    INTERESTED = "interested", pgettext_lazy("outcome", "Interested")
    CALL_BACK = "call_back", pgettext_lazy("outcome", "To call back")
    NO_ANSWER = "no_answer", pgettext_lazy("outcome", "No answer")
    REFUSED = "refused", pgettext_lazy("outcome", "Refused")
    WRONG = "wrong", pgettext_lazy("outcome", "Wrong number")
    HELD = "held", pgettext_lazy("outcome", "Held")
    MOVED = "moved", pgettext_lazy("outcome", "Moved to another time")
    NOT_HELD = "not_held", pgettext_lazy("outcome", "Did not take place")


ANSWERS = ("accepted", "tentative", "declined")
"""The fields of an event that hold who has answered its invitation, and how."""


IN_HAND = ("issued", "accepted", "returned")
"""The states in which an assignment waits for whoever carries it out."""
UNDER_WAY = (*IN_HAND, "reported")
"""The states in which somebody still waits for an assignment."""
