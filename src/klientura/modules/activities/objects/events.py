"""The object of events of the calendar."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Field, ObjectSpec, Remarks, Section
from klientura.modules.activities.models import Event
from klientura.modules.activities.services import guests, invitations
from klientura.modules.activities.services.events import before_write_event, next_hour, zone_name
from klientura.modules.activities.services.guest_addresses import as_kept

KEPT: Final = Field(read_only=True, filterable=False, sortable=False, tracked=False)
FILE_NAMES: Final = {
    "name": ("встреча", "тема", "событие", "название", "subject", "summary", "event", "name"),
    "starts_at": ("начало", "дата начала", "start", "start date", "begins"),
    "ends_at": ("конец", "окончание", "дата окончания", "end", "end date", "ends"),
    "place": ("место", "location", "place"),
    "description": ("описание", "примечание", "description", "notes"),
    "party": ("клиент", "контрагент", "компания", "client", "customer", "company"),
}  # fmt: skip

EVENT = ObjectSpec(
    key="event",
    model=Event,
    file_names=FILE_NAMES,
    label=pgettext_lazy("calendar", "Event"),
    plural=pgettext_lazy("calendar", "Events"),
    new_label=_("New event"),
    icon="calendar-days",
    title=("name",),
    fields={
        "subject_object": Field(filterable=True, sortable=False),
        "subject_id": Field(sortable=False),
        "kind": Field(hues={"meeting": "violet", "call": "green", "visit": "teal", "other": "gray"}),
        "status": Field(read_only=True, hues={"planned": "blue", "held": "green", "cancelled": "gray"}),
        "starts_at": Field(as_day="first_day"),
        "ends_at": Field(as_day="last_day"),
        "all_day": Field(rare=True),
        "repeats": Field(type="recurrence", filterable=False, sortable=False, rare=True),
        "attendees": Field(type="users", label=_("Colleagues")),
        **{
            key: Field(type="users", read_only=True, rare=True)
            for key in ("accepted", "tentative", "declined")
        },
        "people": Field(type="references", target="person", label=_("People of clients")),
        "guest_addresses": Field(
            normalise=as_kept,
            rare=True,
            filterable=False,
            sortable=False,
            hint=_(
                "Addresses of those who are no record here, separated by commas. “Invite by letter” writes to them."
            ),
        ),
        "party": Field(target="party"),
        "free": Field(rare=True, hint=_("Others can still plan something for this time.")),
        "private": Field(rare=True, hint=_("Others see only that you are busy.")),
        "zone": Field(normalise=zone_name, hint=_("In which the event is planned: Europe/Moscow.")),
        "result": Field(read_only=True, rare=True),
        "first_day": KEPT,
        "last_day": KEPT,
        "over_at": KEPT,
        "series": Field(read_only=True, rare=True, target="event", related=_("Moved occurrences")),
        "occurrence_at": KEPT,
        "interaction_id": KEPT,
        "foreign_uid": KEPT,
        "sequence": KEPT,
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            (
                "name",
                "kind",
                "starts_at",
                "ends_at",
                "all_day",
                "repeats",
                "place",
                "party",
                "attendees",
                "people",
                "guest_addresses",
                "description",
                "status",
                "result",
                "owner",
            ),
        ),
        Section("more", _("Calendar"), ("free", "private", "zone", "series", "team")),
    ),
    quick=(
        "name",
        "starts_at",
        "ends_at",
        "all_day",
        "kind",
        "attendees",
        "guest_addresses",
        "party",
        "place",
    ),
    columns=("name", "starts_at", "kind", "status", "party", "attendees", "owner"),
    sort="-starts_at",
    calendar="starts_at",
    in_menu=False,
    search=("name", "place", "description"),
    goes_with="party",
    current={"field": "status", "op": "eq", "value": "planned"},
    members={"attendees": ("read",)},
    private="private",
    rights={
        "employee": {
            "read": "own",
            "create": "own",
            "edit": "own",
            "delete": "own",
            "export": "own",
        },
    },
    before_write=before_write_event,
    prefill=next_hour,
    remarks=Remarks("/calendar/remarks", after="ends_at"),
    actions=(
        Action(
            key="accept",
            label=pgettext_lazy("invitation", "Accept"),
            run=invitations.accept,
            icon="check",
            fits=invitations.may_accept,
            needs="read",
        ),
        Action(
            key="perhaps",
            label=pgettext_lazy("invitation", "Perhaps"),
            run=invitations.perhaps,
            icon="circle-help",
            fits=invitations.may_perhaps,
            needs="read",
        ),
        Action(
            key="decline",
            label=pgettext_lazy("invitation", "Decline"),
            run=invitations.decline,
            icon="x",
            fits=invitations.may_decline,
            needs="read",
        ),
        Action(
            key="invite",
            label=_("Invite by letter"),
            run=guests.invite,
            icon="mail",
            fits=guests.may_invite,
        ),
        Action(
            key="hold",
            label=pgettext_lazy("event", "Held"),
            run=invitations.hold,
            fields={"result": Field()},
            icon="check-check",
            fits=invitations.may_hold,
        ),
        Action(
            key="cancel",
            label=pgettext_lazy("event", "Call off"),
            run=invitations.cancel,
            icon="ban",
            fits=invitations.is_planned,
        ),
        Action(
            key="again",
            label=pgettext_lazy("event", "Plan again"),
            run=invitations.plan_again,
            icon="rotate-ccw",
            fits=invitations.is_over,
        ),
    ),
    subject=False,
    empty_text=_(
        "Nothing is planned yet. Plan a meeting, a call or a visit, for yourself or with colleagues."
    ),
)
