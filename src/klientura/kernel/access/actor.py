"""Who acts: a frozen description that everything below asks, instead of a user object that could lazily query."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

type Verb = Literal["read", "create", "edit", "delete", "export", "import"]

VERBS: tuple[Verb, ...] = ("read", "create", "edit", "delete", "export", "import")


@dataclass(frozen=True, slots=True, eq=False)  # one per role and version: compared by identity
class Rights:
    """A role's compiled rights: scope by (object, verb); fields not seen and fields not changed by object."""

    scopes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    locked: Mapping[str, frozenset[str]] = field(default_factory=dict)


NO_RIGHTS = Rights()


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody for whom an actor stands in now: over which kinds of record (None: all), and with what rights of theirs."""

    user_id: int
    role: str
    rights: Rights
    kinds: frozenset[str] | None
    last: dt.date

    def scope(self, object_key: str, verb: str) -> str:
        """Over which records the one who is away may do the verb."""
        if self.kinds is not None and object_key not in self.kinds:
            return "none"
        return "all" if self.role == "administrator" else self.rights.scopes.get((object_key, verb), "none")


@dataclass(frozen=True, slots=True)
class Actor:
    """A user at work, or the product itself (`SystemActor`)."""

    user_id: int | None
    name: str = ""
    email: str = ""
    role: str = ""
    team_id: int | None = None
    tree_ids: tuple[int, ...] = ()  # the own team and all below it
    above_ids: tuple[int, ...] = ()  # the teams above the own one
    terms: tuple[int, ...] = ()  # running terms (see access.shares) of the user, the team and those above it
    tree_terms: tuple[int, ...] = ()  # and of the teams below
    stands_in: tuple[StandIn, ...] = ()
    distributed: frozenset[str] = frozenset()  # objects of which new records are given away by rules
    language: str = "ru"
    time_zone: str = "Europe/Moscow"
    theme: str = "auto"
    week_start: str = "auto"
    rights: Rights = NO_RIGHTS
    reason: str = ""

    @property
    def is_admin(self) -> bool:
        """Whether this is an administrator of the installation."""
        return self.role == "administrator"

    @property
    def is_system(self) -> bool:
        """Whether the product itself acts, for a stated reason."""
        return bool(self.reason)

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    def scope(self, object_key: str, verb: str) -> str:
        """Over which records this actor may do the verb. Nothing declared means nothing allowed."""
        if self.reason or self.role == "administrator":
            return "all"
        return self.rights.scopes.get((object_key, verb), "none")

    def may(self, object_key: str, verb: str) -> bool:
        """Whether the verb is open to this actor over any record at all."""
        return self.scope(object_key, verb) != "none"


def SystemActor(reason: str, user_id: int | None = None) -> Actor:  # noqa: N802
    """The product acting for itself, and why: a migration, a nightly check, a demo."""
    if not reason:
        raise ValueError("say why the product acts")
    return Actor(user_id=user_id, name="Klientura", role="system", reason=reason)
