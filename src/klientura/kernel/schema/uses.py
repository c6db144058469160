"""Who uses a field: before one is removed, everybody who would miss it is named."""

from collections.abc import Callable, Iterable

from klientura.kernel.errors import Text

type Users = Callable[[str, str], Iterable[Text]]

_users: list[Users] = []


def register(users: Users) -> None:
    """Have a function asked which of its things use a field: (object key, field key) → what to call them."""
    _users.append(users)


def uses_of(object_key: str, field_key: str) -> list[Text]:
    """What uses a field, in words for people."""
    return [text for users in _users for text in users(object_key, field_key)]
