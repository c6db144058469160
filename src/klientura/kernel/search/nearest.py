"""Which of the records that a search finds stand first: who is called just so, before whose name only begins like that."""

from collections.abc import Sequence

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.objects.shape import Shape
from klientura.kernel.search.query import FEW, Understood, with_whole_words
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.expressions import comparable, like
from klientura.kernel.store.filters import Tree
from klientura.kernel.store.read import Row, page
from klientura.kit.text import fold, words

type Titles = dict[int, str]
SOME = 3
"""So many times as many as are wanted are looked at first: further ones may lie thousands of records back."""


def nearest(
    actor: Actor,
    shape: Shape,
    understood: Understood,
    typed: str,
    *,
    keys: Sequence[str],
    limit: int,
    tree: Tree | None = None,
) -> list[Row]:
    """The records nearest to what was typed, the newest first among equals.

    Two queries for few hits; of many, those are sought besides which are called so, in three more.
    """
    text = fold(understood.instead or typed)
    newest = SOME * limit
    titles = _titles(actor, shape, [understood.predicate], tree, sql.SQL("r.id desc"), newest)
    if len(titles) == newest:  # the nearest may be older than the newest of all that were found
        titles |= _called_so(actor, shape, text, tree, limit)
        if ids := with_whole_words(actor, shape, words(text), tree):
            titles |= _titles(actor, shape, [_these(ids)], tree, sql.SQL("r.id desc"), FEW)
    best = sorted(titles, key=lambda n: (tier(titles[n], text), -n))[:limit]
    if not best:
        return []
    rows = page(actor, shape, more=[_these(best)], sort="-id", limit=limit, keys=keys).rows
    place = {n: at for at, n in enumerate(best)}
    return sorted(rows, key=lambda row: place[row["id"]])


def tier(title: str, text: str) -> int:
    """How near a title comes to a folded text: the smaller, the nearer."""
    own, called = words(title), fold(title)
    typed = words(text)
    if called == text:
        return 0
    if own[: len(typed)] == typed:
        return 1
    if set(typed) <= set(own):
        return 2
    if called.startswith(text):
        return 3
    return 4 if all(any(word.startswith(piece) for word in own) for piece in typed) else 5


def _called_so(actor: Actor, shape: Shape, text: str, tree: Tree | None, limit: int) -> Titles:
    """Records whose title begins with the text, those first in which it ends a word: a space stands before all letters."""
    title = comparable(shape.fields["title"])
    begins = Predicate(sql.SQL("{} like %s").format(title), (f"{like(text)}%",))
    return _titles(actor, shape, [begins], tree, sql.SQL("{}, r.id").format(title), limit)


def _titles(
    actor: Actor,
    shape: Shape,
    more: Sequence[Predicate],
    tree: Tree | None,
    order: sql.Composable,
    limit: int,
) -> Titles:
    where = conditions(actor, shape, tree=tree, more=more)
    text = sql.SQL("select r.id, r.title from {} r where {} order by {} limit {}").format(
        sql.Identifier(shape.table), where.sql, order, sql.Literal(limit)
    )
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        return {number: title or "" for number, title in cursor.fetchall()}


def _these(ids: Sequence[int]) -> Predicate:
    return Predicate(sql.SQL("r.id = any(%s)"), (list(ids),))
