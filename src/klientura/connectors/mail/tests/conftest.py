"""One mail server for all tests of the connector."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from klientura.connectors.mail.tests import dovecot


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
