"""Who changed what: the history of a record, and taking an operation back."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.access.gate import writable
from klientura.kernel.fields.references import SEVERAL
from klientura.kernel.history.marks import marks_of
from klientura.kernel.history.read import FILES, ChangedField, Entry, History, history_of
from klientura.kernel.history.undoing import undo
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import PartShape, Shape
from klientura.kernel.screens.cells import cell, phone
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.lines import told
from klientura.kernel.screens.panels import MainPanel
from klientura.kernel.screens.why import by_rule
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.tags import dictionary
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast, work_begun
from klientura.kit.formats import format_date
from klientura.kit.phones import EXTENSION

ICONS = {
    "create": "sparkles",
    "trash": "trash-2",
    "merge": "copy",
    "share": "share",
    "comment": "message-square",
}
STORED_PHONE = re.compile(rf"\+\d{{8,15}}({re.escape(EXTENSION)}\d+)?")


def action_text(asked: Request, history: History, entry: Entry, shape: Shape) -> str:
    """What happened, as a sentence that follows the name of who did it. A line that came or went is told in full."""
    if entry.text:
        return entry.text
    if entry.part:
        part = shape.parts[entry.part]
        label = str(part.label).lower()
        if part.columns:
            label = ": ".join(t for t in (str(part.label), _columns_said(asked, history, entry, part)) if t)
        elif entry.action in {"add", "remove"}:
            label = told(part, {c.field.key: c.new if entry.action == "add" else c.old for c in entry.fields})
        texts = {"add": _("added: {part}"), "remove": _("removed: {part}"), "update": _("changed: {part}")}
        return texts.get(entry.action, _("changed: {part}")).format(part=label)
    texts = {
        "create": _("created the record"),
        "update": pgettext("history", "changed"),
        "trash": _("moved to the trash"),
        "restore": _("took out of the trash"),
        "purge": _("deleted for good"),
    }
    return texts.get(entry.action, entry.action)


def _columns_said(asked: Request, history: History, entry: Entry, part: PartShape) -> str:
    """The columns of a line that came or went, in their order."""
    if entry.action not in {"add", "remove"}:
        return ""
    held = {c.field.key: c for c in entry.fields}
    values = [
        changed_value(asked, history, c, c.new if entry.action == "add" else c.old, {})
        for key in part.columns
        if (c := held.get(key))
    ]
    texts = [v.get("text") if isinstance(v, dict) else v for v in values]
    return ", ".join(str(t) for t in texts if t)


def _where_from(entry: Entry) -> str:
    told = f" · {_('standing in for {name}').format(name=entry.behalf)}" if entry.behalf else ""
    if entry.imported is None:
        return told
    file = entry.imported
    return told + " · " + (_("from the import of {file}").format(file=file) if file else _("from an import"))


def changed_value(asked: Request, history: History, changed: ChangedField, value: Any, row: Row) -> Any:
    """A stored value (as JSON) of a record or of a line for reading."""
    field = changed.field
    if value is None:
        return None
    if source := field.points_at:
        title = history.titles.get((source, value)) if isinstance(value, int) else None
        value = Ref(value, title)
    elif field.type.key == "file" and isinstance(value, list):
        return ", ".join(history.titles.get((FILES, n)) or f"№ {n}" for n in value)
    elif field.type.key in SEVERAL and isinstance(value, list):
        value = [Ref(n, history.titles.get((field.params.target or "", n))) for n in value]
    elif field.params.dictionary and isinstance(value, list):
        value = dictionary.shown(field.params.dictionary, value, history.titles)
    elif field.type.key in {"date", "datetime", "money", "decimal", "percent"}:
        value = field.type.parse(str(value), field.params)
    elif field.key == "value" and STORED_PHONE.fullmatch(
        str(value)
    ):  # of a line, whose kind need not have changed
        return phone(value, lang())
    return cell(field, value, row, lang(), company_currency=asked.installation.currency)


def timeline_items(asked: Request, shape: Shape, row: Row, history: History) -> list[dict[str, Any]]:
    """Entries as items of a timeline (see ui/timeline.html), each with the number of its entry; some entries have none.

    The record as it is says what its sums are in. Lines that came or went are told beneath what the same save did
    to the record (`also`); `last` is the number of the earliest entry that an item tells.
    """
    items: list[dict[str, Any]] = []
    retold = {
        (e.version, key)
        for e in history.entries
        if e.part and e.version
        for key in shape.parts[e.part].mirrors
    }  # the main phone that a line brought is told by the line
    marks = marks_of(e.operation_id for e in history.entries)
    for entry in history.entries:
        told_here = [c for c in entry.fields if entry.part or (entry.version, c.field.key) not in retold]
        if entry.part and (columns := shape.parts[entry.part].columns):
            told_here = [c for c in told_here if c.field.key in columns]
        if entry.action == "update" and not told_here:
            continue
        at = timezone.localtime(entry.at)
        items.append(
            {
                "id": entry.id,
                "last": entry.id,
                "save": (entry.version or entry.at, entry.actor_id, entry.operation_id),
                "line": bool(entry.part) and entry.action in {"add", "remove"},
                "kind": "change",
                "icon": ICONS.get(entry.action, "history"),
                "who": entry.actor or _("Klientura"),
                "text": action_text(asked, history, entry, shape),
                "where_from": _where_from(entry),
                "time": at.strftime("%H:%M"),
                "iso": at.isoformat(),
                "at": entry.at,
                "changes": [
                    {
                        "label": c.field.heading,
                        "old": changed_value(asked, history, c, c.old, {} if entry.part else row),
                        "new": changed_value(asked, history, c, c.new, {} if entry.part else row),
                    }
                    for c in told_here
                    if entry.action not in {"add", "remove"}
                ],
            }
            | by_rule(marks.get(entry.operation_id or 0), shape, row["id"])
        )
    saves = groupby(items, key=lambda item: item["save"])
    return [item for _save, alike in saves for item in _together([*alike])]


def _together(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What one save did: lines that came or went stand beneath the rest, or beneath the first of them."""
    head = next((item for item in items if not item["line"]), items[0])
    under = [item for item in items if item["line"] and item is not head]
    head["also"] = [item["text"] for item in reversed(under)]
    head["last"] = min(item["last"] for item in [head, *under])
    return [item for item in items if item is head or not item["line"]]


def by_day(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Group items, the newest first, under the days they happened on."""
    today = timezone.localdate()
    days: list[dict[str, Any]] = []
    for item in items:
        day = timezone.localtime(item["at"]).date()
        gap = (today - day).days
        label = _("Today") if gap == 0 else _("Yesterday") if gap == 1 else format_date(day, lang())
        if not days or days[-1]["label"] != label:
            days.append({"label": label, "items": []})
        days[-1]["items"].append(item)
    return days


def _history_context(asked: Request, shape: Shape, row: Row, *, before: int | None = None) -> dict[str, Any]:
    """A page of the changes; the first stands under the way to the record's past."""
    history, place = history_of(asked.actor, shape, row["id"], before=before), f"/{shape.key}/{row['id']}"
    items = timeline_items(asked, shape, row, history)
    if "edit" in read.verbs_on(asked.actor, shape, row["id"], ("edit",)):
        _offer_to_put_back(asked, shape, items, history, place)
    more = f"{place}/history?before={history.next}" if history.next else ""
    return {"days": by_day(items), "more_url": more, "place": "" if before else place}


def _offer_to_put_back(
    asked: Request, shape: Shape, items: list[dict[str, Any]], history: History, place: str
) -> None:
    """Beside each change of values the reader may make: put it back."""
    may = {
        e.id
        for e in history.entries
        if e.action == "update" and not e.part
        and any(c.field.changeable and writable(asked.actor, shape, c.field.key) for c in e.fields)
    }  # fmt: skip
    for item in items:
        if item["id"] in may:
            attrs = {"hx-post": f"{place}/changes/{item['id']}/back", "hx-swap": "none"}
            item["actions"] = [{"label": _("Put back"), "icon": "undo-2", "attrs": attrs}]


HISTORY_PANEL = MainPanel(
    key="history",
    label=gettext_lazy("Changes"),
    template="screens/history.html",
    fits=lambda _shape: True,
    context=_history_context,
)


@open_to(Door.SIGNED_IN)
@require_GET
def history_page(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/history?before=…: further entries."""
    asked, shape = of(request), shape_of(object)
    row = read.get(asked.actor, shape, record_id)
    context = _history_context(asked, shape, row, before=number(request.GET.get("before")))
    return show(request, "screens/history.html", panel_context=context)


@open_to(Door.SIGNED_IN)
@require_POST
def undo_operation(request: HttpRequest, operation_id: int) -> HttpResponse:
    """POST /operations/{id}/undo: take a bulk act back and say what came of it."""
    done = undo(of(request).actor, operation_id)
    if isinstance(done, Job):
        return work_begun()
    text = done.text or ngettext(
        "%(count)s record is as it was", "%(count)s records are as they were", done.restored
    ) % {"count": done.restored}
    if done.kept and not done.text:
        text += ". " + ngettext(
            "%(count)s record was changed since: what was changed stayed",
            "%(count)s records were changed since: what was changed stayed",
            len(done.kept),
        ) % {"count": len(done.kept)}
    response = HttpResponse(status=200)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = '{"listChanged": true}'
    return toast(response, text)
