"""A word that very many records have: what the reader may see of them is found whole."""

import pytest

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.search import query
from klientura.kernel.search.query import understand
from klientura.kernel.store import bulk, read, write
from klientura.kernel.testing.company import found_company

pytestmark = pytest.mark.django_db
MANY = 400


@pytest.fixture(autouse=True)
def sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few hundred records are many here."""
    monkeypatch.setattr(query, "MANY", MANY)


@pytest.mark.parametrize("text", ["ромашка", "7827763273", "romashka.example"])
def test_own_record_among_foreign_ones_is_found(text: str):
    company, shape = found_company(), shape_of("organisation")
    company.grant("employee", "organisation", "read", "own")
    rows = [
        {"name": f"Ромашка {n}", "inn": "7827763273", "email": f"a{n}@romashka.example"}
        for n in range(MANY + 100)
    ]
    write.create_many(company.actor("administrator"), shape, rows)
    employee = company.actor("employee")
    own = write.create(employee, shape, rows[0])
    found = understand(employee, shape, text)
    assert found is not None
    assert [r["id"] for r in read.page(employee, shape, more=[found.predicate]).rows] == [own]


@pytest.mark.parametrize("text", ["ромашка", "7827763273", "romashka.example"])
def test_everything_that_is_found_is_selected(text: str):
    company, shape = found_company(), shape_of("organisation")
    boss = company.actor("administrator")
    rows = [
        {"name": f"Ромашка {n}", "inn": "7827763273", "email": f"a{n}@romashka.example"}
        for n in range(MANY + 100)
    ]
    ids = write.create_many(boss, shape, rows)
    found = understand(boss, shape, text)
    assert found is not None
    assert bulk.select_ids(boss, shape, bulk.Selection(more=(found.predicate,)), "edit") == ids
