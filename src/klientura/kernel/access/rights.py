"""Role → Rights, compiled once per version of the rights and shared by all requests of the process."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.utils import timezone

from klientura.kernel.access.actor import VERBS, Rights, StandIn
from klientura.kernel.access.models import FieldGrant, Grant, Role, ShareTerm, Substitution, Team
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import FieldShape

# Rights of the built-in roles on an object whose spec does not say otherwise.
DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "administrator": dict.fromkeys(VERBS, "all"),
    "manager": {
        "read": "tree",
        "create": "tree",
        "edit": "tree",
        "delete": "tree",
        "export": "tree",
        "import": "tree",
    },
    "employee": {
        "read": "team",
        "create": "own",
        "edit": "own",
        "delete": "none",
        "export": "none",
        "import": "none",
    },
    "observer": {"read": "all"},
}


type Ending = tuple[dt.datetime, int]
"""When a term ends, and its number."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A substitution as rights need it: from when until when, and what it gives."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    stand_in: StandIn


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything about rights that a process keeps in memory for one version of them."""

    version: int
    rights: Mapping[int, Rights]
    role_keys: Mapping[int, str]
    below: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    above: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    user_terms: Mapping[int, tuple[Ending, ...]] = field(default_factory=dict)
    team_terms: Mapping[int, tuple[Ending, ...]] = field(default_factory=dict)
    standing: Mapping[int, tuple[Standing, ...]] = field(default_factory=dict)
    distributed: frozenset[str] = frozenset()
    kept: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What rooms above want to know without asking the database each time, by their names."""

    def terms_of(self, user_id: int | None, teams: Iterable[int], now: dt.datetime) -> tuple[int, ...]:
        """The terms of a user and of some teams that run at a moment."""
        endings = [*self.user_terms.get(user_id or 0, ())]
        if self.team_terms:
            endings += [e for team in teams for e in self.team_terms.get(team, ())]
        return tuple(number for ends_at, number in endings if ends_at > now)

    def standing_in(self, user_id: int, now: dt.datetime) -> tuple[StandIn, ...]:
        """For whom a user stands in at a moment."""
        found = self.standing.get(user_id, ())
        return tuple(s.stand_in for s in found if s.starts_at <= now < s.ends_at)


_directory: Directory | None = None
_distributed: list[Callable[[], frozenset[str]]] = []


def register_distributed(source: Callable[[], frozenset[str]]) -> None:
    """Have it known to every actor of which objects new records are given away; asked once for a version of the rights."""
    if source not in _distributed:
        _distributed.append(source)


_kept: dict[str, Callable[[], frozenset[str]]] = {}


def register_kept(key: str, source: Callable[[], frozenset[str]]) -> None:
    """Have something read once for a version of the rights; whoever changes it says so by `rights_changed`."""
    _kept[key] = source


def directory(version: int) -> Directory:
    """The rights of this version; read anew only when the version moved (a few small queries)."""
    global _directory  # noqa: PLW0603 - one immutable value, replaced whole
    known = _directory
    if known is None or known.version != version:
        known = _read(version)
        _directory = known
    return known


def forget() -> None:
    """Drop what this process holds; for tests that roll a change of rights back."""
    global _directory  # noqa: PLW0603
    _directory = None


def _read(version: int) -> Directory:
    roles = {r.pk: r.key for r in Role.objects.all()}
    grants: dict[int, dict[tuple[str, str], str]] = defaultdict(dict)
    for g in Grant.objects.all():
        grants[g.role_id][g.object, g.action] = g.scope
    hidden: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    locked: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for f in FieldGrant.objects.all():
        (hidden if f.level == "none" else locked)[f.role_id][f.object].add(f.field)
    scopes = {pk: _scopes(key, grants[pk]) for pk, key in roles.items()}
    rights = {
        pk: Rights(
            scopes=scopes[pk],
            hidden=_with_telling(_with_mirrors(hidden[pk]), scopes[pk]),
            locked=_with_mirrors(locked[pk]),
        )
        for pk in roles
    }
    parents = dict(Team.objects.values_list("pk", "parent_id"))
    user_terms, team_terms = _terms()
    return Directory(
        version=version,
        role_keys=roles,
        rights=rights,
        below=_below(parents),
        above={team: _above(team, parents) for team in parents},
        user_terms=user_terms,
        team_terms=team_terms,
        standing=_standing(rights, roles),
        distributed=frozenset().union(*(source() for source in _distributed)),
        kept={key: source() for key, source in _kept.items()},
    )


def _terms() -> tuple[dict[int, tuple[Ending, ...]], dict[int, tuple[Ending, ...]]]:
    """The terms that have not ended yet, of users and of teams."""
    users: dict[int, tuple[Ending, ...]] = {}
    teams: dict[int, tuple[Ending, ...]] = {}
    for term in ShareTerm.objects.filter(ends_at__gt=timezone.now()).order_by("pk"):
        terms, owner = (users, term.user_id) if term.user_id is not None else (teams, term.team_id)
        if owner is not None:
            terms[owner] = (*terms.get(owner, ()), (term.ends_at, term.pk))
    return users, teams


def _standing(rights: Mapping[int, Rights], roles: Mapping[int, str]) -> dict[int, tuple[Standing, ...]]:
    """By deputy, the substitutions that have not ended yet, with the rights of those who are away."""
    found: dict[int, tuple[Standing, ...]] = {}
    running = Substitution.objects.filter(ends_at__gt=timezone.now()).select_related("absent").order_by("pk")
    for each in running:
        stand_in = StandIn(
            user_id=each.absent_id,
            role=roles.get(each.absent.role_id, ""),
            rights=rights[each.absent.role_id],
            kinds=None if each.kinds is None else frozenset(each.kinds),
            last=each.last,
        )
        found[each.deputy_id] = (
            *found.get(each.deputy_id, ()),
            Standing(each.starts_at, each.ends_at, stand_in),
        )
    return found


def _with_mirrors(fields: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    """Lines and the fields that repeat them are one thing: what is closed to a role in one is closed in all."""
    closed = {key: set(keys) for key, keys in fields.items()}
    for key, shape in all_shapes().items():
        for part in shape.parts.values():
            same = {part.key, *part.mirrors} & {*shape.fields, *shape.parts}
            if closed.get(key, set()) & same:
                closed[key] |= same
    return {key: frozenset(keys) for key, keys in closed.items()}


def _with_telling(
    hidden: Mapping[str, frozenset[str]], scopes: Mapping[tuple[str, str], str]
) -> dict[str, frozenset[str]]:
    """What is computed tells of what it is computed from: so it is hidden with that, also by way of others.

    A roll-up tells of records besides: unless it is said to be for all, only who may read every one of them sees it.
    """
    closed = {key: set(keys) for key, keys in hidden.items()}
    grown = True
    while grown:
        grown = False
        for key, shape in all_shapes().items():
            known = closed.get(key, set())
            telling = {
                k for k, f in shape.fields.items() if k not in known and _tells(f, known, closed, scopes)
            }
            if telling:
                closed[key] = known | telling
                grown = True
    return {key: frozenset(keys) for key, keys in closed.items()}


def _tells(
    field: FieldShape,
    known: set[str],
    closed: Mapping[str, set[str]],
    scopes: Mapping[tuple[str, str], str],
) -> bool:
    """Whether a field would tell a role of something closed to it."""
    gathered = field.rollup
    if gathered is None:
        return bool(field.reads & known)
    if gathered.asks & closed.get(gathered.source, set()):
        return True
    return not gathered.for_all and scopes.get((gathered.source, "read")) != "all"


def _scopes(role: str, grants: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    scopes: dict[tuple[str, str], str] = {}
    for key, shape in all_shapes().items():
        declared = {**DEFAULTS.get(role, {}), **shape.spec.rights.get(role, {})}
        for verb in VERBS:
            scopes[key, verb] = grants.get((key, verb), declared.get(verb, "none"))
    return scopes


def _below(parents: Mapping[int, int | None]) -> dict[int, tuple[int, ...]]:
    """For each team: itself and all teams under it."""
    result: dict[int, list[int]] = {team: [team] for team in parents}
    for team in parents:
        seen = {team}
        above = parents[team]
        while above is not None and above not in seen:
            seen.add(above)
            result[above].append(team)
            above = parents.get(above)
    return {team: tuple(sorted(ids)) for team, ids in result.items()}


def _above(team: int, parents: Mapping[int, int | None]) -> tuple[int, ...]:
    """The teams above one, the nearest first."""
    path: list[int] = []
    above = parents.get(team)
    while above is not None and above not in path and above != team:
        path.append(above)
        above = parents.get(above)
    return tuple(path)
