"""What a page says of saved views: the line above a list, and the pinned ones in the navigation."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.state import PARTS, ListState
from klientura.kernel.segments.reading import may_work
from klientura.kernel.views import reading
from klientura.kernel.views.models import View
from klientura.kernel.views.ready import ready_of
from klientura.kernel.web.requests import Request

IN_NAVIGATION = 5
"""Pinned views of one object that the navigation shows; the line above the list shows them all."""


def _around(asked: Request, object_key: str | None) -> Sequence[View]:
    """The pinned views, and those of the list that is shown: read once for a page."""
    known: Sequence[View] | None = getattr(asked, "views_around", None)
    if known is None:
        known = reading.around(asked.actor, object_key)
        asked.views_around = known  # type: ignore[attr-defined]
    return known


def address(view: View) -> str:
    """Where a view is opened."""
    return f"/{view.object}?saved={view.pk}"


def pinned(asked: Request) -> dict[str, list[dict[str, Any]]]:
    """By object: the pinned views for the navigation."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for view in _around(asked, None):
        if view.pinned is not None and len(found[view.object]) < IN_NAVIGATION:  # type: ignore[attr-defined]
            here = asked.path == f"/{view.object}" and asked.GET.get("saved") == str(view.pk)
            found[view.object].append({"label": view.name, "url": address(view), "active": here})
    return dict(found)


def _default(asked: Request, shape: Shape) -> View | None:
    for view in _around(asked, shape.key):
        if (
            view.object == shape.key
            and view.visibility == "everyone"
            and asked.actor.role in view.default_roles
        ):
            return view
    return None


def opening_of(asked: Request, shape: Shape) -> str:
    """Where an address that says nothing of the list leads: the view of the reader's role; empty when there is none."""
    if asked.headers.get("HX-Request") and not asked.headers.get("HX-Boosted"):
        return ""  # a part of the page, asked for by the page itself
    if {"saved", "after", *PARTS} & set(asked.GET):
        return ""
    view = _default(asked, shape)
    if view is None:
        return ""
    query = asked.GET.copy()
    query["saved"] = str(view.pk)
    return f"/{shape.key}?{query.urlencode()}"


def bar(asked: Request, shape: Shape, state: ListState) -> dict[str, Any]:
    """The line of views above a list or a board."""
    views = [v for v in _around(asked, shape.key) if v.object == shape.key]
    current = state.saved
    role_default = _default(asked, shape)
    ready = ready_of(asked.actor, shape)
    whole = f"/{shape.key}?saved=all" if role_default or ready else f"/{shape.key}"
    near = [v for v in views if v.pinned is not None or (current and v.pk == current.pk)]  # type: ignore[attr-defined]
    tabs = [
        {"label": str(v.label), "url": f"/{shape.key}?saved={v.key}", "active": v == state.ready}
        for v in ready
    ]
    every = current is None and state.ready is None
    tabs.append({"label": pgettext("views", "All"), "url": whole, "active": every})
    tabs += [
        {"label": v.name, "url": address(v), "active": bool(current and v.pk == current.pk)} for v in near
    ]
    mine = bool(current and reading.may_change(asked.actor, current))
    query = state.query()
    return {
        "tabs": tabs if views or current or ready else [],
        "rest": _rest(asked, [v for v in views if v not in near]),
        "current": current,
        "changed": state.changed if current else _worth_keeping(state),
        "save_url": f"/views/{current.pk}/save?{query}" if current and mine and not state.broken else "",
        "save_as_url": "" if state.broken else f"/{shape.key}/views/new?{query}",
        "segment_url": _segment_url(asked, shape, state, query),
        "menu": _menu(asked, current, near, mine=mine) if current else [],
        "unfiltered_url": f"/{shape.key}?{state.query(filter='')}" if state.broken else "",
    }


def _segment_url(asked: Request, shape: Shape, state: ListState, query: str) -> str:
    """Where what a list shows is made a segment; empty when it shows everything, or the reader makes none."""
    if state.broken or state.ready or not (state.tree or state.q) or not may_work(asked.actor, shape):
        return ""
    return f"/{shape.key}/segments/new?{query}"


def _worth_keeping(state: ListState) -> bool:
    """Whether a list without a view says enough to be offered as one: more than a search of the moment."""
    asks = state.filter_text and state.filter_text != state.base.get("filter")
    return bool(asks or state.columns or state.sort)


def _rest(asked: Request, views: Sequence[View]) -> list[dict[str, Any]]:
    """The other views as lines of a menu: one's own, then those of others."""
    own = [v for v in views if v.owner_id == asked.actor.user_id]
    shared = [v for v in views if v.owner_id != asked.actor.user_id]
    lines: list[dict[str, Any]] = []
    for heading, found in ((_("My views"), own), (_("Shared views"), shared)):
        if found:
            lines.append({"title": heading})
            lines += [{"label": v.name, "url": address(v), "icon": "layers"} for v in found]
    return lines


def _menu(asked: Request, current: View, near: Sequence[View], *, mine: bool) -> list[Any]:
    """What may be done with the current view."""
    place = f"/views/{current.pk}"

    def act(label: str, icon: str, name: str) -> dict[str, Any]:
        return {"label": label, "icon": icon, "attrs": {"hx-post": f"{place}/{name}", "hx-swap": "none"}}

    lines: list[Any] = []
    pinned_ids = [v.pk for v in near if v.pinned is not None]  # type: ignore[attr-defined]
    if current.pk in pinned_ids:
        lines.append(act(_("Unpin"), "pin", "unpin"))
        if pinned_ids[0] != current.pk:
            lines.append(act(_("Move to the left"), "arrow-left", "left"))
        if pinned_ids[-1] != current.pk:
            lines.append(act(_("Move to the right"), "arrow-right", "right"))
    else:
        lines.append(act(_("Pin"), "pin", "pin"))
    if mine:
        settings = {"hx-get": f"{place}/settings", "hx-target": "#dialog-body"}
        lines.insert(0, {"label": _("Name and access…"), "icon": "pencil", "attrs": settings})
        lines += ["-", {**act(_("Delete the view"), "trash-2", "delete"), "kind": "danger"}]
    return lines
