"""What is asked of plans: a measure, a stretch of days, by whom or what, of whom or what; and who may ask it."""

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal, get_args

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable, readable_parts
from klientura.kernel.objects.registry import shape_of

type By = Literal["owner", "team", "company", "product", "category", "city"]
type Measure = Literal["won_sum", "won_count", "order_sum", "paid_sum"]

BYS: Final[tuple[By, ...]] = get_args(By.__value__)
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure.__value__)
OBJECTS: Final[dict[Measure, str]] = {
    "won_sum": "opportunity", "won_count": "opportunity", "order_sum": "order", "paid_sum": "invoice",
}  # fmt: skip
NEEDED: Final[dict[str, frozenset[str]]] = {
    "opportunity": frozenset({"status", "closed_at"}), "order": frozenset({"status", "issued_on"}),
    "invoice": frozenset({"status", "paid"}),
}  # fmt: skip
MONEY: Final = frozenset({"amount", "currency"})
GOODS: Final = ("product", "category")


@dataclass(frozen=True, slots=True)
class Asked:
    """Days (both included) of the company's calendar, what is measured, by what, and what narrows it."""

    measure: Measure
    first: dt.date
    last: dt.date
    by: By = "company"
    owner: int | None = None
    team: int | None = None
    product: int | None = None
    category: int | None = None
    city: str = ""

    @property
    def of_goods(self) -> bool:
        """Whether it is asked by products, or of some."""
        return self.by in GOODS or self.product is not None or self.category is not None

    @property
    def of_city(self) -> bool:
        """Whether it is asked by the city of clients, or of one."""
        return self.by == "city" or bool(self.city)


def sees(actor: Actor, measure: Measure) -> bool:
    """Whether the reader may ask for a measure at all."""
    shape = shape_of(OBJECTS[measure])
    needed = NEEDED[shape.key] | (frozenset() if measure == "won_count" else MONEY)
    return may(actor, shape, "read") and needed <= set(readable(actor, shape))


def ways(actor: Actor, measure: Measure) -> list[By]:
    """By what the reader may ask for a measure."""
    shape = shape_of(OBJECTS[measure])
    fields = set(readable(actor, shape))
    goods = measure != "paid_sum" and "lines" in readable_parts(actor, shape)
    city = "party" in fields and "city" in readable(actor, shape_of("party"))
    closed: set[By] = set()
    if not goods:
        closed |= {"product", "category"}
    if not city:
        closed.add("city")
    return [by for by in BYS if by not in closed and (by not in ("owner", "team") or by in fields)]


def sees_plans(actor: Actor) -> bool:
    """Whether plans are open to the reader."""
    return may(actor, shape_of("quota"), "read")
