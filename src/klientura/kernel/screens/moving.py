"""Moving a record from stage to stage by the verb that keeps it: on the board, and by the bar of stages on a card."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from klientura.kernel.access.gate import may, readable, writable
from klientura.kernel.errors import Denied, Invalid, NotFound
from klientura.kernel.history.take_back import take_back
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.objects.spec import Action
from klientura.kernel.screens.asking import asking, given_to
from klientura.kernel.screens.boarding import board_of, column_cards, columns_of, stages_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.state import read_state
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast


def stage_bar(asked: Request, shape: Shape, row: Row, *, movable: bool) -> dict[str, Any] | None:
    """The stages that a record passes, for the head of its card; None when it passes none or they are not its reader's to see.

    A stage that is not `movable` for this reader is shown without a button.
    """
    board = shape.spec.board
    if board is None or not board.move or board.group not in readable(asked.actor, shape):
        return None
    here = _plain(row.get(board.group))
    chooser = row.get(board.chooser) if board.chooser else None
    stages = stages_of(asked.actor, shape, _plain(chooser))
    place = next((n for n, s in enumerate(stages) if s["id"] == here), None)
    if place is None:
        return None
    opened = stages[place].get("kind", "open") == "open"
    return {
        "url": f"/{shape.key}/{row['id']}/move" if movable and may_move(asked, shape) else "",
        "version": row["version"],
        "stages": [
            {
                "id": s["id"],
                "label": s["name"],
                "hue": s["hue"],
                "here": n == place,
                "passed": opened and n < place,
                "closing": s.get("kind", "open") != "open",
            }
            for n, s in enumerate(stages)
        ],
    }


def may_move(asked: Request, shape: Shape) -> bool:
    """Whether the reader's role may move such records at all."""
    board = board_of(shape)
    return may(asked.actor, shape, "edit") and writable(asked.actor, shape, board.group)


def _plain(value: Any) -> Any:
    return value.id if isinstance(value, Ref) else value


def _action(shape: Shape) -> Action:
    board = board_of(shape)
    action = next((a for a in shape.spec.actions if a.key == board.move), None)
    if action is None:
        raise NotFound
    return action


@open_to(Door.SIGNED_IN)
@require_POST
def move(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/move: move a record; 422 with a form when the verb needs to know more.

    Asked from a board it answers the card; with ?whole=1 (a card's bar) the page is told to renew itself.
    """
    asked, shape = of(request), shape_of(object)
    board, action = board_of(shape), _action(shape)
    stage, version = request.POST.get("stage", ""), number(request.POST.get("version"))
    given = {k: v for k, v in given_to(asked, shape, action).items() if k != board.group}
    open_keys = [k for k in (board.group, board.chooser) if k in readable(asked.actor, shape)]
    before = read.get(asked.actor, shape, record_id, keys=["title", *(k for k in open_keys if k)])
    try:
        now = action.run(
            asked.actor, record_id, {**given, board.group: stage},
            expected_version=version,
        )  # fmt: skip
    except Invalid as refused:
        return _ask(asked, shape, before, stage, version, refused, given)
    crowd = ""
    if request.GET.get("whole"):
        response = _renewed()
    else:
        response, crowd = _moved(asked, shape, record_id)
    undo_url = f"/{shape.key}/{record_id}/move/back?version={now}" if now != before["version"] else ""
    return toast(response, crowd or _("Moved"), undo_url=undo_url)


@open_to(Door.SIGNED_IN)
@require_POST
def move_back(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/move/back?version=…: the reader's own move is taken back, with all that it changed."""
    asked, shape = of(request), shape_of(object)
    if not may_move(asked, shape):
        raise Denied
    take_back(asked.actor, shape, record_id, number(request.GET.get("version")) or 0)
    return toast(_renewed(), _("Moved back"))


def _renewed() -> HttpResponse:
    response = HttpResponse(status=200)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps({"closeDialog": True, "listChanged": True, "stageChanged": True})
    return response


def _moved(asked: Request, shape: Shape, record_id: int) -> tuple[HttpResponse, str]:
    """The card as it is now, and out of band the heads of all columns, so that counts and sums are right again.

    With what is to be said when its column holds more cards than it should.
    """
    address = asked.htmx.current_url or ""
    asked.GET = QueryDict(address.partition("?")[2])
    state = read_state(asked, asked.actor, shape)
    columns = columns_of(asked, shape, state, with_cards=False)
    one = replace(state, tree={"field": "id", "op": "eq", "value": record_id}, more=(), sort="")
    board = board_of(shape)
    rows = read.page(asked.actor, shape, tree=one.tree, limit=1, keys=[board.group]).rows
    keys = [_plain(row[board.group]) for row in rows]
    stage = next((s for s in stages_of(asked.actor, shape, state.chosen) if s["id"] in keys), None)
    cards = column_cards(asked, shape, one, stage)["cards"] if stage else []
    response = show(asked, "screens/board_moved.html", columns=columns, card=cards[0] if cards else None)
    response["HX-Trigger"] = json.dumps({"closeDialog": True})
    column = next((c for c in columns if c["key"] in keys), None)
    crowd = column["crowded"] if column else ""
    return response, crowd and _("Moved. {text}").format(text=crowd)


def _ask(
    asked: Request,
    shape: Shape,
    row: Row,
    stage: str,
    version: int | None,
    refused: Invalid,
    given: Mapping[str, Any],
) -> HttpResponse:
    """The dialog that asks for what the stage needs; what is missing is called an error only after an attempt."""
    board, action = board_of(shape), _action(shape)
    told = bool(asked.POST.get("attempted"))
    made = asking(asked, shape, action, row, given, refused, told=told, skip=board.group)
    chosen = row.get(board.chooser) if board.chooser else None
    names = {str(s["id"]): s["name"] for s in stages_of(asked.actor, shape, _plain(chosen))}
    whole = "?whole=1" if asked.GET.get("whole") else ""
    response = show(
        asked, "screens/move_form.html", status=422, made=made, stage=stage, version=version or "",
        title=names.get(stage, str(action.label)), action=f"/{shape.key}/{row['id']}/move{whole}",
        target="" if whole else f"#card-{row['id']}",
    )  # fmt: skip
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
    return response
