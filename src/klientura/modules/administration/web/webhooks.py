"""Webhooks in the settings: the list, the form, the secret shown once, the log with every message and its answer."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.models import User
from klientura.kernel.errors import BadRequest, FieldError, Invalid, NotFound
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.screens.builder import filter_fields_json
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of
from klientura.kernel.webhooks import keeping, log
from klientura.kernel.webhooks.bodies import TEST
from klientura.kernel.webhooks.models import DELIVERY_STATES, Delivery, Webhook
from klientura.kernel.webhooks.signing import message_id
from klientura.kit.formats import format_datetime
from klientura.modules.administration.web.frame import led_to, seen_version, settings_page

HUES = {"waiting": "yellow", "sending": "blue", "delivered": "green", "failed": "red"}
FIELDS = ("name", "address", "owner")


def verb_label(verb: str) -> str:
    """What happens to a record, in a word."""
    labels = {
        "created": pgettext("event", "Created"),
        "changed": pgettext("event", "Changed"),
        "trashed": pgettext("event", "Moved to the trash"),
        "restored": pgettext("event", "Taken out of the trash"),
        "merged": pgettext("event", "Merged"),
        "rule": pgettext("event", "Told by a rule"),
    }
    return labels.get(verb, verb)


def paused_text(webhook: Webhook) -> str:
    """Why a webhook that is switched off was switched off, as a sentence; empty when somebody did it by hand."""
    texts = {
        "failing": _("It was paused: for three days its server has taken no message."),
        "gone": _("It was paused: its server says that it wants no more messages."),
        "owner": _("It was paused: the user whose eyes it sees with does not work here any more."),
        "filter": _("It was paused: its conditions name what is not there, or not open to its user."),
    }
    return texts.get(webhook.paused, "")


def kind_label(kind: str) -> str:
    """An event in words."""
    if kind == TEST:
        return _("Test")
    key, _dot, verb = kind.rpartition(".")
    shape = all_shapes().get(key)
    return f"{str(shape.label).capitalize() if shape else key}: {verb_label(verb).lower()}"


@open_to(Door.ADMIN)
@require_GET
def webhooks(request: HttpRequest) -> HttpResponse:
    """GET /settings/webhooks: all of them, with their state."""
    found = keeping.every(of(request).actor)
    failed = log.lately_failed([w.pk for w in found])
    rows = [
        {
            "id": w.pk,
            "name": w.name,
            "address": w.address,
            "owner": w.owner.name,
            "events": ngettext("%(count)s event", "%(count)s events", len(w.events))
            % {"count": len(w.events)},
            "state": _state(w),
            "failed": failed.get(w.pk, 0),
        }
        for w in found
    ]
    return settings_page(request, "webhooks", "webhooks", webhooks=rows)


def _state(webhook: Webhook) -> dict[str, str]:
    if webhook.active:
        failing = webhook.failing_since is not None
        return {
            "text": _("does not get through") if failing else _("on"),
            "hue": "orange" if failing else "green",
        }
    return {"text": _("paused") if webhook.paused else _("off"), "hue": "red" if webhook.paused else "gray"}


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def new_webhook(request: HttpRequest) -> HttpResponse:
    """GET /settings/webhooks/new: the form. POST: make it, and show its secret this once."""
    actor = of(request).actor
    if request.method == "GET":
        return _form(request, None, {"owner": actor.user_id, "events": []})
    values = _given(request)
    try:
        made, secret = keeping.create(actor, values)
    except Invalid as refused:
        return _form(request, None, values, refused.errors)
    return _secret_once(request, made, secret)


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """GET /settings/webhooks/{id}: the form and what can be done. POST: save it."""
    actor = of(request).actor
    found = keeping.one(actor, webhook_id)
    if request.method == "GET":
        stored = {k: getattr(found, k) for k in ("name", "address", "events", "filter")}
        return _form(
            request, found, {**stored, "owner": found.owner_id}, saved=request.GET.get("saved") == "1"
        )
    seen = seen_version(request)
    values = _given(request)
    try:
        keeping.change(actor, webhook_id, values, expected_version=seen)
    except Invalid as refused:
        return _form(request, found, values, refused.errors)
    return HttpResponseRedirect(f"/settings/webhooks/{webhook_id}?saved=1")


def _given(request: HttpRequest) -> dict[str, Any]:
    values: dict[str, Any] = {k: request.POST.get(k, "") for k in FIELDS}
    values["owner"] = number(values["owner"])
    values["events"] = request.POST.getlist("events")
    if "filter" in request.POST:
        try:
            values["filter"] = json.loads(request.POST["filter"] or "null")
        except (ValueError, RecursionError) as bad:
            raise BadRequest(_("The conditions could not be read. Reload the page.")) from bad
    return values


@open_to(Door.ADMIN)
@require_POST
def act(request: HttpRequest, webhook_id: int, verb: str) -> HttpResponse:
    """POST /settings/webhooks/{id}/{on, off, delete, secret, test, replay}."""
    actor, back = of(request).actor, f"/settings/webhooks/{webhook_id}"
    if verb in {"on", "off"}:
        keeping.change(actor, webhook_id, {"active": verb == "on"})
    elif verb == "delete":
        keeping.delete(actor, webhook_id)
        return led_to("/settings/webhooks", "deleted")
    elif verb == "secret":
        return _secret_once(request, *keeping.new_secret(actor, webhook_id))
    elif verb == "test":
        keeping.test(actor, webhook_id)
        back += "/log"
    elif verb == "replay":
        keeping.replay(actor, webhook_id)
        back += "/log"
    else:
        raise NotFound
    return HttpResponseRedirect(back)


@open_to(Door.ADMIN)
@require_GET
def webhook_log(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """GET /settings/webhooks/{id}/log?state=…&before=…: what was sent, the newest first."""
    actor = of(request).actor
    found = keeping.one(actor, webhook_id)
    state = request.GET.get("state", "")
    if state and state not in dict(DELIVERY_STATES):
        state = ""
    page = log.messages(actor, webhook_id, state=state, before=number(request.GET.get("before")))
    place = f"/settings/webhooks/{webhook_id}/log"
    tabs = [
        {"label": label, "url": f"{place}?state={key}" if key else place, "active": key == state}
        for key, label in [("", _("All")), *((k, str(text).capitalize()) for k, text in DELIVERY_STATES)]
    ]
    more = f"{place}?state={state}&before={page.next}" if page.next else ""
    soon = timezone.now() + dt.timedelta(seconds=30)
    moving = any(d.state == "sending" or (d.next_at and d.next_at < soon) for d in page.items)
    return settings_page(
        request, "webhooks", "webhook_log", webhook=found, tabs=tabs, more_url=more, paused=paused_text(found),
        refresh_url=request.get_full_path() if moving and found.active else "",
        messages_sent=[_line(d) for d in page.items], state=state,
    )  # fmt: skip


@open_to(Door.ADMIN)
@require_GET
def message(request: HttpRequest, webhook_id: int, message_id: int) -> HttpResponse:
    """GET /settings/webhooks/{id}/messages/{number}: one message, its body and the beginning of the answer."""
    actor = of(request).actor
    found = log.message(actor, webhook_id, message_id)
    return settings_page(
        request, "webhooks", "webhook_message", webhook=keeping.one(actor, webhook_id), sent=_line(found),
        body=_pretty(found.body), answer=found.answer, again=found.state in {"delivered", "failed"},
    )  # fmt: skip


@open_to(Door.ADMIN)
@require_POST
def send_again(request: HttpRequest, webhook_id: int, message_id: int) -> HttpResponse:
    """POST /settings/webhooks/{id}/messages/{number}/replay: send it again under its old number."""
    keeping.replay(of(request).actor, webhook_id, message_id)
    return led_to(f"/settings/webhooks/{webhook_id}/log", "again")


def _pretty(body: str | None) -> str:
    return json.dumps(json.loads(body), ensure_ascii=False, indent=2) if body else ""


def _line(delivery: Delivery) -> dict[str, Any]:
    at = timezone.localtime(delivery.tried_at or delivery.at)
    notes = []
    if delivery.status is not None:
        notes.append(_("status {status}").format(status=delivery.status))
    if delivery.milliseconds is not None:
        notes.append(_("{number} ms").format(number=delivery.milliseconds))
    if delivery.attempts > 1:
        notes.append(_("attempt {number}").format(number=delivery.attempts))
    if delivery.state == "waiting" and delivery.attempts and delivery.next_at:
        notes.append(
            _("again at {time}").format(time=format_datetime(timezone.localtime(delivery.next_at), lang()))
        )
    return {
        "id": delivery.pk,
        "number": message_id(delivery.uid),
        "what": kind_label(delivery.kind),
        "when": format_datetime(at, lang()),
        "iso": at.isoformat(),
        "state": delivery.get_state_display(),
        "hue": HUES[delivery.state],
        "notes": notes,
        "error": delivery.error,
    }


def _secret_once(request: HttpRequest, made: Webhook, secret: str) -> HttpResponse:
    return settings_page(request, "webhooks", "webhook_secret", webhook=made, secret=secret)


def _form(
    request: HttpRequest,
    found: Webhook | None,
    values: Mapping[str, Any],
    errors: tuple[FieldError, ...] = (),
    *,
    saved: bool = False,
) -> HttpResponse:
    wrong = {e.field: str(e.message) for e in errors}
    owner = User.objects.filter(pk=values.get("owner") or 0).first()
    fields: list[dict[str, Any]] = [
        {"type": "text", "name": "name", "label": _("Name"), "required": True, "maxlength": 120, "wide": True,
         "placeholder": _("Accounting, web shop…")},
        {"type": "url", "name": "address", "label": _("Address"), "required": True, "wide": True,
         "placeholder": "https://example.org/hook"},
        {"type": "user", "name": "owner", "label": _("Sees what this user sees"), "required": True, "url": "/search/users",
         "display": owner.name if owner else "", "wide": True,
         "hint": _("Records and fields that are closed to the user are not in the messages either.")},
    ]  # fmt: skip
    tree = values.get("filter")
    events = values.get("events") or []
    objects = {k.rpartition(".")[0] for k in events}
    shape = all_shapes().get(next(iter(objects))) if len(objects) == 1 else None
    return settings_page(
        request, "webhooks", "webhook", status=422 if errors else 200, webhook=found, saved=saved,
        fields=[{**f, "value": values.get(f["name"], ""), "error": wrong.get(f["name"], "")} for f in fields],
        events=_events(events), events_error=wrong.get("events", ""), filter_error=wrong.get("filter", ""),
        tree=json.dumps(tree, ensure_ascii=False) if tree else "",
        filter_json=filter_fields_json(of(request).actor, shape, tree) if shape else "",
        paused=paused_text(found) if found else "", state=_state(found) if found else None,
    )  # fmt: skip


def _events(chosen: list[str]) -> dict[str, list[dict[str, Any]]]:
    """The events by kind of record; those people work with first, the rest behind a fold."""
    groups: dict[str, list[dict[str, Any]]] = {"main": [], "rest": []}
    by_object: dict[str, list[str]] = {}
    for kind in [*keeping.offered(), *chosen]:
        key, _dot, verb = kind.rpartition(".")
        if verb not in by_object.setdefault(key, []):
            by_object[key].append(verb)
    for key, verbs in by_object.items():
        shape = all_shapes().get(key)
        picked = [k for k in chosen if k.rpartition(".")[0] == key]
        field = {
            "type": "options", "name": "events", "id": f"f-events-{key}", "value": picked, "wide": True,
            "label": str(shape.plural).capitalize() if shape else key,
            "options": [{"value": f"{key}.{verb}", "label": verb_label(verb)} for verb in verbs],
        }  # fmt: skip
        groups["main" if picked or (shape is not None and shape.spec.navigation) else "rest"].append(field)
    return groups
