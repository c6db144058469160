"""A company whose administrators change the schema; nothing of it is left for the next test."""

import pytest

from klientura.kernel.access.actor import Actor
from klientura.kernel.testing.company import Company, found_company


@pytest.fixture
def company(db: None) -> Company:
    """A small company in an empty database."""
    return found_company()


@pytest.fixture
def admin(company: Company) -> Actor:
    """Its administrator."""
    return company.actor("administrator")
