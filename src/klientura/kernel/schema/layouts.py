"""Arranging the card and the form of an object: sections, the order of fields, what stands on no card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import Role
from klientura.kernel.errors import FieldError, Invalid, Stale
from klientura.kernel.objects.models import Layout
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.schema.fields import require_administrator
from klientura.kernel.schema.locking import change_schema
from klientura.kernel.schema.naming import slug
from klientura.kernel.schema.wishes import MAX_LABEL, Complaints, texts_of

MAX_SECTIONS = 40


@dataclass(frozen=True, slots=True)
class Whose:
    """For whom an arrangement is: those of a role, records at a stage; empty for any."""

    role: str = ""
    stage: str = ""


EVERYBODY = Whose()


def layout_of(object_key: str, whose: Whose = EVERYBODY) -> Layout:
    """The arrangement of an object: the company's own, or a new one (version 0) of how it stands now."""
    found = Layout.objects.filter(object=object_key, role=whose.role, stage=whose.stage).first()
    if found is not None:
        return found
    shape = shape_of(object_key)
    own = {s.key for s in shape.spec.sections}
    sections = [
        {"key": s.key, "label": None if s.key in own else {"ru": str(s.label)}, "fields": list(s.fields)}
        for s in shape.sections_for(whose.role, whose.stage)
    ]
    return Layout(object=object_key, role=whose.role, stage=whose.stage, sections=sections, version=0)


def particular(object_key: str) -> list[Layout]:
    """The arrangements of an object that are for some only."""
    found = Layout.objects.filter(object=object_key).exclude(role="", stage="")
    return list(found.order_by("role", "stage"))


def arrange(
    actor: Actor,
    object_key: str,
    sections: Sequence[Mapping[str, Any]],
    hidden: Sequence[str],
    *,
    expected_version: int,
    whose: Whose = EVERYBODY,
) -> Layout:
    """Arrange an object anew: `sections` are {key, label {"ru", "en"}, fields}, `hidden` the fields on no card.

    With `whose` only for a role, or for records at a stage: such an arrangement goes before that for everybody.
    A section without a key is a new one. Fields that are named nowhere stay where the object puts them.
    Raises Invalid for what does not exist, is named twice, or has to be filled in and would be hidden; Stale.
    """
    require_administrator(actor)
    shape = shape_of(object_key)
    wrong = Complaints()
    made = _sections(shape, sections, wrong)
    _complain(shape, made, hidden, whose, wrong)
    wrong.end()

    def act() -> Layout:
        here = {"object": object_key, "role": whose.role, "stage": whose.stage}
        stored = Layout.objects.select_for_update().filter(**here).first()
        if (stored.version if stored else 0) != expected_version:
            raise Stale
        layout = stored or Layout(**here, version=0)
        layout.sections, layout.hidden = made, list(hidden)
        layout.version += 1
        layout.changed_by_id = actor.user_id
        layout.save()
        return layout

    return change_schema(act)


def _complain(
    shape: Shape, made: Sequence[Mapping[str, Any]], hidden: Sequence[str], whose: Whose, wrong: Complaints
) -> None:
    """Note what of an arrangement cannot be."""
    if whose.role and not Role.objects.filter(key=whose.role).exists():
        wrong.add("role", "role", _("There is no such role."))
    if whose.stage and shape.spec.board is None:
        wrong.add("stage", "stage", _("Records of this kind have no stages."))
    named = [k for s in made for k in s["fields"]] + list(hidden)
    if unknown := [k for k in named if k not in shape.fields]:
        wrong.add("fields", "unknown", _("There is no field «%(field)s».") % {"field": str(unknown[0])[:60]})
    elif twice := next((k for k in named if named.count(k) > 1), None):
        wrong.add(
            "fields", "twice", _("«%(field)s» stands in two places.") % {"field": shape.fields[twice].heading}
        )
    for key in hidden:
        field = shape.fields.get(key)
        if field is not None and _is_needed(field):
            wrong.add(
                "hidden", "required", _("«%(field)s» has to be filled in, so it has to stand on the form.")
                % {"field": field.heading},
            )  # fmt: skip


def forget(actor: Actor, object_key: str, whose: Whose = EVERYBODY) -> None:
    """Go back to the arrangement that the object itself brings, or some to that for everybody."""
    require_administrator(actor)
    found = Layout.objects.filter(object=object_key, role=whose.role, stage=whose.stage)
    change_schema(found.delete)


def _is_needed(field: FieldShape) -> bool:
    return field.required and field.default is None and field.writable


def _sections(shape: Shape, sections: Sequence[Mapping[str, Any]], wrong: Complaints) -> list[dict[str, Any]]:
    """The sections as they are kept: a label that is still the object's own is not kept, so that it stays translated."""
    if len(sections) > MAX_SECTIONS:
        raise Invalid(
            [FieldError("sections", "too_many", _("So many sections nobody reads. Put some together."))]
        )
    own = {s.key: s for s in shape.spec.sections}
    taken: set[str] = set()
    made = []
    for number, each in enumerate(sections):
        given = str(each.get("key") or "")
        label = each.get("label")
        own_label = given in own and not label
        texts = None if own_label else texts_of(label, f"sections.{number}", MAX_LABEL, wrong, required=True)
        key = base = (
            given
            if given in own or slug(given) == given != ""
            else slug(next(iter((texts or {}).values()), "")) or "section"
        )
        times = 2
        while key in taken:
            key, times = f"{base}_{times}", times + 1
        taken.add(key)
        fields = each.get("fields")
        made.append(
            {
                "key": key,
                "label": texts,
                "fields": [str(k) for k in fields] if isinstance(fields, list) else [],
            }
        )
    return made
