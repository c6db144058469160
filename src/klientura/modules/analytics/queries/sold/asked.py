"""What an analysis of sales is asked about: months, and which of the sales that the reader sees."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final

from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable, readable_parts
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape

NEEDED: Final = ("status", "issued_on")
MONEY: Final = ("amount", "tax_total", "currency")


@dataclass(frozen=True, slots=True)
class Asked:
    """Months (both included; counted from the year 0), the currency of sums, and what narrows the sales."""

    first: int
    last: int
    currency: str
    company: int | None = None
    owner: int | None = None
    team: int | None = None
    group: int | None = None
    product: int | None = None
    segment: int | None = None
    city: str = ""
    source: str = ""

    @property
    def months(self) -> int:
        """How many months it is about."""
        return self.last - self.first + 1

    @property
    def begins(self) -> dt.date:
        """The first day."""
        return first_day(self.first)

    @property
    def ends(self) -> dt.date:
        """The last day."""
        return last_day(self.last)

    @property
    def by_client(self) -> bool:
        """Whether something about clients narrows the sales."""
        return self.segment is not None or bool(self.city or self.source)

    @property
    def by_product(self) -> bool:
        """Whether something about products narrows the sales."""
        return self.group is not None or self.product is not None

    def shifted(self, months: int) -> "Asked":
        """The same of so many months earlier."""
        return replace(self, first=self.first - months, last=self.last - months)


def order() -> Shape:
    """The Shape of orders."""
    return shape_of("order")


def month_of(day: dt.date) -> int:
    """The number of a day's month."""
    return day.year * 12 + day.month - 1


def first_day(month: int) -> dt.date:
    """The first day of a month."""
    return dt.date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> dt.date:
    """The last day of a month."""
    return first_day(month + 1) - dt.timedelta(days=1)


def this_month() -> int:
    """The month that runs now, by the reader's clock."""
    return month_of(timezone.localdate())


def sees(actor: Actor) -> bool:
    """Whether the reader may ask what was sold at all."""
    return may(actor, order(), "read") and set(NEEDED) <= set(readable(actor, order()))


def sees_money(actor: Actor) -> bool:
    """Whether sums are open to the reader."""
    return set(MONEY) <= set(readable(actor, order()))


def sees_clients(actor: Actor) -> bool:
    """Whether the reader may ask who bought."""
    return "party" in readable(actor, order()) and may(actor, shape_of("party"), "read")


def sees_products(actor: Actor) -> bool:
    """Whether the reader may ask what was bought."""
    return "lines" in readable_parts(actor, order()) and may(actor, shape_of("product"), "read")
