"""The timeline in the middle of a card: open tasks, then interactions and changes by day; and writing into it."""

from collections.abc import Collection, Mapping, Sequence
from itertools import takewhile
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.access.gate import may
from klientura.kernel.comments import mentions
from klientura.kernel.comments.reading import counts
from klientura.kernel.errors import Invalid
from klientura.kernel.history.read import history_of
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.changes import by_day, timeline_items
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.panels import MainPanel
from klientura.kernel.store import cursors, read, write
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import refused, toast
from klientura.kit.formats import format_datetime
from klientura.modules.activities.queries.timeline import (
    Slice,
    done_tasks_of,
    interactions_of,
    open_tasks_of,
    pinned_of,
)
from klientura.modules.activities.services.entry import About, values_of
from klientura.modules.activities.services.sources import actions_of
from klientura.modules.activities.web.composer import WITH_NEXT, composer, given
from klientura.modules.activities.web.entry import misread, read_line, taken_off
from klientura.modules.activities.web.remarks import remark_action
from klientura.modules.activities.web.timeline_shown import (
    EVERYBODY,
    asked_by,
    choices,
    choices_of_people,
    people_of,
    shown_by,
    with_person,
)

PAGE = 20
START, OVER = "", "-"  # a source of which nothing, or all, has been shown
ICONS = {
    "letter": "mail", "fax": "printer", "sms": "message-square", "chat": "messages-square", "visit": "map-pin", "form": "file-text",
}  # fmt: skip


def _context(asked: Request, shape: Shape, row: Row) -> dict[str, Any]:
    pinned = pinned_of(asked.actor, shape, row["id"])
    found = _slice(asked, shape, row, besides={r["id"] for r in pinned})
    people, person = people_of(asked.actor, shape, row), number(asked.GET.get("person"))
    key, address = asked.GET.get("show", ""), f"/{shape.key}/{row['id']}"
    post_url = f"/{shape.key}/{row['id']}/timeline"
    return {
        **found,
        "pinned": _pinned(asked, shape, row, pinned, found["said"]),
        "tasks": [_task(asked, t) for t in open_tasks_of(asked.actor, shape, row["id"])],
        "composer": composer(asked, shape, row),
        "post_url": post_url,
        "draft": f"timeline-{shape.key}-{row['id']}",
        "shown": str(shown_by(asked.actor, key).label),
        "choices": choices(asked.actor, key, person, address),
        "narrowed": bool(key or person),
        "with_whom": next((p["title"] for p in people if p["id"] == person), str(EVERYBODY)),
        "people": choices_of_people(people, person, key, address) if people else [],
    }


TIMELINE_PANEL = MainPanel(
    key="timeline",
    label=gettext_lazy("Timeline"),
    template="activities/timeline.html",
    fits=lambda shape: shape.spec.subject,
    context=_context,
    sheets=("day",),
)


def _pinned(
    asked: Request, shape: Shape, row: Row, pinned: Sequence[Row], said: Mapping[int, int]
) -> list[dict[str, Any]]:
    """What stands on top of the timeline whatever its age, and is not told again at its day."""
    return [
        {
            **_interaction(r, shape, row),
            "actions": [remark_action(r["id"], said), *_pin_actions(asked, r)],
            "time": format_datetime(timezone.localtime(r["at"]), lang()),
        }
        for r in pinned
    ]


def _pin_actions(asked: Request, row: Row) -> list[dict[str, Any]]:
    """To pin, or to let go what is pinned."""
    if "pinned" not in row or not may(asked.actor, shape_of("interaction"), "edit"):
        return []
    label, on = (_("Unpin"), "0") if row["pinned"] else (_("Pin"), "1")
    attrs = {
        "hx-post": f"/interaction/{row['id']}/pin", "hx-vals": f'{{"on": "{on}"}}', "hx-swap": "none",
    }  # fmt: skip
    return [{"label": label, "icon": "pin", "attrs": attrs}]


@open_to(Door.SIGNED_IN)
@require_POST
def pin(request: HttpRequest, record_id: int) -> HttpResponse:
    """POST /interaction/{id}/pin: `on` 1 keeps it on top of the timeline, 0 lets it go."""
    on = request.POST.get("on") == "1"
    write.update(of(request).actor, shape_of("interaction"), record_id, {"pinned": on})
    response = HttpResponse(status=204)
    response["HX-Refresh"] = "true"
    return response


def _slice(
    asked: Request,
    shape: Shape,
    row: Row,
    after: str | None = None,
    before: int | None = None,
    done: str | None = None,
    *,
    besides: Collection[int] = (),
) -> dict[str, Any]:
    """A stretch of the timeline: interactions, done tasks and changes merged; each source goes on from its own last shown item.

    `besides`: interactions that stand on top of it already.

    Where one source has only a page of what it holds, the others are cut at the end of that page: what is older
    waits, or it would stand above newer items of the pages to come.
    """
    key, person = asked.GET.get("show", ""), number(asked.GET.get("person"))
    chosen = with_person(asked.actor, shown_by(asked.actor, key), person)
    told = (
        interactions_of(asked.actor, shape, row["id"], after=after, limit=PAGE, narrow=chosen.narrow)
        if after != OVER and chosen.contacts
        else Slice([], None)
    )
    further = actions_of(asked.actor, [r["id"] for r in told.rows])
    said = counts(shape_of("interaction"), [r["id"] for r in told.rows])
    contacts = [
        {
            **_interaction(r, shape, row),
            "actions": [*further.get(r["id"], []), remark_action(r["id"], said), *_pin_actions(asked, r)],
        }
        for r in told.rows
    ]
    finished = (
        done_tasks_of(asked.actor, shape, row["id"], after=done, limit=PAGE)
        if done != OVER and chosen.tasks
        else Slice([], None)
    )
    tasks = [_done_task(r) for r in finished.rows]
    changes, next_before = _changes(asked, shape, row, before if chosen.changes else 0)
    found = changes
    pages = ((contacts, told.next), (tasks, finished.next), (changes, next_before))
    since = max((min(i["at"] for i in items) for items, goes_on in pages if items and goes_on), default=None)
    if since is not None:
        contacts, tasks = ([i for i in some if i["at"] >= since] for some in (contacts, tasks))
        changes = [*takewhile(lambda item: item["at"] >= since, changes)]
    query: dict[str, Any] = {
        "after": _cursor(told, len(contacts), after, "interaction", "at"),
        "done": _cursor(finished, len(tasks), done, "task", "done_at"),
        "before": next_before or 0 if changes == found else _before(changes, before),
    }
    items = [i for i in contacts if i["record"] not in besides] + [t for t in tasks if not t["told"]]
    more = {k: v for k, v in query.items() if v != START} | asked_by(key, person)
    ended = query == {"after": OVER, "done": OVER, "before": 0}
    return {
        "days": by_day(sorted([*items, *changes], key=lambda item: item["at"], reverse=True)),
        "said": said,
        "more_url": "" if ended else f"/{shape.key}/{row['id']}/timeline/more?{urlencode(more)}",
    }


def _changes(
    asked: Request, shape: Shape, row: Row, before: int | None
) -> tuple[list[dict[str, Any]], int | None]:
    """A page of changes, and the number to go on before; pages of which nothing is shown are passed over."""
    if before == 0:
        return [], None
    while True:
        found = history_of(asked.actor, shape, row["id"], before=before, limit=PAGE)
        items = timeline_items(asked, shape, row, found)
        if items or not found.next:
            return items, found.next
        before = found.next


def _cursor(told: Slice, shown: int, after: str | None, object_key: str, key: str) -> str:
    """Where the interactions, or the done tasks, go on when so many of a page are shown."""
    if shown == len(told.rows):
        return told.next or OVER
    if not shown:
        return after or START
    last = told.rows[shown - 1]
    field = shape_of(object_key).fields[key]
    return cursors.encode(f"-{key}", field, cursors.Position(last[key], last["id"]))


def _before(shown: list[dict[str, Any]], before: int | None) -> int | str:
    """The number before which the changes go on when only these of a page are shown."""
    return next((item["last"] for item in reversed(shown) if item["last"]), before or START)


def _result(shape: Shape, row: Row) -> str:
    """What came of it, as the card says it: the word of the list, and what was written besides."""
    fields = [shape.fields[key] for key in ("outcome", "result") if row.get(key)]
    return "\n".join(f"{f.heading}: {f.type.display(row[f.key], f.params, lang())}" for f in fields)


def _interaction(row: Row, around: Shape, record: Row) -> dict[str, Any]:
    at = timezone.localtime(row["at"])
    shape = shape_of("interaction")
    kind = row.get("kind") or "note"
    label = shape.fields["kind"].type.display(kind, shape.fields["kind"].params, lang())
    direction = {"incoming": _("incoming"), "outgoing": _("outgoing")}.get(row.get("direction") or "", "")
    person = row.get("person")
    own = around.base == "party" and isinstance(person, Ref) and person.id == record["id"]
    whom = (person.title or "") if isinstance(person, Ref) and not own else ""
    minutes = _("{count} min").format(count=row["minutes"]) if row.get("minutes") else ""
    text = " · ".join(t for t in (label, direction, whom, minutes, row.get("subject") or "") if t)
    body = "\n".join(
        t
        for t in (
            row.get("body") or "",
            _result(shape, row),
        )
        if t
    )
    owner = row.get("owner")
    return {
        "kind": kind,
        "record": row["id"],
        "icon": ICONS.get(kind, ""),
        "who": owner.title if isinstance(owner, Ref) and owner.title else _("Somebody"),
        "text": text,
        "url": f"/interaction/{row['id']}",
        "time": at.strftime("%H:%M"),
        "iso": at.isoformat(),
        "at": row["at"],
        "pinned": bool(row.get("pinned")),
        "body": body,
    }


def _done_task(row: Row) -> dict[str, Any]:
    at, owner = timezone.localtime(row["done_at"]), row.get("owner")
    return {
        "kind": "task",
        "who": owner.title if isinstance(owner, Ref) and owner.title else _("Somebody"),
        "text": _("has done: {name}").format(name=row["title"]),
        "url": f"/task/{row['id']}",
        "time": at.strftime("%H:%M"),
        "iso": at.isoformat(),
        "at": row["done_at"],
        "body": row.get("result") or "",
        "told": bool(row.get("interaction_id")),  # as a contact, which stands on the timeline by itself
    }


def _task(asked: Request, row: Row) -> dict[str, Any]:
    due = row.get("due_at")
    owner = row.get("owner")
    return {
        "id": row["id"],
        "title": row["title"],
        "url": f"/task/{row['id']}",
        "due": format_datetime(timezone.localtime(due), lang()) if due else _("no time set"),
        "iso": due.isoformat() if due else "",
        "overdue": bool(due and due < timezone.now()),
        "owner": owner.title if isinstance(owner, Ref) else "",
        "done_url": f"/task/{row['id']}/actions/complete",
    }


@open_to(Door.SIGNED_IN)
@require_POST
def write_down(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/timeline: write an interaction down or plan a task; answers the fresh timeline."""
    asked, shape = of(request), shape_of(object)
    row = read.get(asked.actor, shape, record_id)
    kind, misunderstood = request.POST.get("kind", "note"), ""
    text = request.POST.get("text", "").strip()
    try:
        if kind == "task":
            _plan(asked, shape, row, text)
        else:
            misunderstood = _log(asked, shape, row, kind, text)
    except Invalid as wrong:
        return refused(wrong.errors)
    response = show(
        request, "activities/timeline.html", panel_context=_context(asked, shape, row), card_url=f"/{shape.key}/{record_id}"
    )  # fmt: skip
    response["HX-Retarget"], response["HX-Reswap"] = "#activity", "outerHTML"
    if named := mentions.found_in(text):
        return toast(response, _not_told([m["name"] for m in named]), kind="warning")
    if misunderstood:
        return toast(response, f"{_('Written down')}. {misunderstood}", kind="warning")
    return toast(response, _("Planned") if kind == "task" else _("Written down"))


def _not_told(names: Sequence[str]) -> str:
    """Notes mention nobody: whoever writes «@Name» in one is told where it is heard."""
    text = ngettext(
        "Written down, but {names} is not told of it: mention colleagues in a comment, on the tab “Comments”",
        "Written down, but {names} are not told of it: mention colleagues in a comment, on the tab “Comments”",
        len(names),
    )
    return text.format(names=", ".join(names))


def _links(shape: Shape, row: Row) -> dict[str, Any]:
    """What a new activity is about: the party itself, or the record and its party."""
    if shape.base == "party":
        return {"party": row["id"]}
    party = row.get("party")
    return {
        "subject_object": shape.key,
        "subject_id": row["id"],
        "party": party.id if isinstance(party, Ref) else None,
    }


def _log(asked: Request, shape: Shape, row: Row, kind: str, text: str) -> str:
    """Write an interaction down, with the next step if one is named; what of that is no date is told."""
    first, _newline, rest = text.partition("\n")
    values: dict[str, Any] = {"kind": kind, "body": text, **_links(shape, row)}
    if rest and len(first) <= 300:
        values |= {"subject": first, "body": rest.strip()}
    values |= given(asked, kind)
    following = asked.POST.get("next", "").strip() if kind in WITH_NEXT else ""
    entry = read_line(following) if following else None
    with transaction.atomic():
        write.create(asked.actor, shape_of("interaction"), values)
        if entry is not None:
            write.create(asked.actor, shape_of("task"), {**values_of(entry, About()), **_links(shape, row)})
    return misread(entry) if entry is not None else ""


def _plan(asked: Request, shape: Shape, row: Row, text: str) -> None:
    """A task of its first line, as the quick entry reads it; what was filled in besides counts more."""
    first, _newline, rest = text.partition("\n")
    entry = read_line(first, without=taken_off(asked))
    said = {k: v for k, v in values_of(entry, About()).items() if v not in (None, False, "")}
    filled = given(asked, "task")
    if filled.get("due_at"):  # then the words of the line are words only
        said |= {"name": first}
    values = {
        **said,
        "name": said.get("name", first) if first else "",
        "description": rest.strip() or None,
        **filled,
        **_links(shape, row),
    }
    write.create(asked.actor, shape_of("task"), values)


@open_to(Door.SIGNED_IN)
@require_GET
def more(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/timeline/more: further items."""
    asked, shape = of(request), shape_of(object)
    row = read.get(asked.actor, shape, record_id)
    pinned = {r["id"] for r in pinned_of(asked.actor, shape, record_id)}
    found = _slice(
        asked,
        shape,
        row,
        request.GET.get("after"),
        number(request.GET.get("before")),
        request.GET.get("done"),
        besides=pinned,
    )
    return show(request, "activities/timeline_more.html", **found)
