"""A company, and a server that takes messages."""

from collections.abc import Iterator
from typing import Any

import pytest

from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.webhooks.tests.receiver import Receiver, receiving


@pytest.fixture
def company(db: None) -> Company:
    """A small company in an empty database."""
    return found_company()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A server in a network that the installation allows."""
    settings.WEBHOOK_NETWORKS = "127.0.0.0/8"
    with receiving() as made:
        yield made
