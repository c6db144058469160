"""Editing one fact in place: the editor, the save, and what to do when somebody else was faster."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from klientura.kernel.access.gate import readable
from klientura.kernel.errors import BadRequest, Conflict, Invalid, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens import conditional, inputs
from klientura.kernel.screens.card import fact
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.chosen import in_words, names_of
from klientura.kernel.screens.conflicts import seen_version, who_changed
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of

# What a browser sends of these when nothing is ticked is nothing at all.
NOTHING: dict[str, Any] = {"multi_option": [], "tags": [], "file": [], "references": [], "boolean": False}


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def edit_fact(request: HttpRequest, object: str, record_id: int, key: str) -> HttpResponse:
    """GET: the editor of one fact (?view=1: the fact itself). POST: save it, with the version that was seen."""
    asked, shape = of(request), shape_of(object)
    field = readable(asked.actor, shape).get(key)
    if field is None or not field.writable:
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
    control = inputs.control(
        field, row[field.key], lang(), company_currency=asked.installation.currency, raw=raw, row=row,
        names=names_of(asked.actor, [(field, raw)]),
    )  # fmt: skip
    version = asked.POST.get("version") or row["version"]
    return show(
        asked, "screens/fact_editor.html", status=422 if error else 200, control={**control, "label": field.heading},
        save_url=_address(shape, row, field), version=version, error=error,
    )  # fmt: skip


def _save(asked: Request, shape: Shape, row: Row, field: FieldShape) -> HttpResponse:
    values = inputs.values_from(asked.POST, {field.key: field})
    if not values and field.type.key not in NOTHING:
        raise BadRequest(_("The form came without the value to be saved. Reload the page."), code="value")
    values = values or {field.key: NOTHING[field.type.key]}
    try:
        write.update(asked.actor, shape, row["id"], values, expected_version=seen_version(asked, row))
    except Invalid as refused:
        mine = [e for e in refused.errors if e.field == field.key] or list(refused.errors)
        return _editor(
            asked, shape, row, field, error=" ".join(str(e.message) for e in mine), raw=values[field.key]
        )
    except Conflict as conflict:
        row = read.get(asked.actor, shape, row["id"])  # as the one who was faster left it
        return _conflict(asked, shape, row, field, values[field.key], conflict.version)
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
    who = who_changed(asked, shape, row, [field.key])[field.key]
    mine = in_words(field, raw, names_of(asked.actor, [(field, raw)]))
    theirs = cell(field, row[field.key], row, lang(), company_currency=asked.installation.currency)
    address = _address(shape, row, field)
    return show(
        asked, "screens/fact_conflict.html", status=409,
        fact={"name": field.key, "label": field.heading, "view_url": f"{address}?view=1"},
        theirs=theirs, mine=mine, mine_raw=sent(raw), who=who, save_url=address, version=version,
    )  # fmt: skip


def sent(raw: Any) -> list[str]:
    """A value as a form would send it again: each of many, a tick as a tick."""
    if isinstance(raw, bool):
        return ["1" if raw else ""]
    return [str(one) for one in raw] if isinstance(raw, list) else [str(raw)]
