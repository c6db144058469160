"""A company whose administrators change the schema; nothing of it is left for the next test."""

from collections.abc import Iterator

import pytest

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects import registry
from klientura.kernel.testing.company import Company, found_company


@pytest.fixture
def company(db: None) -> Iterator[Company]:
    """A small company in an empty database."""
    registry.forget()
    yield found_company()
    registry.forget()


@pytest.fixture
def admin(company: Company) -> Actor:
    """Its administrator."""
    return company.actor("administrator")
