"""From what somebody typed to a predicate: exact pieces first, then another keyboard layout or alphabet, then typos."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable, readable_parts
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import like
from klientura.kit.text import search_variants, words

MAX_WORDS = 6
MAX_LENGTH = 200
NEIGHBOURS = 6
PHONE_DIGITS = 5


class Understood(NamedTuple):
    """How a search was understood: its predicate, and the words used instead of the typed ones, if any."""

    predicate: Predicate
    instead: str | None


def understand(actor: Actor, shape: Shape, text: str) -> Understood | None:
    """Find the reading of a search text that gives records; None for a text without letters and digits.

    Costs one existence probe per reading tried (all served by the trigram indexes).
    """
    text = text[:MAX_LENGTH].replace("\x00", "")
    typed = words(text)[:MAX_WORDS]
    if not typed:
        return None
    plain = _pieces(actor, shape, text, typed)
    if _any(actor, shape, plain):
        return Understood(plain, None)
    for variant in search_variants(text)[1:]:
        tokens = words(variant)[:MAX_WORDS]
        if tokens and tokens != typed:
            predicate = _pieces(actor, shape, variant, tokens)
            if _any(actor, shape, predicate):
                return Understood(predicate, variant)
    return _repaired(actor, shape, text) or Understood(plain, None)


def _repaired(actor: Actor, shape: Shape, text: str) -> Understood | None:
    for variant in search_variants(text):
        tokens = words(variant)[:MAX_WORDS]
        alternatives = [_neighbours(token) or [token] for token in tokens]
        if all(a == [t] for a, t in zip(alternatives, tokens, strict=True)):
            continue
        predicate = Predicate(
            sql.SQL(" and ").join([_word(actor, shape, "like any(%s)")] * len(alternatives)),
            tuple(
                [f"%{like(word)}%" for word in group]
                for group in alternatives
                for _again in range(_tests_per_word(actor, shape))
            ),
        )
        if _any(actor, shape, predicate):
            return Understood(predicate, " ".join(group[0] for group in alternatives))
    return None


def _word(actor: Actor, shape: Shape, test: str) -> sql.Composable:
    """The test of one word. Who may not see all searched fields finds by the title only (the index still serves)."""
    if {*shape.spec.search, *shape.spec.title} <= set(readable(actor, shape)):
        return sql.SQL("r.search_text " + test)
    return sql.SQL("r.search_text " + test + " and k_fold(r.title) " + test)


def _tests_per_word(actor: Actor, shape: Shape) -> int:
    return 1 if {*shape.spec.search, *shape.spec.title} <= set(readable(actor, shape)) else 2


def _pieces(actor: Actor, shape: Shape, text: str, tokens: Sequence[str]) -> Predicate:
    """Every word somewhere in the record's text, or the whole in one of its lines (a phone, an address)."""
    own = sql.SQL(" and ").join([_word(actor, shape, "like %s")] * len(tokens))
    times = _tests_per_word(actor, shape)
    params: list[str] = [f"%{like(token)}%" for token in tokens for _again in range(times)]
    digits = "".join(c for c in text if c.isdigit())
    is_phone = len(digits) >= PHONE_DIGITS and not any(c.isalpha() for c in text)
    needle = _national(digits) if is_phone else " ".join(text.split()).lower()
    alternatives: list[sql.Composable] = []
    open_parts = readable_parts(actor, shape)
    for part in shape.parts.values():
        if part.key in open_parts and part.search and len(needle) >= 3:
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


def _national(digits: str) -> str:
    """8 902 … and +7 902 … are one number; its last ten digits are searched."""
    return digits[1:] if len(digits) == 11 and digits[0] in "78" else digits


def _any(actor: Actor, shape: Shape, predicate: Predicate) -> bool:
    where = conditions(actor, shape, more=[predicate])
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("select 1 from {} r where {} limit 1").format(sql.Identifier(shape.table), where.sql),
            where.params,
        )
        return cursor.fetchone() is not None


def _neighbours(token: str) -> list[str]:
    """Words of the vocabulary within two typing errors, the nearest first."""
    if len(token) < 3 or not any(c.isalpha() for c in token):
        return [token]
    errors = 1 if len(token) < 6 else 2
    with connection.cursor() as cursor:
        cursor.execute(
            "select word from ("
            "  select word from kernel_search_word where word like %s"
            "  union select word from (select word from kernel_search_word where word %% %s limit 500) g"
            ") w where abs(length(word) - length(%s)) <= %s and levenshtein_less_equal(word, %s, %s) <= %s"
            " order by levenshtein_less_equal(word, %s, %s), similarity(word, %s) desc, word limit %s",
            [
                f"{like(token[:2])}%",
                token,
                token,
                errors,
                token,
                errors,
                errors,
                token,
                errors,
                token,
                NEIGHBOURS,
            ],
        )
        return [row[0] for row in cursor.fetchall()]
