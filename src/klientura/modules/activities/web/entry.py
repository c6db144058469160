"""Quick entry in one line: what was understood shows as chips that can be taken off; Enter makes the task, and it can be taken back."""

import datetime as dt
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from klientura.kernel.access.gate import may
from klientura.kernel.errors import Denied, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast
from klientura.kit.entry.findings import MOST_LETTERS
from klientura.kit.entry.reading import Entry, read_entry
from klientura.kit.entry.repeats import completed
from klientura.kit.recurrence.rules import parse
from klientura.kit.recurrence.words import describe
from klientura.modules.activities.queries.clients import Candidate, clients_named, the_one
from klientura.modules.activities.services.entry import About, give, is_event, plan, take_back
from klientura.modules.activities.web.calendar.clashing import word_of
from klientura.modules.activities.web.ordering import Handing, handing

ROLES: Final = ("kind", "day", "clock", "length", "repeat", "important", "order")
NOBODY: Final = "0"
ICONS: Final = {
    "call": "phone", "meeting": "users", "task": "circle-check", "day": "calendar", "clock": "clock", "length": "hourglass",
    "repeat": "refresh-cw", "important": "flag", "order": "clipboard-check",
}  # fmt: skip


def taken_off(asked: Request) -> frozenset[str]:
    """What the reader has taken off, of the line as it stands."""
    given = asked.POST.getlist("without") + asked.POST.getlist("take_off")
    return frozenset(given) & frozenset(ROLES)


def read_line(text: str, *, without: frozenset[str] = frozenset(), ordered: int = 0) -> Entry:
    """A line as the reader's clock understands it."""
    return read_entry(text, timezone.localtime().replace(tzinfo=None), without=without, ordered=ordered)


def _text(asked: Request) -> str:
    """The line: of the form, or of the address, as the palette sends it."""
    return (asked.POST.get("text") or asked.GET.get("text", "")).partition("\n")[0].strip()[:MOST_LETTERS]


def chips(entry: Entry, *, event: bool = False) -> list[dict[str, str]]:
    """What was understood, one chip for each role."""
    labels = {
        "kind": {"call": _("Call"), "meeting": _("Meeting in the calendar") if event else _("Meeting")}.get(
            entry.kind, ""
        ),
        "day": _day(entry.moment.date()) if entry.moment else "",
        "clock": _clock(entry),
        "length": _length(entry.minutes or 0),
        "important": _("Important"),
        "repeat": _repeat(entry),
    }
    found = {p.role: p for p in entry.parts}
    return [
        {
            "role": role,
            "icon": ICONS[entry.kind if role == "kind" else role],
            "label": labels[role],
        }
        for role in ROLES
        if role in found and labels.get(role)
    ]


def _repeat(entry: Entry) -> str:
    """How often, and from which day where no other words tell it."""
    if entry.repeat is None or entry.moment is None:
        return ""
    rule = parse(completed(entry.repeat, entry.moment.date()))
    often = describe(rule, entry.moment, lang())
    if any(p.role in {"day", "clock"} for p in entry.parts):
        return often
    return _("{often}, from {day}").format(often=often, day=_day(entry.moment.date()))


def _clock(entry: Entry) -> str:
    if entry.moment is None:
        return ""
    clock = entry.moment.strftime("%H:%M")
    has_day = any(p.role == "day" for p in entry.parts)
    return clock if has_day else f"{_day(entry.moment.date())}, {clock}"


def _day(day: dt.date) -> str:
    """Today, tomorrow, or the day with its weekday."""
    today = timezone.localdate()
    near = {today: _("Today"), today + dt.timedelta(days=1): _("Tomorrow")}
    form = _("D, j M") if day.year == today.year else _("D, j M Y")
    return near.get(day) or date_format(day, form)


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [_("{n} h").format(n=hours)] if hours else []
    parts += [_("{n} min").format(n=rest)] if rest else []
    return " ".join(parts)


def _chosen(asked: Request, found: list[Candidate]) -> int | None:
    """Whom the reader has chosen among those who may be meant; else the only one who can be."""
    given = asked.POST.get("party")
    if given == NOBODY:
        return None
    if (wanted := number(given)) is not None and any(c.id == wanted for c in found):
        return wanted
    only = the_one(found)
    return only.id if only else None


def _about(asked: Request, found: list[Candidate]) -> About:
    return About(party_id=_chosen(asked, found))


def _understood(asked: Request, *, clients: bool = True) -> tuple[Entry, list[Candidate], Handing | None]:
    """What a line says, the clients it may name, and whom it gives something to; on a card neither is looked for."""
    without = taken_off(asked)
    if not clients:
        return read_line(_text(asked), without=without), [], None
    entry, order = _ordered(asked, _text(asked), without)
    return entry, clients_named(asked.actor, entry.names), order


def _ordered(
    asked: Request, text: str, without: frozenset[str] = frozenset()
) -> tuple[Entry, Handing | None]:
    """A line, and whom it gives something to: the words that name a colleague are no part of its name."""
    entry = read_line(text, without=without)
    order = handing(asked, entry)
    if order is not None and order.named:
        entry = read_line(text, without=without, ordered=order.named)
    return entry, order


def misread(entry: Entry) -> str:
    """Which words look like a day or a time and are none; empty when there are no such."""
    if not entry.misread:
        return ""
    said = ", ".join(f"«{words}»" for words in entry.misread)
    return _("There is no such date or time ahead: {words}. The words stay in the name.").format(words=said)


def unknown(entry: Entry) -> str:
    """That nobody is called as a line names somebody; empty where it names nobody, or only an abbreviation."""
    named = next((n.text for n in entry.names if not n.text.isupper()), "")
    return (
        _("Nobody in the base is called «{name}»: it will be without a client.").format(name=named)
        if named
        else ""
    )


def context_of(asked: Request, *, text: str = "", error: str = "") -> dict[str, Any] | None:
    """The line of quick entry, empty or with a text that was brought; None for who may make no tasks."""
    if not may(asked.actor, shape_of("task"), "create"):
        return None
    return {"text": text, "error": error}


@open_to(Door.SIGNED_IN)
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """POST /entry/preview: the chips of what a line says."""
    asked = of(request)
    if not _text(asked):
        return HttpResponse("")
    here = (
        "here" in asked.GET
    )  # on a card, whose client is known; a time filled in there counts more than words
    if here and (asked.POST.get("kind") != "task" or asked.POST.get("due_at")):
        return HttpResponse("")
    entry, found, order = _understood(asked, clients=not here)
    chosen = _chosen(asked, found)
    event = not here and order is None and is_event(asked.actor, entry)
    return show(
        request,
        "activities/entry_chips.html",
        chips=[*([order.chip] if order else []), *chips(entry, event=event)],
        colleagues=order.choices if order else [],
        trouble=order.trouble if order else "",
        notes=[note for note in (misread(entry), "" if here or order or found else unknown(entry)) if note],
        name=entry.name,
        url=asked.get_full_path(),
        without=sorted(taken_off(asked)),
        clients=[{"id": c.id, "title": c.title, "sub": c.sub, "checked": c.id == chosen} for c in found],
        nobody=bool(found) and chosen is None and asked.POST.get("party") == NOBODY,
        must_choose=len(found) > 1 and chosen is None and asked.POST.get("party") != NOBODY,
    )


@open_to(Door.SIGNED_IN)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """POST /entry: make the task of a line; answers the empty line. A refusal keeps what was typed."""
    asked = of(request)
    text = _text(asked)
    if not text:
        return _line(asked, context_of(asked, error=_("Write what has to be done.")), status=422)
    entry, found, order = _understood(asked)
    if order is not None and order.chosen is None:
        return _line(asked, context_of(asked, text=text, error=order.trouble), status=422)
    about = _about(asked, found)
    try:
        if order is not None and order.chosen is not None:
            kind, record_id = give(asked.actor, entry, about, order.chosen.id)
        else:
            kind, record_id = plan(asked.actor, entry, about)
    except (Invalid, Denied) as refused:
        said = (
            " ".join(str(e.message) for e in refused.errors)
            if isinstance(refused, Invalid)
            else str(refused.message)
        )
        return _line(asked, context_of(asked, text=text, error=said), status=422)
    response = _line(asked, context_of(asked))
    response["HX-Trigger"] = '{"listChanged": true}'
    said = told(entry, order.chosen.name if order and order.chosen else "")
    wrong = misread(entry)
    if kind == "event":
        wrong = f"{wrong} {word_of(asked.actor, read.get(asked.actor, shape_of(kind), record_id), record_id)}".strip()
    return toast(
        response,
        f"{said}. {wrong}" if wrong else said,
        kind="warning" if wrong else "success",
        undo_url=f"/entry/{kind}/{record_id}/undo",
    )


def told(entry: Entry, executor: str = "") -> str:
    """What was planned, or given to somebody, in words."""
    if executor:
        when = _("no time set") if entry.moment is None else _day(entry.moment.date())
        return _("Given to {who}: {name} — {when}").format(who=executor, name=entry.name, when=when)
    if entry.moment is None:
        return _("Planned without a date: {name}").format(name=entry.name)
    when = _day(entry.moment.date()) + ("" if entry.whole_day else f", {entry.moment:%H:%M}")
    return _("Planned: {name} — {when}").format(when=when, name=entry.name)


def _line(asked: Request, entry: dict[str, Any] | None, *, status: int = 200) -> HttpResponse:
    return show(asked, "activities/entry_line.html", entry=entry, status=status)


@open_to(Door.SIGNED_IN)
@require_POST
def undo(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /entry/{object}/{id}/undo: take back a task or an event that was just made."""
    take_back(of(request).actor, object, record_id)
    response = HttpResponse(status=204)
    response["HX-Trigger"] = '{"listChanged": true}'
    return toast(response, _("Taken back"))


def suggestions(asked: Request, typed: str) -> list[dict[str, Any]]:
    """For the palette: the task that the words would make, where they say when, how or what kind."""
    if not may(asked.actor, shape_of("task"), "create"):
        return []
    entry, order = _ordered(asked, typed)
    if not entry.parts and order is None:
        return []
    found = clients_named(asked.actor, entry.names)
    only = the_one(found)
    clear = (not found or only is not None) and (order is None or order.chosen is not None)
    when = [c["label"] for c in [*([order.chip] if order else []), *chips(entry)] if c["role"] != "kind"]
    item = {
        "id": "",
        "title": entry.name,
        "sub": " · ".join([*when, *([only.title] if only else [])]),
        "icon": ICONS["order" if order else entry.kind],
        "group": _("Plan"),
    }
    if clear:
        return [item | {"post": f"/entry?{urlencode({'text': typed})}"}]
    todo = (order.trouble if order else "") or _("choose the client…")
    return [item | {"sub": " · ".join([*when, todo]), "url": f"/day?{urlencode({'entry': typed})}"}]
