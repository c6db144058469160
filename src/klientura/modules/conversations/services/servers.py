"""What a connector to mail servers does for this module: it is known here by two functions, and may be missing."""

from collections.abc import Callable

from klientura.modules.conversations.models import Mailbox

_try_out: list[Callable[[Mailbox], str]] = []
_ask: list[Callable[[int], None]] = []


def register_server(try_out: Callable[[Mailbox], str], ask_to_read: Callable[[int], None]) -> None:
    """Say how a mailbox is tried out (what is wrong, in words; empty: nothing) and how it is asked to be read soon."""
    _try_out[:], _ask[:] = [try_out], [ask_to_read]


def try_out(mailbox: Mailbox) -> str:
    """Sign in to a mailbox once; what the server says against it."""
    return _try_out[0](mailbox) if _try_out else ""


def ask_to_read(mailbox_id: int) -> None:
    """Have a mailbox read soon."""
    for ask in _ask:
        ask(mailbox_id)
