"""Moving a record to another day, making it longer, and setting its dates in a dialog; each can be taken back."""

import datetime as dt
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.access.gate import may
from klientura.kernel.errors import BadRequest, Conflict, Denied, Invalid, NotFound, Text
from klientura.kernel.history.take_back import take_back
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens import inputs
from klientura.kernel.screens.calendar.days import FAR
from klientura.kernel.screens.conflicts import seen_version
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Row
from klientura.kernel.views.calendars import date_fields
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast

MOST_DAYS = 4_000


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def reschedule(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/reschedule?by=…&end=…: the dialog of its dates. POST: `days` to move by, `until` a last day, or the dates."""
    asked, shape = of(request), shape_of(object)
    row = read.get(asked.actor, shape, record_id)
    read.require_on(asked.actor, shape, record_id, "edit")
    given = request.GET if request.method == "GET" else request.POST
    dates = date_fields(asked.actor, shape)
    by, end = dates.get(given.get("by", "")), dates.get(given.get("end", ""))
    if by is None:
        raise NotFound
    fields = [by, *([end] if end else [])]
    if request.method == "GET":
        return _dialog(asked, shape, row, fields)
    try:
        values = _wanted(asked, row, by, end)
        now = write.update(asked.actor, shape, record_id, values, expected_version=seen_version(asked, row))
    except (Invalid, Conflict) as refused:
        return _dialog(asked, shape, row, fields, refused)
    response = HttpResponse(status=200)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps({"closeDialog": True, "listChanged": True})
    undo_url = f"/{shape.key}/{record_id}/reschedule/back?version={now}" if now != row["version"] else ""
    return toast(response, _("The dates have been changed"), undo_url=undo_url)


def _wanted(asked: Request, row: Row, by: FieldShape, end: FieldShape | None) -> dict[str, Any]:
    """The dates as they shall be; clock times stay what they are where only days change."""
    posted = asked.POST
    if "days" in posted:
        shift = _days(posted["days"])
        return {f.key: _shifted(row[f.key], shift) for f in (by, end) if f and row.get(f.key) is not None}
    if "until" in posted and end is not None:
        return {end.key: _until(row, by, end, posted["until"])}
    return inputs.values_from(posted, {f.key: f for f in (by, end) if f})


def _days(text: str) -> dt.timedelta:
    shift = number(text.removeprefix("-"))
    if shift is None or shift > MOST_DAYS:
        raise BadRequest(_("It is not clear to which day the record shall go."), code="days")
    return dt.timedelta(days=-shift if text.startswith("-") else shift)


def _shifted(value: Any, shift: dt.timedelta) -> str:
    """A date or a moment so many days later by the calendar: ten in the morning stays ten in the morning."""
    bare = timezone.localtime(value).replace(tzinfo=None) if isinstance(value, dt.datetime) else value
    date = bare.date() if isinstance(bare, dt.datetime) else bare
    if not FAR[0] - shift <= date <= FAR[1] - shift:
        raise BadRequest(_("It is not clear to which day the record shall go."), code="days")
    return str((bare + shift).isoformat())


def _until(row: Row, by: FieldShape, end: FieldShape, text: str) -> str:
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError:
        raise BadRequest(_("It is not clear to which day the record shall go."), code="days") from None
    begins = row[by.key]
    if begins is None:
        return day.isoformat()
    if isinstance(begins, dt.datetime):
        begins = timezone.localtime(begins)
        ends = row.get(end.key)
        clock = timezone.localtime(ends).time() if ends is not None else begins.time()
        day = max(day, begins.date())
        return str(max(dt.datetime.combine(day, clock), begins.replace(tzinfo=None)).isoformat())
    return str(max(day, begins).isoformat())


def _dialog(
    asked: Request,
    shape: Shape,
    row: Row,
    fields: list[FieldShape],
    refused: Invalid | Conflict | None = None,
) -> HttpResponse:
    """The dates as fields; after a drop that was refused too, so that it can be set right."""
    errors: dict[str, Text] = (
        {e.field: e.message for e in refused.errors} if isinstance(refused, Invalid) else {}
    )
    typed = inputs.values_from(asked.POST, {f.key: f for f in fields}) if refused else {}
    controls = [
        {
            **inputs.control(
                f, row.get(f.key), lang(), company_currency=asked.installation.currency, row=row,
                raw=typed.get(f.key), error=str(errors.get(f.key, "")),
            ),
            "id": f"d-{f.key}",
        }
        for f in fields
    ]  # fmt: skip
    rest = [str(m) for k, m in errors.items() if k not in {f.key for f in fields}]
    if isinstance(refused, Conflict):
        rest.append(_("Somebody changed this meanwhile. Look at it before you save."))
    response = show(
        asked, "calendar/dialog.html", status=422 if refused else 200, controls=controls, errors=rest, row=row,
        action=f"/{shape.key}/{row['id']}/reschedule", version=row["version"],
        by=fields[0].key, end=fields[1].key if len(fields) > 1 else "",
    )  # fmt: skip
    if refused:
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
    return response


@open_to(Door.SIGNED_IN)
@require_POST
def reschedule_back(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/reschedule/back?version=…: the reader's own move is taken back."""
    asked, shape = of(request), shape_of(object)
    if not may(asked.actor, shape, "edit"):
        raise Denied
    take_back(asked.actor, shape, record_id, number(request.GET.get("version")) or 0)
    response = HttpResponse(status=200)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps({"listChanged": True})
    return toast(response, _("The dates are as they were"))
