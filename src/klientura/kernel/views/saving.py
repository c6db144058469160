"""Keeping views: save, change, share, pin, delete and bring back. Every function takes the actor first."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import require
from klientura.kernel.access.models import Role
from klientura.kernel.errors import BadRequest, Denied, FieldError, Invalid, NotFound, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.views import reading
from klientura.kernel.views.contents import check
from klientura.kernel.views.models import KINDS, VISIBILITIES, Pin, View

MAX_NAME = 120
MAX_OWN = 200
KEPT_FOR = dt.timedelta(days=30)


def create(
    actor: Actor,
    shape: Shape,
    *,
    name: Any,
    state: Mapping[str, Any],
    kind: Any = "list",
    visibility: Any = "private",
    default_roles: Any = (),
) -> View:
    """Save a new view. Raises Invalid, BadRequest or Denied."""
    require(actor, shape, "read")
    made = View(object=shape.key, owner_id=_user(actor), state=check(actor, shape, state).stored())
    _set(actor, shape, made, {"name": name, "kind": kind, "visibility": visibility})
    with transaction.atomic():
        _alone(actor)
        own = View.objects.filter(owner_id=_user(actor), object=shape.key, deleted_at=None)
        if own.count() >= MAX_OWN:
            raise BadRequest(_("You have 200 views here already. Delete some first."), code="view")
        made.position = (own.aggregate(last=Max("position"))["last"] or 0) + 1
        made.save()
        if default_roles:
            _set_default(actor, made, default_roles)
    return made


def change(
    actor: Actor, view_id: int, values: Mapping[str, Any], *, expected_version: int | None = None
) -> View:
    """Change a view: `name`, `kind`, `visibility`, `state`, `default_roles`. Raises NotFound, Denied, Invalid or Stale."""
    with transaction.atomic():
        view = _locked(actor, view_id)
        if expected_version is not None and expected_version != view.version:
            raise Stale
        shape = shape_of(view.object)
        if "state" in values:
            state = values["state"]
            if not isinstance(state, Mapping):
                raise BadRequest(_("The state of a view is an object."), code="view")
            view.state = check(actor, shape, state).stored()
        _set(actor, shape, view, {k: v for k, v in values.items() if k not in {"state", "default_roles"}})
        view.version += 1
        if view.visibility != "everyone":
            view.default_roles = []
        view.save()
        if "default_roles" in values and values["default_roles"] != view.default_roles:
            _set_default(actor, view, values["default_roles"])
    return view


def _user(actor: Actor) -> int:
    """The number of the user who acts; the product itself keeps no views."""
    if actor.user_id is None:
        raise Denied
    return actor.user_id


def _locked(actor: Actor, view_id: int) -> View:
    """The view, held for a change by somebody who may change it."""
    if not reading.may_change(actor, reading.one(actor, view_id)):
        raise Denied
    return View.objects.select_for_update().get(pk=view_id)


def _alone(actor: Actor) -> None:
    """Two windows of one user save one after the other, so that the limit holds."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('kernel_view'), %s)", [actor.user_id])


def _set(actor: Actor, shape: Shape, view: View, values: Mapping[str, Any]) -> None:
    if "name" in values:
        view.name = _name(values["name"])
    if "kind" in values:
        kind = values["kind"]
        if not isinstance(kind, str) or kind not in dict(KINDS) or (kind == "board" and not shape.spec.board):
            raise Invalid(
                [FieldError("kind", "choice", _("A view is a list, or a board where there is one."))]
            )
        view.kind = kind
    if "visibility" in values and values["visibility"] != view.visibility:
        visibility = values["visibility"]
        if not isinstance(visibility, str) or visibility not in dict(VISIBILITIES):
            raise Invalid([FieldError("visibility", "choice", _("Choose who sees the view."))])
        if visibility != "private" and not reading.may_share(actor, shape):
            raise Denied(_("You may keep views for yourself, but not share them."))
        view.visibility = visibility
    if view.visibility == "team" and view.team_id is None:
        if actor.team_id is None:
            raise Invalid([FieldError("visibility", "team", _("You are in no team to share the view with."))])
        view.team_id = actor.team_id
    elif view.visibility != "team":
        view.team_id = None


def _name(raw: Any) -> str:
    name = " ".join(raw.split()) if isinstance(raw, str) else ""
    if not name or "\x00" in name:
        raise Invalid([FieldError("name", "required", _("Give the view a name."))])
    if len(name) > MAX_NAME:
        raise Invalid([FieldError("name", "length", _("The name has more than 120 characters."))])
    return name


def _set_default(actor: Actor, view: View, roles: Any) -> None:
    """Have the object open with this view for these roles, and with no other one."""
    if not actor.is_admin:
        raise Denied
    if (
        not isinstance(roles, Sequence)
        or isinstance(roles, str)
        or not all(isinstance(r, str) for r in roles)
    ):
        raise BadRequest(_("Roles are named by a list of their keys."), code="view")
    wanted = sorted(set(roles))
    if set(wanted) - set(Role.objects.values_list("key", flat=True)):
        raise Invalid([FieldError("default_roles", "choice", _("There is no such role."))])
    if wanted and view.visibility != "everyone":
        text = _("Only a view that everyone sees can be the one a list opens with.")
        raise Invalid([FieldError("default_roles", "visibility", text)])
    with connection.cursor() as cursor:
        cursor.execute(
            "update kernel_view set default_roles = array(select r from unnest(default_roles) r where r <> all(%s))"
            " where object = %s and id <> %s and default_roles && %s::varchar[]",
            [wanted, view.object, view.pk, wanted],
        )
    view.default_roles = wanted
    view.save(update_fields=["default_roles"])


def delete(actor: Actor, view_id: int) -> None:
    """Delete a view. It may be brought back for a month."""
    with transaction.atomic():
        view = _locked(actor, view_id)
        view.deleted_at = timezone.now()
        view.version += 1
        view.save(update_fields=["deleted_at", "version"])


def bring_back(actor: Actor, view_id: int) -> View:
    """Undo a deletion. Raises NotFound for what is gone for good, or was not the actor's to delete."""
    with transaction.atomic():
        view = View.objects.select_for_update().filter(pk=view_id, deleted_at__isnull=False).first()
        if view is None or not reading.may_change(actor, view):
            raise NotFound(reading.NO_SUCH_VIEW)
        require(actor, shape_of(view.object), "read")
        view.deleted_at = None
        view.version += 1
        if view.default_roles:
            taken = View.objects.filter(
                object=view.object, deleted_at=None, default_roles__overlap=view.default_roles
            )
            gone = {r for other in taken for r in other.default_roles}
            view.default_roles = [r for r in view.default_roles if r not in gone]
        view.save(update_fields=["deleted_at", "version", "default_roles"])
    return view


def forget_deleted_views() -> int:
    """Drop views that were deleted too long ago to be brought back; return how many."""
    _gone, kinds = View.objects.filter(deleted_at__lt=timezone.now() - KEPT_FOR).delete()
    return kinds.get("views.View", 0)


def pin(actor: Actor, view_id: int) -> View:
    """Keep a view at hand, behind those that are there already."""
    view = reading.one(actor, view_id)
    last = Pin.objects.filter(user_id=_user(actor), view__object=view.object).aggregate(last=Max("position"))
    Pin.objects.get_or_create(
        user_id=_user(actor), view_id=view.pk, defaults={"position": (last["last"] or 0) + 1}
    )
    return view


def unpin(actor: Actor, view_id: int) -> View:
    """Keep a view at hand no longer."""
    view = reading.one(actor, view_id)
    Pin.objects.filter(user_id=_user(actor), view_id=view.pk).delete()
    return view


def order_pins(actor: Actor, shape: Shape, view_ids: Iterable[int]) -> None:
    """Put the actor's pinned views of an object in this order; those not named follow in the order they had."""
    wanted = {v: n for n, v in enumerate(dict.fromkeys(view_ids))}
    with transaction.atomic():
        pins = list(
            Pin.objects.select_for_update()
            .filter(user_id=_user(actor), view__object=shape.key)
            .order_by("position", "pk")
        )
        pins.sort(key=lambda p: wanted.get(p.view_id, len(wanted)))
        for place, each in enumerate(pins, 1):
            each.position = place
        Pin.objects.bulk_update(pins, ["position"])


def move_pin(actor: Actor, view_id: int, by: int) -> View:
    """Move a pinned view one place to the front (-1) or to the back (1)."""
    view = reading.one(actor, view_id)
    shape = shape_of(view.object)
    pinned = [v.pk for v in reading.open_views(actor).filter(Q(pinned__isnull=False), object=shape.key)]
    if view.pk in pinned:
        at = pinned.index(view.pk)
        to = max(0, min(len(pinned) - 1, at + by))
        pinned.insert(to, pinned.pop(at))
        order_pins(actor, shape, pinned)
    return view
