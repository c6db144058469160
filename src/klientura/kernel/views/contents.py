"""What a view holds: read from what a program or a list says, held against what the reader may see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.errors import BadRequest, KernelError, Text
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.filters import Tree, compile_filter
from klientura.kernel.store.operators import Context
from klientura.kernel.store.read import sort_field
from klientura.kernel.store.summaries import grouping_of
from klientura.kernel.store.trees import fields_of
from klientura.kernel.views import calendars, looks, maps
from klientura.kernel.views.models import View

MAX_COLUMNS = 30
MAX_STATE = 12_000
"""A larger filter would not fit into an address either."""
MAX_SEARCH = 200
KEYS = frozenset({"filter", "q", "sort", "columns", "board", "group", "widths", "pin", "calendar", "place"})


@dataclass(frozen=True, slots=True)
class Contents:
    """What a view shows to one reader. `broken` says why nothing may be shown: a part of the filter is not there."""

    filter: dict[str, Any] | None = None
    q: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    board: int | None = None
    group: str = ""
    widths: Mapping[str, int] = field(default_factory=dict)
    pin: int = 1
    calendar: Mapping[str, str] = field(default_factory=dict)
    place: str = ""  # the field of places by which a map shows records
    broken: Text = ""

    def stored(self) -> dict[str, Any]:
        """As the table keeps it; what is not chosen is left out."""
        every = {
            "filter": self.filter, "q": self.q, "sort": self.sort, "columns": list(self.columns), "board": self.board,
            "group": self.group, "widths": dict(self.widths), "pin": self.pin if self.pin > 1 else None,
            "calendar": dict(self.calendar), "place": self.place,
        }  # fmt: skip
        return {k: v for k, v in every.items() if v not in (None, "", [], {})}


def check(actor: Actor, shape: Shape, raw: Mapping[str, Any]) -> Contents:
    """The contents of a view about to be saved. Raises BadRequest for what the actor could not ask a list for."""
    if unknown := set(raw) - KEYS:
        raise _bad(_("A view has no «%(key)s».") % {"key": min(unknown)[:60]})
    tree, columns, board = raw.get("filter") or None, raw.get("columns") or [], raw.get("board")
    q, sort = raw.get("q") or "", raw.get("sort") or ""
    if tree is not None and not isinstance(tree, dict):
        raise _bad(_("The filter could not be read: each condition must be an object."))
    if not isinstance(q, str) or len(q) > MAX_SEARCH or not isinstance(sort, str) or "\x00" in q:
        raise _bad(_("The search or the order of a view is not a text of the usual length."))
    if not isinstance(columns, list) or len(columns) > MAX_COLUMNS:
        raise _bad(_("The columns of a view are a list of at most 30 fields."))
    if board is not None and (isinstance(board, bool) or not isinstance(board, int) or not 0 < board < 2**63):
        raise _bad(_("A board is named by its number."))
    fields = readable(actor, shape)
    if strange := [c for c in columns if not isinstance(c, str) or c not in fields]:
        raise _bad(_("There is no field «%(field)s».") % {"field": str(strange[0])[:60]})
    if sort:
        sort_field(actor, shape, sort)
    group = raw.get("group") or ""
    if group:
        grouping_of(actor, shape, str(group))
    compile_filter(tree, Context(actor, fields, shape=shape))
    widths, pin = looks.checked(raw.get("widths"), fields), looks.checked_pin(raw.get("pin"))
    return Contents(
        _plain(tree),
        q.strip(),
        sort,
        tuple(dict.fromkeys(columns)),
        board,
        str(group),
        widths,
        pin,
        calendars.checked(actor, shape, raw.get("calendar")),
        maps.checked(actor, shape, raw.get("place")),
    )


def _plain(tree: dict[str, Any] | None) -> dict[str, Any] | None:
    """A filter as the database can keep it: JSON without zero letters, and no longer than an address."""
    try:
        text = orjson.dumps(tree)
    except TypeError as bad:  # numbers and texts that JSON has no place for
        raise _bad(_("The filter holds a value that cannot be kept.")) from bad
    if b"\\u0000" in text:
        raise _bad(_("The filter holds a value that cannot be kept."))
    if len(text) > MAX_STATE:
        raise _bad(_("The filter of this view is too large to be kept."))
    plain: dict[str, Any] | None = orjson.loads(text)
    return plain


def _bad(message: Text) -> BadRequest:
    return BadRequest(message, code="view")


def contents(actor: Actor, shape: Shape, view: View) -> Contents:
    """What a saved view shows this reader.

    Columns and an order that are gone are left out. A filter that cannot be carried out whole is not carried out in
    part, for that would show other records than its author meant.
    """
    state, fields = view.state, readable(actor, shape)
    tree, sort = state.get("filter"), state.get("sort", "")
    kept = fields.get(sort.removeprefix("-"))
    return Contents(
        filter=tree,
        q=state.get("q", ""),
        sort=sort if kept is not None and kept.sortable else "",
        columns=tuple(c for c in state.get("columns", ()) if c in fields),
        board=state.get("board"),
        group=_group(actor, shape, state.get("group", "")),
        widths={k: w for k, w in state.get("widths", {}).items() if k in fields},
        pin=state.get("pin", 1),
        calendar=calendars.known(actor, shape, state.get("calendar", {})),
        place=maps.known(actor, shape, state.get("place", "")),
        broken=_broken(actor, shape, tree),
    )


def _group(actor: Actor, shape: Shape, key: str) -> str:
    """The grouping of a view, unless it is gone or not open to the reader."""
    try:
        return grouping_of(actor, shape, key).key if key else ""
    except BadRequest:
        return ""


def _broken(actor: Actor, shape: Shape, tree: Tree | None) -> Text:
    """Why a filter cannot be carried out for this reader; empty when it can."""
    fields = readable(actor, shape)
    named = dict.fromkeys(k for key, k in fields_of(shape.key, tree) if key == shape.key)
    missing = [k for k in named if k not in fields]
    if missing:
        # Of a field that is kept from the reader only the name is told, as it stands in the filter of a colleague.
        names = ", ".join(f"«{shape.fields[k].label if k in shape.fields else k}»" for k in missing)
        return ngettext(
            "This view filters by the field %(fields)s, which was removed or is not open to you.",
            "This view filters by the fields %(fields)s, which were removed or are not open to you.",
            len(missing),
        ) % {"fields": names}
    try:
        compile_filter(tree, Context(actor, fields, shape=shape))
    except KernelError as bad:
        return bad.message
    return ""


def fields_used(view: View) -> frozenset[tuple[str, str]]:
    """Every field that a view would miss, each with its object."""
    state = view.state
    own = {*state.get("columns", ()), state.get("sort", "").removeprefix("-")} - {""}
    return frozenset({*fields_of(view.object, state.get("filter")), *((view.object, key) for key in own)})


def views_using(object_key: str, field_key: str) -> list[Text]:
    """The saved views that use a field, for whoever is about to remove it; one's own are named with their owner."""
    found = (
        View.objects.filter(Q(object=object_key) | Q(state__has_key="filter"), deleted_at=None)
        .select_related("owner")
        .order_by("name", "pk")
    )
    return [
        _("view «%(view)s» of %(owner)s") % {"view": v.name, "owner": v.owner.name}
        for v in found
        if (object_key, field_key) in fields_used(v)
    ]
