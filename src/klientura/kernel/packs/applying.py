"""Carrying a pack's plan out, step by step: what broke off is taken up by installing the same file again."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, KernelError
from klientura.kernel.objects.assemble import COMPUTED
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.packs.models import Pack, Part
from klientura.kernel.packs.planning import (
    ADD,
    CHANGE,
    REMOVE,
    RESTORE,
    Plan,
    Step,
    in_words,
    plan,
    plan_to_uninstall,
)
from klientura.kernel.packs.reading import FIELD, LAYOUT, OBJECT, VIEW, PackFile
from klientura.kernel.packs.standing import Standing, as_form, standing_of
from klientura.kernel.schema import fields, layouts, objects
from klientura.kernel.views import saving

# They name fields, which come after the object itself.
_LATER = ("board", "parent")


class Moved(KernelError):
    """Something was changed since the plan was shown."""

    status = 409
    code = "conflict"
    default_message = _("Something was changed since this plan was made. Look at the plan as it is now.")


def install(actor: Actor, file: PackFile, *, mark: str) -> Pack:
    """Install a pack, or upgrade it, by the plan that was shown. Raises Denied, BadRequest, Moved, Invalid, Busy.

    Each step is a transaction of its own: no reader ever waits for the whole. When one fails, those before it stand, the
    pack is `incomplete`, and installing it again goes on.
    """
    made = plan(actor, file)
    if made.mark != mark:
        raise Moved
    if made.clashes:
        raise BadRequest(_("Something stands in the pack's way. Nothing was changed."), code="clash")
    if made.older:
        raise BadRequest(_("A newer version of this pack is installed already."), code="older")
    begun = {
        "state": "incomplete", "changed_by_id": actor.user_id, "content": dict(file.content), "name": dict(file.name),
    }  # fmt: skip
    pack, _new = Pack.objects.update_or_create(
        key=file.key, defaults=begun, create_defaults={**begun, "version": file.version}
    )
    _carry_out(actor, pack, made)
    pack.state, pack.version, pack.offered = "active", file.version, None
    pack.save()
    return pack


def uninstall(actor: Actor, pack_key: str, *, mark: str) -> Pack:
    """Hide everything that a pack brought; values and records stay, and come back when it is installed again."""
    made = plan_to_uninstall(actor, pack_key)
    if made.mark != mark:
        raise Moved
    pack = Pack.objects.get(key=pack_key)
    for step in made.steps:
        if step.act == REMOVE:
            _remove(actor, step)
    pack.state, pack.changed_by_id = "removed", actor.user_id
    pack.save()
    return pack


def _carry_out(actor: Actor, pack: Pack, made: Plan) -> None:
    fresh = [s for s in made.steps if s.act == ADD]
    for step in fresh:
        if step.kind == OBJECT:
            raw = {k: v for k, v in step.changes.items() if k not in _LATER}
            row = objects.add_object(actor, {**raw, "key": step.path}, layer=pack.key)
            _note(pack, step, row.pk)
    plain: list[Step] = []
    computed: list[Step] = []
    for step in fresh:
        if step.kind == FIELD and step.entry is not None:
            (computed if step.entry.type in COMPUTED else plain).append(step)
    _add_fields(actor, pack, plain)
    for step in computed:  # one may be computed from another
        _add_fields(actor, pack, [step])
    for step in fresh:
        if step.kind == OBJECT and any(step.changes.get(name) for name in _LATER):
            part = Part.objects.get(pack=pack, kind=OBJECT, path=step.path)
            _change(actor, step, standing_of([part])[part.pk], {n: step.changes.get(n, "") for n in _LATER})
            _note(pack, step, part.target)
    for step in made.steps:
        _settle(actor, pack, step)


def _add_fields(actor: Actor, pack: Pack, steps: Sequence[Step]) -> None:
    wanted = [
        (s.entry.object, {**as_form(s.changes), "type": s.entry.type, "key": s.entry.key})
        for s in steps
        if s.entry
    ]
    if not wanted:
        return
    for step, row in zip(steps, fields.add_fields(actor, wanted, layer=pack.key), strict=True):
        _note(pack, step, row.pk)


def _settle(actor: Actor, pack: Pack, step: Step) -> None:
    """What is not an object or a field to be added."""
    if step.act == ADD and step.kind == LAYOUT:
        _note(pack, step, _arrange(actor, step.path, step.changes, version=0))
    elif step.act == ADD and step.kind == VIEW and step.entry is not None:
        made = saving.create(
            actor, shape_of(step.entry.object), name=in_words(step.changes.get("name")),
            state=step.changes.get("state") or {}, kind=step.changes.get("kind", "list"), visibility="everyone",
        )  # fmt: skip
        _note(pack, step, made.pk)
    elif step.act in {CHANGE, RESTORE} and step.now is not None and step.part is not None:
        if step.act == RESTORE:
            _restore(actor, step)
        if step.changes:
            fresh = standing_of([step.part])[step.part.pk]
            _change(actor, step, fresh, step.changes)
        _note(pack, step, step.part.target)
    elif step.act == REMOVE:
        _remove(actor, step)
    elif step.entry is not None and step.part is not None and step.now is not None:
        _remember(step)


def _change(actor: Actor, step: Step, now: Standing, changes: Mapping[str, Any]) -> None:
    attributes = {**now.attributes, **changes}
    if step.kind == OBJECT:
        objects.change_object(actor, now.target, attributes, expected_version=now.version)
    elif step.kind == FIELD:
        raw = as_form({k: v for k, v in attributes.items() if v is not None or k == "default"})
        fields.change_field(actor, now.target, raw, expected_version=now.version)
    elif step.kind == LAYOUT:
        _arrange(actor, step.path, attributes, version=now.version)
    else:
        if "name" in changes:
            attributes["name"] = in_words(changes["name"])
        saving.change(actor, now.target, attributes, expected_version=now.version)


def _arrange(actor: Actor, object_key: str, said: Mapping[str, Any], *, version: int) -> int:
    sections, hidden = said.get("sections") or [], said.get("hidden") or []
    made: int = layouts.arrange(actor, object_key, sections, hidden, expected_version=version).pk
    return made


def _restore(actor: Actor, step: Step) -> None:
    target = step.now.target if step.now else 0
    if step.kind == OBJECT:
        objects.restore_object(actor, target)
    elif step.kind == FIELD:
        fields.restore_field(actor, target)
    elif step.kind == VIEW:
        saving.bring_back(actor, target)


def _remove(actor: Actor, step: Step) -> None:
    target = step.now.target if step.now else 0
    if step.kind == OBJECT:
        objects.remove_object(actor, target, despite=True)
    elif step.kind == FIELD:
        fields.remove_field(actor, target, despite=True)
    elif step.kind == VIEW:
        saving.delete(actor, target)
    elif step.kind == LAYOUT:
        layouts.forget(actor, step.path)


def _note(pack: Pack, step: Step, target: int | None) -> None:
    """What the pack says of a thing, and how it left it. What the company had changed before stays noted as changed."""
    entry = step.entry
    if entry is None:
        return
    said = {**entry.said, **({"type": entry.type} if entry.type else {})}
    part, _new = Part.objects.update_or_create(
        pack=pack, kind=step.kind, path=step.path, defaults={"said": said, "target": target}
    )
    left = dict(standing_of([part])[part.pk].attributes)
    for name in _theirs(step):
        left[name] = step.part.left.get(name) if step.part else None
    part.left = left
    part.save(update_fields=["left"])


def _theirs(step: Step) -> set[str]:
    """The attributes that the company has changed."""
    if step.part is None or step.now is None:
        return set()
    before, now = step.part.left, step.now.attributes
    return {name for name in {*before, *now} if before.get(name) != now.get(name)} - set(step.changes)


def _remember(step: Step) -> None:
    """Nothing was written, but the pack may say something new, that the company has otherwise."""
    if step.part is not None and step.entry is not None:
        step.part.said = {
            **step.entry.said,
            **({"type": step.part.said["type"]} if "type" in step.part.said else {}),
        }
        step.part.save(update_fields=["said"])
