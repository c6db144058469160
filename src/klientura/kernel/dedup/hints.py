"""Whether a client who is being typed is known already: the comparison of the search for duplicates, for one face at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable_parts
from klientura.kernel.dedup.queue import open_roles
from klientura.kernel.dedup.reading import faces_seen
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.sizes import about_rows
from klientura.kit.matching.face import Face, describe
from klientura.kit.matching.keys import keys
from klientura.kit.matching.verdicts import LIKELY, Match, compare
from klientura.kit.matching.weights import Rarity

MOST = 40
"""So many records are compared with what is being typed, at most."""


class Hint(NamedTuple):
    """A record and how it compares. `match.verdict` «no» with a score that would do: two clients for certain."""

    id: int
    title: str
    match: Match

    @property
    def ruled_out(self) -> bool:
        """Whether something proves that they are two, however much they share: another branch, a relative."""
        return self.match.verdict == "no" and self.match.score >= LIKELY


def hints(actor: Actor, shape: Shape, facts: Mapping[str, Sequence[str]], found: Sequence[int]) -> list[Hint]:
    """Compare the typed facts (values by role) with records that were found by them, the likeliest first.

    Those with the same phone, e-mail or site in their lines are looked up besides. Only records and fields that the actor
    reads take part, on either side; the number of queries does not depend on how many there are.
    """
    seen = open_roles(actor, shape)
    typed = describe({role: values for role, values in facts.items() if role in seen})
    ids = list(dict.fromkeys([*found, *_with_lines(actor, shape, typed)]))[:MOST]
    if not ids:
        return []
    faces = faces_seen(actor, shape, ids, seen)
    names = read.titles(actor, shape, list(faces))
    rarity = _rarity(shape, faces)
    made = [Hint(i, names[i], compare(typed, face, rarity)) for i, face in faces.items() if i in names]
    return sorted(made, key=lambda h: (h.match.verdict == "no", -h.match.score))


def _with_lines(actor: Actor, shape: Shape, typed: Face) -> list[int]:
    """Records one of whose lines holds a typed phone, e-mail or site whole, by the index of the lines."""
    found: list[int] = []
    if not (typed.phones or typed.emails or typed.sites):
        return found
    mine = conditions(actor, shape)
    for key in readable_parts(actor, shape):
        part = shape.parts[key]
        if not part.search or "kind" not in part.fields:
            continue
        # Whom the reader does not see must not take the place of whom they do.
        text = sql.SQL(
            'select distinct l.{parent} from {table} l join {records} r on r.id = l.{parent}'
            ' where l.search_text collate "C" = any(array('
            "select k_phone(v) from unnest(%s::text[]) v union all select k_fold(v) from unnest(%s::text[]) v))"
            " and {open} limit {most}"
        ).format(
            parent=sql.Identifier(part.parent_column), table=sql.Identifier(part.table), open=mine.sql,
            records=sql.Identifier(shape.table), most=sql.Literal(MOST),
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                text,
                [list(typed.phones), [*typed.emails, *(f"https://{s}" for s in typed.sites)], *mine.params],
            )
            found += [row[0] for row in cursor.fetchall()]
    return found


def _rarity(shape: Shape, faces: Mapping[int, Face]) -> Rarity:
    """What agreements weigh in a base of this size; how many share a value is counted among the records found by it."""
    common = Counter(key for face in faces.values() for key in keys(face))
    return Rarity(size=max(about_rows(shape.table), 1), common={key: n for key, n in common.items() if n > 2})
