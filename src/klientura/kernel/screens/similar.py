"""Likely duplicates of a record that is being typed: shown while typing, and asked about once before it is made."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from klientura.kernel.access.gate import readable
from klientura.kernel.errors import KernelError
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.context import show
from klientura.kernel.search.results import search
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of

MOST = 5
SEEN = "similar_seen"
"""The form's hidden field with the numbers of the records that it has shown as likely duplicates."""

type Found = dict[str, Any]


@open_to(Door.SIGNED_IN)
@require_POST
def similar(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/similar: records that look like what is being typed, by the object's match keys and by name."""
    asked, shape = of(request), shape_of(object)
    return show(request, "screens/similar.html", shape=shape, found=similar_records(asked, shape))


def similar_records(asked: Request, shape: Shape) -> list[Found]:
    """Up to five likely duplicates of the form's values, each with why it was found."""
    found = _by_keys(asked, shape)
    text = " ".join(asked.POST.get(k, "").strip() for k in shape.spec.title).strip()
    if len(text) >= 4 and len(found) < MOST:
        for row_id, title in _by_name(asked, shape, text):
            found.setdefault(row_id, _found(shape, row_id, title, ""))
    return list(found.values())[:MOST]


def not_yet_shown(asked: Request, shape: Shape) -> list[Found]:
    """Records with the same number, mail or phone that the form has not yet shown to whoever fills it in."""
    seen = {number(raw) for raw in asked.POST.get(SEEN, "").split()}
    found = list(_by_keys(asked, shape).values())[:MOST]
    return found if any(f["id"] not in seen for f in found) else []


def _by_keys(asked: Request, shape: Shape) -> dict[int, Found]:
    """Records that agree with the form in a field that tells records apart on its own."""
    fields = readable(asked.actor, shape)
    found: dict[int, Found] = {}
    for key in dict.fromkeys(k[0] for k in shape.spec.match_keys if len(k) == 1):
        field, raw = fields.get(key), asked.POST.get(key, "").strip()
        if field is None or key in shape.spec.title or len(raw) < 3 or not field.filterable:
            continue
        try:
            value = field.type.parse(raw, field.params)
        except FieldProblem:  # a half-typed value finds nobody yet
            continue
        tree = {"field": key, "op": "eq", "value": field.type.to_json(value)}
        for row in read.page(asked.actor, shape, tree=tree, sort="-id", limit=3, keys=["title"]).rows:
            found.setdefault(row["id"], _found(shape, row["id"], row["title"], str(field.label)))
    return found


def _found(shape: Shape, record_id: int, title: str, why: str) -> Found:
    return {"id": record_id, "title": title, "url": f"/{shape.key}/{record_id}", "why": why}


def _by_name(asked: Request, shape: Shape, text: str) -> list[tuple[int, str]]:
    try:
        groups = search(asked.actor, [shape], text, limit=MOST)
    except KernelError:  # a name that is no search text, such as a single sign
        return []
    return [(row["id"], row["title"]) for group in groups for row in group.rows]
