"""The board of an object: columns with counts and sums, cards with their age."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import may, readable, require
from klientura.kernel.errors import NotFound
from klientura.kernel.fields.base import Choice
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.objects.spec import Board
from klientura.kernel.screens import view_bar
from klientura.kernel.screens.builder import filter_fields_json
from klientura.kernel.screens.cells import cell, needed_beside
from klientura.kernel.screens.context import show
from klientura.kernel.screens.kinds import kinds
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.state import ListState, read_state
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.kit.formats import format_date, format_decimal, format_money

CARDS = 20
COUNTER = SystemActor("a column's limit holds for all its records, whoever sees them")
WARN_DAYS = 3
RECENT_DAYS = 30


def board_page(asked: Request, shape: Shape, state: ListState) -> HttpResponse:
    """The whole board: one query for counts and sums, one per column for its first cards."""
    board = board_of(shape)
    columns = columns_of(asked, shape, state, with_cards=True)
    return show(
        asked,
        "screens/board.html",
        active=shape.key,
        shape=shape,
        state=state,
        columns=columns,
        boards=_boards(asked, shape, board, state),
        views=view_bar.bar(asked, shape, state),
        filter_fields_json=filter_fields_json(asked.actor, shape, state.tree),
        may={v: may(asked.actor, shape, v) for v in ("create", "edit", "delete", "export", "import")},
        kinds=kinds(asked.actor, shape, state),
        board_url=f"/{shape.key}?{state.query(view='board')}",
    )


def board_of(shape: Shape) -> Board:
    """The board of an object; NotFound when it has none."""
    if shape.spec.board is None:
        raise NotFound
    return shape.spec.board


def _boards(asked: Request, shape: Shape, board: Board, state: ListState) -> list[dict[str, Any]]:
    """The boards one may choose from (pipelines), when there are several."""
    if board.chooser is None:
        return []
    target = shape_of(shape.fields[board.chooser].params.target or "")
    rows = read.page(asked.actor, target, limit=50, keys=["title"]).rows
    if board.open_to is not None:
        mine = board.open_to(asked.actor, [r["id"] for r in rows])
        rows = [r for r in rows if r["id"] in mine]
    if len(rows) < 2:
        return []
    return [
        {
            "label": r["title"],
            "url": f"/{shape.key}?{state.query(view='board', board=r['id'])}",
            "active": (state.chosen or rows[0]["id"]) == r["id"],
        }
        for r in rows
    ]


def columns_of(asked: Request, shape: Shape, state: ListState, *, with_cards: bool) -> list[dict[str, Any]]:
    """The columns with their heads, and with their first cards when asked for."""
    board = board_of(shape)
    stages = stages_of(asked.actor, shape, state.chosen)
    found: dict[Any, read.Group] = {}
    total = board.total if board.total in readable(asked.actor, shape) else None
    for tree in _within(board, stages, state.tree):
        groups = read.groups(
            asked.actor,
            shape,
            by=board.group,
            total=total,
            currency=asked.installation.currency,
            tree=tree,
            more=state.more,
        )
        found |= {g.value: g for g in groups}
    made = []
    crowds = _crowds(shape, board, stages)
    for stage in stages:
        group = found.get(stage["id"])
        column = {
            "key": stage["id"],
            "label": _("{stage}, last {count} days").format(stage=stage["name"], count=RECENT_DAYS)
            if _is_closing(board, stage)
            else stage["name"],
            "hue": stage["hue"],
            "count": format_decimal(group.number if group else 0, lang(), places=0),
            "sum": format_money(group.total, asked.installation.currency, lang(), brief=True)
            if group and group.total
            else "",
            "cards": [],
            **_limit(stage, crowds.get(stage["id"], 0)),
        }
        if with_cards:
            column |= column_cards(asked, shape, state, stage)
        made.append(column)
    return made


def _crowds(shape: Shape, board: Board, stages: Sequence[Mapping[str, Any]]) -> dict[Any, int]:
    """How many records there are in the columns with a limit, whoever sees them."""
    limited = [s["id"] for s in stages if s.get("at_most")]
    if not limited:
        return {}
    tree = {"field": board.group, "op": "in", "value": limited}
    return {g.value: g.number for g in read.groups(COUNTER, shape, by=board.group, tree=tree)}


def _limit(stage: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The limit of a column as its head says it, and what is said of a card too many."""
    most = stage.get("at_most")
    if not most:
        return {"limit": "", "crowded": ""}
    crowded = ""
    if number > most:
        crowded = ngettext(
            "There is %(count)s card here, %(most)s at most",
            "There are %(count)s cards here, %(most)s at most",
            number,
        ) % {"count": number, "most": most}
    return {"limit": _("of {most} at most").format(most=most), "full": number >= most, "crowded": crowded}


def stages_of(actor: Actor, shape: Shape, chosen: int | None) -> list[dict[str, Any]]:
    """The columns of an object's board in their order, of the chosen board where there are several."""
    board = board_of(shape)
    if board.columns is not None:
        return board.columns(actor, chosen)
    choices: Sequence[Choice] = shape.fields[board.group].params.choices
    return [{"id": c.code, "name": str(c.label), "hue": c.hue, "days": None} for c in choices]


def _within(
    board: Board, stages: Sequence[Mapping[str, Any]], tree: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """The filters of the columns' sums: open columns whole, closing ones for the last days (years of closed records are no board).

    Naming the columns lets the database read one index from end to end.
    """
    opened = [s["id"] for s in stages if not _is_closing(board, s)]
    closing = [s["id"] for s in stages if _is_closing(board, s)]
    filters: list[list[dict[str, Any]]] = []
    if opened:
        filters.append([{"field": board.group, "op": "in", "value": opened}])
    if closing:
        filters.append([{"field": board.group, "op": "in", "value": closing}, _recent(board)])
    return [{"and": [*conditions, dict(tree)] if tree else conditions} for conditions in filters]


def _is_closing(board: Board, stage: Mapping[str, Any]) -> bool:
    return board.closed is not None and stage.get("kind", "open") != "open"


def _recent(board: Board) -> dict[str, Any]:
    since = timezone.now() - dt.timedelta(days=RECENT_DAYS)
    return {"field": board.closed, "op": "gte", "value": since.isoformat()}


def column_cards(
    asked: Request, shape: Shape, state: ListState, stage: Mapping[str, Any], after: str | None = None
) -> dict[str, Any]:
    """Some cards of a column, and the address of the next ones."""
    board = board_of(shape)
    fields = readable(asked.actor, shape)
    extra = [
        board.aged,
        board.next_step,
        board.expires,
        *board.badge,
        board.total,
        "status",
        "owner",
        *board.card,
    ]
    keys = ["title", *(k for k in dict.fromkeys(extra) if k and k in fields)]
    keys += needed_beside(fields, keys)
    wanted: list[Any] = [{"field": board.group, "op": "eq", "value": stage["id"]}]
    if _is_closing(board, stage):
        wanted.append(_recent(board))
    if state.tree:
        wanted.append(state.tree)
    tree: dict[str, Any] = {"and": wanted}
    page = read.page(
        asked.actor,
        shape,
        tree=tree,
        sort=state.sort or "-created_at",
        after=after,
        limit=CARDS,
        keys=keys,
        more=state.more,
    )
    more_url = ""
    if page.next:
        more_url = (
            f"/{shape.key}/board/cards?{state.query(view='board', column=stage['id'], after=page.next)}"
        )
    return {"cards": [_card(asked, shape, board, row, stage) for row in page.rows], "more_url": more_url}


def _card(
    asked: Request, shape: Shape, board: Board, row: Mapping[str, Any], stage: Mapping[str, Any]
) -> dict[str, Any]:
    fields = shape.fields
    owner = row.get("owner")
    made: dict[str, Any] = {
        "id": row["id"],
        "url": f"/{shape.key}/{row['id']}",
        "peek_url": f"/{shape.key}/{row['id']}?peek=1",
        "version": row["version"],
        "title": row["title"],
        "owner": owner.title if isinstance(owner, Ref) else "",
        "badges": [],
    }
    if may(asked.actor, shape, "edit"):
        made["move_url"] = f"/{shape.key}/{row['id']}/move"
    if board.badge and row.get(board.badge[0]) is not None:
        made["badges"].append(_badge(shape, board, row))
    texts = []
    for key in board.card:
        if key not in row or key in {board.total, "owner"} or row[key] is None:
            continue
        shown = cell(fields[key], row[key], dict(row), lang(), company_currency=asked.installation.currency)
        texts.append(shown["text"] if isinstance(shown, dict) else str(shown))
    made["sub"] = " · ".join(t for t in texts if t)
    if board.total and row.get(board.total) is not None:
        currency = row.get(fields[board.total].params.currency_field or "") or asked.installation.currency
        made["amount"] = format_money(row[board.total], currency, lang(), brief=True)
    if row.get("status") in (None, "open") and stage.get("kind", "open") == "open":
        if board.next_step and row.get(board.next_step) is None:
            made["badges"].append({"text": _("no next step"), "hue": "orange"})
        if late := _expiring(row.get(board.expires or ""), stage.get("warn_days")):
            made["badges"].append(late)
        made["ageing"] = _ageing(row.get(board.aged or ""), stage.get("days"))
    return made


def _badge(shape: Shape, board: Board, row: Mapping[str, Any]) -> dict[str, str]:
    """What a card is marked with: «Hot · 65»."""
    field = shape.fields[board.badge[0]]
    choice = field.params.choices.by_code.get(row[field.key])
    said = [str(choice.label) if choice else str(row[field.key])]
    said += [str(row[k]) for k in board.badge[1:] if row.get(k) is not None]
    return {"text": " · ".join(said), "hue": choice.hue if choice else "gray"}


def _expiring(until: dt.date | None, warn: int | None) -> dict[str, str] | None:
    """A mark on a card whose day is near, or past."""
    if until is None:
        return None
    left = (until - timezone.localdate()).days
    if left < 0:
        text = ngettext("expired %(count)s day ago", "expired %(count)s days ago", -left) % {"count": -left}
        return {"text": text, "hue": "red"}
    if left > (WARN_DAYS if warn is None else warn):
        return None
    return {"text": _("waits until {day}").format(day=format_date(until, lang())), "hue": "yellow"}


def _ageing(since: Any, usual: int | None) -> dict[str, str] | None:
    """How long a card has stood in its column, beside the usual time when that is over; hot past twice of it."""
    if since is None:
        return None
    days = (timezone.now() - since).days
    if days < 1:
        return None
    level = "" if not usual or days <= usual else "hot" if days > 2 * usual else "warm"
    text = ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if level:
        text = _("{days}, usually {usual}").format(days=text, usual=usual)
    return {"text": text, "level": level}


@open_to(Door.SIGNED_IN)
@require_GET
def more_cards(request: HttpRequest, object: str) -> HttpResponse:
    """GET /{object}/board/cards: further cards of one column."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    state = read_state(request, asked.actor, shape)
    wanted = request.GET.get("column", "")
    stages = stages_of(asked.actor, shape, state.chosen)
    stage = next((s for s in stages if str(s["id"]) == wanted), None)
    if stage is None:
        raise NotFound
    return show(request, "screens/board_cards.html", **column_cards(asked, shape, state, stage, state.after))
