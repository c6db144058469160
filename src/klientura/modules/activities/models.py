"""Tables of interactions, events of the calendar, tasks and assignments."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.access.models import User
from klientura.kernel.store.record import Record
from klientura.modules.activities import enums
from klientura.modules.parties.models import Party


class About(models.Model):
    """A link to any other record (a deal, a case): its object and its number, without a foreign key."""

    subject_object = models.CharField(max_length=60, null=True, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        abstract = True


class Interaction(Record, About):
    """A fact of contact with a party."""

    kind = models.CharField(
        pgettext_lazy("interaction", "kind"), max_length=10, choices=enums.InteractionKind
    )
    direction = models.CharField(
        _("direction"), max_length=10, choices=enums.Direction, null=True, blank=True
    )
    subject = models.CharField(_("subject"), max_length=300, null=True, blank=True)
    body = models.TextField(_("what was said"), null=True, blank=True)
    outcome = models.CharField(_("how it ended"), max_length=20, choices=enums.Outcome, null=True, blank=True)
    result = models.CharField(_("what was agreed"), max_length=300, null=True, blank=True)
    at = models.DateTimeField(_("when"), blank=True)
    minutes = models.IntegerField(_("duration, minutes"), null=True, blank=True)
    pinned = models.BooleanField(_("pinned"), default=False)
    opened_at = models.DateTimeField(_("letter opened"), null=True, blank=True)
    party = models.ForeignKey(
        Party,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("client"),
        db_index=False,
    )
    person = models.ForeignKey(
        Party,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
        db_index=False,
    )

    class Meta:
        db_table = "interaction"
        indexes = [
            models.Index(fields=["party", "-at"], name="interaction_party_at"),
            models.Index(fields=["party"], condition=models.Q(pinned=True), name="interaction_party_pinned"),
            models.Index(
                fields=["subject_object", "subject_id"],
                condition=models.Q(pinned=True),
                name="interaction_subject_pinned",
            ),
            models.Index(fields=["subject_object", "subject_id", "-at"], name="interaction_subject_at"),
        ]


class Event(Record, About):
    """A planned span of time with participants. A recurring one is one row; an occurrence that differs has its own.

    Days of an all-day event are dates, so that no zone moves them; its moments are the midnights of `zone`, by which
    it is found and sorted. `over_at` is the moment after which nothing of it happens; NULL: its rule has no end.
    """

    kind = models.CharField(
        pgettext_lazy("event", "kind"), max_length=10, choices=enums.EventKind, default="meeting"
    )
    name = models.CharField(pgettext_lazy("event", "what"), max_length=300)
    status = models.CharField(_("status"), max_length=10, choices=enums.EventStatus, default="planned")
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"), blank=True)
    all_day = models.BooleanField(_("all day"), default=False)
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    zone = models.CharField(_("time zone"), max_length=64, default="", blank=True)
    repeats = models.TextField(_("repeats"), null=True, blank=True)
    over_at = models.DateTimeField(_("over at"), null=True, blank=True)
    series = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("series"),
        db_index=False,
    )
    occurrence_at = models.DateTimeField(_("moment in the series"), null=True, blank=True)
    place = models.CharField(pgettext_lazy("event", "place"), max_length=300, null=True, blank=True)
    description = models.TextField(_("description"), null=True, blank=True)
    attendees = ArrayField(
        models.BigIntegerField(), verbose_name=_("attendees"), null=True, blank=True, default=None
    )
    accepted = ArrayField(
        models.BigIntegerField(),
        verbose_name=pgettext_lazy("invitation", "accepted"),
        null=True,
        blank=True,
        default=None,
    )
    tentative = ArrayField(
        models.BigIntegerField(),
        verbose_name=pgettext_lazy("invitation", "perhaps"),
        null=True,
        blank=True,
        default=None,
    )
    declined = ArrayField(
        models.BigIntegerField(),
        verbose_name=pgettext_lazy("invitation", "declined"),
        null=True,
        blank=True,
        default=None,
    )
    people = ArrayField(
        models.BigIntegerField(), verbose_name=_("people of clients"), null=True, blank=True, default=None
    )
    guest_addresses = models.CharField(_("guests by e-mail"), max_length=3000, null=True, blank=True)
    party = models.ForeignKey(
        Party,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("client"),
        db_index=False,
    )
    free = models.BooleanField(_("leaves me free"), default=False)
    private = models.BooleanField(_("private"), default=False)
    result = models.TextField(_("result"), null=True, blank=True)
    interaction_id = models.BigIntegerField(_("interaction"), null=True, blank=True)
    foreign_uid = models.CharField(_("identifier in another calendar"), max_length=300, null=True, blank=True)
    sequence = models.IntegerField(_("number of changes"), default=0)

    class Meta:
        db_table = "event"
        indexes = [
            models.Index(fields=["subject_object", "subject_id", "-starts_at"], name="event_subject_at"),
            models.Index(
                fields=["owner", "over_at"], condition=models.Q(deleted_at=None), name="event_owner_over"
            ),
            models.Index(fields=["series"], condition=models.Q(series__isnull=False), name="event_series"),
            models.Index(
                fields=["owner", "foreign_uid"],
                condition=models.Q(foreign_uid__isnull=False),
                name="event_foreign",
            ),
        ]


class CalendarHabit(models.Model):
    """What a user looked at last in the calendar: the span, whose days, which kinds."""

    user = models.OneToOneField(User, models.CASCADE, related_name="+", primary_key=True)
    state = models.JSONField(default=dict)

    class Meta:
        db_table = "activities_calendar_habit"


class Reminder(models.Model):
    """That a user wants to hear of something so many minutes before it begins. `fires_at` is empty when nothing more comes."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    object = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    minutes = models.IntegerField()
    begins_at = models.DateTimeField(null=True)
    fires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "activities_reminder"
        constraints = [
            models.UniqueConstraint(
                fields=["object", "record_id", "user", "minutes"], name="activities_reminder_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=["fires_at"],
                condition=models.Q(fires_at__isnull=False),
                name="activities_reminder_due",
            )
        ]


class EventGuest(models.Model):
    """Somebody outside the company who is invited by letter: what they answered, and what letter is still to go.

    Who is known by an address alone has no `person_id`.
    """

    event_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    address = models.CharField(max_length=320)
    name = models.CharField(max_length=300, blank=True, default="")
    answer = models.CharField(max_length=10, default="waiting")
    answered_sequence = models.IntegerField(default=-1)
    wants = models.CharField(max_length=10, blank=True, default="")
    send_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "activities_event_guest"
        constraints = [
            models.UniqueConstraint(fields=["event_id", "address"], name="activities_guest_unique")
        ]
        indexes = [
            models.Index(
                fields=["send_at"], condition=models.Q(send_at__isnull=False), name="activities_guest_due"
            )
        ]


class Feed(models.Model):
    """The secret address under which a user's calendar is read by other programs; only a digest of it is kept."""

    user = models.OneToOneField(User, models.CASCADE, related_name="+", primary_key=True)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "activities_feed"


class Task(Record, About):
    """Something one user has to do by a time."""

    name = models.CharField(_("task"), max_length=300)
    description = models.TextField(_("description"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    kind = models.CharField(
        pgettext_lazy("task", "kind"), max_length=8, choices=enums.TaskKind, default=enums.TaskKind.TASK
    )
    minutes = models.IntegerField(_("planned for, minutes"), null=True, blank=True)
    important = models.BooleanField(pgettext_lazy("task", "important"), default=False)
    snoozed_until = models.DateTimeField(_("put off until"), null=True, blank=True)
    repeats = models.CharField(_("repeats"), max_length=300, null=True, blank=True)
    repeat_after = models.BooleanField(_("count from when it is done"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=enums.TaskStatus, default="open")
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=300, null=True, blank=True)
    interaction_id = models.BigIntegerField(_("written down as"), null=True, blank=True)
    party = models.ForeignKey(
        Party,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("client"),
        db_index=False,
    )

    class Meta:
        db_table = "task"
        indexes = [
            models.Index(
                fields=["party", "due_at"], condition=models.Q(status="open"), name="task_party_open"
            ),
            models.Index(
                fields=["subject_object", "subject_id", "due_at"],
                condition=models.Q(status="open"),
                name="task_subject_open",
            ),
            models.Index(
                fields=["party", "-done_at"], condition=models.Q(status="done"), name="task_party_done"
            ),
            models.Index(
                fields=["subject_object", "subject_id", "-done_at"],
                condition=models.Q(status="done"),
                name="task_subject_done",
            ),
        ]


class Assignment(Record, About):
    """A task that one user gives to another and watches over; its owner is who carries it out."""

    name = models.CharField(_("assignment"), max_length=300)
    description = models.TextField(_("description"), null=True, blank=True)
    issuer = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("issued by"),
        db_index=False,
    )
    helpers = ArrayField(
        models.BigIntegerField(), verbose_name=_("co-executors"), null=True, blank=True, default=None
    )
    controller = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("controller"),
        db_index=False,
    )
    escalate_after = models.IntegerField(_("tell the head when overdue by, days"), null=True, blank=True)
    files = ArrayField(models.BigIntegerField(), verbose_name=_("files"), null=True, blank=True, default=None)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    important = models.BooleanField(pgettext_lazy("task", "important"), default=False)
    snoozed_until = models.DateTimeField(_("put off until"), null=True, blank=True)
    repeats = models.CharField(_("repeats"), max_length=300, null=True, blank=True)
    repeat_after = models.BooleanField(_("count from when it is done"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=enums.AssignmentStatus, default="issued")
    report = models.TextField(_("report"), null=True, blank=True)
    remark = models.TextField(_("remark"), null=True, blank=True)
    asked_due_at = models.DateTimeField(_("asked to move to"), null=True, blank=True)
    asked_why = models.CharField(_("why to move"), max_length=300, null=True, blank=True)
    reported_at = models.DateTimeField(_("reported"), null=True, blank=True)
    in_time = models.BooleanField(_("in time"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    party = models.ForeignKey(
        Party,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("client"),
        db_index=False,
    )

    class Meta:
        db_table = "assignment"
        indexes = [
            models.Index(fields=["subject_object", "subject_id", "due_at"], name="assignment_subject"),
            models.Index(
                fields=["party", "due_at"],
                condition=models.Q(status__in=["issued", "accepted", "returned"]),
                name="assignment_party_in_hand",
            ),
        ]


class Focus(models.Model):
    """A matter that a user has picked for the day, and its place among the others; it stays until it is done or let go."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    object = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    position = models.IntegerField(default=0)

    class Meta:
        db_table = "activities_focus"
        constraints = [
            models.UniqueConstraint(fields=["user", "object", "record_id"], name="activities_focus_unique")
        ]


class Successor(models.Model):
    """A task or an assignment that repeats has been followed by its next one; the row makes sure that this happens once.

    `because` says what called for it: the former was closed ("done") or the next one's time came ("time").
    """

    object = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    next_id = models.BigIntegerField(null=True)
    because = models.CharField(max_length=4)

    class Meta:
        db_table = "activities_successor"
        constraints = [
            models.UniqueConstraint(fields=["object", "record_id"], name="activities_successor_once")
        ]
        indexes = [models.Index(fields=["object", "next_id"], name="activities_successor_next")]
