"""A company, and a maker of records of somebody far from those who are let in."""

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
    return World(actor=SystemActor("sharing"))


@pytest.fixture
def theirs(company: Company, world: World) -> int:
    """An organisation of the outsider, in whose team nobody else is."""
    return world.create(
        "organisation", 1, name="Ромашка", owner=company.users["outsider"].pk, team=company.teams["far"].pk
    )
