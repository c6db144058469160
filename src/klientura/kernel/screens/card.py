"""The card of a record: facts on the left, the timeline in the middle, related records on the right."""

from collections.abc import Collection, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, members_of, readable, readable_parts, writable
from klientura.kernel.errors import NotFound
from klientura.kernel.notify.following import MOST, attention
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import FieldShape, PartShape, Shape
from klientura.kernel.screens import conditional, line_tables
from klientura.kernel.screens.arranged import sections_of
from klientura.kernel.screens.cells import cell, needed_beside, unlinked
from klientura.kernel.screens.contacts import contacts
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.lines import kind_of, value_of
from klientura.kernel.screens.merging.notice import notices, to_kept
from klientura.kernel.screens.moving import stage_bar
from klientura.kernel.screens.panels import MainPanel, card_ways, head_panels, main_panels
from klientura.kernel.screens.trash import in_trash
from klientura.kernel.sharing.reading import is_shared
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.views.links import list_url
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.kit.formats import format_date

RELATED = 6
BADGES = ("status", "stage", "importance")
QUIET = (
    "phone",
    "email",
    "city",
    "employer",
    "party",
    "inn",
)  # what one wants at hand, in the head of the card


@open_to(Door.SIGNED_IN)
@require_GET
def record(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}: the card; with ?peek=1 its short form for the side panel."""
    asked, shape = of(request), shape_of(object)
    if members_of(shape):
        return _to_kind(asked, shape, record_id)
    try:
        row = read.get(asked.actor, shape, record_id)
    except NotFound:
        return to_kept(asked, shape, record_id) or in_trash(asked, shape, record_id)
    parts = read.named_parts_of(asked.actor, shape, [record_id], shown=True)[record_id]
    open_verbs = read.verbs_on(asked.actor, shape, record_id, ("edit", "delete"))
    context: dict[str, Any] = {
        "shape": shape,
        "row": row,
        "record_id": record_id,
        "heading": _heading(shape, row),
        "badges": [*_badges(asked, shape, row), *_sharing(shape, record_id)],
        "meta": _meta(asked, shape, row),
        "facts_sections": sections(asked, shape, row, editable="edit" in open_verbs),
        "parts": part_panels(asked, shape, parts),
        "tables": [
            line_tables.for_reading(asked, shape, shape.parts[k], row, lines)
            | {
                "open": "edit" in open_verbs
                and not _is_closed(shape.parts[k], row)
                and not shape.parts[k].by_verb
            }
            for k, lines in parts.items()
            if shape.parts[k].columns and lines
        ],
    }
    if request.GET.get("peek"):
        return show(request, "screens/peek.html", **context)
    panels, heads = main_panels(shape), head_panels(shape)
    panels_of_others = related(asked, shape, record_id)
    heed = attention(asked.actor, shape, record_id)
    chosen = next((p for p in panels if p.key == request.GET.get("tab")), panels[0] if panels else None)
    return show(
        request, "screens/card.html", active=shape.key, sheets=_sheets([*panels, *heads], shape), **context,
        heads=[{"template": p.template, "context": p.context(asked, shape, row)} for p in heads],
        panels=[
            {"key": p.key, "label": str(p.label), "active": p is chosen, "count": _count(p.key, heed.comments)} for p in panels
        ], attention=heed,
        bar=stage_bar(asked, shape, row, movable="edit" in open_verbs), contacts=contacts(asked, shape, row),
        panel=chosen.template if chosen else "",
        panel_context=chosen.context(asked, shape, row) if chosen else {},
        related=[p for p in panels_of_others if p["items"]],
        related_empty=[p for p in panels_of_others if not p["items"]],
        actions=_actions(asked.actor, shape, row, open_verbs),
        ways=card_ways(asked, shape, row), beginnings=_beginnings(asked, shape, row),
        may=dict.fromkeys(open_verbs, True), copy_url=_copy_url(asked, shape, record_id), merging=notices(asked, shape, record_id),
    )  # fmt: skip


def _heading(shape: Shape, row: Row) -> str:
    """How the card names the record; a paper without a number is named by its kind alone."""
    if not shape.spec.heading:
        return row["title"] or f"№ {row['id']}"
    if not any(row.get(key) for key in shape.spec.title):
        return row["title"] or str(shape.label)
    name = str(shape.spec.heading).format(title=row["title"])
    if (day := row.get(shape.spec.dated)) is None:
        return name
    return _("{paper} of {day}").format(paper=name, day=format_date(day, lang()))


def _copy_url(asked: Request, shape: Shape, record_id: int) -> str:
    """The way to a form that begins as a copy of this record; none to records of facts, and to those one may not make."""
    return (
        f"/{shape.key}/new?copy={record_id}"
        if may(asked.actor, shape, "create") and not shape.spec.facts
        else ""
    )


def _is_closed(part: PartShape, row: Row) -> bool:
    return part.closed is not None and part.closed(row)


def _beginnings(asked: Request, shape: Shape, row: Row) -> list[dict[str, str]]:
    """What may be begun from this card: an invoice from a deal."""
    return [
        {
            "label": str(beginning.label),
            "icon": other.spec.icon,
            "url": f"/{other.key}/new?from={shape.key}-{row['id']}",
        }
        for other in all_shapes().values()
        if (beginning := other.spec.begun_from.get(shape.key))
        and may(asked.actor, other, "create")
        and (beginning.fits is None or beginning.fits(asked.actor, row))
    ]


def _sheets(panels: Sequence[MainPanel], shape: Shape) -> list[str]:
    tables = ["lines"] if any(p.columns for p in shape.parts.values()) else []
    return sorted({*tables, *(sheet for panel in panels for sheet in panel.sheets)})


def _count(panel: str, comments: int) -> str:
    """What stands beside the name of a panel: how much is said about the record."""
    if panel != "comments" or not comments:
        return ""
    return "99+" if comments >= MOST else str(comments)


def _to_kind(asked: Request, shape: Shape, record_id: int) -> HttpResponse:
    """A party's address leads to the organisation's or the person's card."""
    for member in members_of(shape):
        if may(asked.actor, member, "read") and read.titles(asked.actor, member, [record_id]):
            query = asked.META.get("QUERY_STRING", "")
            return HttpResponseRedirect(f"/{member.key}/{record_id}{'?' if query else ''}{query}")
    if moved := to_kept(asked, shape, record_id):
        return moved
    raise NotFound


def _badges(asked: Request, shape: Shape, row: Row) -> list[dict[str, Any]]:
    fields = readable(asked.actor, shape)
    made = []
    for key in BADGES:
        if key in fields and row.get(key) is not None and not (key == "importance" and row[key] != "high"):
            shown = cell(fields[key], row[key], row, lang(), company_currency=asked.installation.currency)
            made.append(shown if isinstance(shown, dict) else {"text": shown, "hue": ""})
    return made


def _sharing(shape: Shape, record_id: int) -> list[dict[str, Any]]:
    """A mark on a record that others see because it is shared with them."""
    return [{"text": _("Shared"), "hue": "violet"}] if is_shared(shape, record_id) else []


def _meta(asked: Request, shape: Shape, row: Row) -> list[dict[str, Any]]:
    fields = readable(asked.actor, shape)
    icons = {
        "phone": "phone",
        "email": "mail",
        "city": "map-pin",
        "employer": "building-2",
        "party": "contact",
        "inn": "hash",
    }
    return [
        {
            "icon": icons[k],
            "value": cell(fields[k], row[k], row, lang(), company_currency=asked.installation.currency),
        }
        for k in QUIET
        if k in fields and row.get(k) not in (None, "")
    ]


def sections(asked: Request, shape: Shape, row: Row, *, editable: bool) -> list[dict[str, Any]]:
    """The facts of a record, by section; `editable` tells whether this very record is the actor's to change."""
    fields = readable(asked.actor, shape)
    judged = conditional.with_judged(shape, row, row["id"])
    states = conditional.states(asked.actor, shape, judged, {})
    made = []
    for section in sections_of(asked.actor, shape, row):
        facts = [
            fact(asked, shape, row, fields[k], editable=editable and k not in states.locked)
            for k in section.fields
            if k in fields
            and k not in states.hidden
            and not (fields[k].rare and _says_nothing(fields[k], row[k]))
        ]
        if facts:
            made.append({"title": str(section.label), "facts": facts})
    return made


def _says_nothing(field: FieldShape, value: Any) -> bool:
    """Whether a value is none, or the «no» of what is either so or not."""
    return value is None or value in ("", []) or (value is False and not field.nullable)


def fact(asked: Request, shape: Shape, row: Row, field: FieldShape, *, editable: bool) -> dict[str, Any]:
    """One fact; with an address to edit it when the actor may change this record's field."""
    made: dict[str, Any] = {
        "name": field.key,
        "label": field.heading,
        "value": unlinked(
            asked.actor,
            field,
            cell(field, row[field.key], row, lang(), company_currency=asked.installation.currency),
        ),
    }
    if editable and field.changeable and writable(asked.actor, shape, field.key):
        made["edit_url"] = f"/{shape.key}/{row['id']}/fact/{field.key}"
    return made


def part_panels(asked: Request, shape: Shape, parts: dict[str, list[Row]]) -> list[dict[str, Any]]:
    """The lines of a record for reading, those parts first that have any."""
    made = []
    for key in readable_parts(asked.actor, shape):
        part = shape.parts[key]
        if part.by_verb or (part.columns and parts.get(key)):
            continue
        made.append(
            {
                "key": key,
                "title": str(part.label),
                "lines": [_line(part, line) for line in parts.get(key, [])],
            }
        )
    return made


def _line(part: PartShape, line: Row) -> dict[str, Any]:
    """A line in words: what it is, its value as something to click, what is odd about it."""
    return {
        "label": kind_of(part, line),
        "value": value_of(part, line),
        "note": line.get("note") or "",
        "uncertain": bool(line.get("uncertain")),
        "undeliverable": bool(line.get("undeliverable")),
    }


def related(asked: Request, shape: Shape, record_id: int) -> list[dict[str, Any]]:
    """Panels of the records that refer to this one; derived from the Shapes, so a new object shows up by itself."""
    made = []
    for other in all_shapes().values():
        if not other.spec.related or not may(asked.actor, other, "read") or members_of(other):
            continue
        pointing = [f for f in readable(asked.actor, other).values() if _points_at(f, shape)]
        panels = [
            _related_panel(asked, other, f, record_id, alone=len(pointing) == 1 and other.base != shape.base)
            for f in pointing
        ]
        # To add one, the first of several ways in which it may refer to this record is enough.
        made += [p for place, p in enumerate(panels) if p["items"] or place == 0]
    return [panel for panel in made if panel["items"] or panel["add_url"]]


def _points_at(field: FieldShape, shape: Shape) -> bool:
    if field.type.key not in {"reference", "references"} or field.system:
        return False
    target = all_shapes().get(field.params.target or "")
    return (
        target is not None and target.base == shape.base and (target.key == shape.key or not target.constants)
    )


def _related_panel(
    asked: Request, other: Shape, field: FieldShape, record_id: int, alone: bool
) -> dict[str, Any]:
    asked_by = {"op": "any", "value": [record_id]} if field.type.many else {"op": "eq", "value": record_id}
    tree = {"field": field.key, **asked_by}
    fields = readable(asked.actor, other)
    told = [k for k in other.spec.columns if k in fields and k != field.key][:4]
    keys = ["title", *told, *needed_beside(fields, told)]
    page = read.page(asked.actor, other, tree=tree, sort="-created_at", limit=RELATED, keys=keys)
    title = (
        str(field.related or other.plural) if alone or field.related else f"{other.plural} · {field.label}"
    )
    return {
        "title": title,
        "items": [_related_item(asked, other, row, told) for row in page.rows],
        "more_url": list_url(other.key, tree) if page.next else "",
        "add_url": f"/{other.key}/new?dialog=1&stay=1&{field.key}={record_id}"
        if field.writable
        and may(asked.actor, other, "create")  # what the product itself ties is not made by hand
        else "",
        "add_label": str(other.spec.new_label),
    }


def _related_item(asked: Request, other: Shape, row: Row, told: Sequence[str]) -> dict[str, Any]:
    fields = readable(asked.actor, other)
    item: dict[str, Any] = {
        "title": row["title"] or f"№ {row['id']}",
        "url": f"/{other.key}/{row['id']}",
        "icon": other.spec.icon,
    }
    quiet = []
    for key in told:
        if key in {*other.spec.title, "title"} or row[key] is None:
            continue
        shown = cell(fields[key], row[key], row, lang(), company_currency=asked.installation.currency)
        if isinstance(shown, dict) and shown.get("kind") in {"badge", "money"} and "end" not in item:
            item["end"] = shown
        elif (text := shown.get("text") if isinstance(shown, dict) else shown) and not isinstance(
            row[key], Ref | list
        ):
            quiet.append(str(text))
        elif isinstance(row[key], Ref) and row[key].title:
            quiet.append(row[key].title)
    item["sub"] = " · ".join(quiet[:2])
    return item


def _actions(actor: Actor, shape: Shape, row: Row, open_verbs: Collection[str]) -> list[dict[str, Any]]:
    """The verbs of the object that are the reader's to do with this record now."""
    return [
        {
            "label": str(a.label),
            "icon": a.icon,
            "url": f"/{shape.key}/{row['id']}/actions/{a.key}",
            "form": bool(a.fields),
            "key": a.key,
        }
        for a in shape.spec.actions
        if (a.needs == "read" or a.needs in open_verbs) and (a.fits is None or a.fits(actor, row))
    ]


@open_to(Door.SIGNED_IN)
@require_POST
def trash(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/trash: to the trash, back to the list; the toast offers Undo."""
    asked, shape = of(request), shape_of(object)
    write.trash(asked.actor, shape, [record_id])
    response = HttpResponse(status=204)
    if asked.htmx:
        response["HX-Redirect"] = f"/{shape.key}?gone={record_id}"
        return response
    return HttpResponseRedirect(f"/{shape.key}?gone={record_id}")


@open_to(Door.SIGNED_IN)
@require_POST
def restore(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/restore: out of the trash, to its card."""
    asked, shape = of(request), shape_of(object)
    write.restore(asked.actor, shape, [record_id])
    address = f"/{shape.key}/{record_id}?restored=1"  # the card says that it is back
    if not asked.htmx:
        return HttpResponseRedirect(address)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response
