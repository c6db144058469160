"""Editing one cell of a list in its place: the editor or why there is none, the save, and who was faster."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from klientura.kernel.access.gate import may, readable, writable
from klientura.kernel.errors import Conflict, Denied, Invalid, NotFound, Text
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens import conditional, in_place, rows_of
from klientura.kernel.screens.conflicts import seen_version
from klientura.kernel.screens.context import show
from klientura.kernel.screens.state import ListState, read_state, shown_columns
from klientura.kernel.store import field_states, read, write
from klientura.kernel.store.drafts import TOLD_ONCE
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def edit_cell(request: HttpRequest, object: str, record_id: int, key: str) -> HttpResponse:
    """GET /{object}/{id}/cell/{field}?…: the editor, or why the cell is only to be read. POST: save; answers the row of the list,
    as GET does with ?fresh=1.

    The query is that of the list: it says which columns the row has, and whether the record still belongs to it.
    """
    asked, shape = of(request), shape_of(object)
    field = readable(asked.actor, shape).get(key)
    if field is None:
        raise NotFound
    row = read.get(asked.actor, shape, record_id)
    state = read_state(request, asked.actor, shape)
    if request.method == "GET" and request.GET.get("fresh"):
        return show(request, "sheet/row.html", **row_context(asked, shape, state, record_id))
    if reason := why_closed(asked, shape, row, field):
        return show(
            request, "sheet/closed.html", status=200 if request.method == "GET" else 403, reason=reason
        )
    if request.method == "GET":
        return _editor(asked, shape, row, field)
    return _save(asked, shape, state, row, field)


def why_closed(asked: Request, shape: Shape, row: Row, field: FieldShape) -> Text:
    """Why this reader cannot change this value of this record here; empty when they can."""
    if "edit" not in read.verbs_on(asked.actor, shape, row["id"], ("edit",)):
        return _("You may look at this record, but not change it. Ask its owner or your administrator.")
    if reason := closed_to_all(asked, shape, field):
        return reason
    if field_states.conditioned(shape):
        judged = conditional.with_judged(shape, row, row["id"])
        now = field_states.states_of(asked.actor, shape, [judged])[0]
        if field.key in now.locked:
            return field_states.LOCKED_NOW
        if field.key in now.hidden:
            return _("As things stand, the record has no such field.")
    return ""


def closed_to_all(asked: Request, shape: Shape, field: FieldShape) -> Text:
    """Why this reader cannot change a field of any record by its value alone; empty when they can."""
    if field.by_verb:
        verb = next((a.label for a in shape.spec.actions if a.key == field.by_verb), field.by_verb)
        return _("This changes through the action «%(action)s».") % {"action": verb}
    part = next((p for p in shape.parts.values() if field.key in p.mirrors), None)
    if part is not None and not field.writable:
        return _("This is the first of the lines «{lines}»: change it on the card.").format(lines=part.label)
    if field.once:
        return TOLD_ONCE
    if field.formula or field.rollup:
        return _("This is computed from other values.")
    if field.read_only:
        return _("The product keeps this value itself.")
    if not writable(asked.actor, shape, field.key):
        return _("This field is closed to changes by your role.")
    return ""


def _editor(
    asked: Request, shape: Shape, row: Row, field: FieldShape, *, error: str = "", raw: Any = None
) -> HttpResponse:
    return show(
        asked, "sheet/editor.html", status=422 if error else 200, error=error,
        control={**in_place.control(asked, row, field, raw), "id": f"cell-{row['id']}-{field.key}"},
        version=asked.POST.get("version") or row["version"],
    )  # fmt: skip


def _save(asked: Request, shape: Shape, state: ListState, row: Row, field: FieldShape) -> HttpResponse:
    raw = in_place.given(asked, field)
    try:
        write.update(
            asked.actor, shape, row["id"], {field.key: raw}, expected_version=seen_version(asked, row)
        )
    except Invalid as refused:
        mine = [e for e in refused.errors if e.field == field.key]
        said = [
            str(e.message) if e in mine else _told(shape, e.field, e.message) for e in mine or refused.errors
        ]
        return _editor(asked, shape, row, field, error=" ".join(said), raw=raw)
    except Denied as refused:
        return _editor(asked, shape, row, field, error=str(refused.message), raw=raw)
    except Conflict as conflict:
        return _conflict(asked, shape, row["id"], field, raw, conflict.version)
    return show(asked, "sheet/row.html", **row_context(asked, shape, state, row["id"]))


def _told(shape: Shape, key: str, message: Text) -> str:
    """An error of another field, with its name."""
    field = shape.fields.get(key)
    return f"{field.heading}: {message}" if field else str(message)


def row_context(asked: Request, shape: Shape, state: ListState, record_id: int) -> Mapping[str, Any]:
    """One row of a list as it is now; `left` when the record does not belong to the list any more."""
    keys = shown_columns(asked.actor, shape, state.columns)
    mine = {"field": "id", "op": "eq", "value": record_id}
    wanted = ["title", *keys, *rows_of.beside(asked, shape, keys)]
    within = {"and": [state.tree, mine]} if state.tree else mine
    page = read.page(asked.actor, shape, tree=within, limit=1, keys=wanted, more=state.more)
    left = not page.rows
    if left:
        page = read.page(asked.actor, shape, tree=mine, limit=1, keys=wanted)
    rows = rows_of.rows(asked, shape, state, keys, page)
    return {
        "columns": rows_of.columns(asked, shape, state, keys),
        "rows": [{**row, "left": left} for row in rows],
        "selectable": may(asked.actor, shape, "edit") or may(asked.actor, shape, "delete"),
    }


def _conflict(
    asked: Request, shape: Shape, record_id: int, field: FieldShape, raw: Any, version: int
) -> HttpResponse:
    """Both values, and whose the other one is; nothing of what was typed is lost."""
    row = read.get(asked.actor, shape, record_id)  # as the one who was faster left it
    return show(
        asked, "sheet/conflict.html", status=409, name=field.key, label=field.heading, version=version,
        **in_place.sides(asked, shape, row, field, raw),
    )  # fmt: skip
