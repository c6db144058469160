"""Keeping the routes of approval: add, change, order, remove. Only administrators do."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import members_of
from klientura.kernel.access.models import Role, User
from klientura.kernel.access.rights import directory
from klientura.kernel.approvals.demands import is_gated
from klientura.kernel.approvals.models import Approval, Route
from klientura.kernel.errors import BadRequest, Denied, FieldError, Invalid, NotFound, Stale
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.settings.installation import rights_changed
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context

MAX_NAME: Final = 120
MOST, MOST_STEPS, MOST_USERS = 100, 12, 50
LONGEST_HOURS: Final = 24 * 60
PRODUCT: Final = SystemActor("routes of approval ask whom the company said")
SWITCHES: Final = ("is_active", "mandatory", "own")
WHO: Final = (
    ("users", _("People by name")),
    ("role", _("Everybody of a role")),
    ("head", _("The head of whoever sends it")),
    ("field", _("Whom a field of the record names")),
)
WRONG_OPTION: Final = _("Choose one from the list.")
FILL_IN: Final = _("Fill this in.")
NOT_HELD: Final = _("Records of this kind go nowhere by themselves: there is nothing to hold back.")
GONE: Final = _("There is no such route.")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a route: `who` says how its people are found, `beside`: it runs together with the step before it.

    `needed`: so many have to agree; None: all of them. `hours`: so much time they have.
    """

    name: str
    who: str
    users: tuple[int, ...] = ()
    role: str = ""
    field: str = ""
    needed: int | None = 1
    hours: int | None = None
    beside: bool = False


def steps_of(route: Route) -> list[Step]:
    """The steps of a route."""
    return [Step(**{**raw, "users": tuple(raw.get("users", ()))}) for raw in route.steps]


def approvable_shapes() -> list[Shape]:
    """The kinds of record that can be sent for approval: those people work on."""
    return [s for s in all_shapes().values() if s.spec.navigation and not members_of(s) and not s.spec.facts]


KEPT: Final = "approvals"


def concerned() -> frozenset[str]:
    """The kinds of record that have routes, or were ever sent for approval (these by the base of their table)."""
    return frozenset(Route.objects.values_list("object", flat=True)) | frozenset(
        Approval.objects.order_by().values_list("object", flat=True).distinct()
    )


def is_concerned(shape: Shape, version: int) -> bool:
    """Whether there are routes for a kind of record, or was ever an approval, as of a version of the rights."""
    return not {shape.key, shape.base}.isdisjoint(directory(version).kept[KEPT])


def fields_of_people(shape: Shape) -> list[FieldShape]:
    """The fields of a kind of record that name one colleague."""
    return [
        f for f in shape.fields.values() if f.type.key == "user" and f.key not in {"created_by", "updated_by"}
    ]


def every(actor: Actor) -> QuerySet[Route]:
    """All routes, by object and in their order. Raises Denied for anybody but an administrator."""
    if not (actor.is_admin or actor.is_system):
        raise Denied
    return Route.objects.order_by("object", "position", "pk")


def one(actor: Actor, number: int) -> Route:
    """A route. Raises Denied, NotFound."""
    found = every(actor).filter(pk=min(number, 2**63 - 1)).first()
    if found is None:
        raise NotFound(GONE)
    return found


@transaction.atomic
def create(actor: Actor, object_key: str, values: Mapping[str, Any]) -> Route:
    """Add a route behind those of its object. Raises Denied, Invalid, BadRequest when there are too many."""
    routes = every(actor).filter(object=object_key)
    if object_key not in {s.key for s in approvable_shapes()}:
        raise Invalid([FieldError("object", "option", WRONG_OPTION)])
    if routes.count() >= MOST:
        raise BadRequest(_("There are very many routes already. Delete some first."), code="too_many")
    made = Route(object=object_key, changed_by_id=actor.user_id)
    _set(shape_of(object_key), made, values)
    made.position = (routes.aggregate(last=Max("position"))["last"] or 0) + 1
    made.save()
    rights_changed()
    return made


@transaction.atomic
def change(
    actor: Actor, number: int, values: Mapping[str, Any], *, expected_version: int | None = None
) -> Route:
    """Change a route; rounds that are under way go on as they were begun. Raises Denied, NotFound, Stale, Invalid."""
    one(actor, number)
    found = Route.objects.select_for_update().filter(pk=number).first()
    if found is None:  # deleted meanwhile
        raise NotFound(GONE)
    if expected_version is not None and expected_version != found.version:
        raise Stale
    _set(shape_of(found.object), found, values)
    found.version += 1
    found.changed_by_id = actor.user_id
    found.save()
    return found


@transaction.atomic
def remove(actor: Actor, number: int) -> None:
    """Delete a route; rounds that are under way go on."""
    one(actor, number).delete()
    rights_changed()


@transaction.atomic
def move(actor: Actor, number: int, by: int) -> None:
    """Put a route one place to the front (-1) or to the back (1) among those of its object."""
    moved = one(actor, number)
    order = list(Route.objects.select_for_update().filter(object=moved.object).order_by("position", "pk"))
    at = next((n for n, each in enumerate(order) if each.pk == moved.pk), None)
    if at is None:  # deleted meanwhile
        raise NotFound(GONE)
    order.insert(max(0, min(len(order) - 1, at + by)), order.pop(at))
    for place, each in enumerate(order, 1):
        each.position = place
    Route.objects.bulk_update(order, ["position"])


def where(shape: Shape, tree: Any, alias: str = "r") -> Any:
    """The records that a route is for, as a condition; None: all. Raises BadRequest for what is no filter."""
    if not isinstance(tree, Mapping):
        raise BadRequest(_("The filter could not be read: each condition must be an object."), code="filter")
    return compile_filter(tree, Context(PRODUCT, shape.fields, alias, shape=shape))


def _set(shape: Shape, route: Route, values: Mapping[str, Any]) -> None:
    errors: list[FieldError] = []
    name = " ".join(str(values.get("name") or "").replace("\x00", "").split())
    if not name:
        errors.append(FieldError("name", "required", FILL_IN))
    elif len(name) > MAX_NAME:
        errors.append(FieldError("name", "length", _("The name has more than 120 characters.")))
    tree = values.get("filter") or {}
    try:
        where(shape, tree)
    except BadRequest as refused:
        errors.append(FieldError("filter", "filter", refused.message))
    raw = values.get("steps")
    steps = [_step(shape, n, one, errors) for n, one in enumerate(raw)] if isinstance(raw, Sequence) else []
    if not steps:
        errors.append(FieldError("steps", "required", _("Say who has to agree: one step at least.")))
    elif len(steps) > MOST_STEPS:
        errors.append(FieldError("steps", "too_many", _("No more than 12 steps.")))
    _refuse_unknown_people(steps, errors)
    if values.get("mandatory") and not is_gated(shape):
        errors.append(FieldError("mandatory", "not_gated", NOT_HELD))
    if errors:
        raise Invalid(errors)
    route.name, route.filter = name, tree
    route.steps = [asdict(step) for step in steps]
    for key in SWITCHES:
        setattr(route, key, bool(values.get(key)))


def _step(shape: Shape, place: int, raw: Any, errors: list[FieldError]) -> Step:
    given: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}

    def wrong(key: str, code: str, message: Any) -> None:
        errors.append(FieldError(f"steps.{place}.{key}", code, message))

    who = given.get("who")
    if not isinstance(who, str) or who not in dict(WHO):
        wrong("who", "option", WRONG_OPTION)
        who = "head"
    users = tuple(dict.fromkeys(given.get("users") or ())) if who == "users" else ()
    if who == "users" and (not users or len(users) > MOST_USERS):
        wrong("users", "required", _("Choose who has to agree."))
    role = str(given.get("role") or "") if who == "role" else ""
    if who == "role" and not Role.objects.filter(key=role).exists():
        wrong("role", "option", WRONG_OPTION)
    field = str(given.get("field") or "") if who == "field" else ""
    if who == "field" and field not in {f.key for f in fields_of_people(shape)}:
        wrong("field", "option", WRONG_OPTION)
    needed, hours = given.get("needed"), given.get("hours")
    if needed is not None and not (_whole(needed) and 1 <= needed <= MOST_USERS):
        wrong("needed", "range", _("From 1 to 50, or empty: all of them."))
        needed = None
    elif who == "users" and needed is not None and users and needed > len(users):
        wrong("needed", "range", _("More have to agree than are asked."))
    if hours is not None and not (_whole(hours) and 1 <= hours <= LONGEST_HOURS):
        wrong("hours", "range", _("From 1 to 1440 hours, or empty: without a deadline."))
        hours = None
    name = " ".join(str(given.get("name") or "").replace("\x00", "").split())[:MAX_NAME]
    return Step(name, who, users, role, field, needed, hours, bool(given.get("beside")) and place > 0)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _refuse_unknown_people(steps: Sequence[Step], errors: list[FieldError]) -> None:
    named = {user for step in steps for user in step.users if _whole(user)}
    known = (
        set(User.objects.filter(pk__in=named, is_active=True).values_list("pk", flat=True))
        if named
        else set()
    )
    for place, step in enumerate(steps):
        if set(step.users) - known:
            errors.append(FieldError(f"steps.{place}.users", "reference", _("Choose active colleagues.")))
