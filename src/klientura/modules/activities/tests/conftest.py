"""A company to give and take tasks in."""

import pytest

from klientura.kernel.testing.company import Company, found_company


@pytest.fixture
def company(db: None) -> Company:
    """A small company in an empty database."""
    return found_company()
