"""The object of assignments."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Field, ObjectSpec, ReadyView, Section
from klientura.modules.activities.models import Assignment
from klientura.modules.activities.objects.shared import (
    ABOUT,
    IN_COURSE,
    MINE,
    NOT_REPORTED,
    PAST_DUE,
    REPORTED,
    SNOOZED,
)
from klientura.modules.activities.services import assignments
from klientura.modules.activities.services.repeating import assignment_repeats, stop_assignment
from klientura.modules.activities.services.snoozing import snooze_assignment

ESCALATES: Final = _("Empty: after three days; 0: never.")
WHY: Final = {"remark": Field(required=True)}
BY_VERB: Final = ("report", "remark", "asked_due_at", "asked_why", "reported_at", "done_at", "in_time")

ASSIGNMENT = ObjectSpec(
    key="assignment",
    model=Assignment,
    label=_("Assignment"),
    plural=_("Assignments"),
    new_label=_("New assignment"),
    icon="clipboard-check",
    area=pgettext_lazy("navigation", "Work"),
    title=("name",),
    fields={
        **ABOUT,
        **{key: Field(read_only=True, rare=True) for key in BY_VERB},
        "party": Field(target="party"),
        "due_at": Field(due=True),
        "owner": Field(label=pgettext_lazy("assignment", "Executor")),
        "helpers": Field(type="users", rare=True),
        "files": Field(type="file", rare=True),
        "escalate_after": Field(
            minimum=0, maximum=365, sortable=False, hint=ESCALATES, counted=False, rare=True
        ),
        "controller": Field(
            rare=True, hint=_("Watches over the course and may approve in place of who issued it.")
        ),
        "status": Field(
            read_only=True,
            hues={
                "issued": "blue",
                "accepted": "teal",
                "returned": "orange",
                "reported": "violet",
                "done": "green",
                "declined": "red",
                "cancelled": "gray",
            },
        ),
        "snoozed_until": Field(hint=SNOOZED, sortable=False, counted=False, rare=True),
        "repeats": Field(type="recurrence", sortable=False, rare=True),
        "repeat_after": Field(rare=True),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            (
                "name",
                "description",
                "owner",
                "helpers",
                "due_at",
                "important",
                "party",
                "files",
                "issuer",
                "controller",
                "escalate_after",
                "repeats",
                "repeat_after",
                "snoozed_until",
                "team",
            ),
        ),
        Section(
            "course",
            pgettext_lazy("assignment", "Course of the matter"),
            ("status", "report", "reported_at", "remark", "asked_due_at", "asked_why", "done_at", "in_time"),
        ),
    ),
    quick=("name", "owner", "due_at", "description", "helpers", "party"),
    columns=("name", "status", "due_at", "owner", "issuer", "important", "party"),
    sort="due_at",
    calendar="due_at",
    indexes=(("status", "due_at"), ("owner_id", "due_at")),
    search=("name", "description", "report"),
    current=IN_COURSE,
    ready_views=(
        ReadyView("to-me", pgettext_lazy("assignments", "Given to me"), {"and": [IN_COURSE, MINE]}),
        ReadyView(
            "by-me",
            pgettext_lazy("assignments", "Given by me"),
            {"and": [IN_COURSE, {"field": "issuer", "op": "me"}]},
        ),
        ReadyView(
            "to-approve",
            pgettext_lazy("assignments", "For my approval"),
            {
                "and": [
                    REPORTED,
                    {"or": [{"field": "issuer", "op": "me"}, {"field": "controller", "op": "me"}]},
                ]
            },
        ),
        ReadyView("overdue", pgettext_lazy("views", "Overdue"), {"and": [NOT_REPORTED, PAST_DUE]}),
    ),
    goes_with="party",
    members={"issuer": ("read", "edit"), "controller": ("read", "edit"), "helpers": ("read",)},
    rights={  # whoever works here may give something to anybody, and sees what they gave
        "employee": {"read": "own", "create": "all", "edit": "own"},
        "manager": {
            "read": "tree",
            "create": "all",
            "edit": "tree",
            "delete": "tree",
            "export": "tree",
            "import": "tree",
        },
    },
    before_write=assignments.before_write_assignment,
    actions=(
        Action(
            key="accept",
            label=pgettext_lazy("assignment", "Take on"),
            run=assignments.accept,
            icon="check",
            fits=assignments.may_accept,
        ),
        Action(
            key="report",
            label=pgettext_lazy("assignment", "Report"),
            run=assignments.report,
            fields={"report": Field(required=True)},
            anew=True,
            icon="send",
            fits=assignments.may_report,
        ),
        Action(
            key="approve",
            label=pgettext_lazy("assignment", "Approve the work"),
            run=assignments.approve,
            icon="check-check",
            fits=assignments.may_approve,
        ),
        Action(
            key="return",
            label=pgettext_lazy("assignment", "Send back"),
            run=assignments.send_back,
            fields=WHY,
            anew=True,
            icon="undo-2",
            fits=assignments.may_send_back,
        ),
        Action(
            key="ask",
            label=_("Ask for more time"),
            run=assignments.ask_to_move,
            fields={"asked_due_at": Field(required=True), "asked_why": Field()},
            anew=True,
            icon="hourglass",
            fits=assignments.may_ask,
        ),
        Action(
            key="grant",
            label=_("Give more time"),
            run=assignments.grant_move,
            icon="calendar-check",
            fits=assignments.may_answer,
        ),
        Action(
            key="refuse",
            label=_("Keep the time"),
            run=assignments.refuse_move,
            fields={"remark": Field()},
            anew=True,
            icon="calendar-x",
            fits=assignments.may_answer,
        ),
        Action(
            key="decline",
            label=pgettext_lazy("assignment", "Decline"),
            run=assignments.decline,
            fields=WHY,
            anew=True,
            icon="x",
            fits=assignments.may_decline,
        ),
        Action(
            key="snooze",
            label=pgettext_lazy("task", "Put off"),
            run=snooze_assignment,
            fields={"snoozed_until": Field(required=True)},
            icon="alarm-clock",
            fits=assignments.may_report,
        ),
        Action(
            key="stop",
            label=_("Stop repeating"),
            run=stop_assignment,
            icon="ban",
            fits=assignment_repeats,
        ),
        Action(
            key="close",
            label=_("Close without a report"),
            run=assignments.close,
            fields={"remark": Field()},
            anew=True,
            icon="check-check",
            fits=assignments.may_close,
        ),
        Action(
            key="cancel",
            label=pgettext_lazy("assignment", "Cancel"),
            run=assignments.cancel,
            fields={"remark": Field()},
            anew=True,
            icon="ban",
            fits=assignments.may_cancel,
        ),
        Action(
            key="again",
            label=_("Issue again"),
            run=assignments.issue_again,
            icon="rotate-ccw",
            fits=assignments.may_issue_again,
        ),
    ),
    related=False,
    subject=False,
    empty_text=_("Nobody has been given anything yet. Give the first assignment: who, what and until when."),
)
