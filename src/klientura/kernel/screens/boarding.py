"""The board of an object: columns with counts and sums, cards with their age, moving a card by its verb."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.access.gate import may, readable, require
from klientura.kernel.errors import Invalid, NotFound
from klientura.kernel.fields.base import Choice
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.objects.spec import Board
from klientura.kernel.screens import inputs
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.context import show
from klientura.kernel.screens.filtering import filter_fields_json
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.state import ListState, read_state
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast
from klientura.kit.formats import format_decimal, format_money

CARDS = 20
RECENT_DAYS = 30


def board_page(asked: Request, shape: Shape, state: ListState) -> HttpResponse:
    """The whole board: one query for counts and sums, one per column for its first cards."""
    board = _board(shape)
    columns = columns_of(asked, shape, state, with_cards=True)
    return show(
        asked,
        "screens/board.html",
        active=shape.key,
        shape=shape,
        state=state,
        columns=columns,
        boards=_boards(asked, shape, board, state),
        filter_fields_json=filter_fields_json(asked.actor, shape, state.tree),
        may={v: may(asked.actor, shape, v) for v in ("create", "edit", "delete", "export", "import")},
        list_url=f"/{shape.key}?{state.query(view='list')}",
        board_url=f"/{shape.key}?{state.query(view='board')}",
    )


def _board(shape: Shape) -> Board:
    if shape.spec.board is None:
        raise NotFound
    return shape.spec.board


def _boards(asked: Request, shape: Shape, board: Board, state: ListState) -> list[dict[str, Any]]:
    """The boards one may choose from (pipelines), when there are several."""
    if board.chooser is None:
        return []
    target = shape_of(shape.fields[board.chooser].params.target or "")
    rows = read.page(asked.actor, target, limit=50, keys=["title"]).rows
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
    board = _board(shape)
    stages = _stages(asked, shape, board, state)
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
        }
        if with_cards:
            column |= column_cards(asked, shape, state, stage)
        made.append(column)
    return made


def _stages(asked: Request, shape: Shape, board: Board, state: ListState) -> list[dict[str, Any]]:
    if board.columns is not None:
        return board.columns(asked.actor, state.chosen)
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
    board = _board(shape)
    fields = readable(asked.actor, shape)
    extra = [board.aged, board.next_step, board.total, "status", "owner", *board.card]
    keys = ["title", *(k for k in dict.fromkeys(extra) if k and k in fields)]
    keys += [c for k in keys if (c := fields[k].params.currency_field) and c in fields]
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
        made["ageing"] = _ageing(row.get(board.aged or ""), stage.get("days"))
    return made


def _ageing(since: Any, usual: int | None) -> dict[str, str] | None:
    """How long a card has stood in its column; warm past the usual time, hot past twice of it."""
    if since is None:
        return None
    days = (timezone.now() - since).days
    if days < 1:
        return None
    level = "" if not usual or days <= usual else "hot" if days > 2 * usual else "warm"
    return {"text": ngettext("%(count)d day", "%(count)d days", days) % {"count": days}, "level": level}


@open_to(Door.SIGNED_IN)
@require_GET
def more_cards(request: HttpRequest, object: str) -> HttpResponse:
    """GET /{object}/board/cards: further cards of one column."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    state = read_state(request, asked.actor, shape)
    wanted = request.GET.get("column", "")
    stages = _stages(asked, shape, _board(shape), state)
    stage = next((s for s in stages if str(s["id"]) == wanted), None)
    if stage is None:
        raise NotFound
    return show(request, "screens/board_cards.html", **column_cards(asked, shape, state, stage, state.after))


@open_to(Door.SIGNED_IN)
@require_POST
def move(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/move: move a card; 422 with a form when the verb needs to know more."""
    asked, shape = of(request), shape_of(object)
    board = _board(shape)
    action = next((a for a in shape.spec.actions if a.key == board.move), None)
    if action is None:
        raise NotFound
    stage = request.POST.get("stage", "")
    version = number(request.POST.get("version"))
    given = {k: v for k in action.fields if (v := request.POST.get(k)) not in (None, "")}
    try:
        action.run(
            asked.actor, record_id, {**given, board.group: stage},
            expected_version=version,
        )  # fmt: skip
    except Invalid as refused:
        return _ask(request, shape, record_id, stage, version, refused, given)
    return toast(_moved(asked, shape, record_id), _("Moved"), kind="success")


def _moved(asked: Request, shape: Shape, record_id: int) -> HttpResponse:
    """The card as it is now, and out of band the heads of all columns, so that counts and sums are right again."""
    address = asked.htmx.current_url or ""
    asked.GET = QueryDict(address.partition("?")[2])
    state = read_state(asked, asked.actor, shape)
    columns = columns_of(asked, shape, state, with_cards=False)
    one = replace(state, tree={"field": "id", "op": "eq", "value": record_id}, more=(), sort="")
    board = _board(shape)
    rows = read.page(asked.actor, shape, tree=one.tree, limit=1, keys=[board.group]).rows
    keys = [v.id if isinstance(v := row[board.group], Ref) else v for row in rows]
    stage = next((s for s in _stages(asked, shape, board, state) if s["id"] in keys), None)
    cards = column_cards(asked, shape, one, stage)["cards"] if stage else []
    response = show(asked, "screens/board_moved.html", columns=columns, card=cards[0] if cards else None)
    response["HX-Trigger"] = json.dumps({"closeDialog": True})
    return response


def _ask(
    request: HttpRequest,
    shape: Shape,
    record_id: int,
    stage: str,
    version: int | None,
    refused: Invalid,
    given: Mapping[str, Any],
) -> HttpResponse:
    messages = {e.field: str(e.message) for e in refused.errors}
    action = next(a for a in shape.spec.actions if a.key == _board(shape).move)
    controls = [
        {
            **inputs.control(
                shape.fields[k],
                None,
                lang(),
                company_currency=of(request).installation.currency,
                error=messages.get(k, ""),
                raw=given.get(k),
            ),
            "id": f"d-{k}",
            "required": k in messages,
        }
        for k in action.fields
        if k != _board(shape).group and k in shape.fields
    ]
    others = [m for k, m in messages.items() if k not in action.fields]
    response = show(
        request, "screens/move_form.html", status=422, controls=controls, stage=stage, version=version or "", errors=others,
        action=f"/{shape.key}/{record_id}/move", target=f"#card-{record_id}",
    )  # fmt: skip
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
    return response
