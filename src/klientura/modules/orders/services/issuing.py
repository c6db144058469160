"""What others have against an invoice or a closing paper being issued: the registry keeps orders free of their nouns."""

from collections.abc import Callable, Mapping
from typing import Any

from klientura.kernel.access.actor import Actor

type Look = Callable[[Actor, str, Mapping[str, Any]], None]
"""(who issues, the kind of paper, the draft as it stands): raises Invalid when it may not be issued as things are."""

_looks: list[Look] = []


def register_look(look: Look) -> None:
    """Have drafts looked at before they are issued, in the transaction of the issue."""
    if look not in _looks:
        _looks.append(look)


def look_at(actor: Actor, key: str, draft: Mapping[str, Any]) -> None:
    """Ask all who have a say. Raises Invalid."""
    for look in _looks:
        look(actor, key, draft)
