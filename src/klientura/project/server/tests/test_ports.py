import socket

import pytest

from klientura.project.embedded.refusal import Refusal
from klientura.project.server.ports import address, answers, choose_port, is_free


def test_busy_port_is_refused_only_when_asked_for() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        assert not is_free("127.0.0.1", port)
        with pytest.raises(Refusal) as refusal:
            choose_port("127.0.0.1", port)
        assert choose_port("127.0.0.1", None) != port

    assert refusal.value.code == "port_busy"
    assert is_free("127.0.0.1", port)


def test_next_free_port_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setattr("klientura.project.server.ports.DEFAULT_PORT", port)

        assert choose_port("127.0.0.1", None) > port


def test_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        is_free("192.0.2.1", 8000)

    assert refusal.value.code == "address_unusable"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),
        ("::", "http://[::1]:8000/"),
        ("crm.example", "http://crm.example:8000/"),
    ],
)
def test_address_for_the_browser(host: str, expected: str) -> None:
    assert address(host, 8000) == expected


def test_nobody_answers_on_a_free_port() -> None:
    assert answers("127.0.0.1", choose_port("127.0.0.1", None)) is False
