"""A page costs as many queries for thirty records as for three, and never more than was once measured."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from klientura.kernel.errors import Invalid
from klientura.kernel.testing.additions import CREATABLE_KEYS, EVERY_KEY
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World, creatable

# The most queries of each page; lower the number when a page becomes cheaper.
FILE = Path(__file__).parent / "query_counts.json"
BASELINE: dict[str, int] = json.loads(FILE.read_text(encoding="utf-8"))


def queries(client: Client, address: str) -> int:
    client.get(address)  # what a process reads once is read now
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(captured)


def within(measured: dict[str, tuple[int, int]]) -> None:
    """Both measurements are the same, and not above the baseline."""
    assert {k: few for k, (few, _many) in measured.items()} == {
        k: many for k, (_few, many) in measured.items()
    }
    above = {k: (few, BASELINE.get(k)) for k, (few, _many) in measured.items() if few > BASELINE.get(k, -1)}
    assert above == {}, "pages cost more queries than before (measured, allowed)"


@pytest.mark.parametrize("key", EVERY_KEY)
def test_lists(company: Company, world: World, key: str) -> None:
    browser, api = company.client("manager"), company.api("manager")
    addresses = {f"list {key}": (browser, f"/{key}"), f"api {key}": (api, f"/api/v1/{key}?limit=100")}
    mine = {"owner": company.users["manager"].pk, "team": company.teams["head"].pk}
    world.create_many(key, 3, **mine)
    few = {name: queries(*where) for name, where in addresses.items()}
    world.create_many(key, 30, **mine)
    within({name: (few[name], queries(*where)) for name, where in addresses.items()})


@pytest.mark.parametrize("key", CREATABLE_KEYS)
def test_cards(company: Company, world: World, key: str) -> None:
    """A card with many related records, interactions and changes costs what one with few does."""
    browser = company.client("administrator")
    numbers = world.create_many(key, 2)
    few = queries(browser, f"/{key}/{numbers[0]}")
    for each in (s for s in creatable() if s.key != key):
        for field in each.fields.values():
            if field.params.target in {key, "party"} and field.type.key == "reference" and field.writable:
                if field.params.target == "party" and key not in {"organisation", "person"}:
                    continue
                with suppress(Invalid):  # a deal cannot stand in a pipeline without stages
                    world.create_many(each.key, 8, **{field.key: numbers[0]})
    within({f"card {key}": (few, queries(browser, f"/{key}/{numbers[0]}"))})
