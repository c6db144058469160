"""Teams: a tree without circles, whose moves change rights at once."""

import pytest
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import Team
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.sharing import giving
from klientura.kernel.sharing.rows import Given
from klientura.kernel.store import write
from klientura.modules.administration.tests.conftest import MakeUser, signed_in

pytestmark = pytest.mark.django_db


def add(admin: Client, name: str, parent: Team | None = None) -> Team:
    assert (
        admin.post(
            "/settings/teams/new", {"name": name, "parent": str(parent.pk) if parent else ""}
        ).status_code
        == 302
    )
    return Team.objects.get(name=name)


def test_circles_are_refused(admin: Client):
    top = add(admin, "Россия")
    middle = add(admin, "Урал", top)
    bottom = add(admin, "Пермь", middle)
    for parent in (top, middle, bottom):
        response = admin.post(f"/settings/teams/{top.pk}", {"name": "Россия", "parent": str(parent.pk)})
        assert response.status_code == 422
        assert "A team cannot stand below itself" in response.content.decode()
    assert (
        admin.post(f"/settings/teams/{bottom.pk}", {"name": "Пермь", "parent": str(top.pk)}).status_code
        == 302
    )
    assert Team.objects.get(pk=bottom.pk).parent == top


def test_depth_is_bounded(admin: Client):
    parent = None
    for level in range(5):
        parent = add(admin, f"Уровень {level}", parent)
    response = admin.post("/settings/teams/new", {"name": "Ниже", "parent": str(parent.pk if parent else "")})
    assert response.status_code == 422
    assert "at most 5 levels deep" in response.content.decode()
    # A branch may not be hung so that its leaves are too deep.
    branch = add(admin, "Ветвь")
    add(admin, "Лист", branch)
    fourth = Team.objects.get(name="Уровень 3")
    response = admin.post(f"/settings/teams/{branch.pk}", {"name": "Ветвь", "parent": str(fourth.pk)})
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "", "parent": ""}, "Fill this in."),
        ({"name": "россия", "parent": ""}, "There is a team of this name already."),
        ({"name": "Б", "parent": "77777"}, "Choose one from the list."),
        ({"name": "Б", "parent": "9" * 30}, "Choose one from the list."),
        ({"name": "\x00", "parent": ""}, "invisible character"),
    ],
)
def test_refused_values(admin: Client, values: dict[str, str], message: str):
    add(admin, "Россия")
    response = admin.post("/settings/teams/new", values)
    assert response.status_code == 422
    assert message in response.content.decode()


def test_a_team_in_use_is_not_deleted(admin: Client, user_of: MakeUser):
    top = add(admin, "Россия")
    below = add(admin, "Урал", top)
    assert admin.post(f"/settings/teams/{top.pk}/delete").status_code == 400
    user = user_of("employee", team=below)
    assert admin.post(f"/settings/teams/{below.pk}/delete").status_code == 400
    record = write.create(SystemActor("test"), shape_of("organisation"), {"name": "А", "team": below.pk})
    user.team = None
    user.save()
    response = admin.post(f"/settings/teams/{below.pk}/delete")
    assert response.status_code == 400
    assert "Organisations" in response.content.decode()
    write.update(SystemActor("test"), shape_of("organisation"), record, {"team": None})
    giving.share(SystemActor("test"), shape_of("organisation"), record, [Given(team_id=top.pk)])
    assert admin.post(f"/settings/teams/{below.pk}/delete").status_code == 302
    assert admin.post(f"/settings/teams/{below.pk}/delete").status_code == 404
    response = admin.post(f"/settings/teams/{top.pk}/delete")
    assert (response.status_code, "their history names it" in response.content.decode()) == (400, True)
    assert Team.objects.count() == 1


def test_moving_a_team_moves_what_its_manager_sees(admin: Client, user_of: MakeUser):
    north, south = add(admin, "Север"), add(admin, "Юг")
    write.create(SystemActor("test"), shape_of("organisation"), {"name": "Южная", "team": south.pk})
    manager = signed_in(user_of("manager", team=north))
    assert "Южная" not in manager.get("/organisation").content.decode()
    admin.post(f"/settings/teams/{south.pk}", {"name": "Юг", "parent": str(north.pk)})
    assert "Южная" in manager.get("/organisation").content.decode()
