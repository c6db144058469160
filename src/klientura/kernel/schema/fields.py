"""Adding fields to any object while people work, changing and removing them.

A removed field is hidden first: its values stay and it can be put back. Purging drops the column for good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import members_of
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
from klientura.kernel.fields.registry import FIELD_TYPES
from klientura.kernel.objects.added import read_additions
from klientura.kernel.objects.assemble import COMPUTED, assemble
from klientura.kernel.objects.models import CUSTOMER, AddedField, AddedOption
from klientura.kernel.objects.registry import all_shapes, declared, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.schema import (
    formulas,
    indexing,
    numbers,
    orders,
    rollup_sql,
    rollup_work,
    rollups,
    searching,
    tables,
)
from klientura.kernel.schema.formulas import FORMULA, RESULTS, check
from klientura.kernel.schema.locking import change_schema
from klientura.kernel.schema.naming import key_for
from klientura.kernel.schema.numbers import AUTONUMBER
from klientura.kernel.schema.rollups import ROLLUP
from klientura.kernel.schema.uses import uses_of
from klientura.kernel.schema.wishes import LISTS, Complaints, FieldWish, OptionWish, codes_for, read_field

MAX_FIELDS = 300
MAX_COLUMNS_EVER = 1500
FILLED_CAP = 10_000
OTHER_RESULT = _("This would give another kind of value. Make a new field for it.")


class InUse(KernelError):
    """Something would miss the field; `details["uses"]` names it."""

    status = 409
    code = "in_use"
    default_message = _("Something still uses this field.")

    def __init__(self, uses: Sequence[Text]) -> None:
        super().__init__(uses=[str(use) for use in uses])


def require_administrator(actor: Actor) -> None:
    """Only administrators change what kinds of record there are."""
    if not (actor.is_admin or actor.is_system):
        raise Denied


def add_field(actor: Actor, object_key: str, raw: Mapping[str, Any]) -> AddedField:
    """Add a field to an object; it is there for everybody, in every process, from the next request on.

    `raw`: type, label {"ru", "en"}, and as wanted key, hint, section, required, listed, indexed, searched, default,
    params (max_length, places, minimum, maximum, target), options [{label, hue}]. Raises Invalid, Busy.
    """
    return add_fields(actor, [(object_key, raw)])[0]


def add_fields(
    actor: Actor, wanted: Sequence[tuple[str, Mapping[str, Any]]], *, layer: str = CUSTOMER
) -> list[AddedField]:
    """Add several fields, each to its object, all or none; `layer` is the pack that brings them. Raises Invalid, Busy."""
    require_administrator(actor)
    wishes = [_read(object_key, raw) for object_key, raw in wanted]

    def act() -> list[AddedField]:
        made = [
            _describe(actor, object_key, kind, raw.get("key") or "", wish, layer)
            for (object_key, raw), (kind, wish) in zip(wanted, wishes, strict=True)
        ]
        shapes = assemble(declared(), read_additions())
        for row in made:
            orders.check(shapes[row.object], row)
            _add_column(shapes, row)
        for table in {shapes[row.object].table for row in made}:
            tables.keep_by_itself([s for s in shapes.values() if s.table == table])
        rollup_sql.keep(shapes, {t for row in made for t in _gathered_from(shapes, row)})
        return made

    made = change_schema(act)
    indexing.begin(actor)
    for row in made:
        _begin_filling(actor, row)
    return made


def _begin_filling(actor: Actor, row: AddedField) -> None:
    """Have the records that are there already filled with what the database computes for new ones."""
    if row.type in {FORMULA, AUTONUMBER}:
        formulas.begin(actor, row.object, row.column)
    if row.type == ROLLUP:
        rollup_work.begin(actor, shape_of(row.object).table, row.column)


def _gathered_from(shapes: Mapping[str, Shape], row: AddedField) -> set[str]:
    """The table that a roll-up is gathered from; none for other fields."""
    source = row.params.get("source")
    return {shapes[source].table} if row.type == ROLLUP and source in shapes else set()


def _read(object_key: str, raw: Mapping[str, Any]) -> tuple[str, FieldWish]:
    """The type and the wish of a field to be added. Raises Invalid."""
    shape = _changeable(object_key)
    wrong = Complaints()
    kind = raw.get("type")
    if not isinstance(kind, str) or kind not in {*FIELD_TYPES, *COMPUTED}:
        raise Invalid([FieldError("type", "type", _("Choose what the field holds."))])
    wish = read_field({k: v for k, v in raw.items() if k not in {"type", "key"}}, kind, wrong)
    if kind in LISTS and not wish.options and not wrong.errors:
        wrong.add("options", "required", _("Name at least one option."))
    wrong.end()
    return kind, _completed(shape, kind, wish, "")


def _completed(shape: Shape, kind: str, wish: FieldWish, key: str) -> FieldWish:
    """What is computed, checked and with the type of its result; other fields as they are. Raises Invalid."""
    if kind == FORMULA:
        return _with_result(shape, wish, key)
    if kind == ROLLUP:
        return replace(wish, params=rollups.settled(shape, wish.params, key))
    return wish


def _with_result(shape: Shape, wish: FieldWish, key: str) -> FieldWish:
    """A formula with what it was found to give. Raises Invalid."""
    found = check(shape, str(wish.params.get("formula", "")), key=key)
    more = {"type": RESULTS[found.result], "reads": sorted(found.reads)}
    if found.result == "number":
        more |= {"type": wish.params.get("shown", more["type"])}
        more |= {"digits": 18 + wish.params.get("places", 2), "places": wish.params.get("places", 2)}
    return replace(wish, params={**wish.params, **more})


def _describe(
    actor: Actor, object_key: str, kind: str, given_key: object, wish: FieldWish, layer: str
) -> AddedField:
    """Write the description of a new field."""
    shape = shape_of(object_key)
    key = _key(object_key, given_key, wish)
    _leave_room(shape, object_key)
    made = AddedField.objects.create(
        object=object_key, key=key, type=kind, position=_last_position(object_key) + 1, params=dict(wish.params),
        layer=layer, changed_by_id=actor.user_id, **_of_wish(wish),
    )  # fmt: skip
    _keep_options(made, wish)
    return made


def _add_column(shapes: Mapping[str, Shape], row: AddedField) -> None:
    shape = shapes[row.object]
    field = shape.fields[row.key]
    target = shapes.get(field.params.target or "") if field.type.key == "reference" else None
    target_table = "access_user" if field.type.key == "user" else target.table if target else None
    tables.add_column(shape.table, field, target_table)
    if row.type == AUTONUMBER:
        numbers.make_sequence(shape.table, row.column, row.params.get("start", 1))


def change_field(actor: Actor, field_id: int, raw: Mapping[str, Any], *, expected_version: int) -> AddedField:
    """Change what may change of an added field: everything but its key, its type and what it points at."""
    require_administrator(actor)
    row = _row(field_id)
    wrong = Complaints()
    given = {k: v for k, v in raw.items() if k not in {"type", "key"}}
    if row.type in {"reference", "references", FORMULA, ROLLUP}:
        kept = {k: row.params[k] for k in ("target", "shown") if k in row.params}
        if row.type == ROLLUP:
            kept["source"] = f"{row.params['source']}.{row.params['link']}"
        given["params"] = {**(given.get("params") or {}), **kept}
    wish = read_field(given, row.type, wrong)
    wrong.end()
    wish = _completed(shape_of(row.object), row.type, wish, row.key)
    if wish.params.get("type") != row.params.get("type"):
        place = "params.formula" if row.type == FORMULA else "params.of"
        raise Invalid([FieldError(place, "result", OTHER_RESULT)])

    def act() -> AddedField:
        fresh = AddedField.objects.select_for_update().get(pk=field_id)
        if fresh.version != expected_version:
            raise Stale
        for name, value in _of_wish(wish).items():
            setattr(fresh, name, value)
        # A column once made keeps its digits; places may not shrink under the values it holds.
        lasting = {"start"} if row.type == AUTONUMBER else {"target", "digits", "places", "type"}
        kept = {k: v for k, v in fresh.params.items() if k in lasting}
        fresh.params = {**dict(wish.params), **kept}
        fresh.version += 1
        fresh.changed_by_id = actor.user_id
        if fresh.params.get("not_before") != row.params.get("not_before"):
            orders.check(shape_of(row.object), fresh)
        fresh.save()
        _keep_options(fresh, wish)
        _renew(fresh)
        return fresh

    made = change_schema(act)
    indexing.begin(actor)
    if made.params != row.params and row.type != AUTONUMBER:  # a number once given stays
        _begin_filling(actor, made)
    if made.searched != row.searched:
        searching.begin(actor, made.object, made.column)
    return made


def move_field(actor: Actor, field_id: int, *, before: int | None) -> None:
    """Put a field in front of another of its object, or at the end."""
    require_administrator(actor)
    row = _row(field_id)

    def act() -> None:
        rows = list(
            AddedField.objects.filter(object=row.object).exclude(pk=field_id).order_by("position", "pk")
        )
        place = next((n for n, each in enumerate(rows) if each.pk == before), len(rows))
        rows.insert(place, row)
        for position, each in enumerate(rows, start=1):
            AddedField.objects.filter(pk=each.pk).update(position=position)

    change_schema(act)


def remove_field(actor: Actor, field_id: int, *, despite: bool = False) -> None:
    """Hide a field everywhere; its values stay. Raises InUse when something would miss it, unless `despite` that."""
    require_administrator(actor)
    row = _row(field_id)
    uses = uses_of(row.object, row.key)
    if uses and not despite:
        raise InUse(uses)
    _set_state(actor, row, "removed")


def restore_field(actor: Actor, field_id: int) -> None:
    """Put a removed field back, with its values."""
    require_administrator(actor)
    _set_state(actor, _row(field_id), "active")


def purge_field(actor: Actor, field_id: int) -> None:
    """Drop a removed field with all its values. There is no way back."""
    require_administrator(actor)
    row = _row(field_id)
    if row.state != "removed":
        raise BadRequest(_("Remove the field first. What is in use cannot be deleted for good."))
    table = shape_of(row.object).table if row.object in all_shapes() else None

    def act() -> None:
        if table is not None:
            kinds = [s for s in all_shapes().values() if s.table == table]
            tables.keep_by_itself(kinds, without=(row.column,))
            tables.drop_column(table, row.column)
        row.delete()

    change_schema(act)


def _set_state(actor: Actor, row: AddedField, state: str) -> None:
    def act() -> None:
        AddedField.objects.filter(pk=row.pk).update(
            state=state, version=row.version + 1, changed_by_id=actor.user_id
        )
        _renew(row)

    change_schema(act)
    indexing.begin(actor)
    if row.searched:
        searching.begin(actor, row.object, row.column)


def _renew(row: AddedField) -> None:
    """What the database keeps by itself, by the metadata as this transaction has written it."""
    shapes = assemble(declared(), read_additions())
    if row.object in shapes:
        table = shapes[row.object].table
        tables.keep_by_itself([s for s in shapes.values() if s.table == table])
        # The table may also be gathered from, by roll-ups that ask about the field.
        rollup_sql.keep(shapes, {table, *_gathered_from(shapes, row)})


def _changeable(object_key: str) -> Shape:
    shape = shape_of(object_key)
    if members_of(shape):
        raise BadRequest(_("Add the field to one of its kinds."))
    return shape


def _row(field_id: int) -> AddedField:
    row = AddedField.objects.filter(pk=field_id).first()
    if row is None:
        raise NotFound
    return row


def _key(object_key: str, given: object, wish: FieldWish) -> str:
    shape = shape_of(object_key)
    stored = AddedField.objects.filter(object=object_key).values_list("key", flat=True)
    taken = frozenset({*shape.fields, *shape.parts, *stored})
    label = wish.label.get("en") or wish.label.get("ru") or ""
    key = key_for(given if isinstance(given, str) else "", label, taken)
    if isinstance(key, FieldError):
        raise Invalid([key])
    return key


def _leave_room(shape: Shape, object_key: str) -> None:
    if (
        AddedField.objects.filter(object=object_key).count() >= MAX_FIELDS
        or tables.columns_ever(shape.table) >= MAX_COLUMNS_EVER
    ):
        raise BadRequest(
            _(
                "This kind of record has as many fields as it can hold. Delete those for good that nobody needs."
            )
        )


def _last_position(object_key: str) -> int:
    last = AddedField.objects.filter(object=object_key).order_by("-position").first()
    return last.position if last else 0


def _of_wish(wish: FieldWish) -> dict[str, Any]:
    return {
        "label": dict(wish.label), "hint": dict(wish.hint), "section": wish.section, "required": wish.required,
        "listed": wish.listed, "indexed": wish.indexed, "searched": wish.searched, "default": wish.default,
    }  # fmt: skip


def _keep_options(row: AddedField, wish: FieldWish) -> None:
    """Write the options as wanted. One that is left out is no longer offered; records that hold it keep it."""
    if wish.options is None:
        return
    known = {o.code: o for o in AddedOption.objects.filter(field=row).order_by("position", "pk")}
    codes = codes_for(wish.options, list(known))
    kept = [
        AddedOption(field=row, code=code, label=dict(o.label), hue=o.hue, position=position, active=o.active)
        for position, (code, o) in enumerate(zip(codes, wish.options, strict=True))
    ]
    wanted = set(codes)
    left_out = [o for code, o in known.items() if code not in wanted]
    kept += [
        AddedOption(field=row, code=o.code, label=o.label, hue=o.hue, position=len(codes) + n, active=False)
        for n, o in enumerate(left_out)
    ]
    # Written anew: ten thousand single updates would take longer than a lock may be held.
    AddedOption.objects.filter(field=row).delete()
    AddedOption.objects.bulk_create(kept)
    if row.default is not None:
        _settle_default(row, codes, wish.options)


def _settle_default(row: AddedField, codes: Sequence[str], options: Sequence[OptionWish]) -> None:
    """The default was given as a label or a code; what is kept is the code of an option that is offered."""
    wanted = str(row.default).casefold()
    found = next(
        (
            code
            for code, o in zip(codes, options, strict=True)
            if o.active and (code == row.default or wanted in {t.casefold() for t in o.label.values()})
        ),
        None,
    )
    if found is None:
        raise Invalid([FieldError("default", "option", _("This is not one of the options."))])
    row.default = found
    row.save(update_fields=["default"])


def filled_in(row: AddedField) -> int:
    """In how many records a field, also a removed one, holds a value; counted up to 10,000."""
    if row.object not in all_shapes():
        return 0
    return tables.filled_in(shape_of(row.object).table, row.column, FILLED_CAP)
