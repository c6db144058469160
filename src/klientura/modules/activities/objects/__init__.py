"""The objects of interactions and tasks."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Field, ObjectSpec, Section
from klientura.modules.activities.enums import UNDER_WAY
from klientura.modules.activities.models import Assignment, Interaction, Task
from klientura.modules.activities.services import assignments, checks
from klientura.modules.activities.services.repeating import (
    assignment_repeats,
    stop_assignment,
    stop_task,
    task_repeats,
)
from klientura.modules.activities.services.snoozing import snooze_assignment, snooze_task
from klientura.modules.activities.services.tasks import complete_task, is_open

ABOUT = {"subject_object": Field(filterable=True, sortable=False), "subject_id": Field(sortable=False)}

SNOOZED: Final = _("Until then it does not show up in “My day”; lists show it as ever.")

ESCALATES: Final = _("Empty: after three days; 0: never.")

TASK_FILE_NAMES: Final = {
    "name": ("задача", "название", "тема", "task", "subject", "name"),
    "due_at": ("срок", "крайний срок", "выполнить до", "due", "due date", "deadline"),
    "description": ("описание", "примечание", "комментарий", "description", "note", "notes", "comment"),
    "party": ("клиент", "контрагент", "компания", "организация", "client", "customer", "company", "account"),
    "status": ("статус", "status"),
}  # fmt: skip

INTERACTION = ObjectSpec(
    key="interaction",
    model=Interaction,
    label=_("Interaction"),
    plural=_("Interactions"),
    new_label=_("New interaction"),
    icon="messages-square",
    title=("subject",),
    fields={
        **ABOUT,
        "party": Field(target="party"),
        "person": Field(target="person", within=("party", "employer")),
        "opened_at": Field(read_only=True, counted=False),
        "kind": Field(hues={"call": "green", "meeting": "violet", "email": "blue", "note": "gray"}),
        "outcome": Field(
            open_options=True,
            options_by="kind",
            option_fits={
                **dict.fromkeys(("call_back", "no_answer", "wrong"), ("call", "sms", "chat")),
                **dict.fromkeys(("held", "moved", "not_held"), ("meeting",)),
            },
            hues={
                "held": "green",
                "moved": "yellow",
                "not_held": "gray",
                "agreed": "green",
                "interested": "teal",
                "call_back": "yellow",
                "no_answer": "gray",
                "refused": "red",
            },
        ),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            (
                "kind",
                "direction",
                "at",
                "party",
                "person",
                "subject",
                "body",
                "outcome",
                "result",
                "minutes",
                "opened_at",
                "owner",
            ),
        ),
    ),
    columns=("at", "kind", "subject", "party", "outcome", "result", "owner"),
    sort="-at",
    calendar="at",
    search=("subject", "body", "result"),
    parent="party",
    facts=True,
    goes_with="party",
    before_write=checks.before_write_interaction,
    rights={
        "employee": {"read": "parent", "create": "own", "edit": "own"},
        "manager": {
            "read": "parent",
            "create": "tree",
            "edit": "tree",
            "delete": "tree",
            "export": "tree",
            "import": "tree",
        },
    },
    subject=False,
    related=False,
    empty_text=_("Calls, meetings and letters show up here as soon as somebody writes one down on a card."),
)

TASK = ObjectSpec(
    key="task",
    model=Task,
    file_names=TASK_FILE_NAMES,
    label=_("Task"),
    plural=_("Tasks"),
    new_label=_("New task"),
    icon="circle-check",
    title=("name",),
    fields={
        **ABOUT,
        "party": Field(target="party"),
        "done_at": Field(read_only=True),
        "status": Field(hues={"open": "blue", "done": "green", "cancelled": "gray"}),
        "kind": Field(hues={"task": "gray", "call": "green", "meeting": "violet"}),
        "minutes": Field(sortable=False, minimum=0, counted=False),
        "snoozed_until": Field(hint=SNOOZED, sortable=False, counted=False),
        "repeats": Field(type="recurrence", sortable=False),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            (
                "name",
                "kind",
                "due_at",
                "important",
                "status",
                "party",
                "description",
                "minutes",
                "repeats",
                "repeat_after",
                "snoozed_until",
                "result",
                "owner",
                "team",
            ),
        ),
    ),
    quick=("name", "due_at", "important", "party", "description", "owner"),
    columns=("name", "due_at", "status", "important", "party", "owner"),
    sort="due_at",
    calendar="due_at",
    indexes=(("owner_id", "status", "due_at"),),
    search=("name", "description"),
    current={"field": "status", "op": "eq", "value": "open"},
    goes_with="party",
    before_write=checks.before_write_task,
    actions=(
        Action(
            key="complete",
            label=_("Done"),
            run=complete_task,
            fields={"result": Field()},
            icon="check",
            fits=is_open,
        ),
        Action(
            key="snooze",
            label=pgettext_lazy("task", "Put off"),
            run=snooze_task,
            fields={"snoozed_until": Field(required=True)},
            icon="alarm-clock",
            fits=is_open,
        ),
        Action(
            key="stop",
            label=_("Stop repeating"),
            run=stop_task,
            icon="ban",
            fits=task_repeats,
        ),
    ),
    subject=False,
    related=False,
    empty_text=_("Nothing to do. Plan the next step on the card of a client or a deal."),
)

WHY: Final = {"remark": Field(required=True)}
BY_VERB: Final = ("report", "remark", "asked_due_at", "asked_why", "reported_at", "done_at", "in_time")

ASSIGNMENT = ObjectSpec(
    key="assignment",
    model=Assignment,
    label=_("Assignment"),
    plural=_("Assignments"),
    new_label=_("New assignment"),
    icon="clipboard-check",
    title=("name",),
    fields={
        **ABOUT,
        **{key: Field(read_only=True) for key in BY_VERB},
        "party": Field(target="party"),
        "owner": Field(label=pgettext_lazy("assignment", "Executor")),
        "helpers": Field(type="users"),
        "files": Field(type="file"),
        "escalate_after": Field(minimum=0, maximum=365, sortable=False, hint=ESCALATES, counted=False),
        "controller": Field(hint=_("Watches over the course and may approve in place of who issued it.")),
        "status": Field(
            read_only=True,
            hues={
                "issued": "blue",
                "accepted": "teal",
                "reported": "violet",
                "done": "green",
                "declined": "red",
                "cancelled": "gray",
            },
        ),
        "snoozed_until": Field(hint=SNOOZED, sortable=False, counted=False),
        "repeats": Field(type="recurrence", sortable=False),
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
    current={"field": "status", "op": "in", "value": list(UNDER_WAY)},
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
            icon="undo-2",
            fits=assignments.may_send_back,
        ),
        Action(
            key="ask",
            label=_("Ask for more time"),
            run=assignments.ask_to_move,
            fields={"asked_due_at": Field(required=True), "asked_why": Field()},
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
            icon="calendar-x",
            fits=assignments.may_answer,
        ),
        Action(
            key="decline",
            label=pgettext_lazy("assignment", "Decline"),
            run=assignments.decline,
            fields=WHY,
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
            icon="check-check",
            fits=assignments.may_close,
        ),
        Action(
            key="cancel",
            label=pgettext_lazy("assignment", "Cancel"),
            run=assignments.cancel,
            fields={"remark": Field()},
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
