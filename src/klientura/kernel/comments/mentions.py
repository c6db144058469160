"""Whom a text mentions: «@Вера Ткач», typed by hand or chosen from the list."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import Q

from klientura.kernel.access.models import User

MOST = 20
"""Colleagues whom one comment may mention."""
_SIGN = re.compile(r"(?<![\w.@])@(?=\w)")
_FIRST_WORD = re.compile(r"\w+")


class Piece(NamedTuple):
    """A stretch of a text; `user_id` when it names somebody."""

    text: str
    user_id: int | None = None


def found_in(text: str, chosen: Iterable[int] = ()) -> list[dict[str, Any]]:
    """The active colleagues whom a text mentions. Where two have one name, only who was chosen is meant."""
    places = [m.end() for m in _SIGN.finditer(text)][: MOST * 5]
    if not places:
        return []
    firsts = {word[0] for at in places if (word := _FIRST_WORD.match(text, at))}
    beginnings = Q()
    for first in sorted(firsts):
        beginnings |= Q(name__istartswith=first)
    by_name: dict[str, list[User]] = {}
    for user in User.objects.filter(beginnings, is_active=True).order_by("pk")[:1000]:
        by_name.setdefault(user.name.casefold(), []).append(user)
    wanted, found = set(chosen), dict[int, str]()
    for at in places:
        name = _longest(text, at, by_name)
        same = by_name.get(name, [])
        meant = same if len(same) == 1 else [u for u in same if u.pk in wanted]
        found.update((u.pk, u.name) for u in meant)
    return [{"id": number, "name": name} for number, name in list(found.items())[:MOST]]


def _longest(text: str, at: int, names: Iterable[str]) -> str:
    """The longest of the names that stands at a place of a text, as whole words."""
    here = text[at:].casefold()
    fitting = [n for n in names if here.startswith(n) and not here[len(n) : len(n) + 1].isalnum()]
    return max(fitting, key=len, default="")


def pieces(text: str, mentions: Iterable[dict[str, Any]]) -> Iterator[Piece]:
    """A text in pieces: those that mention somebody, and what lies between them."""
    ids = {str(m["name"]).casefold(): int(m["id"]) for m in mentions}
    begun = 0
    for sign in _SIGN.finditer(text):
        name = _longest(text, sign.end(), ids)
        if not name or sign.start() < begun:
            continue
        if sign.start() > begun:
            yield Piece(text[begun : sign.start()])
        begun = sign.end() + len(name)
        yield Piece(text[sign.start() : begun], ids[name])
    if begun < len(text):
        yield Piece(text[begun:])
