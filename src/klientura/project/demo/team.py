"""The people of the demo company: who sells, and in which team."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from klientura.kernel.access.models import Team, User
from klientura.kernel.access.users import create_user
from klientura.kernel.settings.installation import rights_changed
from klientura.kit.text import fold
from klientura.project.demo.names import person_name
from klientura.project.demo.phrases import Phrases

DOMAIN = "demo.example"
# Team (by its place in the phrases), role.
PLACES = (
    (0, "manager"), (1, "manager"), (1, "employee"), (1, "employee"), (2, "manager"), (2, "employee"), (2, "employee"),
    (3, "employee"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owner:
    """Who records belong to."""

    user_id: int | None
    team_id: int | None


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Users made for the demo: their numbers, and the sign-in name with the password of each that got one."""

    owners: tuple[Owner, ...]
    passwords: tuple[tuple[str, str], ...]


def make_latin(text: str) -> str:
    """A text in small Latin letters, as in an e-mail address."""
    return "".join(_LATIN.get(letter, letter) for letter in fold(text))


_LATIN = dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True)) | {
    "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya",
}  # fmt: skip


def make_colleagues(phrases: Phrases, language: str, password: Callable[[], str | None]) -> Colleagues:
    """Make teams and users where they are missing; those shut out by an earlier removal are let in again.

    `password` gives each new user a password, or None: then they cannot sign in until an administrator gives one.
    """
    rng = Random(7)  # noqa: S311 - the same people whatever the seed of the clients
    top = _team(phrases.teams[0], None)
    teams = [top, *(_team(name, top) for name in phrases.teams[1:])]
    owners, passwords = [], []
    for place, role in PLACES:
        name = person_name(rng)
        email = f"{make_latin(name.first[0])}.{make_latin(name.last)}@{DOMAIN}"
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            secret = password()
            user = create_user(
                email=email, name=f"{name.first} {name.last}", password=secret, role=role, team=teams[place], language=language
            )  # fmt: skip
            if secret:
                passwords.append((email, secret))
        elif not user.is_active:
            User.objects.filter(pk=user.pk).update(is_active=True)
        owners.append(Owner(user.pk, user.team_id))
    rights_changed()
    return Colleagues(tuple(owners), tuple(passwords))


def shut_out_colleagues() -> None:
    """Nobody signs in as a user of the demo any more. They stay as names in the history."""
    User.objects.filter(email__endswith=f"@{DOMAIN}").update(is_active=False)
    rights_changed()


def _team(name: str, above: Team | None) -> Team:
    found = Team.objects.filter(name__iexact=name).first()
    return found or Team.objects.create(name=name, parent=above)
