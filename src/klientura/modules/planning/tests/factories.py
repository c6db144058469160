"""What valid plans are made of beyond the types of their fields."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from klientura.kernel.testing.factories import Factory, World


def quota(world: "World", number: int) -> dict[str, Any]:
    """A plan for a city of its own: numbers may come again, so the cities go on by how many plans there are."""
    from klientura.modules.planning.models import Quota

    return {
        "name": f"План {number}",
        "measure": "won_sum",
        "period": "month",
        "starts_on": dt.date(1991 + number // 12 % 100, number % 12 + 1, 1).isoformat(),
        "amount": f"{1000 + number}.50",
        "number": None,
        "currency": "RUB",
        "product": None,
        "category": None,
        "city": f"Заречье {Quota.objects.count()}-{number}",
    }


def judgement(world: "World", number: int) -> dict[str, Any]:
    """A month that nobody has judged yet: numbers may come again, so the calendar goes on by how many there are."""
    from klientura.modules.planning.models import Judgement

    months = 12 * 1991 + Judgement.objects.count() + number
    return {
        "starts_on": dt.date(months // 12, months % 12 + 1, 1).isoformat(),
        "amount": f"{1000 + number}.50",
        "currency": "RUB",
        "reason": f"Разговор {number}",
    }


FACTORIES: Final[Mapping[str, "Factory"]] = {"quota": quota, "forecast_judgement": judgement}
