"""The vocabulary: which words occur anywhere, and which of them a misspelt one may have meant."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from psycopg import sql

from klientura.kernel.store.expressions import like

NEIGHBOURS = 4
SHORTEST = 3
CANDIDATES = 300
MOST = 300  # a piece that occurs in more words than that is looked for at the beginning of words only

LAST = "\U0010ffff"  # sorts behind every letter

_NEAREST = sql.SQL(
    "select word, levenshtein_less_equal(word, %s, %s) as distance from {} w"
    " where length(word) between %s and %s and levenshtein_less_equal(word, %s, %s) <= %s"
    " order by distance, similarity(word, %s) desc, word limit %s"
)
_SAME_BEGINNING = sql.SQL("(select word from kernel_search_word where word >= %s and word < %s)")
_SIMILAR = sql.SQL("(select word from kernel_search_word where word %% %s limit %s)")


def is_word(token: str) -> bool:
    """Whether a token is of the kind that the vocabulary keeps: letters only, three or more."""
    return len(token) >= SHORTEST and token.isalpha()


class Vocabulary:
    """The words that one search asks for. It remembers what it read: several objects are searched for the same ones."""

    def __init__(self) -> None:
        self._containing: dict[str, list[str]] = {}
        self._near: dict[str, list[str]] = {}

    def expand(self, tokens: Iterable[str]) -> dict[str, list[str]]:
        """For each token of letters the words that contain it, at most MOST + 1; one query, served by the trigram index."""
        asked = {t for t in tokens if is_word(t)}
        if unread := sorted(asked - self._containing.keys()):
            with connection.cursor() as cursor:
                cursor.execute(
                    "select t, array(select word from kernel_search_word where word like pattern limit %s)"
                    " from unnest(%s::text[], %s::text[]) u(t, pattern)",
                    [MOST + 1, unread, [f"%{like(t)}%" for t in unread]],
                )
                self._containing |= dict(cursor.fetchall())
        return {t: self._containing[t] for t in asked}

    def neighbours(self, token: str) -> list[str]:
        """The nearest words within two typing errors (one for short words): all at the smallest distance found."""
        if token not in self._near:
            self._near[token] = _nearest(token) if is_word(token) else []
        return self._near[token]


def _nearest(token: str) -> list[str]:
    # The first two letters are mostly right, so words that share them are looked at first (a range of the index); only
    # when there is none, similar words are sought by trigrams.
    errors = 1 if len(token) < 6 else 2
    rest: list[Any] = [len(token) - errors, len(token) + errors, token, errors, errors, token, NEIGHBOURS]
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST.format(_SAME_BEGINNING), [token, errors, token[:2], token[:2] + LAST, *rest])
        found = cursor.fetchall()
        if not found:
            cursor.execute(_NEAREST.format(_SIMILAR), [token, errors, token, CANDIDATES, *rest])
            found = cursor.fetchall()
    return [word for word, distance in found if distance == found[0][1]]
