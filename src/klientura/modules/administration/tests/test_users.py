"""Users: inviting, changing, shutting out; an administrator is always left."""

import re
import threading

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import Team, User
from klientura.kernel.errors import BadRequest
from klientura.modules.administration.services.rights import rightful_shapes
from klientura.modules.administration.services.users import set_active
from klientura.modules.administration.tests.conftest import PASSWORD, MakeUser, signed_in

pytestmark = pytest.mark.django_db

NEW = {"name": "Иван Петров", "email": "Ivan@Example.org", "role": "manager", "team": "", "language": "ru"}


def password_on(page: str) -> str:
    found = re.search(r'<code id="secret">([^<]+)</code>', page)
    assert found is not None
    return found[1]


def test_invited_user_signs_in_with_the_password_shown_once(admin: Client):
    team = Team.objects.create(name="Продажи")
    response = admin.post("/settings/users/new", {**NEW, "team": str(team.pk)})
    password = password_on(response.content.decode())
    assert response.headers["Cache-Control"] == "no-store"
    user = User.objects.get(email="ivan@example.org")
    assert (user.name, user.role.key, user.team, user.language) == ("Иван Петров", "manager", team, "ru")
    assert password not in admin.get(f"/settings/users/{user.pk}").content.decode()
    browser = Client()
    assert browser.post("/sign-in", {"login": "ivan@example.org", "password": password}).status_code == 302
    assert browser.get("/organisation").status_code == 200


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"email": "u0@example.org"}, "Somebody already works here under this e-mail."),
        ({"email": "нет"}, "This is not an e-mail address."),
        ({"name": "\x00"}, "An invisible character is in the way."),
        ({"name": "x" * 121}, "120 characters at most"),
        ({"role": "king"}, "Choose one from the list."),
        ({"team": "999999"}, "Choose one from the list."),
        ({"team": "9" * 40}, "Choose one from the list."),
        ({"language": "de"}, "Choose one from the list."),
    ],
)
def test_refused_invitations_keep_what_was_typed(admin: Client, changes: dict[str, str], message: str):
    response = admin.post("/settings/users/new", {**NEW, **changes})
    assert response.status_code == 422
    assert message in response.content.decode()
    assert User.objects.count() == 1


def test_a_change_of_role_holds_at_once(admin: Client, user_of: MakeUser):
    user = user_of("employee")
    browser = signed_in(user)
    assert browser.get("/settings").status_code == 403
    admin.post(f"/settings/users/{user.pk}", {"name": "Анна Ли", "role": "administrator", "team": ""})
    assert browser.get("/settings").status_code == 200
    assert User.objects.get(pk=user.pk).name == "Анна Ли"


def test_the_last_administrator_stays(admin: Client, boss: User, user_of: MakeUser):
    response = admin.post(f"/settings/users/{boss.pk}", {"name": "Б", "role": "employee", "team": ""})
    assert response.status_code == 422
    assert "This is the last administrator." in response.content.decode()
    assert User.objects.get(pk=boss.pk).role.key == "administrator"
    other = user_of("administrator")
    admin.post(f"/settings/users/{other.pk}/active", {"active": "0"})
    assert (
        admin.post(f"/settings/users/{boss.pk}", {"name": "Б", "role": "employee", "team": ""}).status_code
        == 422
    )
    admin.post(f"/settings/users/{other.pk}/active", {"active": "1"})
    assert (
        admin.post(f"/settings/users/{boss.pk}", {"name": "Б", "role": "employee", "team": ""}).status_code
        == 302
    )
    assert admin.get("/settings").status_code == 403


def test_shut_out(admin: Client, boss: User, user_of: MakeUser):
    assert admin.post(f"/settings/users/{boss.pk}/active", {"active": "0"}).status_code == 400
    user = user_of("employee")
    browser = signed_in(user)
    admin.post(f"/settings/users/{user.pk}/active", {"active": "0"})
    assert browser.get("/organisation").headers["Location"].startswith("/sign-in")
    response = browser.post("/sign-in", {"login": user.email, "password": PASSWORD})
    assert response.status_code == 403
    assert "Ваш вход закрыт." in response.content.decode()
    assert browser.post("/sign-in", {"login": user.email, "password": "не тот пароль"}).status_code == 422
    admin.post(f"/settings/users/{user.pk}/active", {"active": "1"})
    assert browser.post("/sign-in", {"login": user.email, "password": PASSWORD}).status_code == 302


def test_a_new_password_ends_old_sign_ins(admin: Client, user_of: MakeUser):
    user = user_of("employee")
    browser = signed_in(user)
    password = password_on(admin.post(f"/settings/users/{user.pk}/password").content.decode())
    assert browser.get("/organisation").headers["Location"].startswith("/sign-in")
    assert browser.post("/sign-in", {"login": user.email, "password": password}).status_code == 302


@pytest.mark.parametrize("number", [999_999, 2**31, 10**17])
def test_unknown_user(admin: Client, number: int):
    assert admin.get(f"/settings/users/{number}").status_code == 404
    assert admin.post(f"/settings/users/{number}/active", {"active": "0"}).status_code == 404
    assert admin.post(f"/settings/users/{number}/password").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_leave_at_the_same_moment(boss: User, user_of: MakeUser):
    other = user_of("administrator")
    outcomes: list[str] = []

    def second() -> None:
        try:
            set_active(Actor(user_id=other.pk, role="administrator"), boss.pk, False)
            outcomes.append("left")
        except BadRequest as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    with transaction.atomic():
        set_active(Actor(user_id=boss.pk, role="administrator"), other.pk, False)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join(20)
    assert outcomes == ["last_administrator"]


def test_the_form_says_what_a_user_without_a_team_sees(admin: Client):
    said = "Without a team, only their own records are seen by: "
    page = admin.get("/settings/users/new").content.decode()
    assert said + "manager, employee." in page
    # What is said has to be true of all they work with, and of a team: with «own» none would help.
    others = [s.key for s in rightful_shapes() if s.key != "organisation"]
    own = {f"{s.key}.read": "own" for s in rightful_shapes()}
    assert admin.post("/settings/rights/employee", own).status_code == 302
    assert admin.post("/settings/rights/manager", {"organisation.read": "all"}).status_code == 302
    assert said not in admin.get("/settings/users/new").content.decode()
    assert admin.post("/settings/rights/manager", {"organisation.read": "tree"}).status_code == 302
    assert admin.post("/settings/rights/employee", {f"{k}.read": "none" for k in others}).status_code == 302
    assert admin.post("/settings/rights/employee", {"organisation.read": "team"}).status_code == 302
    with CaptureQueriesContext(connection) as asked:
        assert said + "manager, employee." in admin.get("/settings/users/new").content.decode()
    assert sum('"access_role"' in q["sql"] for q in asked.captured_queries) <= 3, (
        "and no role is made on the way"
    )
    for role in ("manager", "employee"):
        wanted = {f"{s.key}.read": "all" for s in rightful_shapes()}
        assert admin.post(f"/settings/rights/{role}", wanted).status_code == 302
    assert said not in admin.get("/settings/users/new").content.decode()
