"""The objects of interactions and tasks."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Field, ObjectSpec, Section
from klientura.modules.activities.models import Interaction, Task
from klientura.modules.activities.services import checks
from klientura.modules.activities.services.tasks import complete_task

ABOUT = {"subject_object": Field(filterable=True, sortable=False), "subject_id": Field(sortable=False)}

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
        "kind": Field(hues={"call": "green", "meeting": "violet", "email": "blue", "note": "gray"}),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("kind", "direction", "at", "party", "person", "subject", "body", "result", "minutes", "owner"),
        ),
    ),
    columns=("at", "kind", "subject", "party", "result", "owner"),
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
        "priority": Field(hues={"high": "red", "normal": "gray", "low": "gray"}),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("name", "due_at", "priority", "status", "party", "description", "result", "owner", "team"),
        ),
    ),
    columns=("name", "due_at", "status", "priority", "party", "owner"),
    sort="due_at",
    calendar="due_at",
    indexes=(("owner_id", "status", "due_at"),),
    search=("name", "description"),
    current={"field": "status", "op": "eq", "value": "open"},
    goes_with="party",
    before_write=checks.before_write_task,
    actions=(
        Action(key="complete", label=_("Done"), run=complete_task, fields={"result": Field()}, icon="check"),
    ),
    subject=False,
    related=False,
    empty_text=_("Nothing to do. Plan the next step on the card of a client or a deal."),
)
