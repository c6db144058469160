"""Adding kinds of record while people work: a real table with the header of every record, and a first field that names it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, FieldError, Invalid, NotFound, Stale
from klientura.kernel.objects.added import read_additions
from klientura.kernel.objects.assemble import assemble
from klientura.kernel.objects.models import CUSTOMER, AddedField, AddedObject
from klientura.kernel.objects.registry import RESERVED_KEYS, all_shapes, declared
from klientura.kernel.schema import indexing, numbers, rollup_sql, tables
from klientura.kernel.schema.fields import FILLED_CAP, InUse, require_administrator
from klientura.kernel.schema.locking import change_schema
from klientura.kernel.schema.naming import key_for
from klientura.kernel.schema.wishes import MAX_LABEL, Complaints, FieldWish, read_field, text_of, texts_of

MAX_OBJECTS = 200
NAME = "name"
"""The key of the field that every added object begins with, and by which its records are called."""


def add_object(actor: Actor, raw: Mapping[str, Any], *, layer: str = CUSTOMER) -> AddedObject:
    """Add a kind of record: `raw` holds label, plural {"ru", "en"}, and as wanted new_label, key, icon, name_label.

    `layer` is the pack that brings it. `name_numbers` ({prefix, digits, yearly, start}, as of a number in a row) has the
    records numbered instead of named by hand; as the type of every field, that is settled for good.

    It begins with one field, its name; more come by `add_field`. Raises Invalid, Busy.
    """
    require_administrator(actor)
    values = _read(raw)
    wrong = Complaints()
    name_label = texts_of(raw.get("name_label"), "name_label", MAX_LABEL, wrong)
    numbered = raw.get("name_numbers")
    name = read_name(name_label or {"ru": "название", "en": "name"}, numbered, wrong)
    wrong.end()
    given = raw.get("key") or ""
    if not isinstance(given, str):
        raise Invalid([FieldError("key", "type", _("Text is expected here."))])

    def act() -> AddedObject:
        if AddedObject.objects.count() >= MAX_OBJECTS:
            raise BadRequest(_("There are as many kinds of record as the product holds."))
        stored = AddedObject.objects.values_list("key", flat=True)
        taken = frozenset({*all_shapes(), *RESERVED_KEYS, *stored})
        key = key_for(given, values["label"].get("en") or values["label"].get("ru") or "", taken)
        if isinstance(key, FieldError):
            raise Invalid([key])
        last = AddedObject.objects.order_by("-position").first()
        made = AddedObject.objects.create(
            key=key,
            position=(last.position if last else 0) + 1,
            layer=layer,
            changed_by_id=actor.user_id,
            **values,
        )
        named = AddedField.objects.create(
            object=key, key=NAME, type="text" if numbered is None else numbers.AUTONUMBER, required=numbered is None,
            searched=True, position=1, label=dict(name.label), params=dict(name.params), changed_by_id=actor.user_id,
        )  # fmt: skip
        shape = assemble(declared(), read_additions())[key]
        tables.create_table(made.table)
        tables.add_column(made.table, shape.fields[NAME], None)
        if numbered is not None:
            numbers.make_sequence(made.table, named.column, named.params.get("start", 1))
        tables.keep_by_itself([shape])
        return made

    made = change_schema(act)
    indexing.begin(actor)
    return made


def read_name(label: Mapping[str, str], numbered: object, wrong: Complaints) -> FieldWish:
    """The field by which records are called: typed by hand, or a number in a row."""
    if numbered is None:
        return read_field({"label": label}, "text", wrong)
    return read_field({"label": label, "params": numbered}, numbers.AUTONUMBER, wrong)


def change_object(
    actor: Actor, object_id: int, raw: Mapping[str, Any], *, expected_version: int
) -> AddedObject:
    """Change how a kind of record is called and shown."""
    require_administrator(actor)
    values = _read(raw)
    row(object_id)

    def act() -> AddedObject:
        fresh = AddedObject.objects.select_for_update().get(pk=object_id)
        if fresh.version != expected_version:
            raise Stale
        for name, value in values.items():
            setattr(fresh, name, value)
        fresh.version += 1
        fresh.changed_by_id = actor.user_id
        fresh.save()
        return fresh

    made = change_schema(act)
    indexing.begin(actor)
    return made


def remove_object(actor: Actor, object_id: int, *, despite: bool = False) -> None:
    """Hide a kind of record with everything that points at it; nothing is lost. Raises InUse unless `despite` that."""
    require_administrator(actor)
    here = row(object_id)
    uses = [
        _("field «%(field)s» (%(object)s)") % {"field": f.label, "object": shape.plural}
        for shape in all_shapes().values()
        for f in shape.fields.values()
        if f.params.target == here.key and shape.key != here.key
    ]
    if uses and not despite:
        raise InUse(uses)
    _set_state(actor, here, "removed")


def restore_object(actor: Actor, object_id: int) -> None:
    """Put a removed kind of record back, with its records."""
    require_administrator(actor)
    _set_state(actor, row(object_id), "active")


def purge_object(actor: Actor, object_id: int) -> None:
    """Drop a removed kind of record with all its records and their history. There is no way back."""
    require_administrator(actor)
    here = row(object_id)
    if here.state != "removed":
        raise BadRequest(_("Remove it first. What is in use cannot be deleted for good."))

    def act() -> None:
        tables.drop_table(here.table)
        tables.forget_history(here.key)
        AddedField.objects.filter(object=here.key).delete()
        here.delete()

    change_schema(act)


def row(object_id: int) -> AddedObject:
    """The description of an added kind of record. Raises NotFound."""
    found = AddedObject.objects.filter(pk=object_id).first()
    if found is None:
        raise NotFound
    return found


def _set_state(actor: Actor, here: AddedObject, state: str) -> None:
    def act() -> None:
        AddedObject.objects.filter(pk=here.pk).update(
            state=state, version=here.version + 1, changed_by_id=actor.user_id
        )
        rollup_sql.keep(assemble(declared(), read_additions()))

    change_schema(act)
    indexing.begin(actor)


def _read(raw: Mapping[str, Any]) -> dict[str, Any]:
    wrong = Complaints()
    known = {
        "label",
        "plural",
        "new_label",
        "name_label",
        "name_numbers",
        "key",
        "icon",
        "navigation",
        "board",
        "parent",
    }
    for name in sorted(set(raw) - known):
        wrong.add(name[:60], "unknown", _("There is no such field."))
    values = {
        "label": texts_of(raw.get("label"), "label", MAX_LABEL, wrong, required=True),
        "plural": texts_of(raw.get("plural"), "plural", MAX_LABEL, wrong, required=True),
        "new_label": texts_of(raw.get("new_label"), "new_label", MAX_LABEL, wrong),
        "icon": text_of(raw.get("icon") or "box", "icon", 40, wrong),
        "navigation": raw.get("navigation", True) is True,
        "board": text_of(raw.get("board"), "board", 63, wrong),
        "parent": text_of(raw.get("parent"), "parent", 63, wrong),
    }
    wrong.end()
    return values


def records_in(here: AddedObject) -> int:
    """How many records a kind of record has, also in the trash; counted up to 10,000."""
    return tables.filled_in(here.table, "id", FILLED_CAP)
