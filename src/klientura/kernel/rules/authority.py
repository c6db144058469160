"""With what rights a rule acts: those its owner had when it was switched on, as far as they still have them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from klientura.kernel.access.actor import VERBS, Actor, Rights
from klientura.kernel.access.sessions import actor_of
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.rules.models import Rule
from klientura.kernel.settings.installation import current

ADMINISTRATOR: Final = "administrator"
WIDTHS: Final = ("none", "own", "parent", "team", "tree", "all")
"""Scopes from narrow to wide; of two that differ the narrower holds."""


def owner_now(rule: Rule) -> Actor:
    """The rule's owner with the rights of this moment, their own only: nobody lends a rule anything."""
    return replace(actor_of(rule.owner, current().access_version), stands_in=())


def as_of_now(rule: Rule) -> dict[str, Any]:
    """What is kept of the owner's rights when the rule is switched on."""
    actor = owner_now(rule)
    if actor.is_admin:
        return {"role": actor.role}
    return {
        "role": actor.role,
        "scopes": {f"{k}.{v}": actor.scope(k, v) for k in all_shapes() for v in VERBS},
        "hidden": {k: sorted(v) for k, v in actor.rights.hidden.items()},
        "locked": {k: sorted(v) for k, v in actor.rights.locked.items()},
    }


def acting(rule: Rule) -> Actor:
    """The actor of a rule: what its owner could do then and can do now."""
    actor, then = owner_now(rule), rule.authority or {}
    if then.get("role") == ADMINISTRATOR:
        return actor
    kept = _kept(then)
    if actor.is_admin:  # they may do more now; the rule may not
        return replace(actor, role=str(then.get("role", "")), rights=kept)
    return replace(actor, rights=_both(actor.rights, kept))


def _kept(then: Mapping[str, Any]) -> Rights:
    scopes: dict[tuple[str, str], str] = {}
    for name, width in (then.get("scopes") or {}).items():
        key, _dot, verb = name.rpartition(".")
        scopes[key, verb] = width
    return Rights(
        scopes=scopes,
        hidden={k: frozenset(v) for k, v in (then.get("hidden") or {}).items()},
        locked={k: frozenset(v) for k, v in (then.get("locked") or {}).items()},
    )


def _both(now: Rights, then: Rights) -> Rights:
    """What both allow."""
    return Rights(
        scopes={k: _narrower(width, then.scopes.get(k, "none")) for k, width in now.scopes.items()},
        hidden=_joined(now.hidden, then.hidden),
        locked=_joined(now.locked, then.locked),
    )


def _narrower(one: str, other: str) -> str:
    return min(one, other, key=lambda width: WIDTHS.index(width) if width in WIDTHS else 0)


def _joined(
    one: Mapping[str, Iterable[str]], other: Mapping[str, Iterable[str]]
) -> dict[str, frozenset[str]]:
    return {k: frozenset(one.get(k, ())) | frozenset(other.get(k, ())) for k in {*one, *other}}
