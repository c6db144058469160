"""The one gate: which records and which fields are open to an actor. Everything that reads or writes asks here."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.shares import codes_of, owners_of
from klientura.kernel.errors import Denied
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import FieldShape, Shape

EVERYTHING = sql.SQL("true")
NOTHING = sql.SQL("false")


class Predicate(NamedTuple):
    """A piece of SQL that is true for some rows, with its parameters."""

    sql: sql.Composable
    params: tuple[Any, ...] = ()

    @property
    def is_everything(self) -> bool:
        """Whether it lets every row through, so that it may be left out."""
        return self.sql is EVERYTHING


def require(actor: Actor, shape: Shape, verb: str) -> None:
    """Raise Denied unless the actor may do the verb on at least some records of the object."""
    if not may(actor, shape, verb):
        raise Denied


NEEDS_KIND = frozenset({"create", "edit", "import"})
"""What is done to a record as one of its kinds only: the rules of writing belong to the kind."""


def may(actor: Actor, shape: Shape, verb: str) -> bool:
    """Whether the verb is open to the actor over any record of the object."""
    members = members_of(shape)
    if members:
        return verb not in NEEDS_KIND and any(actor.may(m.key, verb) for m in members)
    return actor.may(shape.key, verb) and not _stays(actor, shape, verb)


def _stays(actor: Actor, shape: Shape, verb: str) -> bool:
    """Whether records are of a kind that nobody but the product itself takes away."""
    return verb == "delete" and shape.spec.kept and not actor.is_system


def members_of(shape: Shape) -> tuple[Shape, ...]:
    """The kinds that a table without a kind of its own consists of (party: organisation and person)."""
    if shape.constants:
        return ()
    return tuple(s for s in all_shapes().values() if s.base == shape.base and s.constants)


def scope(actor: Actor, shape: Shape, verb: str, alias: str = "r") -> Predicate:
    """The rows of the object's table that the actor may do the verb with.

    The object's constants (kind = organisation) are part of it; what lies in the trash is not its business.
    """
    members = members_of(shape)
    if not members:
        return _and(_constants(shape, alias), _scope(actor, shape, verb, alias))
    parts = [scope(actor, member, verb, alias) for member in members]
    if all(actor.scope(m.key, verb) == "all" for m in members):
        return Predicate(EVERYTHING)
    return _or(*parts)


def _constants(shape: Shape, alias: str) -> Predicate:
    if not shape.constants:
        return Predicate(EVERYTHING)
    return Predicate(
        sql.SQL(" and ").join(
            sql.SQL("{}.{} = {}").format(sql.Identifier(alias), sql.Identifier(c), sql.Literal(v))
            for c, v in shape.constants.items()
        )
    )


def own_scope(actor: Actor, shape: Shape, verb: str, alias: str = "r") -> Predicate:
    """As `scope`, without what is only lent: shared with the actor, or owned by somebody for whom they stand in."""
    return _and(_constants(shape, alias), _scope(actor, shape, verb, alias, lent=False))


def owner_scope(actor: Actor, shape: Shape, verb: str, alias: str = "r") -> Predicate:
    """The scope as far as owner and team tell it: for sums that keep nothing else of the records they were made of."""
    return _width(actor, shape, verb, alias, lent=False, named=False)


def _scope(actor: Actor, shape: Shape, verb: str, alias: str, *, lent: bool = True) -> Predicate:
    wide = _width(actor, shape, verb, alias, lent=lent)
    if not shape.spec.private or actor.is_system or wide.sql is NOTHING:
        return wide
    return _and(wide, _not_private(actor, shape, alias))


def _not_private(actor: Actor, shape: Shape, alias: str) -> Predicate:
    """What is not ticked as private, and what is the actor's own, names the actor, or was shared with them on purpose."""
    tick = sql.SQL("{}.{} is not true").format(sql.Identifier(alias), sql.Identifier(shape.spec.private))
    if actor.user_id is None:
        return Predicate(tick)
    mine = [actor.user_id]
    return _or(
        Predicate(tick),
        Predicate(sql.SQL("{}.owner_id = any(%s)").format(sql.Identifier(alias)), (mine,)),
        *(_named(shape.fields[key], mine, alias) for key in shape.spec.members),
        shared_with(codes_of(actor, "own", "read"), alias),
    )


def _width(actor: Actor, shape: Shape, verb: str, alias: str, *, lent: bool, named: bool = True) -> Predicate:
    width = "none" if _stays(actor, shape, verb) else actor.scope(shape.key, verb)
    if width == "all":
        return Predicate(EVERYTHING)
    if width == "none" or actor.user_id is None:
        return Predicate(NOTHING)
    table = sql.Identifier(alias)
    owners = owners_of(actor, shape.key, verb) if lent else [actor.user_id]
    either = [
        Predicate(sql.SQL("{0}.owner_id = %s").format(table), (owners[0],))
        if len(owners) == 1
        else Predicate(sql.SQL("{0}.owner_id = any(%s)").format(table), (owners,))
    ]
    teams = {"team": (actor.team_id,) if actor.team_id else (), "tree": actor.tree_ids}.get(width, ())
    if teams:
        either.append(Predicate(sql.SQL("{0}.team_id = any(%s)").format(table), (list(teams),)))
    if lent and (codes := codes_of(actor, width, verb)):
        either.append(shared_with(codes, alias))
    if named:
        either += [
            _named(shape.fields[key], owners, alias)
            for key, verbs in shape.spec.members.items()
            if verb in verbs
        ]
    if width == "parent" and shape.spec.parent:
        either.append(_parent(actor, shape, shape.fields[shape.spec.parent], alias, lent=lent))
    return _or(*either)


def _named(field: FieldShape, users: list[int], alias: str) -> Predicate:
    """The records that name one of some users in a field; said so that its partial index serves it."""
    column = sql.SQL("{}.{}").format(sql.Identifier(alias), sql.Identifier(field.column))
    if field.type.many:
        return Predicate(sql.SQL("({0} is not null and {0} && %s::bigint[])").format(column), (users,))
    return Predicate(sql.SQL("{} = any(%s)").format(column), (users,))


def shared_with(codes: list[int], alias: str = "r") -> Predicate:
    """The records that are shared with any of these (see `access.shares`); said so that the partial index serves it."""
    text = sql.SQL("({0}.shared_with is not null and {0}.shared_with && %s::int[])").format(
        sql.Identifier(alias)
    )
    return Predicate(text, (codes,))


def _parent(actor: Actor, shape: Shape, reference: FieldShape, alias: str, *, lent: bool) -> Predicate:
    target = shape_of(reference.params.target or "")
    inner = scope(actor, target, "read", "pr") if lent else own_scope(actor, target, "read", "pr")
    text = sql.SQL("exists (select 1 from {0} pr where pr.id = {1}.{2} and {3})").format(
        sql.Identifier(target.table), sql.Identifier(alias), sql.Identifier(reference.column), inner.sql
    )
    return Predicate(text, inner.params)


def _or(*parts: Predicate) -> Predicate:
    kept = [p for p in parts if p.sql is not NOTHING]
    if not kept:
        return Predicate(NOTHING)
    text = (
        sql.SQL("(") + sql.SQL(" or ").join(sql.SQL("(") + p.sql + sql.SQL(")") for p in kept) + sql.SQL(")")
    )
    return Predicate(text, tuple(v for p in kept for v in p.params))


def _and(*parts: Predicate) -> Predicate:
    kept = [p for p in parts if not p.is_everything]
    if not kept:
        return Predicate(EVERYTHING)
    if any(p.sql is NOTHING for p in kept):
        return Predicate(NOTHING)
    return Predicate(sql.SQL(" and ").join(p.sql for p in kept), tuple(v for p in kept for v in p.params))


def hidden(actor: Actor, shape: Shape) -> frozenset[str]:
    """The keys that are kept from the actor. What any kind of a shared table hides, the whole table hides too."""
    known = actor.rights.hidden
    if not known or actor.is_admin or actor.is_system:
        return frozenset()
    return frozenset().union(*(known.get(s.key, frozenset()) for s in (shape, *members_of(shape))))


def readable(actor: Actor, shape: Shape) -> Mapping[str, FieldShape]:
    """The fields the actor sees; the rest do not exist for them, in any door."""
    away = hidden(actor, shape)
    return {k: f for k, f in shape.fields.items() if k not in away} if away else shape.fields


def readable_parts(actor: Actor, shape: Shape) -> tuple[str, ...]:
    """The keys of the parts the actor sees."""
    away = hidden(actor, shape)
    return tuple(k for k in shape.parts if k not in away)


def writable(actor: Actor, shape: Shape, key: str) -> bool:
    """Whether the actor may change a field or a part that they see."""
    if actor.is_admin or actor.is_system:
        return True
    return key not in actor.rights.locked.get(shape.key, ()) and key not in hidden(actor, shape)
