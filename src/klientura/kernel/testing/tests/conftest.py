"""The company and the world of the tests."""

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World


@pytest.fixture
def company(db: None) -> Company:
    """A small company in an empty database."""
    return found_company()


@pytest.fixture
def world(company: Company) -> World:
    """A maker of records, acting as the product itself."""
    return World(
        actor=SystemActor("conformance"),
        users=tuple(company.users[k].pk for k in ("manager", "employee", "outsider")),
        teams=tuple(t.pk for t in company.teams.values()),
    )
