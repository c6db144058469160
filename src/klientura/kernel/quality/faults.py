"""Rules of quality: filters that find records with a fault. Modules declare some; administrators change them and add others."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, members_of, readable
from klientura.kernel.errors import (
    BadRequest,
    Denied,
    FieldError,
    Invalid,
    KernelError,
    NotFound,
    Stale,
    Text,
)
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.quality.models import SEVERITIES, FaultRule
from klientura.kernel.store.filters import Tree, compile_filter
from klientura.kernel.store.operators import Context
from klientura.kernel.store.trees import conditions_of, fields_of

MAX_NAME = 120
MAX_TREE = 12_000
MAX_OWN = 200
ORDER = tuple(code for code, _label in SEVERITIES)
OWN = "own_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One rule: what is wrong with the records that its filter finds. `version` 0 is as its module declares it."""

    key: str
    object: str
    name: Text
    severity: str
    tree: Tree
    is_on: bool = True
    version: int = 0

    @property
    def own(self) -> bool:
        """Whether no module declares it: then it may be deleted, not only switched off."""
        return self.key.startswith(OWN)


_declared: dict[str, Fault] = {}


def declare(*faults: Fault) -> None:
    """Make rules of a module known."""
    _declared.update({f.key: f for f in faults})


def every_fault() -> list[Fault]:
    """All rules, the serious first; those of objects that are gone are left out."""
    found = dict(_declared)
    for row in FaultRule.objects.order_by("pk"):
        found[row.key] = Fault(
            key=row.key, object=row.object, name=row.name, severity=row.severity, tree=row.tree,
            is_on=row.is_on, version=row.version,
        )  # fmt: skip
    live = [f for f in found.values() if f.object in all_shapes()]
    return sorted(live, key=lambda f: ORDER.index(f.severity))


def faults_of(actor: Actor, shape: Shape, faults: Iterable[Fault] | None = None) -> list[Fault]:
    """The rules of an object that are switched on and ask for nothing that is closed to the actor."""
    if not may(actor, shape, "read"):
        return []
    known = every_fault() if faults is None else faults
    return [f for f in known if f.object == shape.key and f.is_on and not closed(actor, shape, f)]


def closed(actor: Actor, shape: Shape, fault: Fault) -> Text:
    """Why the actor cannot judge by a rule; empty when they can."""
    try:
        compile_filter(fault.tree, Context(actor, readable(actor, shape), shape=shape))
    except KernelError as refused:
        return refused.message
    return ""


def fault_of(key: str) -> Fault:
    """The rule of this key. Raises NotFound."""
    for fault in every_fault():
        if fault.key == key:
            return fault
    raise NotFound


def objects_of(actor: Actor) -> list[Shape]:
    """The objects whose quality the actor may look at."""
    return [
        s for s in all_shapes().values() if s.spec.navigation and not members_of(s) and may(actor, s, "read")
    ]


def wanting(fault: Fault) -> frozenset[str]:
    """The fields of the record itself whose emptiness is a part of the fault."""
    return frozenset(
        str(node["field"])
        for node in _own_conditions(fault.tree)
        if node.get("op") == "empty" and isinstance(node.get("field"), str)
    )


def _own_conditions(tree: Any) -> list[Mapping[str, Any]]:
    inner = [id(c) for n in conditions_of(tree) if "related" in n for c in conditions_of(n.get("filter"))]
    return [n for n in conditions_of(tree) if id(n) not in inner]


def save(
    actor: Actor, key: str | None, values: Mapping[str, Any], *, expected_version: int | None = None
) -> Fault:
    """Keep a rule: a new one (`object`, `name`, `severity`, `tree`), or another wording of one that is there.

    Raises Denied, NotFound, Invalid, BadRequest or Stale.
    """
    if not actor.is_admin:
        raise Denied
    with transaction.atomic():
        if key is None:
            if FaultRule.objects.count() >= MAX_OWN:
                raise BadRequest(_("There are 200 rules already. Delete some first."), code="quality")
            shape = shape_of(str(values.get("object", "")))
            known = Fault(
                key=OWN + secrets.token_hex(6), object=shape.key, name="", severity="warning", tree={}
            )
        else:
            FaultRule.objects.select_for_update().filter(key=key).first()
            known = fault_of(key)
            shape = shape_of(known.object)
            if expected_version is not None and expected_version != known.version:
                raise Stale
        made = replace(_checked(actor, shape, known, values), version=known.version + 1)
        FaultRule.objects.update_or_create(
            key=made.key,
            defaults={
                "object": made.object, "name": str(made.name), "severity": made.severity, "tree": dict(made.tree),
                "is_on": made.is_on, "version": made.version, "changed_by_id": actor.user_id,
            },
        )  # fmt: skip
    return made


def _checked(actor: Actor, shape: Shape, known: Fault, values: Mapping[str, Any]) -> Fault:
    name = values.get("name", known.name)
    name = " ".join(str(name).split()) if not isinstance(name, list | dict) else ""
    if not name or "\x00" in name:
        raise Invalid([FieldError("name", "required", _("Say in a few words what is wrong."))])
    if len(name) > MAX_NAME:
        raise Invalid([FieldError("name", "length", _("The name has more than 120 characters."))])
    severity, is_on, tree = (values.get(k, getattr(known, k)) for k in ("severity", "is_on", "tree"))
    if not isinstance(severity, str) or severity not in ORDER:
        raise Invalid([FieldError("severity", "choice", _("Choose how serious it is."))])
    if not isinstance(is_on, bool):
        raise BadRequest(_("A rule is on or off: true or false."), code="quality")
    return replace(known, name=name, severity=severity, is_on=is_on, tree=_tree(actor, shape, tree))


def _tree(actor: Actor, shape: Shape, tree: Any) -> dict[str, Any]:
    if not isinstance(tree, Mapping) or next(conditions_of(tree), None) is None:
        raise BadRequest(_("A rule needs at least one condition."), code="quality")
    compile_filter(tree, Context(actor, readable(actor, shape), shape=shape))
    try:
        text = orjson.dumps(tree)
    except TypeError as refused:
        raise BadRequest(_("The filter holds a value that cannot be kept."), code="quality") from refused
    if b"\\u0000" in text or len(text) > MAX_TREE:
        raise BadRequest(_("The filter holds a value that cannot be kept."), code="quality")
    plain: dict[str, Any] = orjson.loads(text)
    return plain


def forget(actor: Actor, key: str) -> None:
    """Delete a rule of one's own; one that a module declares returns to how it is declared."""
    if not actor.is_admin:
        raise Denied
    fault_of(key)
    FaultRule.objects.filter(key=key).delete()


def faults_using(object_key: str, field_key: str) -> list[Text]:
    """The rules that judge by a field, for whoever is about to remove it."""
    return [
        _("quality rule «%(rule)s»") % {"rule": f.name}
        for f in every_fault()
        if (object_key, field_key) in set(fields_of(f.object, f.tree))
    ]
