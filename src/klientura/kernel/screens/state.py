"""The state of a list lives in its address: filter, search, sort, columns, view, cursor. A saved view gives it a name."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable
from klientura.kernel.errors import BadRequest, Text
from klientura.kernel.objects.shape import Shape
from klientura.kernel.objects.spec import ReadyView
from klientura.kernel.search.query import understand
from klientura.kernel.store.summaries import grouping_of
from klientura.kernel.views import calendars, maps
from klientura.kernel.views.contents import contents
from klientura.kernel.views.habits import Chosen, habit_of
from klientura.kernel.views.looks import read_pin, read_widths, said_widths
from klientura.kernel.views.models import View
from klientura.kernel.views.reading import of_object
from klientura.kernel.views.ready import named, opened_with
from klientura.kernel.web.requests import number

MAX_COLUMNS = 30
PARTS = (
    "q",
    "filter",
    "sort",
    "columns",
    "view",
    "board",
    "group",
    "widths",
    "pin",
    "place",
    *calendars.PARTS,
)
"""What an address says of a list, and a saved view keeps."""
NOTHING: Mapping[str, Any] = {"field": "id", "op": "empty"}
"""The filter of a view that cannot be carried out: every record has a number."""


@dataclass(frozen=True, slots=True)
class ListState:
    """What the address of a list says.

    `base` is what an address that says nothing of it stands for: the saved view, or what the reader chose last for
    the columns, their looks and the order. `broken` says why the saved view's filter cannot be carried out, so that nothing is shown.
    """

    filter_text: str
    tree: Mapping[str, Any] | None
    q: str
    sort: str
    columns: tuple[str, ...]
    after: str | None
    view: str
    chosen: int | None  # which board of several
    group: str = ""  # by what its records are grouped
    widths: Mapping[str, int] = field(default_factory=dict)
    pin: int = 1  # how many of the first columns stay in sight
    calendar: Mapping[str, str] = field(
        default_factory=dict
    )  # by which dates, in which colours, how much of time
    place: str = ""  # the field of places by which a map shows records
    instead: str | None = None  # the words searched instead of the typed ones
    more: tuple[Predicate, ...] = ()
    base: Mapping[str, str] = field(default_factory=dict)
    saved: View | None = None
    saved_key: str = ""  # as the address has it: a number, the key of a ready view, or «all» for none
    ready: ReadyView | None = None  # the view of the product itself that is shown
    broken: Text = ""

    def _said(self) -> dict[str, str]:
        return {
            "q": self.q,
            "filter": self.filter_text,
            "sort": self.sort,
            "columns": ",".join(self.columns),
            "view": self.view,
            "board": str(self.chosen or ""),
            "group": self.group,
            "widths": said_widths(self.widths),
            "pin": str(self.pin),
            "place": self.place,
            **{part: self.calendar.get(part, "") for part in calendars.PARTS},
        }

    def pairs(self, *, without: Sequence[str] = (), **changes: Any) -> dict[str, str]:
        """What the address says, with some things changed; what it stands for without a word is left out."""
        wanted = self._said() | {k: "" if v is None else str(v) for k, v in changes.items()}
        base = {"view": "list", "pin": "1", **self.base}
        if self.broken and "filter" not in changes:
            wanted.pop("filter")
        named = (
            {"sort"} if "sort" in changes or wanted.get("after") else set()
        )  # a cursor is bound to its order
        found = {"saved": self.saved_key} if self.saved_key else {}
        found |= {k: v for k, v in wanted.items() if v != base.get(k, "") or (v and k in named)}
        return {k: v for k, v in found.items() if k not in without}

    def query(self, **changes: Any) -> str:
        """The address's query with some things changed."""
        return urlencode(self.pairs(**changes))

    def whole(self) -> str:
        """The query that says everything, whatever becomes of the saved view: for what acts on all that is shown."""
        said = self._said() | {"filter": json.dumps(self.tree) if self.tree else ""}
        return urlencode(said)

    @property
    def changed(self) -> bool:
        """Whether the address says anything else than what it stands for without a word."""
        return bool(self.pairs(without=("saved",)))

    def contents(self) -> dict[str, Any]:
        """What a saved view would keep of it."""
        return {
            "filter": self.tree, "q": self.q, "sort": self.sort, "columns": list(self.columns), "board": self.chosen,
            "group": self.group, "widths": dict(self.widths), "pin": self.pin, "calendar": dict(self.calendar),
            "place": self.place,
        }  # fmt: skip


def read_state(request: HttpRequest, actor: Actor, shape: Shape, *, opens: bool = True) -> ListState:
    """Read the state of a list from its address. Raises BadRequest in words for people, NotFound for a view that is not there.

    `opens`: an address without a view or a filter stands for what the list opens with, and not for all there is.
    """
    query = request.GET
    key = query.get("saved", "")
    saved_id = number(key)
    if saved_id is None:
        chosen = Chosen() if query.get("view") in {"board", "calendar", "map"} else habit_of(actor, shape)
        base = {
            "columns": ",".join(chosen.columns),
            "sort": chosen.sort,
            "widths": said_widths(chosen.widths),
            "pin": str(chosen.pin),
        }
        ready = named(actor, shape, key)
        known = key if key == "all" or ready else ""
        if not known and opens:
            ready = opened_with(actor, shape, _kind(query.get("view", ""), shape))
        if ready:
            base["filter"] = json.dumps(ready.filter, ensure_ascii=False)
        state = replace(_stated(query, actor, shape, base), saved_key=known)
        return replace(state, ready=ready) if ready and (known or state.tree == ready.filter) else state
    view = of_object(actor, shape, saved_id)
    kept = contents(actor, shape, view)
    base = {
        "q": kept.q,
        "filter": json.dumps(kept.filter, ensure_ascii=False) if kept.filter else "",
        "sort": kept.sort,
        "columns": ",".join(kept.columns),
        "view": view.kind,
        "board": str(kept.board or ""),
        "group": kept.group,
        "widths": said_widths(kept.widths),
        "pin": str(kept.pin),
        "place": kept.place,
        **kept.calendar,
    }
    broken = kept.broken if "filter" not in query else ""
    if broken:
        base["filter"] = json.dumps(NOTHING)
    state = replace(_stated(query, actor, shape, base), saved=view, saved_key=str(view.pk), broken=broken)
    return replace(state, filter_text="") if broken else state


def state_of(query: QueryDict, actor: Actor, shape: Shape) -> ListState:
    """The state that a whole query says. Raises BadRequest in words for people."""
    return _stated(query, actor, shape, {})


def _stated(query: QueryDict, actor: Actor, shape: Shape, base: Mapping[str, str]) -> ListState:
    said = {k: query.get(k, base.get(k, "")) for k in PARTS}
    fields = readable(actor, shape)
    columns = [c for c in said["columns"].split(",") if c][:MAX_COLUMNS]
    if unknown := [c for c in columns if c not in fields]:
        raise BadRequest(_("There is no field «%(field)s».") % {"field": unknown[0][:60]}, code="field")
    q = said["q"].strip()[:200]
    understood = understand(actor, shape, q) if q else None
    filter_text, kind = said["filter"].strip(), _kind(said["view"], shape)
    return ListState(
        filter_text=filter_text,
        tree=tree_of(filter_text),
        q=q,
        sort=said["sort"],
        columns=tuple(columns),
        after=query.get("after") or None,
        view=kind,
        chosen=number(said["board"]),
        group=grouping_of(actor, shape, said["group"]).key if said["group"] and kind == "list" else "",
        widths=read_widths(said["widths"], fields),
        pin=read_pin(said["pin"]),
        calendar=calendars.known(actor, shape, said),
        place=maps.known(actor, shape, said["place"]),
        instead=understood.instead if understood else None,
        more=(understood.predicate,) if understood else (),
        base=base,
    )


def _kind(said: str, shape: Shape) -> str:
    """How records are shown; where there is no board, as a list."""
    if said in {"calendar", "gallery", "map"}:
        return said
    return "board" if said == "board" and shape.spec.board else "list"


def tree_of(text: str) -> dict[str, Any] | None:
    """The filter tree that an address or a form carries as text; None when it carries none. Raises BadRequest."""
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
    on_card = [k for section in shape.sections_for(actor.role) for k in section.fields if k in fields]
    return list(dict.fromkeys([*on_card, *fields]))
