"""Rights of the roles: which records (grants) and which fields, as differences from what a role may by default."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import VERBS
from klientura.kernel.access.gate import members_of
from klientura.kernel.access.models import LEVELS, SCOPES, FieldGrant, Grant, Role
from klientura.kernel.access.rights import DEFAULTS, directory
from klientura.kernel.access.users import BUILT_IN_ROLES, ensure_roles
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.objects.registry import all_shapes, shapes_of_base
from klientura.kernel.objects.shape import Shape
from klientura.kernel.settings.installation import current, rights_changed
from klientura.modules.administration.enums import SCOPE_WORDS

ROLES = tuple(key for key in BUILT_IN_ROLES if key != "administrator")
STRICTNESS = {"none": 0, "read": 1, "write": 2}
# A record is found and named by these everywhere, so they cannot be taken away.
ALWAYS = frozenset({"id", "uid", "version", "title"})


@dataclass(frozen=True, slots=True)
class Right:
    """One cell of the matrix."""

    object: str
    verb: str
    scope: str
    default: str


def changeable_role(key: str) -> Role:
    """One of the roles whose rights can be changed, or NotFound."""
    if key not in ROLES:
        raise NotFound(_("There is no such role."))
    role = Role.objects.filter(key=key).first()
    if role is None:
        ensure_roles()
        role = Role.objects.get(key=key)
    return role


def rightful_shapes() -> list[Shape]:
    """The objects that rights are given on; a table of several kinds follows its kinds."""
    return [s for s in all_shapes().values() if not members_of(s)]


def scopes_of(shape: Shape) -> list[tuple[str, str]]:
    """The scopes that make sense for an object, in one word each."""
    return [(v, str(SCOPE_WORDS[v])) for v, _label in SCOPES if v != "parent" or shape.spec.parent]


def legend() -> list[tuple[str, str]]:
    """What the words of the scopes mean; those that say it themselves are left out."""
    return [(str(SCOPE_WORDS[v]), str(label)) for v, label in SCOPES if v in {"team", "tree", "parent"}]


def default_scope(role: str, shape: Shape, verb: str) -> str:
    """What a role may when nothing else is said."""
    return {**DEFAULTS.get(role, {}), **shape.spec.rights.get(role, {})}.get(verb, "none")


def matrix(role: Role) -> dict[str, list[Right]]:
    """All rights of a role by object."""
    grants = {(g.object, g.action): g.scope for g in Grant.objects.filter(role=role)}
    made: dict[str, list[Right]] = {}
    for shape in rightful_shapes():
        for verb in VERBS:
            default = default_scope(role.key, shape, verb)
            right = Right(shape.key, verb, grants.get((shape.key, verb), default), default)
            made.setdefault(shape.key, []).append(right)
    return made


@transaction.atomic
def save_matrix(role: Role, raw: Mapping[str, str]) -> int:
    """Write the rights given as `object.verb`; what is not given stays. Return how many moved. Raises BadRequest."""
    Role.objects.select_for_update().get(pk=role.pk)
    moved = 0
    for key, rights in matrix(role).items():
        allowed = {v for v, _label in scopes_of(all_shapes()[key])}
        for right in rights:
            wanted = raw.get(f"{right.object}.{right.verb}")
            if wanted is None or wanted == right.scope:
                continue
            if wanted not in allowed:
                raise BadRequest(_("There is no such right. Reload the page."), code="scope")
            cell: dict[str, Any] = {"role": role, "object": right.object, "action": right.verb}
            if wanted == right.default:
                Grant.objects.filter(**cell).delete()
            else:
                Grant.objects.update_or_create(**cell, defaults={"scope": wanted})
            moved += 1
    if moved:
        rights_changed()
    return moved


def field_levels(role: Role, shape: Shape) -> dict[str, str]:
    """The level in force for each field and part that rights can be given on: none, read or write."""
    given = dict(FieldGrant.objects.filter(role=role, object=shape.key).values_list("field", "level"))
    levels = {k: given.get(k, "write") for k in (*shape.fields, *shape.parts) if k not in ALWAYS}
    return {
        k: _offered(shape, k, _strictest(level, *(levels[o] for o in closed_together(shape, k))))
        for k, level in levels.items()
    }


def _strictest(*levels: str) -> str:
    return min(levels, key=STRICTNESS.__getitem__)


def levels_of(shape: Shape, key: str) -> list[tuple[str, str]]:
    """The levels a field can have. What makes up the title cannot be hidden; what only the product writes cannot be given."""
    field = shape.fields.get(key)
    fixed = field is not None and (field.read_only or field.system) and key not in {"owner", "team"}
    return [
        (v, str(label) if not (fixed and v == "write") else _("visible"))
        for v, label in LEVELS
        if not (v == "none" and key in shape.spec.title) and not (v == "read" and fixed)
    ]


def _offered(shape: Shape, key: str, level: str) -> str:
    """The level that a field takes when its group gets one: its own strictest that is no stricter than that."""
    offered = [v for v, _label in levels_of(shape, key) if STRICTNESS[v] >= STRICTNESS[level]]
    return _strictest(*offered)


def scoped_roles() -> list[str]:
    """The roles to which a team opens more than their own records, and without one nothing in the navigation does.

    What everybody reads as it is declared (the catalogue) is nobody's own, and not meant.
    """
    known = directory(current().access_version)
    common = {k for k, s in all_shapes().items() if s.spec.rights.get("employee", {}).get("read") == "all"}
    main = [
        key
        for key, shape in all_shapes().items()
        if shape.spec.navigation and shape.spec.in_menu and key not in common
    ]
    read = {
        known.role_keys[pk]: {rights.scopes.get((key, "read"), "none") for key in main}
        for pk, rights in known.rights.items()
    }
    return [key for key in ROLES if "all" not in (seen := read.get(key, set())) and seen & {"team", "tree"}]


def closed_together(shape: Shape, key: str) -> list[str]:
    """The other fields and parts that show the same values: the strictest right of one of them holds for all."""
    for part in shape.parts.values():
        group = [k for k in part.mirrors if k in shape.fields] + [part.key]
        if key in group and len(group) > 1:
            return [k for k in group if k != key]
    return []


@transaction.atomic
def save_fields(role: Role, shape: Shape, raw: Mapping[str, str]) -> int:
    """Write the levels given by field key; what is not given stays. Return how many moved. Raises BadRequest.

    Fields that show the same values have one level: what is said anew about one of them holds for all,
    and of several new words the strictest.
    """
    Role.objects.select_for_update().get(pk=role.pk)
    asked: dict[str, str] = {}
    for key, level in field_levels(role, shape).items():
        given = raw.get(key)
        if given is None or given == level:
            continue
        if given not in {v for v, _label in levels_of(shape, key)}:
            raise BadRequest(_("There is no such right. Reload the page."), code="level")
        for one in (key, *closed_together(shape, key)):
            asked[one] = _strictest(given, asked.get(one, given))
    moved = sum(_set_level(role, shape.key, key, _offered(shape, key, level)) for key, level in asked.items())
    if moved:
        _follow(role, shape)
        rights_changed()
    return moved


def _set_level(role: Role, object_key: str, field: str, level: str) -> bool:
    """Write a level; whether something moved."""
    cell: dict[str, Any] = {"role": role, "object": object_key, "field": field}
    if level == "write":
        return FieldGrant.objects.filter(**cell).delete()[0] > 0
    if FieldGrant.objects.filter(**cell, level=level).exists():
        return False
    FieldGrant.objects.update_or_create(**cell, defaults={"level": level})
    return True


def _follow(role: Role, shape: Shape) -> None:
    """What is closed in one kind of a table is closed in the table as a whole too: it shows records of every kind."""
    for whole in shapes_of_base(shape.base):
        kinds = [field_levels(role, kind) for kind in members_of(whole)]
        if not kinds:
            continue
        for key, level in field_levels(role, whole).items():
            strictest = min((k[key] for k in kinds if key in k), key=STRICTNESS.__getitem__, default="write")
            if strictest != level:
                _set_level(role, whole.key, key, strictest)
