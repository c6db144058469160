"""Rules in words: when they act, what they do, how they stand."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.rules.models import Rule
from klientura.kernel.webhooks.models import Webhook

HUES = {
    "waiting": "yellow",
    "running": "blue",
    "done": "green",
    "refused": "orange",
    "failed": "red",
    "stopped": "gray",
}


def label_of(shape: Shape | None, key: str) -> str:
    """A field as people know it, or its key when it is gone."""
    field = shape.fields.get(key) if shape is not None else None
    return str(field.label) if field is not None else key


def when_words(rule: Rule) -> str:
    """When a rule acts, as half a sentence."""
    shape, said = all_shapes().get(rule.object), rule.trigger
    if said["kind"] == "created":
        return _("when a record is created")
    if said["kind"] == "changed":
        fields = ", ".join(f"«{label_of(shape, k)}»" for k in said["fields"])
        return _("when {fields} changes").format(fields=fields) if fields else _("when anything changes")
    if said["kind"] == "due":
        return _due_words(shape, said)
    every = {
        "day": _("every day at {time}"),
        "workday": _("on weekdays at {time}"),
        "week": _("once a week at {time}"),
        "month": _("once a month at {time}"),
    }
    return every[said["every"]].format(time=said["at"])


def _due_words(shape: Shape | None, said: Mapping[str, Any]) -> str:
    field, number = label_of(shape, said["field"]), said["amount"]
    if not number:
        return _("on the day of «{field}»").format(field=field)
    if said["unit"] == "hours":
        span = ngettext("%(count)s hour", "%(count)s hours", number) % {"count": number}
    else:
        span = ngettext("%(count)s day", "%(count)s days", number) % {"count": number}
    before = said["when"] == "before"
    return (_("{span} before «{field}»") if before else _("{span} after «{field}»")).format(
        span=span, field=field
    )


def hook_names() -> dict[int, str]:
    """What the webhooks are called, for the steps that send by one."""
    return dict(Webhook.objects.values_list("pk", "name"))


def step_words(rule: Rule, step: Mapping[str, Any], hooks: Mapping[int, str]) -> str:
    """What a step does, as a sentence."""
    shape = all_shapes().get(rule.object)
    if step["kind"] == "set":
        fields = ", ".join(f"«{label_of(shape, k)}»" for k in step["values"])
        return _("Set {fields}").format(fields=fields)
    if step["kind"] == "set_linked":
        field = shape.fields.get(step["by"]) if shape is not None else None
        other = all_shapes().get(field.params.target or "") if field is not None else None
        fields = ", ".join(f"«{label_of(other, k)}»" for k in step["values"])
        return _("Set {fields} in «{field}»").format(fields=fields, field=label_of(shape, step["by"]))
    if step["kind"] == "create":
        other = all_shapes().get(str(step["object"]))
        return _("Create: {object}").format(object=str(other.label).lower() if other else step["object"])
    if step["kind"] == "webhook":
        return _("Send to the webhook «{name}»").format(name=hooks.get(step["webhook"], "—"))
    if step["kind"] == "notify":
        text = step["text"] if len(step["text"]) <= 60 else step["text"][:60] + "…"
        return _("Tell people: «{text}»").format(text=text)
    if step["kind"] == "wait":
        number = step["amount"]
        span = (
            ngettext("%(count)s hour", "%(count)s hours", number)
            if step["unit"] == "hours"
            else ngettext("%(count)s day", "%(count)s days", number)
        ) % {"count": number}
        text = (
            _("Wait: {span}, then go on if the conditions still hold") if step["check"] else _("Wait: {span}")
        )
        return text.format(span=span)
    return str(step["kind"])


STEP_ICONS = {
    "set": "pencil",
    "set_linked": "link",
    "create": "square-plus",
    "webhook": "waypoints",
    "notify": "bell",
    "wait": "hourglass",
}


def state_of(rule: Rule) -> dict[str, str]:
    """Whether a rule is on, for a badge."""
    if rule.active:
        return {"text": _("on"), "hue": "green"}
    return {"text": _("paused"), "hue": "red"} if rule.paused else {"text": _("off"), "hue": "gray"}


def paused_words(rule: Rule) -> str:
    """Why the product has switched a rule off, as a sentence; empty when somebody did it by hand."""
    texts = {
        "owner": _("It was paused: the user whose rights it acts with does not work here any more."),
        "volume": _(
            "It was paused: it wanted to change more records in one hour than it may. Look whether that was meant."
        ),
        "refused": _("It was paused: time after time it could not do what it should. The log tells why."),
    }
    return texts.get(rule.paused, "")


def error_words(error: str) -> str:
    """Why a run ended early, in words."""
    return _("Rules had set each other off five times: the chain ends here.") if error == "chain" else error


def cause_words(cause: str) -> str:
    """What brought a run about."""
    return {
        "event": _("an event"),
        "due": _("a moment came"),
        "schedule": _("by the clock"),
        "wait": _("after a wait"),
    }.get(cause, cause)
