"""To whom one may write: people and organisations of the base with their addresses, by the gate; colleagues; those written to lately."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from django.db.models import Q

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable, readable_parts
from klientura.kernel.access.models import User
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.search.results import search
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref, Row
from klientura.modules.conversations.models import Outgoing

CLIENTS: Final = ("person", "organisation")
LATELY: Final = 15
FOUND: Final = 6
COLLEAGUES: Final = 4


class Addressee(NamedTuple):
    """Somebody with an address; `fails` when letters do not arrive there."""

    name: str
    address: str
    fails: bool = False


def lately_written_to(actor: Actor) -> list[Addressee]:
    """To whom the actor has written last."""
    sent = Outgoing.objects.filter(author_id=actor.user_id or 0, state="sent").order_by("-updated_at")
    found: dict[str, Addressee] = {}
    for row in sent.only("to")[:LATELY]:
        for name, address in row.to:
            found.setdefault(address, Addressee(name, address))
    return list(found.values())[:LATELY]


def addressees(actor: Actor, text: str) -> list[Addressee]:
    """Whose name or address goes with some letters, as far as they are open to the actor."""
    shapes = [shape_of(key) for key in CLIENTS if key in all_shapes()]
    found: dict[str, Addressee] = {}
    for each in search(actor, shapes, text, limit=FOUND):
        for one in addresses_of(actor, each.shape, each.rows):
            found.setdefault(one.address, one)
    named = Q(name__icontains=text) | Q(email__icontains=text)
    for name, address in User.objects.filter(named, is_active=True).values_list("name", "email")[:COLLEAGUES]:
        found.setdefault(address, Addressee(name, address))
    return list(found.values())


def addresses_of(actor: Actor, shape: Shape, rows: Iterable[Row]) -> list[Addressee]:
    """The addresses of clients that the actor has read, those first that stand first with them."""
    titles = {row["id"]: str(row.get("title") or "") for row in rows}
    if "contact_points" not in readable_parts(actor, shape) or "email" not in readable(actor, shape):
        return []
    lines = read.parts_of(actor, shape, list(titles))
    return [
        Addressee(titles[number], str(line["value"]), bool(line.get("undeliverable")))
        for number in titles
        for line in lines[number].get("contact_points", [])
        if line.get("kind") == "email" and line.get("value")
    ]


def addressee_of(actor: Actor, key: str, record_id: int) -> Addressee | None:
    """To whom one writes about a record: the client itself, else the person, else the client that it names."""
    shape = shape_of(key)
    row = read.get(actor, shape, record_id)
    if shape.base == "party":
        return next(iter(addresses_of(actor, shape, [row])), None)
    for field in ("person", "party"):
        named = row.get(field)
        for client in CLIENTS:
            if isinstance(named, Ref) and client in all_shapes() and may(actor, shape_of(client), "read"):
                tree = {"field": "id", "op": "eq", "value": named.id}
                page = read.page(actor, shape_of(client), tree=tree, keys=["title"], limit=1)
                if found := addresses_of(actor, shape_of(client), page.rows):
                    return found[0]
    return None
