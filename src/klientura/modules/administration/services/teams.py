"""Teams: a tree, at most five deep, without circles."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from klientura.kernel.access.models import Team, User
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.settings.installation import rights_changed
from klientura.kernel.sharing.reading import is_let_in
from klientura.modules.administration.services.given import Given

MAX_DEPTH = 5
MAX_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Place:
    """A team in the tree; `depth` counts from 0."""

    team: Team
    depth: int
    people: int


def team_tree() -> list[Place]:
    """All teams, each under the one above it, by name."""
    people: dict[int | None, int] = {}
    for team_id in User.objects.filter(is_active=True).values_list("team_id", flat=True):
        people[team_id] = people.get(team_id, 0) + 1
    below: dict[int | None, list[Team]] = {}
    for team in Team.objects.order_by("name"):
        below.setdefault(team.parent_id, []).append(team)
    placed: list[Place] = []

    def place(parent: int | None, depth: int) -> None:
        for team in below.get(parent, []):
            placed.append(Place(team, depth, people.get(team.pk, 0)))
            place(team.pk, depth + 1)

    place(None, 0)
    return placed


@transaction.atomic
def save_team(team_id: int | None, raw: Mapping[str, str]) -> None:
    """Add a team (no number), or rename and move one: name, parent. Raises Invalid, NotFound."""
    teams = {t.pk: t for t in Team.objects.select_for_update().order_by("pk")}
    team = Team() if team_id is None else teams.get(team_id)
    if team is None:
        raise NotFound(_("There is no such team."))
    given = Given(raw)
    name = given.line("name", max_length=120)
    if any(t.name.casefold() == name.casefold() and t.pk != team.pk for t in teams.values()):
        given.refuse("name", "taken", _("There is a team of this name already."))
    chosen = raw.get("parent", "")
    parent = teams.get(int(chosen)) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else None
    if chosen and parent is None:
        given.refuse("parent", "option", _("Choose one from the list."))
    if parent is not None:
        above = _above(parent, teams)
        if team.pk in {t.pk for t in above}:
            given.refuse(
                "parent", "circle", _("A team cannot stand below itself or below a team of its own.")
            )
        elif len(above) + (1 if team_id is None else _height(team, teams)) > MAX_DEPTH:
            given.refuse(
                "parent",
                "depth",
                _("Teams can be nested at most %(limit)s levels deep.") % {"limit": MAX_DEPTH},
            )
    given.check()
    team.name, team.parent = name, parent
    team.save()
    rights_changed()


def _above(team: Team, teams: Mapping[int, Team]) -> list[Team]:
    """The team and all above it."""
    path = [team]
    while path[-1].parent_id is not None:
        path.append(teams[path[-1].parent_id])
    return path


def _height(team: Team, teams: Mapping[int, Team]) -> int:
    """How many levels the team and those below it take."""
    return 1 + max((_height(t, teams) for t in teams.values() if t.parent_id == team.pk), default=0)


@transaction.atomic
def delete_team(team_id: int) -> None:
    """Delete a team that nothing uses. Raises NotFound, BadRequest that says what uses it."""
    team = Team.objects.select_for_update().filter(pk=min(team_id, MAX_ID)).first()
    if team is None:
        raise NotFound(_("There is no such team."))
    if Team.objects.filter(parent=team).exists():
        raise BadRequest(_("There are teams below this one. Move or delete them first."), code="used")
    if User.objects.filter(team=team).exists():
        raise BadRequest(_("There are people in this team. Move them to another first."), code="used")
    for shape in all_shapes().values():
        if _has_records(shape.table, team.pk):
            raise BadRequest(
                _("Records of “%(object)s” belong to this team. Give them to another first.")
                % {"object": shape.plural},
                code="used",
            )
    if is_let_in(team.pk):
        raise BadRequest(
            _("Records are or were shared with this team, and their history names it. Leave it as it is."),
            code="used",
        )
    team.delete()
    rights_changed()


def _has_records(table: str, team_id: int) -> bool:
    """Whether any record of a table belongs to the team; those in the trash count too, since they may come back."""
    text = sql.SQL("select exists (select 1 from {} where team_id = %s)").format(sql.Identifier(table))
    with connection.cursor() as cursor:
        cursor.execute(text, [team_id])
        return bool(cursor.fetchone()[0])
