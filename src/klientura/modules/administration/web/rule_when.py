"""«When» in the form of a rule: its controls, and what the browser sends as a trigger."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from klientura.kernel.access.gate import readable
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.web.requests import of
from klientura.modules.administration.web.rule_forms import (
    DATES,
    Form,
    filled_control,
    raw_value,
    select,
    whole,
)


def trigger_from(form: QueryDict, shape: Shape) -> dict[str, Any]:
    """The trigger that a form says."""
    kind = form.get("when", "")
    if kind == "changed":
        return _changed_from(form, shape)
    if kind == "due":
        return {
            "kind": kind,
            "field": form.get("due_field", ""),
            "amount": whole(form.get("amount")),
            "unit": form.get("unit", ""),
            "when": form.get("side", ""),
            "at": form.get("due_at", ""),
        }
    if kind == "schedule":
        day = whole(form.get("day") or "1")
        return {"kind": kind, "every": form.get("every", ""), "day": day, "at": form.get("turn_at", "")}
    return {"kind": kind}


def _changed_from(form: QueryDict, shape: Shape) -> dict[str, Any]:
    made: dict[str, Any] = {"kind": "changed", "fields": form.getlist("fields")}
    field = shape.fields.get(made["fields"][0]) if len(made["fields"]) == 1 else None
    if field is None or form.get("valued") != field.key:  # the values stand beside another field
        return made
    for side in ("from", "to"):
        raw = raw_value(form, field, f"value-{side}")
        if f"value-{side}" in form and not field.type.is_empty(raw):
            made[side] = raw
    return made


def when_fields(
    request: HttpRequest, shape: Shape, trigger: Mapping[str, Any], wrong: Mapping[str, str]
) -> dict[str, Form]:
    """The controls of «when», by the kind they belong to."""
    fields = readable(of(request).actor, shape)
    dates = [f for f in fields.values() if f.type.key in DATES]
    kinds = [
        ("created", _("A record is created")),
        ("changed", _("A record is changed")),
        *([("due", _("A date comes near or has passed"))] if dates else []),
        ("schedule", _("By the clock")),
    ]
    return {
        "kind": [
            select("when", _("When"), kinds, trigger.get("kind", "created"), wrong.get("trigger.kind", ""))
        ],
        "changed": _changed(request, fields, trigger, wrong),
        "due": _due(dates, trigger, wrong),
        "schedule": _schedule(trigger, wrong),
    }


def _changed(
    request: HttpRequest,
    fields: Mapping[str, FieldShape],
    trigger: Mapping[str, Any],
    wrong: Mapping[str, str],
) -> Form:
    chosen = trigger.get("fields") or []
    offered = [f for f in fields.values() if f.tracked and (not f.system or f.key in {"owner", "team"})]
    made: Form = [
        {
            "type": "options",
            "name": "fields",
            "label": _("Which fields"),
            "wide": True,
            "value": chosen,
            "error": wrong.get("trigger.fields", ""),
            "hint": _(
                "None chosen: any of them. With one chosen you can say from which value to which, after saving."
            ),
            "options": [{"value": f.key, "label": f.heading} for f in offered],
        }
    ]
    field = fields.get(chosen[0]) if len(chosen) == 1 else None
    if field is not None:
        made.append({"type": "hidden", "name": "valued", "value": field.key})
        for side, label in (("from", _("Only if it was")), ("to", _("Only if it has become"))):
            own = filled_control(of(request), field, trigger.get(side), f"value-{side}")
            more = {
                "label": label,
                "required": False,
                "empty": _("any"),
                "error": wrong.get(f"trigger.{side}", ""),
            }
            made.append({**own, **more})
    return made


def _due(dates: list[FieldShape], trigger: Mapping[str, Any], wrong: Mapping[str, str]) -> Form:
    units = [("days", _("days")), ("hours", _("hours"))]
    sides = [("before", _("before the date")), ("after", _("after the date"))]
    names = [(f.key, f.heading) for f in dates]
    return [
        select("due_field", _("Date"), names, trigger.get("field", ""), wrong.get("trigger.field", "")),
        _number("amount", _("How long"), trigger.get("amount", 3), wrong.get("trigger.amount", "")),
        select("unit", _("Counted in"), units, trigger.get("unit", "days"), wrong.get("trigger.unit", "")),
        select("side", _("Before or after"), sides, trigger.get("when", "before"), ""),
        _time("due_at", _("At what time (for days)"), trigger, wrong),
    ]


def _schedule(trigger: Mapping[str, Any], wrong: Mapping[str, str]) -> Form:
    every = [
        ("day", _("every day")),
        ("workday", _("on weekdays")),
        ("week", _("once a week")),
        ("month", _("once a month")),
    ]
    label = _("Day of the week (1–7) or of the month (1–28)")
    return [
        select("every", _("How often"), every, trigger.get("every", "day"), wrong.get("trigger.every", "")),
        _number("day", label, trigger.get("day", 1), wrong.get("trigger.day", "")),
        _time("turn_at", _("At what time"), trigger, wrong),
    ]


def _number(name: str, label: str, value: Any, error: str) -> dict[str, Any]:
    return {"type": "number", "name": name, "label": label, "value": value, "error": error}


def _time(name: str, label: str, trigger: Mapping[str, Any], wrong: Mapping[str, str]) -> dict[str, Any]:
    value = trigger.get("at", "09:00")
    return {
        "type": "time",
        "name": name,
        "label": label,
        "value": value,
        "error": wrong.get("trigger.at", ""),
    }
