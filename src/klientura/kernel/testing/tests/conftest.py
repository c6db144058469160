"""The company and the world of the tests."""

from collections.abc import Iterator

import pytest

from klientura.kernel.access import rights
from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects import registry
from klientura.kernel.testing.additions import ADDED, EXTENDED, add_sample
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World


@pytest.fixture
def company(db: None, request: pytest.FixtureRequest) -> Iterator[Company]:
    """A small company in an empty database; where a test is about them, with what an administrator added."""
    made = found_company()
    about = getattr(request.node, "callspec", None)
    if about is None or not {ADDED, EXTENDED} & set(map(str, about.params.values())):
        yield made
        return
    registry.forget()
    add_sample()
    yield made
    registry.forget()
    rights.forget()


@pytest.fixture
def world(company: Company) -> World:
    """A maker of records, acting as the product itself."""
    return World(
        actor=SystemActor("conformance"),
        users=tuple(company.users[k].pk for k in ("manager", "employee", "outsider")),
        teams=tuple(t.pk for t in company.teams.values()),
    )
