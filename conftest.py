"""Rules for every test: databases come from the template, and CI allows no skipped test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from klientura.project.testing import TEMPLATE

UNCHANGED = 1
"""The version of the schema that a new installation has."""


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Copy test databases from the template that holds the schema and the extensions."""
    from django.db import connections

    for connection in connections.all():
        connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE


@pytest.fixture(autouse=True)
def _the_language_of_the_project() -> Iterator[None]:
    """Leave no language behind: a test that switched it must not change what the next one reads."""
    from django.utils import translation

    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _the_schema_of_the_project() -> Iterator[None]:
    """Leave no change of the schema behind: it goes with the transaction of the test that made it."""
    from klientura.kernel.objects import registry

    yield
    if registry._latest is not None and registry._latest.version > UNCHANGED:
        registry.forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """In CI a skipped test fails: what is not run there is not tested anywhere."""
    report: pytest.TestReport = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and CI=true allows no skipped test: {report.longrepr}"
    return report
