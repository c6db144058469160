"""One mail server for all tests of the connector."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from klientura.connectors.mail.tests import dovecot


@pytest.fixture(autouse=True)
def inside(request: pytest.FixtureRequest, settings: Any) -> None:
    """Servers for tests listen on this machine, which the installation allows here; what is not allowed, `test_lines` tests."""
    if request.path.stem != "test_lines":
        settings.WEBHOOK_NETWORKS = "127.0.0.0/8"


@pytest.fixture(scope="session")
def mail_server() -> Iterator[dovecot.MailServer]:
    """A Dovecot of our own."""
    if dovecot.program() is None:
        pytest.fail("These tests speak to a real mail server. Install it: apt install dovecot-imapd")
    with (
        tempfile.TemporaryDirectory(prefix="klientura-mail-", dir="/tmp") as root,
        dovecot.running(Path(root)) as server,
    ):
        yield server
