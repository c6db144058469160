"""Who sees a record, and why: its owner, its team, roles, whoever it is shared with, whoever stands in for the owner."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.db import connection
from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.access.models import Substitution, Team, User
from klientura.kernel.access.rights import directory
from klientura.kernel.objects.shape import Shape
from klientura.kernel.settings.installation import current
from klientura.kernel.sharing.models import Share
from klientura.kernel.store import read

type Why = Literal["owner", "deputy", "team", "above", "parent", "role"]


@dataclass(frozen=True, slots=True)
class Shared:
    """One share in force."""

    user_id: int | None
    team_id: int | None
    name: str
    level: str
    until: dt.date | None
    at: dt.datetime
    by_id: int | None
    by: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who sees a record by other ways than sharing: a name (of a role: its key) and why."""

    why: Why
    name: str
    until: dt.date | None = None


def shares_of(actor: Actor, shape: Shape, record_id: int) -> list[Shared]:
    """With whom a record that is open to the actor is shared, people first. Raises NotFound when it is not open."""
    read.get(actor, shape, record_id, keys=["id"])
    with connection.cursor() as cursor:
        cursor.execute(
            "select s.user_id, s.team_id, coalesce(u.name, g.name, ''), s.level, s.until, s.at, s.by_id, coalesce(b.name, '')"
            " from kernel_share s left join access_user u on u.id = s.user_id left join access_team g on g.id = s.team_id"
            " left join access_user b on b.id = s.by_id left join access_share_term t on t.id = s.term_id"
            " where s.object = %s and s.record_id = %s and s.ended_at is null and (t.id is null or t.ends_at > %s)"
            " order by s.team_id is not null, 3, s.id",
            [shape.base, record_id, timezone.now()],
        )
        return [Shared(*row) for row in cursor.fetchall()]


def is_shared(shape: Shape, record_id: int) -> bool:
    """Whether anybody sees a record, which the caller has read, by its being shared."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select 1 from kernel_share s left join access_share_term t on t.id = s.term_id"
            " where s.object = %s and s.record_id = %s and s.ended_at is null and (t.id is null or t.ends_at > %s))",
            [shape.base, record_id, timezone.now()],
        )
        return bool(cursor.fetchone()[0])


def viewers_of(actor: Actor, shape: Shape, record_id: int) -> list[Viewer]:
    """Who else sees a record, as far as the actor may know its owner and its team; roles by their keys."""
    keys = [k for k in ("owner", "team") if k in readable(actor, shape)]
    row = read.get(actor, shape, record_id, keys=keys)
    known = directory(current().access_version)
    scopes = {
        known.role_keys[pk]: "all"
        if key == "administrator"
        else rights.scopes.get((shape.key, "read"), "none")
        for pk, rights in known.rights.items()
        if (key := known.role_keys[pk])
    }
    found = [Viewer("role", key) for key, width in scopes.items() if width == "all"]
    parent = readable(actor, shape).get(shape.spec.parent or "")
    if parent is not None and "parent" in scopes.values():
        found.insert(0, Viewer("parent", parent.heading))
    if (team := row.get("team")) is not None:
        if "team" in scopes.values() or "tree" in scopes.values():
            found.insert(0, Viewer("team", team.title or ""))
        if "tree" in scopes.values() and (above := known.above.get(team.id)):
            names = dict(Team.objects.filter(pk__in=above).values_list("pk", "name"))
            found.insert(1, Viewer("above", " · ".join(names[t] for t in reversed(above) if t in names)))
    if (owner := row.get("owner")) is not None:
        found = [Viewer("owner", owner.title or ""), *_deputies(shape, owner.id), *found]
    return found


def _deputies(shape: Shape, owner_id: int) -> list[Viewer]:
    now = timezone.now()
    running = Substitution.objects.filter(absent_id=owner_id, starts_at__lte=now, ends_at__gt=now)
    found = running.select_related("deputy").order_by("pk")
    return [Viewer("deputy", s.deputy.name, s.last) for s in found if s.kinds is None or shape.key in s.kinds]


def is_let_in(team_id: int) -> bool:
    """Whether any record is shared with a team, or was: the history names it."""
    return Share.objects.filter(team_id=team_id).exists()


def names_of(users: Sequence[int], teams: Sequence[int]) -> dict[tuple[int | None, int | None], str]:
    """What people and teams are called."""
    return {
        **{(pk, None): name for pk, name in User.objects.filter(pk__in=users).values_list("pk", "name")},
        **{(None, pk): name for pk, name in Team.objects.filter(pk__in=teams).values_list("pk", "name")},
    }
