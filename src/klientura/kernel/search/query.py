"""From what somebody typed to a predicate: exact pieces first, then another keyboard layout or alphabet, then typos."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable, readable_parts
from klientura.kernel.objects.shape import Shape
from klientura.kernel.search.vocabulary import is_word, neighbours, unknown_words
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import like
from klientura.kit.text import search_variants, words

MAX_WORDS = 6
MAX_LENGTH = 200
PHONE_DIGITS = 5
FEW = 200  # so many hits are passed on by their numbers, and the search is not run again


class Understood(NamedTuple):
    """How a search was understood: its predicate, and the words used instead of the typed ones, if any."""

    predicate: Predicate
    instead: str | None
    empty: bool = False


def understand(actor: Actor, shape: Shape, text: str, *, repair: bool = True) -> Understood | None:
    """Find the reading of a search text that gives records; None for a text without letters and digits.

    With `repair=False` only the text as it was typed is tried. `empty` says that no reading finds anything.
    """
    text = text[:MAX_LENGTH].replace("\x00", "")
    typed = words(text)[:MAX_WORDS]
    if not typed:
        return None
    readings = [text, *search_variants(text)[1:]] if repair else [text]
    tokens = {reading: words(reading)[:MAX_WORDS] for reading in readings}
    unknown = set() if _is_address(text) else unknown_words(t for own in tokens.values() for t in own)
    for reading, own in tokens.items():
        if own and not unknown & set(own):
            found = _probe(actor, shape, _pieces(actor, shape, reading, own))
            if found is not None:
                return Understood(found, None if own == typed else reading)
    if repair:
        repaired = _repaired(actor, shape, tokens.values(), unknown)
        if repaired is not None:
            return repaired
    return Understood(Predicate(sql.SQL("false")), None, empty=True)


def _is_address(text: str) -> bool:
    """An e-mail, a site, a phone: looked for in lines, whose words are not in the vocabulary."""
    return "@" in text or "." in text or any(c.isdigit() for c in text)


def _repaired(
    actor: Actor, shape: Shape, readings: Iterable[Sequence[str]], unknown: set[str]
) -> Understood | None:
    for own in readings:
        alternatives = [neighbours(t) if t in unknown or len(own) == 1 else [t] for t in own]
        if not own or not all(alternatives) or all(a == [t] for a, t in zip(alternatives, own, strict=True)):
            continue
        times = _tests_per_word(actor, shape)
        predicate = Predicate(
            sql.SQL(" and ").join([_word(actor, shape, "like any(%s)")] * len(alternatives)),
            tuple([f"%{like(word)}%" for word in group] for group in alternatives for _again in range(times)),
        )
        found = _probe(actor, shape, predicate)
        if found is not None:
            return Understood(found, " ".join(group[0] for group in alternatives))
    return None


def _word(actor: Actor, shape: Shape, test: str) -> sql.Composable:
    """The test of one word. Who may not see all searched fields finds by the title only (the index still serves)."""
    if _tests_per_word(actor, shape) == 1:
        return sql.SQL("r.search_text " + test)
    return sql.SQL("r.search_text " + test + " and k_fold(r.title) " + test)


def _tests_per_word(actor: Actor, shape: Shape) -> int:
    return 1 if {*shape.spec.search, *shape.spec.title} <= set(readable(actor, shape)) else 2


def _pieces(actor: Actor, shape: Shape, text: str, tokens: Sequence[str]) -> Predicate:
    """Every word somewhere in the record's text, or the whole in one of its lines (a phone, an address)."""
    own = sql.SQL(" and ").join([_word(actor, shape, "like %s")] * len(tokens))
    times = _tests_per_word(actor, shape)
    params: list[str] = [f"%{like(token)}%" for token in tokens for _again in range(times)]
    needle = _needle(text)
    alternatives: list[sql.Composable] = []
    open_parts = readable_parts(actor, shape)
    for part in shape.parts.values():
        if needle and part.key in open_parts and part.search:
            alternatives.append(
                sql.SQL("select {parent} from {table} where search_text like %s").format(
                    parent=sql.Identifier(part.parent_column), table=sql.Identifier(part.table)
                )
            )
            params.append(f"%{like(needle)}%")
    if not alternatives:
        return Predicate(sql.SQL("({})").format(own), tuple(params))
    inner = sql.SQL("select r.id from {} r where {}").format(sql.Identifier(shape.table), own)
    union = sql.SQL(" union ").join([inner, *alternatives])
    return Predicate(sql.SQL("r.id in ({})").format(union), tuple(params))


def _needle(text: str) -> str:
    """What to look for in lines: the digits of a phone, else the text of an address; plain words stay out of them."""
    digits = "".join(c for c in text if c.isdigit())
    if len(digits) >= PHONE_DIGITS and not any(c.isalpha() for c in text):
        # 8 902 … and +7 902 … are one number: its last ten digits are searched.
        return digits[1:] if len(digits) == 11 and digits[0] in "78" else digits
    flat = " ".join(text.split()).lower()
    return flat if len(flat) >= 3 and (not is_word(flat) or flat.isascii()) and " " not in flat else ""


def _probe(actor: Actor, shape: Shape, predicate: Predicate) -> Predicate | None:
    """The predicate if it finds anything for this actor; a few hits are passed on as their numbers."""
    where = conditions(actor, shape, more=[predicate])
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("select r.id from {} r where {} limit {}").format(
                sql.Identifier(shape.table), where.sql, sql.Literal(FEW + 1)
            ),
            where.params,
        )
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return None
    return predicate if len(ids) > FEW else Predicate(sql.SQL("r.id = any(%s)"), (ids,))
