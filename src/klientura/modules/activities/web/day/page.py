"""The page «My day»: by hours and days, or in the quadrants of importance and urgency."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.store import read
from klientura.kernel.views.links import list_url
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.modules.activities.queries.day import DayItem, Span, day_panels, near_items, span_of_now
from klientura.modules.activities.queries.day_sources import my_tasks, not_put_off, sees_day, tasks_undated
from klientura.modules.activities.services.focus import focus_of
from klientura.modules.activities.web import entry
from klientura.modules.activities.web.day.rows import by_day, is_late, row_of, ways

LATE_SHOWN: Final = 30


@open_to(Door.SIGNED_IN)
@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """GET /day: the reader's day. ?view=matrix: the quadrants. ?entry=: a text for the line of quick entry."""
    asked, span = of(request), span_of_now()
    in_focus = focus_of(asked.actor)
    items = near_items(asked.actor, span)
    focused = frozenset((i.object, i.id) for i in in_focus)
    matrix = asked.GET.get("view") == "matrix"
    shown = _quadrants(asked.actor, items, span, focused) if matrix else _sections(items, span, focused)
    return show(
        request,
        "activities/day.html",
        active="day",
        day=_today(),
        matrix=matrix,
        entry=entry.context_of(asked, text=asked.GET.get("entry", "").strip()[:300]),
        focus=[row_of(i, span, focused=focused) for i in in_focus],
        links=_links(asked, span),
        panels=_panels(asked),
        ways=ways(span),
        **shown,
    )


def _today() -> str:
    text = date_format(timezone.localdate(), _("l, j F"))
    return text[:1].upper() + text[1:]


def _sections(items: Sequence[DayItem], span: Span, focused: frozenset[tuple[str, int]]) -> dict[str, Any]:
    """What is late, today's by hours, the coming days, and what waits whatever its time."""
    late = [i for i in items if is_late(i, span) and not (i.waits and not i.done)]
    today = [
        i for i in items if i.at and not is_late(i, span) and i.at < span.tomorrow and (i.done or not i.waits)
    ]
    ahead = [i for i in items if i.at and span.tomorrow <= i.at < span.horizon and (i.done or not i.waits)]
    told = {(i.object, i.id) for i in (*late, *today, *ahead)}
    waiting = [i for i in items if i.waits and (i.object, i.id) not in told]
    return {
        "late": [row_of(i, span, focused=focused) for i in late[:LATE_SHOWN]],
        "late_more": max(0, len(late) - LATE_SHOWN),
        "today": [row_of(i, span, focused=focused) for i in today],
        "ahead": by_day(ahead, span, focused=focused),
        "waiting": [row_of(i, span, focused=focused) for i in waiting],
    }


def _quadrants(
    actor: Actor, items: Sequence[DayItem], span: Span, focused: frozenset[tuple[str, int]]
) -> dict[str, Any]:
    """Importance by hand, urgency by the time: what is late or due by the end of tomorrow is urgent."""
    to_do = [i for i in (*items, *tasks_undated(actor, span)) if i.important is not None and i.done]
    soon = span.tomorrow + (span.tomorrow - span.now.replace(hour=0, minute=0, second=0, microsecond=0))
    places = (
        ("do", True, True, _("Do now"), _("Important and urgent"), "red"),
        ("plan", True, False, _("Plan"), _("Important, not urgent"), "blue"),
        ("give", False, True, _("Give away or do quickly"), _("Urgent, not important"), "yellow"),
        ("drop", False, False, _("Let it wait"), _("Neither important nor urgent"), "gray"),
    )
    return {
        "quadrants": [
            {
                "key": key,
                "important": important,
                "urgent": urgent,
                "title": title,
                "hint": hint,
                "hue": hue,
                "rows": [
                    row_of(i, span, focused=focused)
                    for i in to_do
                    if bool(i.important) is important and (i.at is not None and i.at < soon) is urgent
                ],
            }
            for key, important, urgent, title, hint, hue in places
        ]
    }


def _links(asked: Request, span: Span) -> list[dict[str, str]]:
    """What the page does not show: later, without a date, put off; each leads to its rows."""
    if not sees_day(asked.actor, "task"):
        return []
    put_off = {"field": "snoozed_until", "op": "gt", "value": span.now.isoformat(timespec="seconds")}
    horizon = {"field": "due_at", "op": "gte", "value": span.horizon.isoformat()}
    groups = [
        (_("Later"), my_tasks(horizon)),
        (_("Without a date"), my_tasks({"field": "due_at", "op": "empty"})),
    ]
    if not_put_off(asked.actor, "task", span):
        groups.append((_("Put off"), my_tasks(put_off)))
    made = []
    for label, tree in groups:
        found = read.count(asked.actor, shape_of("task"), tree=tree)
        if found.number:
            url = list_url("task", tree)
            made.append(
                {"label": label, "number": f"{found.number}{'+' if found.capped else ''}", "url": url}
            )
    return made


def _panels(asked: Request) -> list[dict[str, Any]]:
    found = [(panel, panel.context(asked)) for panel in day_panels()]
    return [{"template": panel.template, "panel": context} for panel, context in found if context]
