"""Calendars that come with letters: invitations and the answers to them are handed on to whoever keeps events."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from django.db import transaction

from klientura.kit.letters import parsing

MEDIA: Final = "text/calendar"
LARGEST: Final = 1024 * 1024

type Taker = Callable[[bytes, str], None]
"""(the calendar as it came, the address it came from); an answer counts only for the one whom the address belongs to."""

_takers: list[Taker] = []


def register_taker(taker: Taker) -> None:
    """Have calendars of new letters handed to a function, after they are stored. What it raises keeps no letter back."""
    if taker not in _takers:
        _takers.append(taker)


def hand_on(new: Sequence[parsing.Letter]) -> None:
    """Hand the calendars of new letters on when the transaction that stores them is over."""
    for letter in new if _takers else ():
        found = [a.data for a in letter.attached if a.media == MEDIA and len(a.data) <= LARGEST]
        for data in (
            found[:1] if letter.sender else ()
        ):  # the same calendar often comes twice: as a part and as a file
            for taker in _takers:
                transaction.on_commit(partial(taker, data, letter.sender), robust=True)
