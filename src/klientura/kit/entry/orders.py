"""«Поручить Лебедевой …», "assign Brown to …": that a line gives something to a colleague, and which words may name them."""

import re
from dataclasses import dataclass
from typing import Final

from klientura.kit.entry.findings import Line, Part, pattern

MOST_WORDS: Final = 3
_VERB: Final = pattern(
    r"(?:поручить|поручи|поручите|поручаю|поручение|делегировать|делегируй|assign|delegate|assignment)(?: (?:для|to|for))?:?"
)
_WORD: Final = re.compile(r"[^\W\d_][\w'’-]*")
_JOINT: Final = re.compile(r"\s*(?:[:,–—-]+|\bto\b(?=\s))\s*")
_TRIM: Final = " \t,.:;!–—-"


@dataclass(frozen=True, slots=True)
class Order:
    """That something is given to somebody: where the verb stands, and the words behind it that may name whom."""

    start: int
    words: tuple[str, ...]
    ends: tuple[int, ...]

    @property
    def capital(self) -> bool:
        """Whether the first of the words is written as names are."""
        return self.words[0][:1].isupper()


def read_order(line: Line) -> Order | None:
    """The order at the beginning of a line, in what has not been understood as anything else."""
    if "order" in line.without:
        return None
    found = next(line.free(_VERB), None)
    if found is None or _left_before(line, found.start()).strip(_TRIM):
        return None
    words: list[re.Match[str]] = []
    at = found.end()
    for word in _WORD.finditer(line.text, found.end()):
        if line.text[at : word.start()].strip() or not line.is_free(*word.span()) or len(words) == MOST_WORDS:
            break
        words.append(word)
        at = word.end()
    if not words:
        return None
    return Order(found.start(), tuple(w[0] for w in words), tuple(w.end() for w in words))


def take_order(line: Line, order: Order, named: int) -> None:
    """Take the verb and the words that name a colleague out of what is left of a line."""
    end = order.ends[named - 1]
    joint = _JOINT.match(line.folded, end)
    if joint is not None and line.is_free(*joint.span()):
        end = joint.end()
    line.parts.append(Part("order", order.start, end, order.words[:named]))


def _left_before(line: Line, end: int) -> str:
    """What stands before a place and was not understood."""
    return "".join(c for at, c in enumerate(line.text[:end]) if line.is_free(at, at + 1))
