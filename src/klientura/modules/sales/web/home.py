"""Deals on the start page: mine that wait for me, and where all open ones stand."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klientura.kernel.access.gate import may, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.home_panels import HomePanel, sees
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.store.read import Group, Ref, Row
from klientura.kernel.views.links import list_url
from klientura.kernel.web.requests import Request
from klientura.kit.formats import NO_BREAK_SPACE, format_date, format_decimal, format_money
from klientura.modules.sales.queries.board import stage_columns

SHOWN = 6
OPEN: dict[str, Any] = {"field": "status", "op": "eq", "value": "open"}
_OPEN_STAGES: dict[str, Any] = {"field": "kind", "op": "eq", "value": "open"}
MINE: dict[str, Any] = {"field": "owner", "op": "me"}


def _list(tree: dict[str, Any]) -> str:
    return list_url("opportunity", tree)


def _number(asked: Request, tree: dict[str, Any]) -> str:
    found = read.count(asked.actor, shape_of("opportunity"), tree=tree)
    return f"{format_decimal(found.number, lang(), places=0)}{'+' if found.capped else ''}"


def _waiting(asked: Request) -> dict[str, Any] | None:
    """My deals that nobody has planned a step for, and those expected to close by Sunday."""
    deal = shape_of("opportunity")
    if not sees(asked, deal, "owner", "status", "next_step_at", "close_date"):
        return None
    today = timezone.localdate()
    sunday = today + dt.timedelta(days=6 - today.weekday())
    idle = {"and": [MINE, OPEN, {"field": "next_step_at", "op": "empty"}]}
    closing = {"and": [MINE, OPEN, {"field": "close_date", "op": "lte", "value": sunday.isoformat()}]}
    groups = [
        _deals(asked, _("Without a next step"), idle, "stage_changed_at"),
        _deals(asked, _("To close by the end of the week"), closing, "close_date"),
    ]
    return {"groups": [g for g in groups if g["items"]]}


def _deals(asked: Request, title: str, tree: dict[str, Any], sort: str) -> dict[str, Any]:
    deal = shape_of("opportunity")
    fields = readable(asked.actor, deal)
    keys = [k for k in ("title", "party", "amount", "currency", "close_date", sort) if k in fields]
    page = read.page(
        asked.actor, deal, tree=tree, sort=sort if sort in fields else None, limit=SHOWN, keys=keys
    )
    return {
        "title": title,
        "total": _number(asked, tree),
        "items": [_item(asked, row) for row in page.rows],
        "url": _list(tree),
    }


def _item(asked: Request, row: Row) -> dict[str, Any]:
    fields = shape_of("opportunity").fields
    quiet = []
    party = row.get("party")
    if isinstance(party, Ref) and party.title:
        quiet.append(party.title)
    if row.get("close_date"):
        quiet.append(_("close: %(date)s") % {"date": format_date(row["close_date"], lang())})
    end = None
    if row.get("amount") is not None:
        end = cell(fields["amount"], row["amount"], row, lang(), company_currency=asked.installation.currency)
    return {
        "title": row["title"] or f"№ {row['id']}",
        "url": f"/opportunity/{row['id']}",
        "sub": " · ".join(quiet),
        "end": end,
        "icon": "handshake",
    }


def _funnel(asked: Request) -> dict[str, Any] | None:
    """Open deals by stage: how many, and for how much in the company's currency."""
    deal = shape_of("opportunity")
    if not sees(asked, deal, "status", "stage", "pipeline") or not may(
        asked.actor, shape_of("stage"), "read"
    ):
        return None
    stages = read.page(
        asked.actor, shape_of("stage"), sort="place", limit=200, tree=_OPEN_STAGES, keys=["name"]
    ).rows
    if not stages:
        return None
    # Named stages, so that one index is read from end to end; an open deal stands on an open stage.
    inside = {"field": "stage", "op": "in", "value": [s["id"] for s in stages]}
    currency = asked.installation.currency
    total_of = "amount" if sees(asked, deal, "amount", "currency") else None
    found = read.groups(asked.actor, deal, by="stage", total=total_of, currency=currency, tree=inside)
    counted = {g.value: g for g in found}
    if not counted:
        return None
    sums = {g.value: g for g in found if g.summed} if total_of else {}
    number = sum(g.number for g in counted.values())
    foreign = number - sum(g.summed for g in sums.values()) if sums else 0
    total = sum((g.total for g in sums.values() if g.total), start=0)
    note = ""
    if foreign:
        note = ngettext("and %(count)s in another currency", "and %(count)s in other currencies", foreign) % {
            "count": foreign
        }
    return {
        "pipelines": _pipelines(asked, counted, sums),
        "stats": [
            {"label": _("Open deals"), "value": format_decimal(number, lang(), places=0), "url": _list(OPEN)},
            *([{"label": _("Total value"), "value": _rounded(total, currency), "url": _list(OPEN), "note": note}] if sums else []),
        ],
    }  # fmt: skip


def _pipelines(asked: Request, counted: dict[Any, Group], sums: dict[Any, Group]) -> list[dict[str, Any]]:
    """The stages of each pipeline that has open deals, in their order."""
    currency = asked.installation.currency
    largest = max(g.number for g in counted.values())
    made: dict[int, dict[str, Any]] = {}
    pipelines = read.page(asked.actor, shape_of("pipeline"), sort="place", limit=50, keys=["name"]).rows
    for pipeline in pipelines:
        stages = [s for s in stage_columns(asked.actor, pipeline["id"]) if s["kind"] == "open"]
        if not any(s["id"] in counted for s in stages):
            continue
        rows = []
        for stage in stages:
            group, summed = counted.get(stage["id"]), sums.get(stage["id"])
            tree = {"and": [OPEN, {"field": "stage", "op": "eq", "value": stage["id"]}]}
            rows.append(
                {
                    "label": stage["name"],
                    "hue": stage["hue"],
                    "number": group.number if group else 0,
                    "sum": _rounded(summed.total, currency) if summed and summed.total else "",
                    "url": _list(tree),
                }
            )
        made[pipeline["id"]] = {
            "title": pipeline["name"],
            "rows": rows,
            "largest": largest,
            "url": f"/opportunity?view=board&board={pipeline['id']}",
        }
    return list(made.values())


def _rounded(total: Any, currency: str) -> str:
    """A sum at a glance: without kopecks."""
    text = format_money(round(total), currency, lang())
    return text.removesuffix(".00").replace(f",00{NO_BREAK_SPACE}", NO_BREAK_SPACE)


WAITING_PANEL = HomePanel(key="deals", place="main", template="sales/home_deals.html", context=_waiting)
FUNNEL_PANEL = HomePanel(
    key="funnel", place="side", template="sales/home_funnel.html", context=_funnel, sheets=("bars",)
)
