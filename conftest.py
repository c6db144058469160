"""Rules for every test: databases come from the template, and CI allows no skipped test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from klientura.project.testing import TEMPLATE


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
    """Leave no added field behind: its column goes with the transaction of the test that added it."""
    from klientura.kernel.objects import registry

    before = registry._latest
    yield
    after = registry._latest
    if after is None or after is before:
        return
    columns = (f.column for shape in after.shapes.values() for f in shape.fields.values())
    if set(after.shapes) - set(registry.declared()) or any(c.startswith("x_") for c in columns):
        registry.forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """In CI a skipped test fails: what is not run there is not tested anywhere."""
    report: pytest.TestReport = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and CI=true allows no skipped test: {report.longrepr}"
    return report
