"""Which route a record goes, and who stands behind the steps of it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import User
from klientura.kernel.access.rights import directory
from klientura.kernel.approvals.models import Route
from klientura.kernel.approvals.routes import PRODUCT, Step, steps_of, where
from klientura.kernel.errors import BadRequest, Text
from klientura.kernel.objects.shape import Shape
from klientura.kernel.settings.installation import current
from klientura.kernel.store import read
from klientura.kernel.store.sight import seen_by

HEAD: Final = Step("", "head")
type Demand = Callable[[Actor, int], Text | None]
"""(who wants to go on, number of the record) → why that takes an approval; None: it does not."""

_demands: dict[str, list[Demand]] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """A step with its people, as it is asked of them."""

    step: Step
    name: str
    users: tuple[int, ...]
    needed: int


def register_demand(object_key: str, demand: Demand) -> None:
    """Have something looked at before a record of a kind goes out: a discount above what its author may give."""
    _demands.setdefault(object_key, []).append(demand)


def reasons_of(actor: Actor, shape: Shape, record_id: int) -> list[Text]:
    """Why a record may not go out without an approval; empty: it may."""
    found = [said for demand in _demands.get(shape.key, ()) if (said := demand(actor, record_id)) is not None]
    route = route_for(shape, record_id, mandatory_only=True)
    if route is not None:
        found.append(
            _("Such records are approved by the route “{name}” before they go out.").format(name=route.name)
        )
    return found


def is_gated(shape: Shape) -> bool:
    """Whether something is asked of records of a kind before they go out."""
    return shape.key in _demands


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


def people_of(shape: Shape, record_id: int, route: Route | None, author: User) -> list[Asked]:
    """The steps of a route with their people; without a route, the head of the author. Steps nobody can take have no people.

    Only those are asked who may see the record; the author only where the route lets them decide on their own.
    """
    steps = steps_of(route) if route else [HEAD]
    own = bool(route and route.own)
    found = [[u for u in _found(shape, record_id, step, author) if own or u != author.pk] for step in steps]
    seeing = seen_by(shape, {u: [record_id] for users in found for u in users})
    asked = []
    for step, users in zip(steps, found, strict=True):
        open_to = tuple(u for u in users if u in seeing)
        needed = len(open_to) if step.needed is None else min(step.needed, len(open_to))
        asked.append(Asked(step, step.name or _named(step, open_to), open_to, needed))
    return asked


def _named(step: Step, users: Sequence[int]) -> str:
    """What a step is called that nobody has named: by its people, when there are few."""
    names = dict(User.objects.filter(pk__in=users).values_list("pk", "name")) if len(users) <= 3 else {}
    return ", ".join(names[u] for u in users if u in names)[:120] or _("Approval")


def _found(shape: Shape, record_id: int, step: Step, author: User) -> list[int]:
    if step.who == "users":
        return _active(step.users)
    if step.who == "role":
        return list(
            User.objects.filter(role__key=step.role, is_active=True)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
    if step.who == "field":
        named = (
            read.get(PRODUCT, shape, record_id, keys=[step.field])[step.field]
            if step.field in shape.fields
            else None
        )
        return _active([named.id]) if named else heads_of(author)
    return heads_of(author)


def _active(users: Collection[int]) -> list[int]:
    known = set(User.objects.filter(pk__in=users, is_active=True).values_list("pk", flat=True))
    return [u for u in users if u in known]


def heads_of(author: User) -> list[int]:
    """The managers of the author's team; where it has none, of the nearest one above; where there is nobody, administrators."""
    above = directory(current().access_version).above.get(author.team_id, ()) if author.team_id else ()
    teams = (author.team_id, *above) if author.team_id else ()
    managers = User.objects.filter(role__key="manager", is_active=True, team_id__in=teams).exclude(
        pk=author.pk
    )
    by_team: dict[int, list[int]] = {}
    for pk, team in managers.order_by("pk").values_list("pk", "team_id"):
        by_team.setdefault(team or 0, []).append(pk)
    for team in teams:
        if team in by_team:
            return by_team[team]
    return administrators(besides=author.pk)


def administrators(*, besides: int = 0) -> list[int]:
    """Those who look after the installation."""
    found = User.objects.filter(role__key="administrator", is_active=True).exclude(pk=besides)
    return list(found.order_by("pk").values_list("pk", flat=True))
