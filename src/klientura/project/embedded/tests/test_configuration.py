from pathlib import Path

import pytest

from klientura.project.embedded.configuration import machine_memory, settings

GB = 1024**3


@pytest.mark.parametrize(
    ("memory", "expected"),
    [(GB // 2, "128MB"), (4 * GB, "1024MB"), (64 * GB, "4096MB")],
)
def test_shared_buffers_follow_the_memory_within_bounds(memory: int, expected: str) -> None:
    assert settings(memory, Path("/log"), fast=False)["shared_buffers"] == expected


def test_durability_is_given_up_only_for_tests() -> None:
    durable = settings(4 * GB, Path("/log"), fast=False)
    fast = settings(4 * GB, Path("/log"), fast=True)

    assert not {"fsync", "full_page_writes", "synchronous_commit"} & durable.keys()
    assert fast["fsync"] == "off"


def test_values_of_statements_are_not_logged() -> None:
    assert settings(4 * GB, Path("/log"), fast=False)["log_parameter_max_length"] == "0"


def test_memory_of_this_machine_is_plausible() -> None:
    assert 64 * 1024**2 < machine_memory() < 2**50
