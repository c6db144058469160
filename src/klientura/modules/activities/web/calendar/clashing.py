"""What is in the way of an event that is being planned: a quiet word in the form and after a move; nothing is forbidden."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable, require
from klientura.kernel.access.models import User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens import inputs
from klientura.kernel.screens.conditional import as_typed
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of
from klientura.kit.formats import format_date
from klientura.kit.recurrence.expanding import expand, wall
from klientura.kit.recurrence.rules import parse
from klientura.modules.activities.queries.clashes import Clash, clashes
from klientura.modules.activities.queries.free_time import Span
from klientura.modules.activities.rules import zone_of
from klientura.modules.activities.web.calendar.state import MOST_PEOPLE

DAY: Final = dt.timedelta(days=1)
HOUR: Final = dt.timedelta(hours=1)
AHEAD: Final = dt.timedelta(days=92)
MOST_TIMES: Final = 30
"""So far ahead, and so many times of a series, are looked at: a weekly one for a quarter, a daily one for a month."""
SHOWN: Final = 4
MOVING: Final = ("starts_at", "ends_at", "all_day", "repeats", "zone", "attendees", "owner", "free")


@open_to(Door.SIGNED_IN)
@require_POST
def remarks(request: HttpRequest) -> HttpResponse:
    """POST /calendar/remarks?id=: of the event that a form holds: its days in words, an end before its beginning, what is in the way."""
    asked, shape = of(request), shape_of("event")
    actor, record_id = asked.actor, number(asked.GET.get("id"))
    require(actor, shape, "create" if record_id is None else "edit")
    fields = readable(actor, shape)
    row: Mapping[str, Any] = dict.fromkeys(shape.fields)
    if record_id is not None:
        row = {**row, **read.get(actor, shape, record_id)}
    if asked.POST.get("which") == "one":  # of a series one day alone is meant
        row = {**row, "repeats": None}
    typed = inputs.values_from(asked.POST, {k: fields[k] for k in MOVING if k in fields})
    meant = as_typed(shape, row, typed)
    span = span_of(meant)
    spans = spans_of(meant, span)
    backwards = span is not None and span[1] < span[0]
    found = _in_the_way(actor, meant, [] if backwards else spans, record_id)
    return show(
        asked, "activities/remarks_form.html", backwards=backwards, when="" if span is None or backwards else in_words(span, meant),
        clashes=said_of(actor, found, dated=len(spans) > 1), record_id=record_id or "",
    )  # fmt: skip


def span_of(row: Mapping[str, Any]) -> Span | None:
    """From when to when something is, its whole days as those of the reader."""
    begins, whole = row.get("starts_at"), bool(row.get("all_day"))
    if begins is None:
        return None
    ends = row.get("ends_at") or (begins if whole else begins + HOUR)
    if not whole:
        return begins, ends
    first, last = (timezone.localtime(m).date() for m in (begins, ends))
    if last > first and timezone.localtime(ends).time() == dt.time():
        last -= DAY  # midnight ends the day before
    if last < first:
        return begins, ends
    here = timezone.get_current_timezone()
    return dt.datetime.combine(first, dt.time(), here), dt.datetime.combine(last + DAY, dt.time(), here)


def in_words(span: Span, row: Mapping[str, Any]) -> str:
    """A span as people say it: with the day of the week, for what a field of a date shows is the browser's own matter."""
    begins, ends = (timezone.localtime(m) for m in span)
    if row.get("all_day"):
        ends -= DAY
    days = [
        f"{WEEKDAYS[m.weekday()]}, {format_date(m, lang())}{'' if row.get('all_day') else f' {m:%H:%M}'}"
        for m in (begins, ends)
    ]
    if begins.date() != ends.date():
        return " – ".join(days)
    return days[0] if row.get("all_day") else f"{days[0]}–{ends:%H:%M}"


def spans_of(row: Mapping[str, Any], span: Span | None) -> list[Span]:
    """When something is: its first time, and of a series the times of some weeks ahead, too."""
    if span is None or not row.get("repeats"):
        return [] if span is None else [span]
    zone, lasting = zone_of(row.get("zone")), span[1] - span[0]
    first = max(span[0], timezone.now() - lasting)
    times = expand(
        parse(row["repeats"]),
        wall(span[0], zone),
        zone,
        (first, first + AHEAD),
        lasting=lasting,
        most=MOST_TIMES,
    )
    return [(at, at + lasting) for _local, at in times]


def _in_the_way(
    actor: Actor, row: Mapping[str, Any], spans: Sequence[Span], besides: int | None
) -> list[Clash]:
    if not spans or row.get("free") or row.get("status") in {"held", "cancelled"}:
        return []
    owner = getattr(row.get("owner"), "id", row.get("owner")) or actor.user_id or 0
    named = (getattr(u, "id", u) for u in row.get("attendees") or ())
    return clashes(actor, list(dict.fromkeys([owner, *named]))[:MOST_PEOPLE], spans, besides=besides)


def said_of(actor: Actor, found: Sequence[Clash], *, dated: bool = False) -> list[str]:
    """What is in the way in words, a few of it; of a series with its days."""
    names = _names(actor, {u for c in found for u in c.user_ids})
    lines = [_line(c, [names.get(u, "") for u in c.user_ids], dated=dated) for c in found[:SHOWN]]
    if more := len(found) - SHOWN:
        lines += [ngettext("and {n} more", "and {n} more", more).format(n=more)] if more > 0 else []
    return lines


def _names(actor: Actor, user_ids: Collection[int]) -> dict[int, str]:
    others = sorted(set(user_ids) - {actor.user_id or 0})
    known = dict(User.objects.filter(pk__in=others).values_list("pk", "name")) if others else {}
    return {**known, actor.user_id or 0: _("you")}


def _line(clash: Clash, names: Sequence[str], *, dated: bool) -> str:
    when = _("all day") if clash.all_day else f"{clash.begins:%H:%M}–{clash.ends:%H:%M}"
    if dated:
        when = f"{format_date(timezone.localtime(clash.begins), lang())} {when}"
    who = ", ".join(filter(None, names))
    if clash.title:
        return _("{title}, {when} ({who})").format(title=clash.title, when=when, who=who)
    return _("{who}: busy, {when}").format(who=who, when=when)


def word_after(
    actor: Actor, before: Mapping[str, Any], values: Mapping[str, Any], record_id: int, *, alone: bool = False
) -> str:
    """What is in the way of an event as it was just changed, for the message of that; empty where nothing is.

    `alone`: of a series this one occurrence was changed.
    """
    if not set(MOVING) & set(values):
        return ""
    meant = as_typed(shape_of("event"), before, values)
    return word_of(actor, {**meant, "repeats": None} if alone else meant, record_id)


def word_of(actor: Actor, meant: Mapping[str, Any], record_id: int) -> str:
    """What is in the way of an event, for a message; empty where nothing is."""
    spans = spans_of(meant, span_of(meant))
    said = said_of(actor, _in_the_way(actor, meant, spans, record_id), dated=len(spans) > 1)
    return " " + _("At the same time: {clashes}.").format(clashes="; ".join(said)) if said else ""
