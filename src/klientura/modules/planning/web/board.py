"""GET /forecast/board: open deals by month of closing, against the plan; a card that is moved gets another closing date."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.access.gate import may, readable, writable
from klientura.kernel.errors import BadRequest, Denied, Invalid, NotFound
from klientura.kernel.history.take_back import take_back
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.settings.days import company_today
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Ref
from klientura.kernel.ui.charts import told
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast
from klientura.kit.formats import format_date, format_decimal, format_money
from klientura.modules.planning.queries.asked import Asked
from klientura.modules.planning.queries.outlook import Ahead, Promise, outlook, sees_forecast
from klientura.modules.planning.queries.plans import monthly_plans
from klientura.modules.planning.queries.standing import money_for
from klientura.modules.planning.rules import last_day, moved, same_day
from klientura.modules.planning.web.forecast import LABELS
from klientura.modules.planning.web.frame import PLACE, period_name, tabs, without_rate_said

MONTHS: Final = 6
CARDS: Final = 20
FAR: Final = dt.date(2100, 12, 31)
OVERDUE, LATER, UNDATED = "overdue", "later", "undated"
KEYS: Final = (
    "title",
    "amount",
    "currency",
    "close_date",
    "owner",
    "party",
    "probability",
    "forecast",
    "stage",
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its deals' closing dates (none: without one), whether cards may be put there."""

    key: str
    label: str
    first: dt.date | None
    last: dt.date | None
    hue: str = "gray"
    takes: bool = True

    @property
    def tree(self) -> dict[str, Any]:
        """The filter of its deals."""
        parts: list[dict[str, Any]] = [{"field": "status", "op": "eq", "value": "open"}]
        if self.key == UNDATED:
            parts.append({"field": "close_date", "op": "empty"})
        if self.first is not None:
            parts.append({"field": "close_date", "op": "gte", "value": self.first.isoformat()})
        if self.last is not None:
            parts.append({"field": "close_date", "op": "lte", "value": self.last.isoformat()})
        return {"and": parts}

    def holds(self, day: dt.date | None) -> bool:
        """Whether a deal with this closing date stands here."""
        if day is None or self.key == UNDATED:
            return day is None and self.key == UNDATED
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


def columns_at(today: dt.date) -> list[Column]:
    """What has passed, this month and those behind it, all later ones, and deals without a date."""
    this = today.replace(day=1)
    months = [moved("month", this, n) for n in range(MONTHS)]
    return [
        Column(
            OVERDUE, pgettext("forecast", "Overdue"), None, today - dt.timedelta(days=1), "red", takes=False
        ),
        *(
            Column(
                f"{m:%Y-%m}",
                period_name("month", m),
                max(m, today),
                last_day("month", m),
                "teal" if m == this else "blue",
            )
            for m in months
        ),
        Column(LATER, _("Later"), moved("month", this, MONTHS), None, "violet"),
        Column(UNDATED, str(LABELS["undated"]), None, None),
    ]


@open_to(Door.SIGNED_IN)
@require_GET
def forecast_board(request: HttpRequest) -> HttpResponse:
    """GET /forecast/board: the columns with their sums and their first cards."""
    asked = of(request)
    if not sees_forecast(asked.actor):
        return show(
            request, "planning/board.html", active=PLACE.key, closed=True, tabs=tabs(asked.actor, "board")
        )
    columns, without_rate = _columns(asked, with_cards=True)
    return show(
        request, "planning/board.html", active=PLACE.key, tabs=tabs(asked.actor, "board"), columns=columns,
        without_rate=without_rate_said(without_rate) if without_rate else "", may_move=_may_move(asked),
    )  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_GET
def more_cards(request: HttpRequest) -> HttpResponse:
    """GET /forecast/board/cards?column=&after=: further cards of a column; without one the board."""
    asked = of(request)
    if "column" not in asked.GET:
        return HttpResponseRedirect("/forecast/board")
    column = _column(asked.GET.get("column", ""))
    if column is None or not sees_forecast(asked.actor):
        raise NotFound
    return show(request, "screens/board_cards.html", **_cards(asked, column, asked.GET.get("after")))


@open_to(Door.SIGNED_IN)
@require_POST
def move(request: HttpRequest, record_id: int) -> HttpResponse:
    """POST /forecast/board/{id}/move: put a deal into another month; the answer is its card and the heads of all columns."""
    asked, shape = of(request), shape_of("opportunity")
    column = _column(request.POST.get("stage", ""))
    if not sees_forecast(asked.actor):
        raise NotFound
    if column is None or not column.takes:
        raise BadRequest(_("A closing date is not moved into the past."), code="past")
    read.get(asked.actor, shape, record_id, keys=["id"])
    seen = number(request.POST.get("version"))
    if not _may_move(asked):
        raise Denied
    if seen is None:
        raise BadRequest(_("Open the board again: it is not known what you have seen there."), code="version")
    day, now, version = _moved(asked, shape, record_id, column, seen)
    columns, _unknown = _columns(asked, with_cards=False)
    one = Column(column.key, column.label, column.first, column.last, column.hue)
    cards = _cards(asked, one, None, only=record_id)["cards"]
    response = show(asked, "screens/board_moved.html", columns=columns, card=cards[0] if cards else None)
    text = (
        _("Closing date: {day}").format(day=format_date(day, lang()))
        if day
        else _("The closing date is taken away")
    )
    undo = f"/forecast/board/{record_id}/back?version={now}" if now != version else ""
    return toast(response, text, undo_url=undo)


@transaction.atomic
def _moved(
    asked: Request, shape: Shape, record_id: int, column: Column, seen: int
) -> tuple[dt.date | None, int, int]:
    """Give an open deal its new closing date: (date, version now, version before). Whoever closes it meanwhile comes before or after."""
    before = write.lock(asked.actor, shape, record_id, "edit")
    if before["status"] != "open":
        raise BadRequest(_("The deal is closed: its closing date stays."), code="closed")
    today = company_today()
    first = (column.first or today).replace(day=1)
    day = None if column.key == UNDATED else same_day(before["close_date"], first, today)
    values = {"close_date": day.isoformat() if day else None}
    try:
        now = write.update(asked.actor, shape, record_id, values, expected_version=seen)
    except Invalid as refused:
        raise BadRequest(" ".join(str(e.message) for e in refused.errors), code="invalid") from refused
    return day, now, int(before["version"])


@open_to(Door.SIGNED_IN)
@require_POST
def move_back(request: HttpRequest, record_id: int) -> HttpResponse:
    """POST /forecast/board/{id}/back?version=…: the reader's own move is taken back."""
    asked = of(request)
    if not _may_move(asked):
        raise Denied
    take_back(asked.actor, shape_of("opportunity"), record_id, number(request.GET.get("version")) or 0)
    response = HttpResponse(status=200)
    response["HX-Reswap"], response["HX-Trigger"] = "none", json.dumps({"listChanged": True})
    return toast(response, _("Moved back"))


def _column(key: str) -> Column | None:
    return next((c for c in columns_at(company_today()) if c.key == key), None)


def _may_move(asked: Request) -> bool:
    shape = shape_of("opportunity")
    return may(asked.actor, shape, "edit") and writable(asked.actor, shape, "close_date")


def _columns(asked: Request, *, with_cards: bool) -> tuple[list[dict[str, Any]], int]:
    """The columns as the board shows them, by one statement for the sums and one for the plans; how many deals have no rate."""
    today, currency = company_today(), asked.installation.currency
    money, this = money_for(currency, today), today.replace(day=1)
    found = outlook(asked.actor, Ahead(this, FAR, today), money)
    plans = monthly_plans(
        asked.actor, Asked("won_sum", this, last_day("month", moved("month", this, MONTHS - 1))), money
    )
    made = []
    for column in columns_at(today):
        every, counted = Promise(), Promise()
        apart = {OVERDUE: found.overdue, UNDATED: found.undated}.get(column.key)
        for place in (apart or {}).values():
            every.add(place.money, place.weighted, place.number)
        if apart is None:
            for (_key, month, category), place in found.months.items():
                if column.holds(max(month, today)):
                    every.add(place.money, place.weighted, place.number)
                    if category != "omitted":
                        counted.add(place.money, place.weighted, place.number)
        made.append(
            {
                "key": column.key, "label": column.label, "hue": column.hue, "count": format_decimal(every.number, lang(), places=0),
                "sum": told(round(every.money), "money", lang(), currency) if every.number else "", "limit": "", "cards": [],
                "notes": _notes(counted, plans.get(column.first.replace(day=1)) if column.first else None, currency),
                **(_cards(asked, column, None) if with_cards else {}),
            }
        )  # fmt: skip
    return made, found.without_rate


def _notes(counted: Promise, plan: Decimal | None, currency: str) -> list[str]:
    """What stands below the sum: what it comes to by probability, and the plan."""
    notes = []
    if counted.number:
        notes.append(
            _("by probability: {sum}").format(sum=told(round(counted.weighted), "money", lang(), currency))
        )
    if plan is not None:
        notes.append(_("plan: {sum}").format(sum=told(round(plan), "money", lang(), currency)))
    return notes


def _cards(asked: Request, column: Column, after: str | None, *, only: int | None = None) -> dict[str, Any]:
    """Some cards of a column by their closing date, and the address of the next ones."""
    shape = shape_of("opportunity")
    fields, movable = readable(asked.actor, shape), _may_move(asked)
    tree: Mapping[str, Any] = column.tree if only is None else {"field": "id", "op": "eq", "value": only}
    page = read.page(
        asked.actor, shape, tree=tree, sort="close_date" if column.key != UNDATED else "-created_at", after=after, limit=CARDS,
        keys=[k for k in KEYS if k in fields],
    )  # fmt: skip
    more = (
        f"/forecast/board/cards?{urlencode({'column': column.key, 'after': page.next})}"
        if page.next and only is None
        else ""
    )
    return {"cards": [_card(asked, row, movable=movable) for row in page.rows], "more_url": more}


def _card(asked: Request, row: Mapping[str, Any], *, movable: bool) -> dict[str, Any]:
    owner, party, stage, day = (row.get(k) for k in ("owner", "party", "stage", "close_date"))
    said = [
        party.title if isinstance(party, Ref) and party.title else "",
        format_date(day, lang()) if day else "",
    ]
    badges = [{"text": stage.title, "hue": "blue"}] if isinstance(stage, Ref) and stage.title else []
    if row.get("probability") is not None:
        badges.append({"text": told(row["probability"], "percent", lang()), "hue": "gray"})
    if row.get("forecast") == "omitted":
        badges.append({"text": str(LABELS["omitted"]), "hue": "orange"})
    made: dict[str, Any] = {
        "id": row["id"], "url": f"/opportunity/{row['id']}", "peek_url": f"/opportunity/{row['id']}?peek=1", "version": row["version"],
        "title": row["title"], "sub": " · ".join(s for s in said if s), "badges": badges,
        "owner": owner.title if isinstance(owner, Ref) and owner.title else "",
        "amount": "",
    }  # fmt: skip
    if row.get("amount") is not None:
        currency = row.get("currency") or asked.installation.currency
        made["amount"] = format_money(row["amount"], currency, lang(), brief=True)
    if movable:
        made["move_url"] = f"/forecast/board/{row['id']}/move"
    return made
