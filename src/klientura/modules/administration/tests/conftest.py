"""Users of every role, and signed-in clients."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from klientura.kernel.access.models import Team, User
from klientura.kernel.access.users import create_user
from klientura.kernel.settings.installation import change

PASSWORD = "Верблюд-и-море-7"

type MakeUser = Callable[..., User]


@pytest.fixture
def user_of() -> MakeUser:
    """Make a user of a role; the installation is set up."""
    change(set_up_at=timezone.now(), company="Ромашка")

    def make(
        role: str = "employee", name: str = "Анна Ким", team: Team | None = None, language: str = "en"
    ) -> User:
        email = f"u{User.objects.count()}@example.org"
        return create_user(email=email, name=name, password=PASSWORD, role=role, team=team, language=language)

    return make


@pytest.fixture
def boss(user_of: MakeUser) -> User:
    """The first administrator."""
    return user_of("administrator", "Борис Босс")


def signed_in(user: User) -> Client:
    """A browser of this user."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(boss: User) -> Client:
    """The administrator's browser."""
    return signed_in(boss)
