"""The page of a map: the frame of the list around it; what is on it is asked for by the browser."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from klientura.kernel.access.gate import may, require
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens import view_bar
from klientura.kernel.screens.builder import filter_fields_json
from klientura.kernel.screens.context import show
from klientura.kernel.screens.kinds import kinds
from klientura.kernel.screens.state import ListState
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import Tree
from klientura.kernel.views.maps import place_fields
from klientura.kernel.web.requests import Request

SEEN = frozenset({"near", "inside", "located", "not_located"})


def place_of(asked: Request, shape: Shape, state: ListState) -> FieldShape:
    """The field of places by which the map shows records. Raises NotFound when the reader sees none."""
    fields = place_fields(asked.actor, shape)
    field = fields.get(state.place) or next(iter(fields.values()), None)
    if field is None:
        raise NotFound
    return field


def map_page(asked: Request, shape: Shape, state: ListState) -> HttpResponse:
    """The whole page; it reads no record."""
    place = place_of(asked, shape, state)
    require(asked.actor, shape, "read")
    # No statement is made here, but a filter that cannot be carried out is told of now, as by every other kind of list.
    conditions(asked.actor, shape, tree=state.tree)
    fields = place_fields(asked.actor, shape)
    settings = asked.installation
    return show(
        asked, "map/page.html", active=shape.key, shape=shape, state=state, place=place,
        choices=[
            {"label": f.heading, "url": f"/{shape.key}?{state.query(view='map', place=f.key)}", "checked": f.key == place.key}
            for f in fields.values()
        ] if len(fields) > 1 else [],
        heaps_url=f"/{shape.key}/map?{state.query(view='map', place=place.key)}",
        card_url=f"/{shape.key}/map/", card_query=state.query(view="map", place=place.key),
        count_url=f"/{shape.key}/count?{state.query()}", off_map=_off_map(shape, state, place),
        tiles=settings.map_tiles, credit=settings.map_credit,
        views=view_bar.bar(asked, shape, state), kinds=kinds(asked.actor, shape, state),
        filter_fields_json=filter_fields_json(asked.actor, shape, state.tree),
        may={v: may(asked.actor, shape, v) for v in ("create", "edit", "delete", "export", "import")},
    )  # fmt: skip


def _off_map(shape: Shape, state: ListState, place: FieldShape) -> dict[str, str] | None:
    """Where the records that stand on no map are listed and counted; None where the filter itself is about places."""
    parts = _parts(state.tree)
    if state.broken or any(p.get("field") == place.key and p.get("op") in SEEN for p in parts):
        return None
    tree = json.dumps({"and": [*parts, {"field": place.key, "op": "not_located"}]}, ensure_ascii=False)
    query = state.query(view="list", filter=tree)
    return {
        "url": f"/{shape.key}?{query}",
        "count_url": f"/{shape.key}/count?{query}",
        "label": _("Not on the map"),
    }


def _parts(tree: Tree | None) -> list[Mapping[str, Any]]:
    """The conditions that must all hold."""
    if not tree:
        return []
    joined = tree.get("and")
    return [part for part in joined if part] if isinstance(joined, list) else [tree]
