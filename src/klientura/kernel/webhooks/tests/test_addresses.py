"""Which addresses are refused: by their spelling, by what they stand for, and when a name changes its mind."""

import socket

import pytest

from klientura.kernel.network.reach import resolve
from klientura.kernel.webhooks import client
from klientura.kernel.webhooks.addresses import BadAddress, checked, take_apart
from klientura.kernel.webhooks.tests.receiver import Receiver

PUBLIC = "93.184.215.14"


@pytest.mark.parametrize(
    "address",
    [
        "", "example.org", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "//example.org/x", "http://",
        "http://user:pass@example.org/", "http://example.org#@10.0.0.1/", "http://exa mple.org/", "http://example.org\\@10.0.0.1/",
        "http://пример.рф/", "http://example.org:99999/", "http://example.org:x/", "http://example.org/\n", "http://[::1", "http://[fe80::1%25eth0]/",
        "http://example.org:22/", "http://example.org:25/", "https://example.org:1023/", "javascript:alert(1)", "http://" + "a" * 2000 + ".org/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_webhook(address: str) -> None:
    with pytest.raises(BadAddress):
        take_apart(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
        "224.0.0.1", "198.18.0.1", "192.0.2.1", "168.63.129.16", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::127.0.0.1]",
        "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]",
        "[2001:0:0:0:0:0:80ff:fefe]",
    ],
)  # fmt: skip
def test_numbers_that_are_not_on_the_public_internet(host: str) -> None:
    with pytest.raises(BadAddress):
        take_apart(f"http://{host}/")
    plain = host.strip("[]")
    with pytest.raises(BadAddress):
        checked(take_apart("http://example.org/"), lambda _host, _port: [plain])


@pytest.mark.parametrize("written", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "0"])
def test_other_spellings_of_this_machine(written: str) -> None:
    with pytest.raises(BadAddress):
        checked(take_apart(f"http://{written}:8080/"), resolve)


def test_one_closed_address_among_several_closes_the_name() -> None:
    target = take_apart("https://example.org/hook?a=1")
    assert checked(target, lambda _host, _port: [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]) == PUBLIC
    with pytest.raises(BadAddress):
        checked(target, lambda _host, _port: [PUBLIC, "10.0.0.1"])
    with pytest.raises(BadAddress):
        checked(target, lambda _host, _port: [])


def test_a_name_that_is_not_known() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    with pytest.raises(BadAddress):
        checked(take_apart("http://nowhere.invalid/"), unknown)


def test_named_networks_are_open_but_never_what_tells_secrets(settings) -> None:
    settings.WEBHOOK_NETWORKS = "10.1.0.0/16, 169.254.0.0/16, fd12::/16"
    assert take_apart("http://10.1.2.3:8080/x").host == "10.1.2.3"
    assert take_apart("http://[fd12::5]/").host_header == "[fd12::5]"
    for closed in ("10.2.0.1", "169.254.169.254", "[::ffff:169.254.169.254]"):
        with pytest.raises(BadAddress):
            take_apart(f"http://{closed}/")


def test_a_name_is_looked_up_once_and_the_connection_goes_where_it_said(receiver: Receiver) -> None:
    """A name that answers otherwise the second time (DNS rebinding) gains nothing: there is no second time."""
    asked: list[str] = []

    def changing(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.9.9.9"]

    answer = client.post(f"http://changing.example:{receiver.port}/hook", b"{}", {}, changing)
    assert (answer.status, asked) == (200, ["changing.example"])
    assert receiver.taken[0].headers["host"] == f"changing.example:{receiver.port}"


def test_closed_addresses_get_no_connection(receiver: Receiver, settings) -> None:
    settings.WEBHOOK_NETWORKS = ""
    answers = {
        client.post(f"http://{host}:{receiver.port}/hook", b"{}", {}).error
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433")
    }
    assert len(answers) == 1, "all refusals read alike"
    assert receiver.taken == []
