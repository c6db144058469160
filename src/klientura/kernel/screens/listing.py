"""The list of an object: table or board, its further pages, its count, and acts over the selected rows."""

import json
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.access.gate import may, readable, require, writable
from klientura.kernel.bulk import acts
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens import boarding, inputs, rows_of, summing, view_bar
from klientura.kernel.screens.builder import filter_fields_json
from klientura.kernel.screens.calendar.page import calendar_page
from klientura.kernel.screens.context import show
from klientura.kernel.screens.emptiness import why_empty
from klientura.kernel.screens.kinds import kinds
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.map.page import map_page
from klientura.kernel.screens.state import ListState, card_order, read_state, shown_columns, state_of
from klientura.kernel.segments.reading import may_work
from klientura.kernel.store import bulk, drafts, read, summaries
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast, work_begun

PAGE = 50
LISTED = 50
NO_COLUMN = frozenset({"uid", "version", "title", "subject_object", "subject_id"})


@open_to(Door.SIGNED_IN)
@require_GET
def records(request: HttpRequest, object: str) -> HttpResponse:
    """GET /{object}: the list or the board, whole; with ?after only the further rows."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    if opening := view_bar.opening_of(asked, shape):
        return HttpResponseRedirect(opening)
    state = read_state(request, asked.actor, shape)
    if state.view == "board":
        return boarding.board_page(asked, shape, state)
    if state.view == "calendar":
        return calendar_page(asked, shape, state)
    if state.view == "map":
        return map_page(asked, shape, state)
    keys = shown_columns(asked.actor, shape, state.columns)
    picture = rows_of.picture_field(asked, shape) if state.view == "gallery" else None
    page = read.page(
        asked.actor, shape, tree=state.tree, sort=state.sort or None, after=state.after, limit=1 if state.group else PAGE,
        keys=["title", *keys, *rows_of.beside(asked, shape, keys), *([picture.key] if picture else [])], more=state.more,
    )  # fmt: skip
    columns = rows_of.columns(asked, shape, state, keys)
    rows = rows_of.with_pictures(asked, picture, rows_of.rows(asked, shape, state, keys, page), page)
    context: dict[str, Any] = {"shape": shape, "state": state, "columns": columns, "rows": rows}
    context["selectable"] = may(asked.actor, shape, "edit") or may(asked.actor, shape, "delete")
    within_group = number(request.GET.get("rows"))
    if within_group and page.next:
        rows[-1]["next_url"] += f"&rows={within_group}"
    if state.after:
        more = "screens/gallery_cards.html" if state.view == "gallery" else "screens/rows.html"
        return show(request, more, **context)
    if within_group:
        return show(request, "screens/group_rows.html", **context, within_group=within_group)
    return show(
        request, "screens/list.html", active=shape.key, **context, **_frame(asked, shape, state, bool(rows))
    )


def _frame(asked: Request, shape: Shape, state: ListState, any_rows: bool) -> dict[str, Any]:
    """Everything around the rows."""
    actor = asked.actor
    filtered = bool(state.tree or state.q)
    return {
        "filter_fields_json": filter_fields_json(actor, shape, state.tree),
        "all_columns": _all_columns(asked, shape, state),
        "may": {v: may(actor, shape, v) for v in ("create", "edit", "delete", "export", "import")},
        "filtered": filtered,
        "pristine": not any_rows and not _any(asked, shape, state, filtered=filtered),
        "why_empty": why_empty(actor, shape),
        "kinds": kinds(actor, shape, state),
        "count_url": f"/{shape.key}/count?{state.query()}",
        "summary_url": f"/{shape.key}/summary?{state.query()}",
        "has_sums": bool(summaries.summable(actor, shape, shown_columns(actor, shape, state.columns))),
        "groupings": summing.groupings(asked, shape, state),
        "grouped_by": summing.chosen(asked, shape, state),
        "export_url": f"/{shape.key}/export?{state.whole()}",
        "views": view_bar.bar(asked, shape, state),
        "may_segment": may_work(actor, shape),
        "may_assign": may(actor, shape, "edit")
        and "owner" in readable(actor, shape)
        and writable(actor, shape, "owner"),
        "tagged_by": _tagged_by(asked, shape) if may(actor, shape, "edit") else "",
        "sealed": sealed(shape, state),
        "switched": asked.GET.get("switched", ""),
    }


def _any(asked: Request, shape: Shape, state: ListState, *, filtered: bool) -> bool:
    """Whether there are records beside those of a list that shows none: of a ready view it is not known yet."""
    if not filtered or state.ready is None or state.q:
        return filtered
    return bool(read.page(asked.actor, shape, limit=1, keys=["id"]).rows)


def _all_columns(asked: Request, shape: Shape, state: ListState) -> list[dict[str, Any]]:
    """What may be chosen: the shown columns in their order, then the rest in the order of the card."""
    fields = readable(asked.actor, shape)
    shown = shown_columns(asked.actor, shape, state.columns)
    rest = [k for k in card_order(asked.actor, shape) if k not in shown and k not in NO_COLUMN]
    return [
        {
            "key": k,
            "label": fields[k].heading,
            "on": k in shown,
            "fixed": k in shape.spec.title or k == "title",
        }
        for k in (*shown, *rest)
    ]


@open_to(Door.SIGNED_IN)
@require_GET
def count(request: HttpRequest, object: str) -> HttpResponse:
    """GET /{object}/count: how many match, as text; asked after the page is there."""
    asked, shape = of(request), shape_of(object)
    state = read_state(request, asked.actor, shape)
    found = read.count(asked.actor, shape, tree=state.tree, more=state.more)
    return HttpResponse(summing.counted(found))


def sealed(shape: Shape, state: ListState) -> str:
    """What a list shows, for a form that acts on all of it: nothing else may be taken for the whole list."""
    return signing.dumps(state.whole(), salt=f"list of {shape.key}")


def _list_shown(request: HttpRequest, shape: Shape) -> QueryDict:
    try:
        return QueryDict(signing.loads(request.POST.get("list", ""), salt=f"list of {shape.key}"))
    except signing.BadSignature:
        text = _("It is not clear which list this is about. Open the list anew; nothing was changed.")
        raise BadRequest(text, code="list") from None


def selection_of(request: HttpRequest, asked: Request, shape: Shape) -> bulk.Selection:
    """The rows that a bulk act is about: ticked ones, or all that the list's filter matches."""
    if request.POST.get("all_matching") == "1":
        state = state_of(_list_shown(request, shape), asked.actor, shape)
        return bulk.Selection(tree=state.tree, more=state.more)
    ids = [n for i in request.POST.getlist("ids") if (n := number(i)) is not None]
    if not ids:
        raise BadRequest(_("Select some records first."), code="selection")
    return bulk.Selection(ids=tuple(ids))


@open_to(Door.SIGNED_IN)
@require_POST
def bulk_trash(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/bulk/trash: move the selected to the trash; the toast offers Undo. A whole list is asked about first."""
    asked, shape = of(request), shape_of(object)
    selection = selection_of(request, asked, shape)
    if selection.ids is None and request.POST.get("sure") != "1":
        require(asked.actor, shape, "delete")
        number = len(bulk.select_ids(asked.actor, shape, selection, "delete", most=acts.MAX_RECORDS))
        response = show(
            request,
            "screens/bulk_trash.html",
            shape=shape,
            number=number,
            sealed=request.POST.get("list", ""),
        )
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
        return response
    outcome = acts.trash(asked.actor, shape, selection)
    if isinstance(outcome, Job):
        return work_begun()
    text = ngettext(
        "%(count)s record moved to the trash", "%(count)s records moved to the trash", outcome.changed
    ) % {"count": outcome.changed}
    return bulk_done(text, outcome, gone=True)


@open_to(Door.SIGNED_IN)
@require_POST
def bulk_form(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/bulk/form: the dialog of a group change, for the selected rows."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "edit")
    selection = selection_of(request, asked, shape)
    chosen_records = len(bulk.select_ids(asked.actor, shape, selection, "edit", most=acts.MAX_RECORDS))
    fields = [readable(asked.actor, shape)[k] for k in card_order(asked.actor, shape)]
    fields = [f for f in fields if _same_for_many(shape, f) and writable(asked.actor, shape, f.key)]
    chosen = request.POST.get(
        "field", ""
    )  # nothing at first: a dialog that would empty a field must not be one click away
    field = next((f for f in fields if f.key == chosen), None)
    if field is None and chosen:
        raise NotFound
    context: dict[str, Any] = {
        "shape": shape, "number": chosen_records, "fields": [{"value": f.key, "label": f.heading} for f in fields], "chosen": chosen,
        "control": _bulk_control(asked, field) if field else None,
        "further": _further(asked, shape, field) if field else [],
        "hows": _hows() if field and field.type.many else [], "ids": request.POST.getlist("ids"),
        "all_matching": request.POST.get("all_matching", ""), "sealed": request.POST.get("list", ""),
    }  # fmt: skip
    return show(request, "screens/bulk_form.html", **context)


def _bulk_control(asked: Request, field: FieldShape) -> dict[str, Any]:
    made = inputs.control(field, None, lang(), company_currency=asked.installation.currency)
    return {**made, "id": f"d-{field.key}"}


def _further(asked: Request, shape: Shape, field: FieldShape) -> list[dict[str, Any]]:
    """What else a verb may need to know that sets a field on many records."""
    verb = drafts.action_of(shape, field.key)
    fields = readable(asked.actor, shape)
    keys = [k for k in verb.fields if k != field.key and k in fields] if verb else []
    return [
        {**_bulk_control(asked, fields[k]), "required": False}
        for k in keys
        if writable(asked.actor, shape, k)
    ]


def _tagged_by(asked: Request, shape: Shape) -> str:
    """The first field of tags that the reader may fill in; empty without one."""
    fields = readable(asked.actor, shape)
    tags = (k for k in card_order(asked.actor, shape) if fields[k].params.dictionary)
    return next((k for k in tags if fields[k].changeable and writable(asked.actor, shape, k)), "")


def _hows() -> list[dict[str, str]]:
    """What may be done with the several values that each of many records has."""
    return [
        {"value": "add", "label": _("Add")},
        {"value": "remove", "label": pgettext("values", "Take off")},
        {"value": "set", "label": _("Replace all by these")},
    ]


def _same_for_many(shape: Shape, field: FieldShape) -> bool:
    """Whether a group of records may share a value: names and numbers tell records apart."""
    telling_apart = {k[0] for k in shape.spec.match_keys if len(k) == 1} | set(shape.spec.title)
    if field.key in telling_apart or field.params.normalise is not None:
        return False
    return field.changeable or drafts.action_of(shape, field.key) is not None


@open_to(Door.SIGNED_IN)
@require_POST
def bulk_edit(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/bulk/edit: set one field on all selected rows; the toast offers Undo."""
    asked, shape = of(request), shape_of(object)
    key = request.POST.get("field", "")
    if not key:
        raise BadRequest(_("Choose a field to change."))
    field = readable(asked.actor, shape).get(key)
    if field is None:
        raise NotFound
    values = inputs.values_from(request.POST, {key: field}) or {key: request.POST.get(key)}
    values = inputs.difference_from(request.POST, values, field)
    verb = drafts.action_of(shape, key)
    values |= {k: v for k in (verb.fields if verb else ()) if k != key and (v := request.POST.get(k))}
    outcome = acts.edit(asked.actor, shape, selection_of(request, asked, shape), values)
    if isinstance(outcome, Job):
        return work_begun()
    text = ngettext("%(count)s record changed", "%(count)s records changed", outcome.changed) % {
        "count": outcome.changed
    }
    if verb and outcome.refused:
        return _left(asked, shape, text, outcome)
    return bulk_done(text, outcome)


def _left(asked: Request, shape: Shape, text: str, outcome: bulk.Outcome) -> HttpResponse:
    """A verb may have been refused for reasons of each record's own: they are listed, and what is done can be undone."""
    ids = list(outcome.refused)[:LISTED]
    titles = read.titles(asked.actor, shape, ids)
    left = [
        {"url": f"/{shape.key}/{i}", "title": titles.get(i) or f"№ {i}", "why": " ".join(str(e.message) for e in outcome.refused[i])}
        for i in ids
    ]  # fmt: skip
    response = show(
        asked,
        "screens/bulk_left.html",
        left=left,
        more=len(outcome.refused) - len(left),
        number=len(outcome.refused),
    )
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
    response["HX-Trigger"] = json.dumps({"listChanged": True})
    undo_url = f"/operations/{outcome.operation_id}/undo" if outcome.changed else ""
    return toast(response, text, undo_url=undo_url)


def bulk_done(text: str, outcome: bulk.Outcome, *, undo: bool = True, gone: bool = False) -> HttpResponse:
    """Close the dialog, renew the list and say what a bulk act did and left; `gone`: nothing selected is there any more."""
    if outcome.refused:
        text += ". " + ngettext(
            "%(count)s record was left as it was",
            "%(count)s records were left as they were",
            len(outcome.refused),
        ) % {"count": len(outcome.refused)}
    response = HttpResponse(status=200)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps(
        {"closeDialog": True, "listChanged": True, **({"clearSelection": True} if gone else {})}
    )
    return toast(response, text, undo_url=f"/operations/{outcome.operation_id}/undo" if undo else "")
