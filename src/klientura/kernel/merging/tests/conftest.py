"""A small company, its administrator, and a maker of records."""

import pytest
from django.utils import translation

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.testing.company import Company, found_company


@pytest.fixture(autouse=True)
def _english() -> None:
    """What is said is compared in English; the root's fixture leaves no language behind."""
    translation.activate("en")


@pytest.fixture
def company(db: None) -> Company:
    """A small company in an empty database."""
    return found_company()


@pytest.fixture
def actor(company: Company) -> Actor:
    """Its administrator."""
    return company.actor("administrator")


@pytest.fixture
def shape() -> Shape:
    """Organisations."""
    return shape_of("organisation")
