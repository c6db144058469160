"""Which rule a record falls under, and to whom it goes. Set-based: one statement for many records."""

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

from klientura.kernel.access.gate import Predicate
from klientura.kernel.access.models import User
from klientura.kernel.access.substitutions import absent_now
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import write
from klientura.kernel.territories.keeping import PRODUCT, where
from klientura.kernel.territories.models import Territory


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in force: what it finds, and the people it gives to at this moment."""

    id: int
    name: str
    found: Predicate
    takers: tuple[int, ...]
    way: str
    also_own: bool


def rules_of(shape: Shape, *, creating: bool = False) -> list[Rule]:
    """The rules of an object that work as things stand, in their order: a filter that names what is gone is passed over,
    as is a rule whose people have all left. What is new goes to nobody who is away, unless all are.
    """
    found = Territory.objects.filter(object=shape.key, is_active=True).order_by("position", "pk")
    kept = list(found.filter(on_create=True) if creating else found)
    if not kept:
        return []
    teams = {t.team_id for t in kept if t.team_id}
    named = {u for t in kept for u in t.users}
    active = User.objects.filter(is_active=True)
    members: dict[int, list[int]] = {}
    for user_id, team_id in active.filter(team_id__in=teams).order_by("pk").values_list("pk", "team_id"):
        members.setdefault(team_id or 0, []).append(user_id)
    here = set(active.filter(pk__in=named).values_list("pk", flat=True))
    away = absent_now(shape.key) if creating else set()
    rules = []
    for each in kept:
        takers = members.get(each.team_id, []) if each.team_id else [u for u in each.users if u in here]
        takers = [u for u in takers if u not in away] or takers
        try:
            condition = where(shape, each.filter) or Predicate(sql.SQL("true"))
        except BadRequest:
            continue
        if takers:
            rules.append(Rule(each.pk, each.name, condition, tuple(takers), each.way, each.also_own))
    return rules


def which(rules: Sequence[Rule]) -> Predicate:
    """The place of the first rule that finds a record `r`, null when none does."""
    cases = [
        sql.SQL("when {} then {}").format(rule.found.sql, sql.Literal(place))
        for place, rule in enumerate(rules)
    ]
    text = sql.SQL("case {} end").format(sql.SQL(" ").join(cases))
    return Predicate(text, tuple(v for rule in rules for v in rule.found.params))


def divide(shape: Shape, ids: Sequence[int], rules: Sequence[Rule]) -> dict[int, tuple[Rule, int | None]]:
    """By record the rule that it falls under, and its present owner; those that fall under none are not there."""
    if not rules or not ids:
        return {}
    place = which(rules)
    text = sql.SQL(
        "select q.id, q.place, q.owner_id from (select r.id, r.owner_id, {} as place from {} r where r.id = any(%s)"
        " and r.deleted_at is null) q where q.place is not null order by q.id"
    ).format(place.sql, sql.Identifier(shape.table))
    with connection.cursor() as cursor:
        cursor.execute(text, [*place.params, list(ids)])
        return {number: (rules[at], owner) for number, at, owner in cursor.fetchall()}


def choose(shape: Shape, divided: Mapping[int, Rule]) -> dict[int, int]:
    """To whom each record goes, in the order of their numbers."""
    by_rule: dict[int, tuple[Rule, list[int]]] = {}
    for number in sorted(divided):
        by_rule.setdefault(divided[number].id, (divided[number], []))[1].append(number)
    owners: dict[int, int] = {}
    for rule, numbers in by_rule.values():
        owners |= _least(shape, rule, numbers) if rule.way == "least" else _in_turn(rule, numbers)
    return owners


def _in_turn(rule: Rule, numbers: Sequence[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "update kernel_territory set turn = turn + %s where id = %s returning turn",
            [len(numbers), rule.id],
        )
        row = cursor.fetchone()
    first = (row[0] if row else len(numbers)) - len(numbers)
    return {n: rule.takers[(first + k) % len(rule.takers)] for k, n in enumerate(numbers)}


def _least(shape: Shape, rule: Rule, numbers: Sequence[int]) -> dict[int, int]:
    """Each goes to whoever has least in hand at that moment, what they have just been given included.

    Who gives by the same rule at the same time waits: they then see what was given here.
    """
    with connection.cursor() as cursor:
        cursor.execute("select from kernel_territory where id = %s for update", [rule.id])
    loads: Counter[int] = Counter()
    for counted in (shape, *(all_shapes()[k] for k in shape.spec.busy_with if k in all_shapes())):
        loads += _in_hand(counted, rule, numbers if counted is shape else ())
    heap = [(loads[taker], place, taker) for place, taker in enumerate(rule.takers)]
    heapq.heapify(heap)
    owners: dict[int, int] = {}
    for number in numbers:
        load, place, taker = heap[0]
        owners[number] = taker
        heapq.heapreplace(heap, (load + 1, place, taker))
    return owners


def _in_hand(shape: Shape, rule: Rule, besides: Sequence[int]) -> Counter[int]:
    """How much of a kind each taker has in hand."""
    in_hand = where(shape, shape.spec.current or {}) or Predicate(sql.SQL("true"))
    text = sql.SQL(
        "select r.owner_id, count(*) from {} r where r.owner_id = any(%s) and r.deleted_at is null"
        " and not r.id = any(%s) and {} group by 1"
    ).format(sql.Identifier(shape.table), in_hand.sql)
    with connection.cursor() as cursor:
        cursor.execute(text, [list(rule.takers), list(besides), *in_hand.params])
        return Counter(dict(cursor.fetchall()))


def hand_out(shape: Shape, owners: Mapping[int, int], operation_id: int | None) -> tuple[int, int]:
    """Give records to their new owners, by the rules of the object; return how many changed and how many were refused."""
    drafts = [
        Draft(values={"owner": owners[b["id"]]}, before=b, record_id=b["id"], version=b["version"])
        for b in write.lock_open_rows(PRODUCT, shape, sorted(owners), "edit")
    ]
    batch = Batch(shape, drafts, creating=False)
    write.follow_rules(PRODUCT, batch)
    changed = write.write_drafts(PRODUCT, batch, operation_id=operation_id)
    return len(changed), sum(1 for d in batch if d.errors)
