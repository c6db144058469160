"""A company of ours with a client and issued invoices, for the tests of payments."""

from typing import Any

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.modules.orders.services import closing
from klientura.modules.orders.services.invoices import issue

ACTOR = SystemActor("test")
OURS = "40702810938000000001"
ACCOUNT = {
    "bic": "044525225",
    "account": OURS,
    "correspondent": "30101810400000000225",
    "bank": "ПАО Сбербанк",
}
CLIENT_INN = "7707083893"
ADDRESS = {"kind": "legal", "city": "Москва", "street": "Тверская, 1"}


def make(key: str, **values: Any) -> int:
    """A record."""
    return write.create(ACTOR, shape_of(key), values)


def row(key: str, number: int) -> dict[str, Any]:
    """A record as it stands."""
    return read.get(ACTOR, shape_of(key), number)


def found_firm() -> dict[str, int]:
    """Our company and a client."""
    return {
        "company": make("own_company", name="Наша", inn="7700000016", prefix="Н-", accounts=[ACCOUNT]),
        "client": make("organisation", name="Ромашка", inn=CLIENT_INN, addresses=[ADDRESS]),
    }


def bill(firm: dict[str, int], amount: str = "1000", *, issued: bool = True, **more: Any) -> int:
    """An invoice for so much."""
    line = {"name": "Работы", "quantity": "1", "given_price": amount}
    values = {
        "company": firm["company"],
        "party": firm["client"],
        "issued_on": "2026-11-02",
        "lines": [line],
        **more,
    }
    number = make("invoice", **values)
    if issued:
        issue(ACTOR, number)
    return number


def hand_over(firm: dict[str, int], amount: str = "1000", *, issued: bool = True, **more: Any) -> int:
    """A closing paper for so much."""
    line = {"name": "Работы", "quantity": "1", "given_price": amount}
    number = make(
        "closing_paper",
        **{
            "company": firm["company"],
            "party": firm["client"],
            "issued_on": "2026-11-02",
            "lines": [line],
            **more,
        },
    )
    if issued:
        closing.issue(ACTOR, number)
    return number


def money(firm: dict[str, int], amount: str = "1000", **more: Any) -> int:
    """A payment of the client."""
    values = {
        "company": firm["company"],
        "party": firm["client"],
        "amount": amount,
        "paid_on": "2026-11-10",
        **more,
    }
    return make("payment", **values)


def state(number: int) -> tuple[Any, ...]:
    """Status, paid and paid on of an invoice."""
    found = row("invoice", number)
    return found["status"], found["paid"], found["paid_on"] and found["paid_on"].isoformat()


def rest(number: int) -> tuple[Any, ...]:
    """Status, allocated and rest of a payment."""
    found = row("payment", number)
    return found["status"], found["allocated"], found["rest"]
