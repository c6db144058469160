"""What the browser asks for as a map moves: the heaps of a stretch, and the card of one record."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import require
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens import rows_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.map.page import place_of
from klientura.kernel.screens.state import read_state, shown_columns
from klientura.kernel.store import places, read
from klientura.kernel.store.near import read_box
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of
from klientura.kit.places import Box

WORLD = Box(-90, -180, 90, 180)
MOST_FACTS = 6


@open_to(Door.SIGNED_IN)
@require_GET
def heaps(request: HttpRequest, object: str) -> HttpResponse:
    """GET /{object}/map?…&box=south,west,north,east: the records there in heaps, as JSON; without a box those of the world.

    `across`: how many heaps fit beside each other.
    """
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    state = read_state(request, asked.actor, shape)
    field = place_of(asked, shape, state)
    found = places.on_map(
        asked.actor, shape, field.key, _box(request.GET.get("box", "")),
        across=number(request.GET.get("across")) or places.GRID, tree=state.tree, more=state.more,
    )  # fmt: skip
    return JsonResponse(
        {"heaps": [_heap(h) for h in found.heaps], "sampled": found.sampled, "at_least": found.at_least}
    )


def _box(text: str) -> Box:
    """A stretch of map as an address says it. Raises BadRequest."""
    if not text:
        return WORLD
    numbers: list[Any] = []
    for part in text.split(",")[:5]:
        try:
            numbers.append(float(part))
        except ValueError:
            numbers.append(None)
    return read_box(dict(zip(Box._fields, numbers, strict=False)) if len(numbers) == 4 else None)


def _heap(heap: places.Heap) -> dict[str, Any]:
    shown = {"lat": heap.lat, "lon": heap.lon, "n": heap.number, "title": heap.title or f"№ {heap.record_id}"}
    return shown | ({"id": heap.record_id} if heap.number == 1 else {"box": list(heap.box)})


@open_to(Door.SIGNED_IN)
@require_GET
def one(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/map/{id}: the small card of a record, with the fields of the list."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    state = read_state(request, asked.actor, shape)
    place_of(asked, shape, state)  # whoever has no map has no cards of it either
    keys = shown_columns(asked.actor, shape, state.columns)
    row = read.get(
        asked.actor, shape, record_id, keys=list(dict.fromkeys(["title", *keys, *rows_of.beside(asked, shape, keys)]))
    )  # fmt: skip
    [made] = rows_of.rows(asked, shape, state, keys, read.Page((), [row], None))
    columns = rows_of.columns(asked, shape, state, keys)
    facts = [
        (c["label"], v) for c, v in zip(columns[1:], made["cells"][1:], strict=True) if v not in (None, "")
    ]
    return show(request, "map/card.html", row=made, facts=facts[:MOST_FACTS])
