"""Who is told of an assignment whose time is near or has passed: its executors, its issuer and controller, the issuer's head."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from klientura.kernel.access.models import Team, User
from klientura.kernel.notify.telling import Told, tell_new
from klientura.modules.activities.enums import IN_HAND

SOON: Final = dt.timedelta(hours=24)
JUST_GIVEN: Final = dt.timedelta(hours=2)
CAUGHT_UP: Final = dt.timedelta(days=2)
"""So long after its moment a reminder is still told, when nothing ran at the time."""
USUAL_DAYS: Final = 3
_ROWS: Final = (
    "select id, owner_id, issuer_id, controller_id, coalesce(helpers, '{}'), due_at, coalesce(escalate_after, %(usual)s)"
    " from assignment where status = any(%(in_hand)s) and deleted_at is null and ("
    "  (due_at > %(now)s and due_at <= %(soon)s and created_at < %(given)s)"
    "  or (due_at <= %(now)s and due_at > %(since)s)"
    "  or (coalesce(escalate_after, %(usual)s) > 0 and due_at > %(far)s"
    "   and due_at + make_interval(days => coalesce(escalate_after, %(usual)s)) between %(since)s and %(now)s))"
    " order by id limit 5000"
)


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    owner_id: int | None
    issuer_id: int | None
    controller_id: int | None
    helpers: Sequence[int]
    due_at: dt.datetime
    days: int


def remind(now: dt.datetime) -> int:
    """Tell what is to be told now and has not been; return how many notifications that made. Repeatable."""
    given: dict[str, dt.datetime | int | list[str]] = {
        "now": now, "soon": now + SOON, "given": now - JUST_GIVEN, "since": now - CAUGHT_UP, "usual": USUAL_DAYS,
        "in_hand": list(IN_HAND), "far": now - dt.timedelta(days=400),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, given)
        rows = [_Row(*row) for row in cursor.fetchall()]
    if not rows:
        return 0
    people = People({n for r in rows for n in (r.owner_id, r.issuer_id) if n})
    told = [each for row in rows for each in _told(row, now, people)]
    return tell_new(told)


class People:
    """Names of users, and who stands above them; read once for all rows."""

    def __init__(self, user_ids: Iterable[int]) -> None:
        found = User.objects.filter(pk__in=list(user_ids)).values_list("pk", "name", "team_id")
        self.names = {pk: name for pk, name, _team in found}
        self.teams = {pk: team for pk, _name, team in found}
        self._above = dict(Team.objects.values_list("pk", "parent_id"))
        self._managers: dict[int | None, list[int]] = {}
        managing = User.objects.filter(is_active=True, role__key="manager").values_list("pk", "team_id")
        for pk, team in managing:
            self._managers.setdefault(team, []).append(pk)

        administering = User.objects.filter(is_active=True, role__key="administrator")
        self._administrators = list(administering.values_list("pk", flat=True))

    def managers_of(self, user_id: int) -> list[int]:
        """The managers of the nearest team, from the user's own upwards, that has one besides them."""
        team = self.teams.get(user_id)
        while team is not None:
            if heads := [pk for pk in self._managers.get(team, ()) if pk != user_id]:
                return heads
            team = self._above.get(team)
        return []

    def heads_of(self, user_id: int) -> list[int]:
        """The managers above a user; where there are none, the administrators."""
        return self.managers_of(user_id) or [pk for pk in self._administrators if pk != user_id]


def _told(row: _Row, now: dt.datetime, people: People) -> Iterable[Told]:
    name = people.names.get(row.owner_id or 0, "")
    if row.due_at > now:
        for user_id in {row.owner_id, *row.helpers} - {None}:
            yield _one(row, user_id, "soon", now, at=row.due_at.isoformat())
        return
    if now - row.due_at < CAUGHT_UP:
        for user_id in {row.issuer_id, row.controller_id} - {None, row.owner_id}:
            yield _one(row, user_id, "late", now, name=name)
    if row.days > 0 and row.issuer_id and row.due_at + dt.timedelta(days=row.days) <= now:
        issuer = people.names.get(row.issuer_id, "")
        for user_id in people.heads_of(row.issuer_id):
            yield _one(row, user_id, "escalated", now, name=name, issuer=issuer)


def _one(row: _Row, user_id: int | None, about: str, now: dt.datetime, **more: str) -> Told:
    cause = f"{about}:{row.id}:{int(row.due_at.timestamp())}"
    return Told(user_id or 0, "due", cause, now, "assignment", [row.id], payload={"about": about, **more})
