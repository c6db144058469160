"""Keeping the rules: add, change, order, remove. Only administrators do; every change is told to all processes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.models import Team, User
from klientura.kernel.access.substitutions import owned_shapes
from klientura.kernel.errors import BadRequest, Denied, FieldError, Invalid, NotFound, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.settings.installation import rights_changed
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context
from klientura.kernel.territories.models import WAYS, Territory

MAX_NAME = 120
MOST, MOST_USERS = 200, 100
PRODUCT = SystemActor("territories give records to whom the company said")
NO_SUCH = _("There is no such rule.")


def every(actor: Actor) -> QuerySet[Territory]:
    """All rules, by object and in their order. Raises Denied for anybody but an administrator."""
    _require(actor)
    return Territory.objects.select_related("team").order_by("object", "position", "pk")


def one(actor: Actor, number: int) -> Territory:
    """A rule. Raises Denied, NotFound."""
    found = every(actor).filter(pk=min(number, 2**63 - 1)).first()
    if found is None:
        raise NotFound(NO_SUCH)
    return found


def distributed() -> frozenset[str]:
    """The objects of which new records are given away."""
    active = Territory.objects.filter(is_active=True, on_create=True)
    return frozenset(active.values_list("object", flat=True))


@transaction.atomic
def create(actor: Actor, object_key: str, values: Mapping[str, Any]) -> Territory:
    """Add a rule behind those of its object. Raises Denied, Invalid."""
    _require(actor)
    if object_key not in {s.key for s in owned_shapes()}:
        raise Invalid([FieldError("object", "option", _("Choose one from the list."))])
    of_object = Territory.objects.filter(object=object_key)
    if of_object.count() >= MOST:
        raise BadRequest(_("There are very many rules already. Delete some first."), code="too_many")
    made = Territory(object=object_key, changed_by_id=actor.user_id)
    _set(shape_of(object_key), made, values)
    made.position = (of_object.aggregate(last=Max("position"))["last"] or 0) + 1
    made.save()
    rights_changed()
    return made


@transaction.atomic
def change(
    actor: Actor, number: int, values: Mapping[str, Any], *, expected_version: int | None = None
) -> Territory:
    """Change a rule. Raises Denied, NotFound, Stale, Invalid."""
    one(actor, number)
    found = Territory.objects.select_for_update().get(pk=number)
    if expected_version is not None and expected_version != found.version:
        raise Stale
    _set(shape_of(found.object), found, values)
    found.version += 1
    found.changed_by_id = actor.user_id
    found.save()
    rights_changed()
    return found


@transaction.atomic
def remove(actor: Actor, number: int) -> None:
    """Delete a rule; what it has given away stays where it is."""
    one(actor, number).delete()
    rights_changed()


@transaction.atomic
def move(actor: Actor, number: int, by: int) -> None:
    """Put a rule one place to the front (-1) or to the back (1) among those of its object."""
    moved = one(actor, number)
    order = list(Territory.objects.select_for_update().filter(object=moved.object).order_by("position", "pk"))
    at = next(n for n, t in enumerate(order) if t.pk == moved.pk)
    order.insert(max(0, min(len(order) - 1, at + by)), order.pop(at))
    for place, each in enumerate(order, 1):
        each.position = place
    Territory.objects.bulk_update(order, ["position"])


def _require(actor: Actor) -> None:
    if not (actor.is_admin or actor.is_system):
        raise Denied


def _set(shape: Shape, rule: Territory, values: Mapping[str, Any]) -> None:
    """Take over the values: name, filter, users, team, way, is_active, on_create, also_own; all must be there."""
    errors: list[FieldError] = []
    name = " ".join(str(values.get("name") or "").split())
    if not name or "\x00" in name:
        errors.append(FieldError("name", "required", _("Fill this in.")))
    elif len(name) > MAX_NAME:
        errors.append(FieldError("name", "length", _("The name has more than 120 characters.")))
    tree = values.get("filter") or {}
    try:
        where(shape, tree)
    except BadRequest as refused:
        errors.append(FieldError("filter", "filter", refused.message))
    users, team_id = list(dict.fromkeys(values.get("users") or [])), values.get("team")
    errors += _wrong_takers(users, team_id)
    if values.get("way") not in dict(WAYS):
        errors.append(FieldError("way", "option", _("Choose one from the list.")))
    if errors:
        raise Invalid(errors)
    rule.name, rule.filter, rule.users, rule.team_id, rule.way = name, tree, users, team_id, values["way"]
    for key in ("is_active", "on_create", "also_own"):
        setattr(rule, key, bool(values.get(key)))


def _wrong_takers(users: Sequence[int], team_id: int | None) -> list[FieldError]:
    if bool(users) == bool(team_id):
        return [FieldError("users", "required", _("Choose people, or else a team."))]
    if team_id and not Team.objects.filter(pk=team_id).exists():
        return [FieldError("team", "option", _("Choose one from the list."))]
    known = User.objects.filter(pk__in=users, is_active=True).count()
    if len(users) > MOST_USERS or known != len(users):
        return [FieldError("users", "reference", _("Choose active colleagues."))]
    return []


def where(shape: Shape, tree: Any, alias: str = "r") -> Any:
    """The records that a filter finds, as a condition; None: all. Raises BadRequest for one that cannot be carried out."""
    if not isinstance(tree, Mapping):
        raise BadRequest(_("The filter could not be read: each condition must be an object."), code="filter")
    return compile_filter(tree, Context(PRODUCT, shape.fields, alias, shape=shape))
