"""What rules did, in the settings: the log, one run, the dry run, and what a rule was before."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from klientura.kernel.access.models import User
from klientura.kernel.errors import KernelError
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.rules import dry, keeping, reading
from klientura.kernel.rules.models import RUN_STATES, Rule, Run
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import format_datetime
from klientura.modules.administration.web import rule_words as words
from klientura.modules.administration.web.frame import settings_page
from klientura.modules.administration.web.rules import ROOT

PERIODS = ("1", "7", "30", "90")


@open_to(Door.ADMIN)
@require_GET
def rule_log(request: HttpRequest, rule_id: int) -> HttpResponse:
    """GET /settings/rules/{id}/log?state=…&before=…: its runs, the newest first."""
    actor = of(request).actor
    found = keeping.one(actor, rule_id)
    state = request.GET.get("state", "")
    state = state if state in dict(RUN_STATES) else ""
    page = reading.runs(actor, rule_id=rule_id, state=state, before=number(request.GET.get("before")))
    place = f"{ROOT}/{rule_id}/log"
    tabs = [
        {"label": label, "url": f"{place}?state={key}" if key else place, "active": key == state}
        for key, label in [("", _("All")), *((k, str(text).capitalize()) for k, text in RUN_STATES)]
    ]
    more = f"{place}?state={state}&before={page.next}" if page.next else ""
    names = _names(page.items)
    return settings_page(
        request, "rules", "rule_log", rule=found, tabs=tabs, more_url=more, runs=[_line(r, names) for r in page.items],
        paused=words.paused_words(found),
    )  # fmt: skip


@open_to(Door.ADMIN)
@require_GET
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """GET /settings/rules/runs/{id}: one run, what it did with the first records and which it could not change."""
    actor = of(request).actor
    found = reading.run(actor, run_id)
    shape = all_shapes().get(found.object)
    rows: list[dict[str, Any]] = [*found.outcomes, *found.refusals]
    titles = reading.titles_of(actor, shape, rows) if shape is not None else {}
    told = _users({u for o in found.outcomes for d in o["done"] for u in d.get("users", [])})
    done = [
        {
            "title": titles.get(o["id"]) or f"№ {o['id']}",
            "url": f"/{found.object}/{o['id']}",
            "did": [_did(shape, d, told) for d in o["done"]],
        }
        for o in found.outcomes
    ]
    refused = [
        {"title": titles.get(o["id"]) or f"№ {o['id']}", "url": f"/{found.object}/{o['id']}", "why": o["why"]}
        for o in found.refusals
    ]
    return settings_page(
        request, "rules", "rule_run", run=found, line=_line(found, _names([found])), done=done, refused=refused,
        above=found.parent if found.parent and found.parent.rule_id != found.rule_id else None,
    )  # fmt: skip


def _did(shape: Shape | None, told: dict[str, Any], users: Mapping[int, str]) -> dict[str, str]:
    if "created" in told:
        other = all_shapes().get(told["created"])
        label = str(other.label).lower() if other else told["created"]
        return {
            "text": _("created: {object}").format(object=label),
            "url": f"/{told['created']}/{told['id']}",
        }
    if "set" in told:
        other = all_shapes().get(told.get("in", "")) or shape
        if "in" in told and other is not None:
            fields = ", ".join(words.label_of(other, k) for k in told["set"])
            text = _("set in {object}: {fields}").format(object=str(other.label).lower(), fields=fields)
            return {"text": text, "url": f"/{told['in']}/{told['id']}"}
        fields = ", ".join(words.label_of(shape, k) for k in told["set"])
        return {"text": _("set: {fields}").format(fields=fields), "url": ""}
    if "notified" in told:
        names = [users[u] for u in told.get("users", []) if u in users]
        if len(names) == told["notified"]:
            return {"text": _("told: {names}").format(names=", ".join(names)), "url": ""}
        people = ngettext("%(count)s person told", "%(count)s people told", told["notified"])
        return {"text": people % {"count": told["notified"]}, "url": ""}
    return {"text": _("sent to the webhook"), "url": f"/settings/webhooks/{told.get('webhook')}"}


def _names(runs: list[Run]) -> dict[int, str]:
    return _users({r.actor_id for r in runs if r.actor_id})


def _users(numbers: Collection[int]) -> dict[int, str]:
    """The names of some users; of those who are gone none."""
    return dict(User.objects.filter(pk__in=numbers).order_by("name").values_list("pk", "name"))


def _line(found: Run, names: dict[int, str]) -> dict[str, Any]:
    at = timezone.localtime(found.created_at)
    notes = [words.cause_words(found.cause)]
    if found.actor_id in names:
        notes.append(names[found.actor_id])
    notes.append(_("matched: {count}").format(count=found.matched))
    notes.append(_("changed: {count}").format(count=found.changed))
    if found.refused:
        notes.append(_("refused: {count}").format(count=found.refused))
    if found.state == "waiting" and found.due_at > timezone.now():
        notes.append(
            _("goes on at {time}").format(time=format_datetime(timezone.localtime(found.due_at), lang()))
        )
    if found.finished_at is not None:
        notes.append(
            _("{number} s").format(number=round((found.finished_at - found.created_at).total_seconds(), 1))
        )
    return {
        "id": found.pk,
        "when": format_datetime(at, lang()),
        "iso": at.isoformat(),
        "state": found.get_state_display(),
        "hue": words.HUES[found.state],
        "notes": notes,
        "error": words.error_words(found.error),
    }


@open_to(Door.ADMIN)
@require_GET
def try_rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """GET /settings/rules/{id}/try?days=…: which records the rule would have touched of late; nothing is written."""
    asked = of(request)
    found = keeping.one(asked.actor, rule_id)
    days = request.GET.get("days", "")
    days = days if days in PERIODS else "7"
    until = timezone.now()
    problem, tried = "", None
    try:
        tried = dry.try_on(asked.actor, rule_id, until - dt.timedelta(days=int(days)), until)
    except KernelError as bad:
        problem = str(bad.message)
    labels = {"1": _("a day"), "7": _("a week"), "30": _("a month"), "90": _("three months")}
    tabs = [
        {"label": labels[d], "url": f"{ROOT}/{rule_id}/try?days={d}", "active": d == days} for d in PERIODS
    ]
    rows = [_would(asked, found, r) for r in tried.records] if tried else []
    return settings_page(
        request, "rules", "rule_try", rule=found, tabs=tabs, tried=tried, rows=rows, problem=problem,
        scheduled=found.trigger["kind"] == "schedule",
    )  # fmt: skip


def _would(asked: Request, rule: Rule, record: dict[str, Any]) -> dict[str, Any]:
    shape = shape_of(rule.object)

    def shown(key: str, value: Any) -> Any:
        field = shape.fields[key]
        return (
            cell(field, value, {}, lang(), company_currency=asked.installation.currency)
            if value is not None
            else None
        )

    sets = []
    for told in record["sets"]:
        label = words.label_of(shape, told["field"])
        if "error" in told:
            sets.append({"label": label, "error": told["error"]})
        else:
            sets.append(
                {
                    "label": label,
                    "old": shown(told["field"], told["old"]),
                    "new": shown(told["field"], told["new"]),
                }
            )
    title = record["title"] or f"№ {record['id']}"
    return {"title": title, "url": f"/{shape.key}/{record['id']}", "sets": sets, "also": record["also"]}


@open_to(Door.ADMIN)
@require_GET
def versions(request: HttpRequest, rule_id: int) -> HttpResponse:
    """GET /settings/rules/{id}/versions: who made the rule what it was, and when."""
    actor = of(request).actor
    found = keeping.one(actor, rule_id)
    kept = keeping.versions(actor, rule_id)
    names = _users({v.actor_id for v in kept if v.actor_id})
    hooks, rows = words.hook_names(), []
    for version in kept:
        was = Rule(
            object=version.definition["object"],
            trigger=version.definition["trigger"],
            steps=version.definition["steps"],
        )
        rows.append(
            {
                "number": version.version,
                "name": version.definition["name"],
                "who": names.get(version.actor_id or 0, ""),
                "when": format_datetime(timezone.localtime(version.at), lang()),
                "iso": timezone.localtime(version.at).isoformat(),
                "said": words.when_words(was),
                "steps": [words.step_words(was, s, hooks) for s in was.steps],
                "on": version.definition["active"],
            }
        )
    return settings_page(request, "rules", "rule_versions", rule=found, versions=rows)
