"""Editing one fact in place: the editor, the save, and what to do when somebody else was faster."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from klientura.kernel.access.gate import readable
from klientura.kernel.errors import Conflict, Invalid, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens import conditional, in_place
from klientura.kernel.screens.card import fact
from klientura.kernel.screens.conflicts import seen_version
from klientura.kernel.screens.context import show
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def edit_fact(request: HttpRequest, object: str, record_id: int, key: str) -> HttpResponse:
    """GET: the editor of one fact (?view=1: the fact itself). POST: save it, with the version that was seen."""
    asked, shape = of(request), shape_of(object)
    field = readable(asked.actor, shape).get(key)
    if field is None or not field.changeable:
        raise NotFound
    row = read.get(asked.actor, shape, record_id)
    if request.method == "GET":
        if request.GET.get("view"):
            editable = "edit" in read.verbs_on(asked.actor, shape, record_id, ("edit",))
            shown = fact(asked, shape, row, field, editable=editable)
            return show(request, "screens/fact.html", fact=shown)
        read.require_on(asked.actor, shape, record_id, "edit")
        return _editor(asked, shape, row, field)
    return _save(asked, shape, row, field)


def _address(shape: Shape, row: Row, field: FieldShape) -> str:
    return f"/{shape.key}/{row['id']}/fact/{field.key}"


def _editor(
    asked: Request, shape: Shape, row: Row, field: FieldShape, *, error: str = "", raw: Any = None
) -> HttpResponse:
    version = asked.POST.get("version") or row["version"]
    return show(
        asked, "screens/fact_editor.html", status=422 if error else 200, control=in_place.control(asked, row, field, raw),
        save_url=_address(shape, row, field), version=version, error=error,
    )  # fmt: skip


def _save(asked: Request, shape: Shape, row: Row, field: FieldShape) -> HttpResponse:
    raw = in_place.given(asked, field)
    try:
        write.update(
            asked.actor, shape, row["id"], {field.key: raw}, expected_version=seen_version(asked, row)
        )
    except Invalid as refused:
        mine = [e for e in refused.errors if e.field == field.key] or list(refused.errors)
        return _editor(asked, shape, row, field, error=" ".join(str(e.message) for e in mine), raw=raw)
    except Conflict as conflict:
        row = read.get(asked.actor, shape, row["id"])  # as the one who was faster left it
        return _conflict(asked, shape, row, field, raw, conflict.version)
    fresh = read.get(asked.actor, shape, row["id"])
    shown = fact(asked, shape, fresh, field, editable=True)
    response = show(asked, "screens/fact.html", fact=shown, saved=True)
    response["HX-Trigger"] = json.dumps({"recordChanged": True})
    if conditional.changed(asked.actor, shape, row, fresh):  # other fields come or go with this one
        response["HX-Refresh"] = "true"
    return response


def _conflict(
    asked: Request, shape: Shape, row: Row, field: FieldShape, raw: Any, version: int
) -> HttpResponse:
    """Both values side by side; nothing of what was typed is lost."""
    address = _address(shape, row, field)
    return show(
        asked, "screens/fact_conflict.html", status=409,
        fact={"name": field.key, "label": field.heading, "view_url": f"{address}?view=1"},
        save_url=address, version=version, **in_place.sides(asked, shape, row, field, raw),
    )  # fmt: skip
