"""The objects of interactions and tasks."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Field, ObjectSpec, ReadyView, Section
from klientura.modules.activities.models import Interaction, Task
from klientura.modules.activities.objects.shared import ABOUT, DUE_TODAY, MINE, OPEN_TASK, PAST_DUE, SNOOZED
from klientura.modules.activities.services import checks
from klientura.modules.activities.services.repeating import stop_task, task_repeats
from klientura.modules.activities.services.snoozing import snooze_task
from klientura.modules.activities.services.tasks import complete_task, is_open

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
    area=pgettext_lazy("navigation", "Work"),
    title=("subject",),
    fields={
        **ABOUT,
        "party": Field(target="party"),
        "person": Field(target="person", within=("party", "employer")),
        "opened_at": Field(read_only=True, counted=False, rare=True),
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
    area=pgettext_lazy("navigation", "Work"),
    title=("name",),
    fields={
        **ABOUT,
        "party": Field(target="party"),
        "due_at": Field(due=True),
        "done_at": Field(read_only=True),
        "status": Field(hues={"open": "blue", "done": "green", "cancelled": "gray"}),
        "kind": Field(hues={"task": "gray", "call": "green", "meeting": "violet"}),
        "minutes": Field(sortable=False, minimum=0, counted=False, rare=True),
        "snoozed_until": Field(hint=SNOOZED, sortable=False, counted=False, rare=True),
        "repeats": Field(type="recurrence", sortable=False, rare=True),
        "repeat_after": Field(rare=True),
        "result": Field(rare=True),
        "interaction_id": Field(
            read_only=True, filterable=False, sortable=False, tracked=False, counted=False
        ),
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
    current=OPEN_TASK,
    ready_views=(
        ReadyView("mine", pgettext_lazy("tasks", "Mine"), {"and": [OPEN_TASK, MINE]}),
        ReadyView("today", _("Today"), {"and": [OPEN_TASK, MINE, DUE_TODAY]}),
        ReadyView("overdue", pgettext_lazy("views", "Overdue"), {"and": [OPEN_TASK, PAST_DUE]}),
    ),
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
