"""The trash of an object: what lies there, taking it out, and what a trashed record's address says."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.access.gate import may, members_of, readable, require
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast

PAGE = 50
MAX_AT_ONCE = 1000


@open_to(Door.SIGNED_IN)
@require_GET
def trashed(request: HttpRequest, object: str) -> HttpResponse:
    """GET /{object}/trash: records in the trash, those moved there last first; with ?after only the further rows."""
    asked, shape = of(request), _shape(object)
    require(asked.actor, shape, "delete")
    fields = readable(asked.actor, shape)
    keys = [k for k in ("title", "updated_at", "updated_by", "owner") if k in fields]
    after = request.GET.get("after") or None
    sort = "-updated_at" if "updated_at" in fields else "-id"
    page = read.page(asked.actor, shape, sort=sort, after=after, limit=PAGE, keys=keys, trashed=True)
    labels = {"title": shape.label, "updated_at": _("Moved to the trash"), "updated_by": _("By whom")}
    columns = [{"key": k, "label": str(labels.get(k) or fields[k].label).capitalize()} for k in keys]
    columns.append({"key": "restore", "label": _("Restore")})
    rows = [_row(asked, shape, keys, row) for row in page.rows]
    if page.next and rows:
        rows[-1]["next_url"] = f"/{shape.key}/trash?after={page.next}"
    template = "screens/rows.html" if after else "screens/trash.html"
    return show(request, template, active=shape.key, shape=shape, columns=columns, rows=rows)


def _shape(key: str) -> Shape:
    shape = shape_of(key)
    if members_of(shape):  # each kind has its own trash
        raise NotFound
    return shape


def _row(asked: Request, shape: Shape, keys: list[str], row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "title": row["title"] or f"№ {row['id']}",
        "url": f"/{shape.key}/{row['id']}",
        "cells": [
            cell(shape.fields[k], row[k], row, lang(), company_currency=asked.installation.currency)
            if k != "title"
            else None
            for k in keys
        ]
        + [
            {
                "kind": "act",
                "text": _("Restore"),
                "label": _("Restore: {name}").format(name=row["title"] or f"№ {row['id']}"),
                "icon": "rotate-ccw",
                "url": f"/{shape.key}/trash/restore",
                "values": {"ids": row["id"]},
            }
        ],
    }


@open_to(Door.SIGNED_IN)
@require_POST
def restore_many(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/trash/restore: take the selected records out of the trash, all or none."""
    asked, shape = of(request), _shape(object)
    ids = {n for i in request.POST.getlist("ids") if (n := number(i)) is not None}
    if not ids or len(ids) > MAX_AT_ONCE:
        raise BadRequest(_("Select some records first."), code="selection")
    try:
        restored = write.restore(asked.actor, shape, sorted(ids))
    except NotFound:
        raise NotFound(_("Some of these are no longer in the trash. Reload the page.")) from None
    response = HttpResponse(status=204)
    response["HX-Trigger"] = '{"listChanged": true, "clearSelection": true}'
    return toast(
        response,
        ngettext("%(count)s record restored", "%(count)s records restored", restored) % {"count": restored},
    )


def in_trash(asked: Request, shape: Shape, record_id: int) -> HttpResponse:
    """The answer of a card that is not there: 404, which tells a reader of the record that it lies in the trash."""
    try:
        row = read.get(asked.actor, shape, record_id, keys=["title"], trashed=True)
    except NotFound:
        raise NotFound from None
    if asked.htmx:
        raise NotFound(_("This record is in the trash."))
    return show(
        asked, "screens/trashed.html", status=404, active=shape.key, shape=shape, record_id=record_id,
        title=row["title"] or f"№ {record_id}", restorable=_restorable(asked, shape, record_id),
    )  # fmt: skip


def _restorable(asked: Request, shape: Shape, record_id: int) -> bool:
    if not may(asked.actor, shape, "delete"):
        return False
    try:
        read.get(asked.actor, shape, record_id, keys=["id"], verb="delete", trashed=True)
    except NotFound:
        return False
    return True
