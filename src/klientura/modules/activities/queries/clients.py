"""Clients that words of a line may name, in whatever case and with whatever slip of the keyboard; by the reader's rights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.search.nearest import nearest
from klientura.kernel.search.query import understand
from klientura.kernel.search.vocabulary import Vocabulary
from klientura.kernel.store.read import Ref, Row
from klientura.kit.entry.naming import Named, is_meant, stem
from klientura.kit.text import words

SHOWN: Final = 5
LOOKED_AT: Final = 12
SURE: Final = 0.78
POSSIBLE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A client that may be meant: its record, what tells it from others of the name, and how sure that is."""

    id: int
    title: str
    sub: str
    sureness: float


def clients_named(actor: Actor, names: Sequence[Named]) -> list[Candidate]:
    """The clients that the likeliest of these names may mean, the surest first; empty when nobody is called so."""
    shape = shape_of("party")
    if not may(actor, shape, "read"):
        return []
    vocabulary = Vocabulary()
    best: list[Candidate] = []
    for name in names:
        found = _called(actor, shape, name.text, vocabulary)
        if found and (not best or found[0].sureness > best[0].sureness):
            best = found
    return best[:SHOWN]


def the_one(found: Sequence[Candidate]) -> Candidate | None:
    """The only one who can be meant; None where somebody has to choose."""
    sure = [c for c in found if c.sureness >= SURE]
    if len(sure) == 1 or (len(sure) > 1 and sure[0].sureness > sure[1].sureness + 0.1):
        return sure[0]
    return found[0] if len(found) == 1 else None


def _called(actor: Actor, shape: Shape, text: str, vocabulary: Vocabulary) -> list[Candidate]:
    """Records whose title holds the stems of the words; else those that the search finds forgivingly."""
    stems = " ".join(stem(word) for word in words(text))
    for typed, repair in ((stems, False), (text, True)):
        understood = understand(actor, shape, typed, repair=repair, vocabulary=vocabulary)
        if understood is None or understood.empty:
            continue
        fields = readable(actor, shape)
        keys = ["title", *(k for k in ("city",) if k in fields)]
        rows = nearest(actor, shape, understood, typed, keys=keys, limit=LOOKED_AT)
        found = [c for row in rows if (c := _candidate(row, text)).sureness >= POSSIBLE]
        if found:
            return sorted(found, key=lambda c: (-c.sureness, c.title))
    return []


def _candidate(row: Row, typed: str) -> Candidate:
    title, city = row["title"] or "", row.get("city")
    sub = (city.title if isinstance(city, Ref) else str(city or "")) or ""
    return Candidate(row["id"], title, sub, is_meant(title, typed))
