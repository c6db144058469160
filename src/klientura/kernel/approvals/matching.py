"""Which route a record goes, and who stands behind the steps of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import hidden
from klientura.kernel.access.models import User
from klientura.kernel.access.rights import directory
from klientura.kernel.access.substitutions import lasting
from klientura.kernel.approvals.demands import demands_on
from klientura.kernel.approvals.models import Route
from klientura.kernel.approvals.routes import PRODUCT, Step, steps_of, where
from klientura.kernel.approvals.standing import keys_that_matter
from klientura.kernel.errors import BadRequest, Text
from klientura.kernel.objects.shape import Shape
from klientura.kernel.settings.installation import current
from klientura.kernel.store import read
from klientura.kernel.store.sight import seen_by

HEAD: Final = Step("", "head")
_LAST_HAND: Final = (
    "select actor_id from kernel_change where root_object = %s and root_id = %s and actor_id is not null"
    " and (object <> root_object or changes ?| %s) order by id desc limit 1"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A step with its people, as it is asked of them."""

    step: Step
    name: str
    users: tuple[int, ...]
    needed: int


def route_key(number: int) -> str:
    """A route as it stands among what an approval answers."""
    return f"route:{number}"


def wanted_of(actor: Actor, shape: Shape, record_id: int) -> dict[str, Text]:
    """By what asks for it, why a record may not go out without an approval; empty: it may."""
    found = {d.key: said for d in demands_on(shape) if (said := d.why(actor, record_id)) is not None}
    route = route_for(shape, record_id, mandatory_only=True)
    if route is not None:
        found[route_key(route.pk)] = _(
            "Such records are approved by the route “{name}” before they go out."
        ).format(name=route.name)
    return found


def words_for(actor: Actor, shape: Shape, key: str, said: Text) -> Text:
    """Why an approval is asked for, to somebody who may not see all fields that the words tell of."""
    return (
        said if tells_nothing_hidden(actor, shape, [key]) else _("It takes an approval before it goes out.")
    )


def tells_nothing_hidden(actor: Actor, shape: Shape, keys: Collection[str]) -> bool:
    """Whether words about some demands tell of no field that is hidden from the actor."""
    away = hidden(actor, shape)
    return all(away.isdisjoint(d.tells_of) for d in demands_on(shape) if d.key in keys)


def route_to_take(shape: Shape, record_id: int) -> Route | None:
    """The route that a record is sent along: a required one before any other."""
    return route_for(shape, record_id, mandatory_only=True) or route_for(shape, record_id)


def route_for(shape: Shape, record_id: int, *, mandatory_only: bool = False) -> Route | None:
    """The first active route whose condition the record meets; a condition that cannot be carried out any more meets nothing."""
    routes = Route.objects.filter(object=shape.key, is_active=True).order_by("position", "pk")
    if mandatory_only:
        routes = routes.filter(mandatory=True)
    for route in routes:
        try:
            met = where(shape, route.filter)
        except BadRequest:
            continue
        if met is None or _holds(shape, record_id, met):
            return route
    return None


def _holds(shape: Shape, record_id: int, condition: Any) -> bool:
    text = sql.SQL("select exists (select from {} r where r.id = %s and {})").format(
        sql.Identifier(shape.table), condition.sql
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [record_id, *condition.params])
        return bool(cursor.fetchone()[0])


def people_of(
    shape: Shape, record_id: int, route: Route | None, author: User, barred: Collection[int]
) -> list[Asked]:
    """The steps of a route with their people; without a route, the head of the author.

    Only those are asked who may see the record, and nobody whose own it is. Where too few are left for a step, or none,
    administrators are asked as well; steps that nobody can take have no people.
    """
    steps = steps_of(route) if route else [HEAD]
    found = [[u for u in _found(shape, record_id, step, author, barred) if u not in barred] for step in steps]
    seeing = seen_by(shape, {u: [record_id] for users in found for u in users})
    asked = []
    for step, users in zip(steps, found, strict=True):
        open_to = [u for u in users if u in seeing]
        needed = step.needed or max(1, len(open_to))
        open_to += _above_the_away(shape, record_id, author, open_to, barred)
        if len(open_to) < needed:
            open_to += [u for u in administrators(besides=barred) if u not in open_to]
        asked.append(Asked(step, named(step.name, open_to), tuple(open_to), needed))
    return asked


def _above_the_away(
    shape: Shape, record_id: int, author: User, users: Sequence[int], barred: Collection[int]
) -> list[int]:
    """Who is asked as well when all who are asked are away, and nobody who stands in for them sees the record."""
    away = lasting().filter(absent_id__in=users, starts_at__lte=timezone.now(), deputy__is_active=True)
    standing = [(s.absent_id, s.deputy_id, s.kinds) for s in away]
    if not users or set(users) - {absent for absent, _deputy, _kinds in standing}:
        return []
    deputies = {deputy for _absent, deputy, kinds in standing if kinds is None or shape.key in kinds}
    if seen_by(shape, {d: [record_id] for d in deputies - set(barred)}):
        return []
    above = heads_of(author, besides={*barred, *users})
    return list(seen_by(shape, {u: [record_id] for u in above}))


def owners_of(shape: Shape, record_id: int, route: Route | None, author: User) -> list[int]:
    """Whose own a record is: who sends it, keeps it, made it, or changed last what is approved; nobody, where the route says so.

    A step that names the owner asks the owner.
    """
    if route is not None and route.own:
        return []
    asked = {step.field for step in steps_of(route)} if route else set()
    keys = [k for k in ("owner", "created_by") if k in shape.fields and k not in asked]
    row = read.get(PRODUCT, shape, record_id, keys=["id", *keys])
    found = {author.pk, *(row[k].id for k in keys if row[k]), last_hand(shape, record_id)}
    return sorted(u for u in found if u)


def last_hand(shape: Shape, record_id: int) -> int | None:
    """Who was the last to change what an approval is about."""
    columns = [shape.fields[k].column for k in keys_that_matter(shape)]
    with connection.cursor() as cursor:
        cursor.execute(_LAST_HAND, [shape.base, record_id, columns])
        found = cursor.fetchone()
    return found[0] if found else None


def named(name: str, users: Sequence[int]) -> str:
    """What a step is called; one that nobody has named, by its people, when there are few."""
    if name:
        return name
    names = dict(User.objects.filter(pk__in=users).values_list("pk", "name")) if len(users) <= 3 else {}
    return ", ".join(names[u] for u in users if u in names)[:120] or _("Approval")


def _found(shape: Shape, record_id: int, step: Step, author: User, barred: Collection[int]) -> list[int]:
    if step.who == "users":
        return _active(step.users)
    if step.who == "role":
        return list(
            User.objects.filter(role__key=step.role, is_active=True)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
    if step.who == "field":
        known = step.field in shape.fields
        person = read.get(PRODUCT, shape, record_id, keys=[step.field])[step.field] if known else None
        return _active([person.id]) if person else heads_of(author, besides=barred)
    return heads_of(author, besides=barred)


def _active(users: Collection[int]) -> list[int]:
    known = set(User.objects.filter(pk__in=users, is_active=True).values_list("pk", flat=True))
    return [u for u in users if u in known]


def heads_of(author: User, *, besides: Collection[int] = ()) -> list[int]:
    """The managers of the author's team; where it has none, of the nearest one above; where there is nobody, administrators."""
    return next(iter(heads_above(author, besides=besides)), None) or administrators(
        besides={author.pk, *besides}
    )


def heads_above(author: User, *, besides: Collection[int] = ()) -> list[list[int]]:
    """The managers of each team from the author's own upwards, of teams that have any."""
    above = directory(current().access_version).above.get(author.team_id, ()) if author.team_id else ()
    teams = (author.team_id, *above) if author.team_id else ()
    managers = User.objects.filter(role__key="manager", is_active=True, team_id__in=teams).exclude(
        pk__in={author.pk, *besides}
    )
    by_team: dict[int, list[int]] = {}
    for pk, team in managers.order_by("pk").values_list("pk", "team_id"):
        by_team.setdefault(team or 0, []).append(pk)
    return [by_team[team] for team in teams if team in by_team]


def administrators(*, besides: Collection[int] = ()) -> list[int]:
    """Those who look after the installation."""
    found = User.objects.filter(role__key="administrator", is_active=True).exclude(pk__in=besides)
    return list(found.order_by("pk").values_list("pk", flat=True))
