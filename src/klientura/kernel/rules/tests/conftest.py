"""A company, and ways to have rules act at once."""

import pytest

from klientura.kernel.events.outbox import deliver
from klientura.kernel.rules.tests.support import PRODUCT
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.sales.services.pipelines import ensure_default_pipeline


@pytest.fixture
def company(db: None) -> Company:
    """A small company in an empty database, with a pipeline for its deals."""
    made = found_company()
    ensure_default_pipeline(PRODUCT)
    deliver()
    return made
