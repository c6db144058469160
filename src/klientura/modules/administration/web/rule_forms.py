"""The forms of rules: when they act, and their steps; what the browser sends becomes a rule as the kernel knows it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, members_of, readable, writable
from klientura.kernel.access.models import User
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.rules.acts import links_to
from klientura.kernel.rules.models import Rule
from klientura.kernel.rules.sources import points_at
from klientura.kernel.rules.telling import in_messages
from klientura.kernel.screens.chosen import names_of
from klientura.kernel.screens.inputs import control
from klientura.kernel.screens.language import lang
from klientura.kernel.store.drafts import action_of
from klientura.kernel.web.requests import number, of
from klientura.kernel.webhooks.models import Webhook

type Form = list[dict[str, Any]]

TEXTS = frozenset({"text", "long_text", "email", "phone", "url"})
NUMBERS = frozenset({"integer", "decimal", "money", "percent", "rating", "duration"})
DATES = frozenset({"date", "datetime"})


def whole(raw: str | None) -> Any:
    """A number that was typed, or what was typed instead: the kernel says what is wrong with it."""
    text = (raw or "").strip()
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 12 else text


def tree_of(request: HttpRequest) -> Any:
    """The conditions of a form. Raises BadRequest."""
    try:
        return json.loads(request.POST.get("filter") or "null")
    except (ValueError, RecursionError) as bad:
        raise BadRequest(_("The conditions could not be read. Reload the page.")) from bad


def objects(actor: Actor) -> list[Shape]:
    """The kinds of record a rule may be about; those people work with first."""
    open_to_it = [s for s in all_shapes().values() if not members_of(s) and may(actor, s, "read")]
    return sorted(open_to_it, key=lambda s: not s.spec.navigation)


def select(
    name: str, label: str, options: Iterable[tuple[str, str]], value: Any, error: str
) -> dict[str, Any]:
    return {
        "type": "select", "name": name, "label": label, "aria_label": label, "required": True, "value": value, "error": error,
        "options": [{"value": v, "label": text} for v, text in options],
    }  # fmt: skip


def filled_control(asked: Any, field: FieldShape, raw: Any, name: str) -> dict[str, Any]:
    """A field's own control, filled with a raw value."""
    names = names_of(asked.actor, [(field, raw)])
    shown = "" if raw is None else raw
    made = control(
        field, None, lang(), company_currency=asked.installation.currency, name=name, raw=shown, names=names
    )
    return {**made, "id": f"f-{name}", "hint": ""}


def raw_value(form: QueryDict, field: FieldShape, name: str) -> Any:
    """What a field's control sent."""
    if field.type.many:
        return [v for v in form.getlist(name) if v]
    if field.type.key == "boolean":
        return form.get(name, "") in {"1", "true", "on", "yes"}
    raw = form.get(name, "")
    return number(raw) if field.type.key in {"reference", "user"} and raw else raw


def sources_for(actor: Actor, about: Shape, field: FieldShape, *, creating: bool) -> list[tuple[str, str]]:
    """Where the value of a field may come from."""
    kind = field.type.key
    found = [("value", _("this value"))]
    if kind in TEXTS | NUMBERS | DATES | {"boolean", "option"}:
        found.append(("formula", _("a formula")))
    if kind in TEXTS:
        found.append(("text", _("a text with fields in it")))
    if kind in DATES:
        found.append(("today", _("so many days from now")))
    if kind == "datetime":
        found.append(("now", _("so many hours from now")))
    if kind == "user":
        found.append(("user", _("somebody by their part")))
    if creating and points_at(field, about):
        found.append(("record", _("the record itself")))
    found.append(("field", _("another field of the record")))
    if not field.required and not creating:
        found.append(("empty", _("nothing: empty it")))
    return found


def rows_of(
    request: HttpRequest,
    about: Shape,
    target: Shape,
    values: Mapping[str, Any],
    wrong: Mapping[str, str],
    *,
    creating: bool,
) -> list[dict[str, Any]]:
    """The rows of a step's form: one for each field it sets, with every way a value may come."""
    actor = of(request).actor
    others = [(f.key, f.heading) for f in readable(actor, about).values()]
    made = []
    for key, source in values.items():
        field = target.fields.get(key)
        if field is None:
            continue
        said = source if isinstance(source, Mapping) else {}
        ways = sources_for(actor, about, field, creating=creating)
        chosen = select(f"from-{key}", field.heading, ways, said.get("from", "value"), "")
        row = {"key": key, "label": field.heading, "error": wrong.get(key, ""), "from": chosen}
        made.append({**row, **_ways(request, about, field, said, others)})
    return made


def _ways(
    request: HttpRequest,
    about: Shape,
    field: FieldShape,
    said: Mapping[str, Any],
    others: list[tuple[str, str]],
) -> dict[str, Any]:
    """A control for each way the value of a field may come."""
    key, title = field.key, about.spec.title[0] if about.spec.title else "title"
    own = filled_control(of(request), field, said.get("value"), f"value-{key}")
    parts = [
        ("owner", _("the owner of the record")),
        ("actor", _("whoever set the rule off")),
        ("author", _("the rule's own user")),
    ]
    return {
        "value": {**own, "label": field.heading, "aria_label": field.heading, "required": False},
        "formula": _text(f"formula-{key}", said.get("formula", ""), field, "amount * 0.1"),
        "text": _text(
            f"text-{key}", said.get("text", ""), field, pgettext("rule step", "Call") + ": {" + title + "}"
        ),
        "number": _text(f"number-{key}", said.get("days", said.get("hours", 1)), field, "1"),
        "field": select(f"field-{key}", field.heading, others, said.get("field", ""), ""),
        "user": select(f"user-{key}", field.heading, parts, said.get("user", "owner"), ""),
    }


def _text(name: str, value: Any, field: FieldShape, placeholder: str) -> dict[str, Any]:
    return {
        "type": "text",
        "name": name,
        "value": value,
        "aria_label": field.heading,
        "placeholder": placeholder,
    }


def values_from(form: QueryDict, target: Shape) -> dict[str, Any]:
    """The values of a step that a form says, by field."""
    made: dict[str, Any] = {}
    for key in form.getlist("row"):
        field = target.fields.get(key)
        if field is None:
            continue
        kind = form.get(f"from-{key}", "value")
        made[key] = {"from": kind}
        if kind == "value":
            made[key]["value"] = raw_value(form, field, f"value-{key}")
        elif kind in {"formula", "text", "field", "user"}:
            made[key][kind] = form.get(f"{kind}-{key}", "")
        elif kind in {"today", "now"}:
            made[key]["days" if kind == "today" else "hours"] = whole(form.get(f"number-{key}"))
    return made


def addable(actor: Actor, target: Shape, taken: Iterable[str], *, creating: bool) -> list[dict[str, Any]]:
    """The fields a step may set besides those it sets already."""
    return [
        {"value": f.key, "label": f.heading}
        for f in readable(actor, target).values()
        if f.key not in set(taken)
        and not f.read_only
        and (creating or not ((f.by_verb and action_of(target, f.key) is None) or f.once))
        and (not f.system or f.key in {"owner", "team"})
        and writable(actor, target, f.key)
    ]


def link_options(actor: Actor, about: Shape, target: Shape) -> list[dict[str, Any]]:
    """How what is created may point back at the record."""
    found = [{"value": f.key, "label": f.heading} for f in links_to(actor, about, target)]
    if {"subject_object", "subject_id"} <= set(readable(actor, target)) and about.spec.subject:
        found.insert(0, {"value": "subject", "label": _("What it is about")})
    return found


def webhook_field(step: Mapping[str, Any], error: str) -> dict[str, Any]:
    """The choice of a webhook."""
    hooks = [(str(pk), name) for pk, name in Webhook.objects.order_by("name").values_list("pk", "name")]
    return select("webhook", _("Webhook"), hooks, str(step.get("webhook", "")), error)


def notify_fields(step: Mapping[str, Any], wrong: Mapping[str, str]) -> Form:
    """The controls of a message: to whom, and what it says."""
    people = {
        "owner": _("Owner"),
        "creator": _("Who made the record"),
        "followers": _("Followers"),
        "team": _("Team of the record"),
    }
    named = User.objects.filter(pk__in=step.get("users", ())).order_by("name")
    chosen = [*((str(u.pk), u.name) for u in named), ("", "")]
    by_name: Form = [
        {"type": "user", "name": "users", "id": f"f-users-{n}", "label": _("And by name"), "optional": True, "url": "/search/users",
         "value": value, "display": display, "error": wrong.get("users", "") if not value else ""}
        for n, (value, display) in enumerate(chosen)
    ]  # fmt: skip
    return [
        {"type": "options", "name": "to", "label": _("Whom to tell"), "value": list(step.get("to", ["owner"])), "wide": True,
         "options": [{"value": k, "label": v} for k, v in people.items()], "error": wrong.get("to", "")},
        *by_name,
        {"type": "textarea", "name": "text", "label": _("Message"), "required": True, "rows": 3, "value": step.get("text", ""),
         "wide": True, "error": wrong.get("text", ""),
         "hint": _("Fields stand in curly brackets; everybody reads only the values that are open to them.")},
    ]  # fmt: skip


def places_for(shape: Shape) -> list[dict[str, str]]:
    """The fields whose values may stand in a message."""
    return [
        {"key": k, "label": str(f.label)}
        for k, f in shape.fields.items()
        if in_messages(f) and k not in {"search_text", "uid", "version"}
    ]


def wait_fields(step: Mapping[str, Any], error: str) -> Form:
    """The controls of a wait."""
    return [
        {"type": "number", "name": "amount", "label": _("How long"), "required": True, "value": step.get("amount", 1), "error": error},
        select("unit", _("Counted in"), [("days", _("days")), ("hours", _("hours"))], step.get("unit", "days"), ""),
        {"type": "bool", "name": "check", "label": _("Go on only if the conditions still hold"), "value": step.get("check", True), "wide": True},
    ]  # fmt: skip


def required_values(target: Shape) -> dict[str, Any]:
    """What a form to create a record begins with: the fields that have to be filled in."""
    return {
        f.key: {"from": "value"}
        for f in target.fields.values()
        if f.required and f.writable and not f.system and f.default is None
    }


def owner_field(rule: Rule, wrong: Mapping[str, str]) -> dict[str, Any]:
    """Whose rights the rule acts with."""
    return {
        "type": "user", "name": "owner", "label": _("Acts with the rights of"), "required": True, "url": "/search/users", "value": rule.owner_id,
        "display": rule.owner.name, "error": wrong.get("owner", ""),
        "hint": _("With those the user has when the rule is switched on, and never with more."),
    }  # fmt: skip
