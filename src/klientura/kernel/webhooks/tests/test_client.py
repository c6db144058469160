"""What becomes of a request at a server that is slow, broken, endless, or points elsewhere."""

import time

import pytest

from klientura.kernel.webhooks import client
from klientura.kernel.webhooks.tests.receiver import Receiver


def place(receiver: Receiver, path: str) -> str:
    return f"http://127.0.0.1:{receiver.port}/{path}"


def test_a_message_is_taken(receiver: Receiver) -> None:
    answer = client.post(receiver.address, b'{"a": 1}', {"Webhook-Id": "msg_1"})
    assert (answer.status, answer.text, answer.error, answer.is_good) == (
        200,
        "thanks \ufffd \ufffd",
        "",
        True,
    )
    [taken] = receiver.taken
    assert (taken.body, taken.headers["webhook-id"], taken.headers["content-type"]) == (
        b'{"a": 1}',
        "msg_1",
        "application/json",
    )


@pytest.mark.parametrize("path", ["slow", "drip"])
def test_nobody_is_waited_for_longer_than_the_deadline(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(client, "SECONDS", 1.0)
    begun = time.monotonic()
    answer = client.post(place(receiver, path), b"{}", {})
    assert time.monotonic() - begun < 3
    assert (answer.status, answer.is_good, bool(answer.error)) == (None, False, True)


def test_an_endless_answer_is_read_at_its_beginning_only(receiver: Receiver) -> None:
    begun = time.monotonic()
    answer = client.post(place(receiver, "big"), b"{}", {})
    assert (answer.status, answer.text) == (200, "y" * client.KEPT_BYTES)
    assert time.monotonic() - begun < 3


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    answer = client.post(place(receiver, "redirect"), b"{}", {})
    assert (answer.status, answer.is_good) == (302, False)
    assert [t.path for t in receiver.taken] == ["/redirect"]


def test_a_broken_answer_and_a_closed_port_are_told(receiver: Receiver) -> None:
    for address in (
        place(receiver, "broken"),
        "http://127.0.0.1:1/",
        f"https://127.0.0.1:{receiver.port}/hook",
    ):
        answer = client.post(address, b"{}", {})
        assert answer.status is None
        assert answer.error
