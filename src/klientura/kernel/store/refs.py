"""A reference as it was read."""

from typing import NamedTuple


class Ref(NamedTuple):
    """A reference as read: the number, and the title if the target is open to the reader."""

    id: int
    title: str | None
