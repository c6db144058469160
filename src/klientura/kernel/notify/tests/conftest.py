"""A company, and records that its people own, see and do not see."""

import pytest
from django.utils import translation

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World


@pytest.fixture(autouse=True)
def _english() -> None:
    """What is said is compared in English."""
    translation.activate("en")


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


@pytest.fixture
def world(company: Company) -> World:
    return World(actor=SystemActor("notify"))


@pytest.fixture
def ours(company: Company, world: World) -> int:
    """An organisation of the employee, seen by the near team, its managers, the observer and the administrator."""
    return world.create(
        "organisation", 1, name="Ромашка", owner=company.users["employee"].pk, team=company.teams["near"].pk
    )


@pytest.fixture
def theirs(company: Company, world: World) -> int:
    """An organisation of the outsider, in whose team nobody else is."""
    return world.create(
        "organisation", 2, name="Василёк", owner=company.users["outsider"].pk, team=company.teams["far"].pk
    )
