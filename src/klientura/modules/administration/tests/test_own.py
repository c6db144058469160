"""One's own profile, password and tokens."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from klientura.kernel.access.models import ApiToken, User
from klientura.modules.administration.tests.conftest import PASSWORD, MakeUser, signed_in

pytestmark = pytest.mark.django_db

PROFILE = {"name": "Анна Ли", "language": "ru", "time_zone": "Asia/Omsk", "theme": "dark"}


def make_token(client: Client, **values: str) -> str:
    page = client.post("/me/tokens", {"name": "site", "lifetime": "30", **values}).content.decode()
    found = re.search(r'<code id="secret">(klt_[^<]+)</code>', page)
    assert found is not None
    return found[1]


def ask(token: str) -> int:
    return Client().get("/api/v1/organisation", headers={"Authorization": f"Bearer {token}"}).status_code


def test_profile(user_of: MakeUser):
    user = user_of("employee")
    client = signed_in(user)
    response = client.post("/me", PROFILE)
    assert response.headers["Location"] == "/me?saved=profile"
    assert response.cookies["language"].value == "ru"
    user = User.objects.get(pk=user.pk)
    assert (user.name, user.language, user.time_zone, user.theme) == ("Анна Ли", "ru", "Asia/Omsk", "dark")
    assert '<html lang="ru" data-theme="dark"' in client.get("/me").content.decode()


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"name": "\x00"}, {"language": "xx"}, {"time_zone": "Mars/Base"}, {"time_zone": "../../etc"}, {"theme": "red"}]
)  # fmt: skip
def test_refused_profile(user_of: MakeUser, changes: dict[str, str]):
    user = user_of("employee")
    assert signed_in(user).post("/me", {**PROFILE, **changes}).status_code == 422
    assert User.objects.get(pk=user.pk).name == "Анна Ким"


def test_password(user_of: MakeUser):
    user = user_of("employee")
    here, elsewhere = signed_in(user), signed_in(user)
    response = here.post("/me/password", {"old": "не тот", "new": "Море-и-верблюд-8"})
    assert response.status_code == 422
    assert "This is not your present password." in response.content.decode()
    assert here.post("/me/password", {"old": PASSWORD, "new": "123"}).status_code == 422
    assert here.post("/me/password", {"old": PASSWORD, "new": "x" * 5000}).status_code == 422
    assert here.post("/me/password", {"old": PASSWORD, "new": "Море-и-верблюд-8"}).status_code == 302
    assert here.get("/me").status_code == 200
    assert elsewhere.get("/me").headers["Location"].startswith("/sign-in")


def test_a_token_works_until_revoked(user_of: MakeUser):
    client = signed_in(user_of("employee"))
    token = make_token(client)
    assert ask(token) == 200
    assert ask(token[:-1]) == 401
    page = client.get("/me/tokens").content.decode()
    assert token not in page
    assert token[:12] in page
    number = ApiToken.objects.get().pk
    assert client.post(f"/me/tokens/{number}/revoke").status_code == 302
    assert ask(token) == 401
    assert client.post(f"/me/tokens/{number}/revoke").status_code == 404


def test_a_token_ends_with_its_time_and_with_its_user(user_of: MakeUser):
    user = user_of("employee")
    token = make_token(signed_in(user))
    until = ApiToken.objects.get().expires_at
    assert until is not None
    assert timedelta(days=29) < until - timezone.now() <= timedelta(days=30)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert ask(token) == 401
    User.objects.filter(pk=user.pk).update(is_active=True)
    ApiToken.objects.update(expires_at=timezone.now())
    assert ask(token) == 401


def test_tokens_of_others(admin: Client, user_of: MakeUser):
    user, other = user_of("employee"), user_of("employee", "Другой")
    token = make_token(signed_in(user))
    number = ApiToken.objects.get().pk
    stranger = signed_in(other)
    assert token[:12] not in stranger.get("/me/tokens").content.decode()
    assert stranger.post(f"/me/tokens/{number}/revoke").status_code == 404
    assert stranger.get("/settings/tokens").status_code == 403
    assert ask(token) == 200
    assert token[:12] in admin.get("/settings/tokens").content.decode()
    assert (
        admin.post(f"/me/tokens/{number}/revoke", {"from": "settings"}).headers["Location"]
        == "/settings/tokens"
    )
    assert ask(token) == 401


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"name": "x" * 121}, {"name": "\x00"}, {"lifetime": "1000000"}]
)
def test_refused_tokens(user_of: MakeUser, changes: dict[str, str]):
    response = signed_in(user_of("employee")).post(
        "/me/tokens", {"name": "site", "lifetime": "30", **changes}
    )
    assert response.status_code == 422
    assert ApiToken.objects.count() == 0


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("", "/day"),
        ("?next=/", "/day"),
        ("?next=/task%3Fsaved%3Dall", "/task?saved=all"),
        ("?next=https://evil.example/", "/day"),
    ],
)
def test_the_morning_begins_with_ones_day_and_a_way_goes_on(user_of: MakeUser, asked: str, led: str):
    user = user_of("employee")
    answer = Client().post(f"/sign-in{asked}", {"login": user.email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, led)
    assert signed_in(user).get(f"/sign-in{asked}")["Location"] == led
