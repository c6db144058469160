"""The page that compares and merges, the ways to it, and taking a merge apart."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.errors import BadRequest, Invalid, KernelError, NotFound
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.choosing import MOST, require_rights
from klientura.kernel.merging.merge import merge
from klientura.kernel.merging.models import Merge
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.context import show
from klientura.kernel.screens.listing import selection_of
from klientura.kernel.screens.merging import comparing
from klientura.kernel.screens.merging.asking import LETTERS, Asked, read_asked
from klientura.kernel.store import bulk, read
from klientura.kernel.store.models import Operation
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of

SHOWN = frozenset({400, 403, 409, 422})
"""Refusals that are told on the page, over what was chosen."""


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def merge_page(request: HttpRequest, object: str) -> HttpResponse:
    """GET /duplicates/{object}/merge?a=…&b=…: the records side by side. POST: merge them, then to the kept one's card."""
    asked, shape = of(request), shape_of(object)
    require_rights(asked.actor, shape)
    want = read_asked(request.GET if request.method == "GET" else request.POST)
    if request.method == "POST" and want.kept is None:
        raise BadRequest(_("Choose which of the records is kept."), code="kept")
    found = comparing.compare(asked, shape, want)
    if request.method == "GET":
        return _page(asked, shape, want, found)
    kept_id = found.kept["id"]
    try:
        gone = [i for i in want.ids if i != kept_id]
        merge(asked.actor, shape, kept_id, gone, comparing.raw_values(shape, want, found), want.versions)
    except KernelError as refused:
        if refused.status not in SHOWN:
            raise
        found = comparing.compare(asked, shape, want)  # as it is now
        return _page(asked, shape, want, found, refused=refused)
    return HttpResponseRedirect(f"/{shape.key}/{kept_id}?merged=1")


def _page(
    asked: Request,
    shape: Shape,
    want: Asked,
    found: comparing.Compared,
    *,
    refused: KernelError | None = None,
) -> HttpResponse:
    asking = comparing.questions(asked, shape, want, found)
    for row in asking["differing"]:
        if row["together"]:
            row["all"] = comparing.together_text(asked, shape, row["key"], found)
    context: dict[str, Any] = {
        "shape": shape,
        "records": comparing.columns(asked, shape, want, found),
        "kept_id": found.kept["id"],
        "letters": list(zip(LETTERS, want.ids, strict=False)),
        "outcome": comparing.outcome(asked, shape, want, found),
        "refused": "" if refused is None else _told(refused),
        "preview_url": want.address(shape),
        **asking,
    }
    status = 200 if refused is None else refused.status
    return show(asked, "merging/merge.html", status=status, active=shape.key, **context)


def _told(refused: KernelError) -> str:
    details = [str(e.message) for e in refused.errors] if isinstance(refused, Invalid) else []
    return " ".join(dict.fromkeys([str(refused.message), *details]))


@open_to(Door.SIGNED_IN)
@require_POST
def choose(request: HttpRequest, object: str) -> HttpResponse:
    """POST /duplicates/{object}/merge/choose: from the rows selected in a list to the page that compares them."""
    asked, shape = of(request), shape_of(object)
    require_rights(asked.actor, shape)
    ids = bulk.select_ids(asked.actor, shape, selection_of(request, asked, shape), "edit")
    if not 2 <= len(ids) <= MOST:
        text = _("Select from two to %(number)s records that you may change, to merge them.") % {
            "number": MOST
        }
        raise BadRequest(text, code="selection")
    address = Asked(ids).address(shape)
    if not asked.htmx:
        return HttpResponseRedirect(address)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response


@open_to(Door.SIGNED_IN)
@require_GET
def partner(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /duplicates/{object}/merge/partner/{id}: the dialog that asks with which record this one is to be merged."""
    asked, shape = of(request), shape_of(object)
    require_rights(asked.actor, shape)
    title = read.titles(asked.actor, shape, [record_id]).get(record_id)
    if title is None:
        raise NotFound
    return show(
        request, "merging/partner.html", shape=shape, record_id=record_id, title=title or f"№ {record_id}"
    )


@open_to(Door.SIGNED_IN)
@require_POST
def take_apart(request: HttpRequest, object: str, operation_id: int) -> HttpResponse:
    """POST /duplicates/{object}/unmerge/{operation}: take a merge apart; the kept record's card tells what came of it."""
    asked, shape = of(request), shape_of(object)
    merged = Merge.objects.filter(operation_id=operation_id, object=shape.key).first()
    operation = Operation.objects.filter(pk=operation_id, kind="merge").first()
    if merged is None or operation is None:
        raise NotFound
    done = undo(asked.actor, operation_id)
    address = f"/{shape.key}/{merged.kept_id}?apart={done.operation_id}"
    if not asked.htmx:
        return HttpResponseRedirect(address)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response
