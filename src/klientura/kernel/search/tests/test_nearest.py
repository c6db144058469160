"""Who is called just so stands before whose name begins so, and those before all others that were found."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.search import nearest as ranking
from klientura.kernel.search import query
from klientura.kernel.search.results import search
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
TEST = SystemActor("test")
LAST = ("Алексеев", "Пётр", "Ильич")
SISTER = ("Алексеева", "Мария", "Юрьевна")
SON = ("Быков", "Иван", "Алексеевич")


@pytest.fixture
def company() -> Company:
    return found_company()


def people(*names: tuple[str, str, str], **more: Any) -> None:
    rows = [{"last_name": a, "first_name": b, "middle_name": c, **more} for a, b, c in names]
    write.create_many(TEST, shape_of("person"), rows)


def offered(
    company: Company, typed: str, who: str = "administrator", address: str = "/search/reference/person"
) -> list[str]:
    page = company.client(who).get(address, {"q": typed}).content.decode()
    return re.findall(r'data-title="([^"]+)"', page)


def test_a_surname_stands_before_a_patronymic(company: Company):
    people(LAST, SISTER, SON)
    assert [name.split()[0] for name in offered(company, "Алексеев")] == ["Алексеев", "Алексеева", "Быков"]
    assert [name.split()[0] for name in offered(company, "алексеев", address="/search/palette")] == ["Алексеев", "Алексеева", "Быков"]  # fmt: skip
    found = search(TEST, [shape_of("person")], "Алексеев", limit=1)
    assert [row["title"] for row in found[0].rows] == ["Алексеев Пётр Ильич"]


def test_the_order_is_the_same_among_many(company: Company):
    """The one who is called so is older than the many whose fathers were called like that."""
    people(LAST, SISTER, ("Волков", "Алексеев", "Петрович"), *([SON] * 60))
    names = offered(company, "Алексеев")
    assert names[:3] == ["Алексеев Пётр Ильич", "Волков Алексеев Петрович", "Алексеева Мария Юрьевна"]
    assert set(names[3:]) == {"Быков Иван Алексеевич"}
    assert offered(company, "fktrcttd")[0] == "Алексеев Пётр Ильич"  # in the other layout


def test_it_costs_the_same_however_many_are_found(company: Company):
    actor = company.actor("administrator")

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            understood = query.understand(actor, shape_of("person"), "Алексеев")
            assert understood is not None
            before = len(seen)
            ranking.nearest(actor, shape_of("person"), understood, "Алексеев", keys=["title"], limit=8)
        return len(seen) - before

    people(LAST, SON)
    few = cost()
    people(*([SON] * 10))
    assert cost() == few == 2
    people(*([SON] * 60))
    many = cost()
    people(*([SON] * 300))
    assert cost() == many == 5


def test_who_sees_only_their_own_is_told_of_no_other(company: Company):
    company.grant("employee", "person", "read", "own")
    people(LAST, SISTER)
    people(*([SON] * 70), owner=company.users["employee"].pk)
    assert set(offered(company, "Алексеев", "employee")) == {"Быков Иван Алексеевич"}


@pytest.mark.parametrize(
    ("title", "text", "tier"),
    [
        ("Ёлкин", "елкин", 0),
        ("Алексеев Пётр", "алексеев", 1),
        ("Волков Алексеев", "алексеев", 2),
        ("Алексеева Мария", "алексеев", 3),
        ("Быков Алексеевич", "алексеев", 4),
        ("Быков Алексеевич", "бык алекс", 4),
        ("ООО «Ромашка»", "ромашка", 2),
        ("Заря", "маш", 5),
        ("", "маш", 5),
    ],
)  # fmt: skip
def test_how_near(title: str, text: str, tier: int):
    assert ranking.tier(title, text) == tier
