"""A small company to test with: two teams, one user of every role, colleagues near and far, tokens of all of them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from klientura.kernel.access import rights
from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import ApiToken, FieldGrant, Grant, Team, User
from klientura.kernel.access.sessions import actor_of, issue_token
from klientura.kernel.access.users import create_user
from klientura.kernel.settings.installation import change, current, rights_changed

PASSWORD = "Верблюд-и-море-7"  # noqa: S105 - nobody's
# Who they are: login, name, role, team («near» lies below «head», «far» stands apart).
PEOPLE = (
    ("administrator", "Анна Ким", "administrator", None),
    ("manager", "Борис Лось", "manager", "head"),
    ("employee", "Вера Ткач", "employee", "near"),
    ("colleague", "Глеб Соул", "employee", "near"),
    ("outsider", "Дина Юсупова", "employee", "far"),
    ("observer", "Егор Чиж", "observer", None),
    ("disabled", "Жанна Эм", "employee", "near"),
)
TEAMS = (("head", None), ("near", "head"), ("far", None))


@dataclass(frozen=True, slots=True)
class Company:
    """Users and teams by their short names, and the token of each user."""

    users: Mapping[str, User]
    teams: Mapping[str, Team]
    tokens: Mapping[str, str]

    def actor(self, who: str) -> Actor:
        """The actor that a user is at this moment."""
        return actor_of(User.objects.get(pk=self.users[who].pk), current().access_version)

    def client(self, who: str | None) -> Client:
        """A browser in which the user is signed in; `None` is nobody."""
        browser = Client(raise_request_exception=False)
        if who is not None:
            browser.force_login(self.users[who])
        return browser

    def api(self, who: str | None) -> Client:
        """A program that carries the user's token; `None` carries none."""
        headers = {} if who is None else {"HTTP_AUTHORIZATION": f"Bearer {self.tokens[who]}"}
        return Client(raise_request_exception=False, **headers)  # type: ignore[arg-type]

    def hide(self, role: str, object_key: str, field: str, level: str = "none") -> None:
        """Hide a field from a role («read»: lock it)."""
        role_id = next(u.role_id for u in self.users.values() if u.role.key == role)
        FieldGrant.objects.create(role_id=role_id, object=object_key, field=field, level=level)
        self._moved()

    def grant(self, role: str, object_key: str, action: str, scope: str) -> None:
        """Give a role another scope for an action."""
        role_id = next(u.role_id for u in self.users.values() if u.role.key == role)
        Grant.objects.create(role_id=role_id, object=object_key, action=action, scope=scope)
        self._moved()

    @staticmethod
    def _moved() -> None:
        rights_changed()
        rights.forget()


def found_company() -> Company:
    """Make the company in an empty, set-up installation."""
    rights.forget()
    change(set_up_at=timezone.now(), language="ru")
    teams: dict[str, Team] = {}
    for key, above in TEAMS:
        teams[key] = Team.objects.create(name=key, parent=teams[above] if above else None)
    users: dict[str, User] = {}
    tokens: dict[str, str] = {}
    for login, name, role, team in PEOPLE:
        more: dict[str, Any] = {"team": teams[team]} if team else {}
        users[login] = create_user(
            email=f"{login}@example.org", name=name, password=PASSWORD, role=role, **more
        )
        tokens[login] = issue_token(users[login], login)
    tokens["revoked"] = issue_token(users["administrator"], "revoked")
    ApiToken.objects.filter(name="revoked").update(revoked_at=timezone.now() - dt.timedelta(days=1))
    tokens["expired"] = issue_token(
        users["administrator"], "expired", expires_at=timezone.now() - dt.timedelta(minutes=1)
    )
    User.objects.filter(pk=users["disabled"].pk).update(is_active=False)
    rights.forget()
    return Company(users, teams, tokens)
