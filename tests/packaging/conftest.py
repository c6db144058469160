"""A data directory of its own for each test that starts the product."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .programs import data_directory


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with data_directory() as directory:
        yield directory
