"""A comment as it is shown: plain text in which addresses can be followed and colleagues stand out."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from klientura.kernel.comments.mentions import pieces
from klientura.kit.urls import BadUrl, normalise_site

_ADDRESS = re.compile(r"(?<![\w@])(?:https?://|www\.)[^\s<>\"'«»„“”]+", re.IGNORECASE)
_AFTER = ".,;:!?…)]}"
"""What stands behind an address and is no part of it."""


def shown(text: str, mentions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pieces of a text: {text}, with `mention` or a safe `url`."""
    made: list[dict[str, Any]] = []
    for piece in pieces(text, mentions):
        if piece.user_id is not None:
            made.append({"text": piece.text, "mention": piece.user_id})
        else:
            made += _with_links(piece.text)
    return made


def _with_links(text: str) -> Iterator[dict[str, Any]]:
    begun = 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_AFTER)
        try:
            url = normalise_site(address)
        except BadUrl:
            continue
        if found.start() > begun:
            yield {"text": text[begun : found.start()]}
        begun = found.start() + len(address)
        yield {"text": address, "url": url}
    if begun < len(text):
        yield {"text": text[begun:]}
