"""By what sales are looked at: what a value of it is in the facts, and what it is called for the reader."""

from collections.abc import Collection
from typing import Any, Final, Literal

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable, scope
from klientura.kernel.access.models import Team, User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.segments.reading import names_of
from klientura.kernel.store import read
from klientura.modules.analytics.queries.comparing import members_of_segments
from klientura.modules.analytics.queries.sold.asked import order, sees_clients, sees_products
from klientura.modules.analytics.queries.sold.facts import Fact

type Dimension = Literal["client", "product", "group", "owner", "team", "city", "source", "segment"]

DIMENSIONS: Final[tuple[Dimension, ...]] = (
    "client",
    "product",
    "group",
    "owner",
    "team",
    "city",
    "source",
    "segment",
)
CLASSED: Final[tuple[Dimension, ...]] = ("client", "product", "group", "owner")
"""What is put into classes: what divides all sales without a rest."""
FACT: Final[dict[Dimension, Fact]] = {
    "client": "clients", "product": "products", "group": "products", "owner": "clients", "team": "clients", "city": "clients",
    "source": "clients", "segment": "clients",
}  # fmt: skip
KEY: Final[dict[Dimension, sql.SQL]] = {
    "client": sql.SQL("s.party_id"), "product": sql.SQL("s.product_id"), "group": sql.SQL("w.category_id"), "owner": sql.SQL("s.owner_id"),
    "team": sql.SQL("s.team_id"), "city": sql.SQL("k_fold(p.city)"), "source": sql.SQL("k_fold(p.source)"), "segment": sql.SQL("g.id"),
}  # fmt: skip
_SHAPES: Final = {"client": "party", "product": "product", "group": "product_category"}


def offered(actor: Actor) -> list[Dimension]:
    """By what the reader may look."""
    fields, party = readable(actor, order()), readable(actor, shape_of("party"))
    clients, products = sees_clients(actor), sees_products(actor)
    open_to = {
        "client": clients, "product": products, "group": products and "category" in readable(actor, shape_of("product")),
        "owner": "owner" in fields, "team": "team" in fields, "city": clients and "city" in party,
        "source": clients and "source" in party, "segment": clients,
    }  # fmt: skip
    return [each for each in DIMENSIONS if open_to[each]]


def joined_to(actor: Actor, dimension: Dimension) -> Predicate:
    """What is read beside the facts (`s`): of clients, those that the reader sees."""
    if dimension == "group":
        return Predicate(sql.SQL("left join product w on w.id = s.product_id"))
    if dimension in ("city", "source"):
        allowed = scope(actor, shape_of("party"), "read", "p")
        text = sql.SQL("left join party p on p.id = s.party_id and p.deleted_at is null and {}")
        return Predicate(text.format(allowed.sql), allowed.params)
    if dimension == "segment":
        return members_of_segments(actor, "s")
    return Predicate(sql.SQL(""))


def names(actor: Actor, dimension: Dimension, keys: Collection[Any]) -> dict[Any, str]:
    """What some values are called; those that are closed to the reader have no name."""
    ids = [key for key in keys if key is not None]
    if dimension == "owner":
        return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    if dimension == "team":
        return dict(Team.objects.filter(pk__in=ids).values_list("pk", "name"))
    if dimension == "segment":
        return dict(names_of(actor, ids))
    if dimension in _SHAPES:
        return dict(read.titles(actor, shape_of(_SHAPES[dimension]), ids))
    return {key: str(key).capitalize() for key in ids}
