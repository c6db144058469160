"""What is shared with whom, as numbers in a column of each record: `shared_with int[]`.

A number tells who (a user, a team, or either until some moment) and whether they may edit. An actor stands for a few of
these numbers; a record is shared with them when the two have one in common, which an index answers.
"""

from collections.abc import Iterable

from psycopg import sql

from klientura.kernel.access.actor import Actor

TEAM, EDIT = 2, 1
LENT = frozenset({"read", "edit"})
"""The verbs that sharing and substitution can give: never deletion, export or import."""

# The same as `code`, over a row `s` that says user_id, team_id, level and term_id.
CODE = sql.SQL(
    "(case when s.term_id is not null then -(2 * s.term_id + (s.level = 'edit')::int)"
    " else 4 * coalesce(s.user_id, s.team_id) + 2 * (s.team_id is not null)::int + (s.level = 'edit')::int end)::int"
)


def codes_of(actor: Actor, width: str, verb: str) -> list[int]:
    """The numbers an actor stands for who may do a verb over records of some width; none for verbs that are not lent.

    Whoever may edit may read. What a team may see its lower teams may see too; over a whole tree of teams one also sees
    what is shared with the lower ones.
    """
    if verb not in LENT or width == "none" or actor.user_id is None:
        return []
    teams: Iterable[int] = (*([actor.team_id] if actor.team_id else []), *actor.above_ids)
    terms = actor.terms
    if width == "tree":
        teams = dict.fromkeys((*teams, *actor.tree_ids))
        terms = (*terms, *actor.tree_terms)
    levels = (EDIT,) if verb == "edit" else (0, EDIT)
    return [
        *(4 * actor.user_id + level for level in levels),
        *(4 * team + TEAM + level for team in teams for level in levels),
        *(-(2 * term + level) for term in terms for level in levels),
    ]


def owners_of(actor: Actor, object_key: str, verb: str) -> list[int]:
    """Whose records are to an actor like their own: the actor, and those for whom they stand in and who may do it too."""
    if actor.user_id is None:
        return []
    if verb not in LENT:
        return [actor.user_id]
    absent = (s.user_id for s in actor.stands_in if s.scope(object_key, verb) != "none")
    return list(dict.fromkeys((actor.user_id, *absent)))
