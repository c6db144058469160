"""The state of a list lives in its address: filter, search, sort, columns, view, cursor."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.shape import Shape
from klientura.kernel.search.query import understand
from klientura.kernel.web.requests import number

MAX_COLUMNS = 30


@dataclass(frozen=True, slots=True)
class ListState:
    """What the address of a list says."""

    filter_text: str
    tree: dict[str, Any] | None
    q: str
    sort: str
    columns: tuple[str, ...]
    after: str | None
    view: str
    chosen: int | None  # which board of several
    instead: str | None = None  # the words searched instead of the typed ones
    more: tuple[Predicate, ...] = ()

    def query(self, **changes: Any) -> str:
        """The address's query with some things changed; empty and default ones are left out."""
        known = {
            "q": self.q,
            "filter": self.filter_text,
            "sort": self.sort,
            "columns": ",".join(self.columns),
            "view": self.view,
            "board": self.chosen,
        }
        wanted = {**known, **changes}
        return urlencode({k: v for k, v in wanted.items() if v not in (None, "", "list")})


def read_state(request: HttpRequest, actor: Actor, shape: Shape) -> ListState:
    """Read the state of a list from its address. Raises BadRequest in words for people."""
    return state_of(request.GET, actor, shape)


def state_of(query: QueryDict, actor: Actor, shape: Shape) -> ListState:
    """The state that a query says. Raises BadRequest in words for people."""
    fields = readable(actor, shape)
    columns = [c for c in query.get("columns", "").split(",") if c][:MAX_COLUMNS]
    if unknown := [c for c in columns if c not in fields]:
        raise BadRequest(_("There is no field «%(field)s».") % {"field": unknown[0][:60]}, code="field")
    q = query.get("q", "").strip()[:200]
    understood = understand(actor, shape, q) if q else None
    filter_text = query.get("filter", "").strip()
    return ListState(
        filter_text=filter_text,
        tree=_tree(filter_text),
        q=q,
        sort=query.get("sort") or "",
        columns=tuple(columns),
        after=query.get("after") or None,
        view="board" if query.get("view") == "board" and shape.spec.board else "list",
        chosen=number(query.get("board")),
        instead=understood.instead if understood else None,
        more=(understood.predicate,) if understood else (),
    )


def _tree(text: str) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest(
            _("The filter in the address is damaged. Open the list anew."), code="filter"
        ) from error
    if not isinstance(tree, dict):
        raise BadRequest(_("The filter in the address is damaged. Open the list anew."), code="filter")
    return tree


def shown_columns(actor: Actor, shape: Shape, columns: Sequence[str]) -> list[str]:
    """The columns to show: those of the address, else the object's own, as far as the actor sees them.

    What a record is called stands in front, whatever was chosen: it leads to the card.
    """
    fields = readable(actor, shape)
    wanted = [c for c in columns or shape.spec.columns if c in fields]
    if {*shape.spec.title, "title"} & set(wanted):
        return wanted
    name = next((c for c in shape.spec.columns if c in {*shape.spec.title, "title"} and c in fields), None)
    return [name, *wanted] if name else wanted


def card_order(actor: Actor, shape: Shape) -> list[str]:
    """The keys of all fields that the actor sees, in the order of the card; what stands on no card comes last."""
    fields = readable(actor, shape)
    on_card = [k for section in shape.spec.sections for k in section.fields if k in fields]
    return list(dict.fromkeys([*on_card, *fields]))
