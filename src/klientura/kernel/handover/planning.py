"""What is to be handed over: whose work, to whom, of which kinds; and what that would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, readable, scope, writable
from klientura.kernel.access.models import User
from klientura.kernel.access.substitutions import looks_after, owned_shapes
from klientura.kernel.errors import Denied, FieldError, Invalid, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import Tree
from klientura.kernel.store.read import COUNT_CAP, Count

MOST_TAKERS = 50
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """A hand-over: the work of `giver_id`, of some kinds of record, to `taker_ids` in even shares.

    `current_only` leaves what is done (closed deals, past calls) where it is. `along` takes the contact persons of the
    clients that change hands with them, also when people are not among the kinds. `trees` narrow a kind by a filter.
    """

    giver_id: int
    taker_ids: tuple[int, ...]
    keys: tuple[str, ...]
    current_only: bool = True
    along: bool = True
    trees: Mapping[str, Tree] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {
            "giver": self.giver_id, "takers": list(self.taker_ids), "keys": list(self.keys),
            "current": self.current_only, "along": self.along, "trees": dict(self.trees),
        }  # fmt: skip

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Plan":
        """From what a job kept."""
        return cls(
            stored["giver"], tuple(stored["takers"]), tuple(stored["keys"]), stored["current"], stored["along"],
            stored["trees"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Portion:
    """What a plan would do with one kind of record, as far as it is the actor's to change: how many go, how many the giver
    has in all, and the first of those that go."""

    shape: Shape
    goes: Count
    owned: Count
    examples: tuple[str, ...]


def open_shapes(actor: Actor) -> list[Shape]:
    """The kinds of record whose owner the actor may change."""
    return [
        s for s in owned_shapes()
        if may(actor, s, "edit") and "owner" in readable(actor, s) and writable(actor, s, "owner")
    ]  # fmt: skip


def giver_of(actor: Actor, user_id: int) -> User:
    """Somebody whose work the actor may hand over: of an administrator's everybody, of a manager's the people of the teams.

    Raises NotFound, also for those whose work it is not the actor's to hand over.
    """
    found = User.objects.select_related("team", "role").filter(pk=min(user_id, 2**63 - 1)).first()
    if found is None or not looks_after(actor, found):
        raise NotFound(_("There is no such user."))
    return found


def check(actor: Actor, plan: Plan) -> None:
    """Raise NotFound, Denied or Invalid unless the actor may carry the plan out as things stand."""
    giver_of(actor, plan.giver_id)
    errors: list[FieldError] = []
    takers = {u.pk: u for u in User.objects.filter(pk__in=plan.taker_ids, is_active=True)}
    if not plan.taker_ids:
        errors.append(FieldError("to", "required", _("Choose who takes the work over.")))
    elif len(set(plan.taker_ids)) != len(plan.taker_ids) or len(plan.taker_ids) > MOST_TAKERS:
        errors.append(FieldError("to", "twice", _("Each colleague can be named once.")))
    elif plan.giver_id in plan.taker_ids:
        errors.append(FieldError("to", "oneself", _("The work is theirs already. Choose somebody else.")))
    elif set(plan.taker_ids) - set(takers):
        errors.append(FieldError("to", "reference", _("Choose an active colleague.")))
    elif any(not looks_after(actor, u) and u.pk != actor.user_id for u in takers.values()):
        errors.append(FieldError("to", "reach", _("You may hand work over within your own teams.")))
    known = {s.key for s in open_shapes(actor)}
    if not plan.keys or set(plan.keys) - known or set(plan.trees) - set(plan.keys):
        errors.append(FieldError("kinds", "required", _("Choose what is handed over.")))
    if errors:
        raise Invalid(errors)


def in_order(keys: Sequence[str]) -> list[Shape]:
    """The kinds of record in the order in which they change hands: clients, their people, and what hangs on them."""
    shapes = [shape_of(k) for k in keys]
    return sorted(
        shapes, key=lambda s: 0 if s.spec.goes_with is None else 1 if target_of(s).base == s.base else 2
    )


def target_of(shape: Shape) -> Shape:
    """The object whose owner a kind of record follows. Raises Denied for one that follows nobody."""
    link = shape.fields.get(shape.spec.goes_with or "")
    if link is None or link.params.target is None:
        raise Denied
    return shape_of(link.params.target)


def companions(actor: Actor, plan: Plan) -> list[Shape]:
    """The kinds of record that go along with those of their own table though they were not named: contact persons."""
    if not plan.along:
        return []
    bases = {shape_of(k).base for k in plan.keys}
    return [
        s for s in open_shapes(actor)
        if s.key not in plan.keys and s.spec.goes_with in s.fields and target_of(s).base == s.base and s.base in bases
    ]  # fmt: skip


def current_tree(actor: Actor, shape: Shape) -> Tree | None:
    """What of a kind of record is work in hand. None: all of it, also when the actor does not see what tells it."""
    tree = shape.spec.current
    return tree if tree is not None and tree["field"] in readable(actor, shape) else None


def going(actor: Actor, shape: Shape, plan: Plan) -> Predicate | None:
    """The records of one kind that the plan hands over; None when there can be none."""
    if plan.current_only and shape.spec.facts:
        return None
    trees = [plan.trees.get(shape.key), current_tree(actor, shape) if plan.current_only else None]
    chosen: Tree = {"and": [t for t in trees if t]}
    return _open_to(actor, shape, plan.giver_id, chosen)


def _open_to(actor: Actor, shape: Shape, giver_id: int, tree: Tree | None = None) -> Predicate:
    """The giver's records that the actor sees and may change."""
    return conditions(
        actor, shape, verb="edit", tree=tree, more=[owned(giver_id), scope(actor, shape, "read")]
    )


def owned(user_id: int) -> Predicate:
    """The records of a user."""
    return Predicate(sql.SQL("r.owner_id = %s"), (user_id,))


def preview(actor: Actor, plan: Plan) -> list[Portion]:
    """What the plan would do, one query for each kind of record. Raises NotFound for a giver who is not the actor's."""
    giver_of(actor, plan.giver_id)
    known = {s.key for s in open_shapes(actor)}
    return [_portion(actor, s, plan) for s in in_order([k for k in plan.keys if k in known])]


def _portion(actor: Actor, shape: Shape, plan: Plan) -> Portion:
    having = _open_to(actor, shape, plan.giver_id)
    goes = going(actor, shape, plan) or Predicate(sql.SQL("false"))
    counted = sql.SQL("(select count(*) from (select 1 from {} r where {} limit {}) q)")
    table, cap = sql.Identifier(shape.table), sql.Literal(COUNT_CAP + 1)
    text = sql.SQL(
        "select {}, {}, array(select r.title from {} r where {} order by r.id limit {})"
    ).format(
        counted.format(table, goes.sql, cap), counted.format(table, having.sql, cap), table, goes.sql,
        sql.Literal(EXAMPLES),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(text, [*goes.params, *having.params, *goes.params])
        some, all_of_them, titles = cursor.fetchone()
    return Portion(shape, _count(some), _count(all_of_them), tuple(titles))


def _count(number: int) -> Count:
    return Count(min(number, COUNT_CAP), number > COUNT_CAP)


def owns_anything(user_id: int) -> bool:
    """Whether anybody would have to take anything over; asked by an administrator before a user is shut out."""
    with connection.cursor() as cursor:
        for shape in {s.table: s for s in owned_shapes()}.values():
            text = sql.SQL(
                "select exists (select 1 from {} r where r.owner_id = %s and r.deleted_at is null)"
            )
            cursor.execute(text.format(sql.Identifier(shape.table)), [user_id])
            if cursor.fetchone()[0]:
                return True
    return False
