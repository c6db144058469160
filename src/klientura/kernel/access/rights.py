"""Role → Rights, compiled once per version of the rights and shared by all requests of the process."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from klientura.kernel.access.actor import VERBS, Rights
from klientura.kernel.access.models import FieldGrant, Grant, Role, Team
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


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything about rights that a process keeps in memory for one version of them."""

    version: int
    rights: Mapping[int, Rights]
    role_keys: Mapping[int, str]
    below: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


_directory: Directory | None = None


def directory(version: int) -> Directory:
    """The rights of this version; read anew only when the version moved (three small queries)."""
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
    return Directory(
        version=version,
        role_keys=roles,
        rights={
            pk: Rights(
                scopes=scopes[pk],
                hidden=_with_telling(_with_mirrors(hidden[pk]), scopes[pk]),
                locked=_with_mirrors(locked[pk]),
            )
            for pk in roles
        },
        below=_below(dict(Team.objects.values_list("pk", "parent_id"))),
    )


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
