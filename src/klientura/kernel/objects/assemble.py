"""Declared objects and what was added to them → the Shapes that everything works from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.errors import Text
from klientura.kernel.fields.base import NO_CHOICES, Choice, Choices, FieldProblem, FieldType, Params
from klientura.kernel.fields.registry import FIELD_TYPES
from klientura.kernel.objects.additions import Additions
from klientura.kernel.objects.derive import CHOSEN, NOT_SORTED, WITH_HOME, derive_shape, dictionary_of
from klientura.kernel.objects.labels import headed, said
from klientura.kernel.objects.shape import HEADER, FieldShape, Numbering, Rollup, Shape
from klientura.kernel.objects.spec import Board, ObjectSpec, Section

if TYPE_CHECKING:
    from klientura.kernel.objects.models import (
        AddedField,
        AddedObject,
        DeclaredOption,
        FieldConditions,
        Layout,
    )

MORE = "more"
"""The section of added fields that were given to none."""
LISTED = 7
"""So many columns the list of an added object begins with, unless its fields say which."""
MOST_COLUMNS = 50
"""A field of more options makes no board."""
PLAIN = Params()
COMPUTED = frozenset({"formula", "rollup", "autonumber"})
"""Fields that the database fills; `params["type"]` says what their values are."""
POINTING = {"reference": "target", "references": "target", "rollup": "source"}
SUMMED = frozenset({"money", "decimal", "integer", "duration"})
EXACT = frozenset({"money", "decimal", "percent"})


def assemble(specs: Mapping[str, ObjectSpec], additions: Additions) -> dict[str, Shape]:
    """Compile all objects, the declared ones first."""
    shapes = _declared(specs)
    added = {each.key: each for each in additions.objects if each.key not in shapes}
    header = _header(shapes)
    for key, each in added.items():
        shapes[key] = _bare(each, header)
    for key, shape in list(shapes.items()):
        rows = additions.fields.get(key, ())
        fields = {row.key: f for row in rows if (f := added_field(row, shape, shapes, additions.options))}
        kept = [row for row in rows if row.key in fields]
        if key in added:
            shapes[key] = _filled(added[key], shape, kept, fields)
        elif kept:
            shapes[key] = _extended(shape, kept, fields)
    for layout in additions.layouts:
        if layout.object in shapes:
            shapes[layout.object] = arranged(shapes[layout.object], layout)
    _with_own_options(shapes, additions)
    _with_borrowed_options(shapes)
    _with_names_of_fields(shapes)
    for given in additions.conditions:
        if given.object in shapes and given.field in shapes[given.object].fields:
            shapes[given.object] = _under_conditions(shapes[given.object], given)
    return shapes


def arranged(shape: Shape, layout: "Layout") -> Shape:
    """The object with its card and form as the company arranged them, for everybody or for some."""
    sections = _arranged(shape, layout)
    if layout.role or layout.stage:
        return replace(shape, arrangements={**shape.arrangements, (layout.role, layout.stage): sections})
    return replace(shape, spec=replace(shape.spec, sections=sections))


def _arranged(shape: Shape, layout: "Layout") -> tuple[Section, ...]:
    own = {s.key: s for s in shape.spec.sections}
    placed = set(layout.hidden)
    sections: dict[str, Section] = {}
    for each in layout.sections:
        key = each["key"]
        label = said(each["label"]) if each.get("label") else own[key].label if key in own else None
        if not label:  # the section of the object's own that it was named after is no more
            continue
        fields = tuple(k for k in each["fields"] if k in shape.fields and k not in placed)
        placed.update(fields)
        sections[key] = Section(key, label, fields)
    for key, section in own.items():  # what came after it was arranged
        late = tuple(k for k in section.fields if k not in placed)
        if late:
            known = sections.get(key, Section(key, section.label, ()))
            sections[key] = replace(known, fields=(*known.fields, *late))
    return tuple(s for s in sections.values() if s.fields)


_known: dict[tuple[ObjectSpec, ...], dict[str, Shape]] = {}
"""What the modules declare, compiled; it does not change while the product runs."""


def _declared(specs: Mapping[str, ObjectSpec]) -> dict[str, Shape]:
    key = tuple(specs.values())
    if key not in _known:
        _known.clear()
        _known[key] = _compile(specs)
    return dict(_known[key])


def _compile(specs: Mapping[str, ObjectSpec]) -> dict[str, Shape]:
    targets: dict[str, str] = {}
    for spec in specs.values():
        targets.setdefault(spec.table_model._meta.label, spec.key)
    shared = {spec.model for spec in specs.values() if spec.constants}
    return {
        key: derive_shape(spec, targets, mixed=not spec.constants and spec.model in shared)
        for key, spec in specs.items()
    }


def _header(shapes: Mapping[str, Shape]) -> dict[str, FieldShape]:
    """The header of an object that no model declares: the same columns as every other's."""
    some = next(iter(shapes.values()), None)
    return {k: some.fields[k] for k in HEADER if k in some.fields} if some else {}


def _bare(each: "AddedObject", header: Mapping[str, FieldShape]) -> Shape:
    """The object without its fields: what others may already refer to."""
    label, plural = said(each.label), said(each.plural)
    spec = ObjectSpec(
        key=each.key,
        model=None,
        label=label,
        plural=plural,
        new_label=said(each.new_label) or _joined(_("New record"), label),
        icon=each.icon,
        title=(),
        navigation=each.navigation,
        completeness=True,
    )
    return Shape(
        key=each.key, base=each.key, table=each.table, spec=spec, label=label, plural=plural, fields=header
    )


def _joined(first: Text, second: Text) -> Text:
    return format_lazy("{}: {}", first, second)


def _filled(
    each: "AddedObject", shape: Shape, rows: Sequence["AddedField"], fields: Mapping[str, FieldShape]
) -> Shape:
    """An added object with its fields. Its first text names its records."""
    keys = list(fields)
    title = next((k for k in keys if fields[k].type.key == "text"), None)
    listed = [r.key for r in rows if r.listed] or [k for k in keys if fields[k].type.key != "long_text"][
        :LISTED
    ]
    searched = [r.key for r in rows if r.searched and r.key != title]
    group = fields.get(each.board)
    spec = replace(
        shape.spec,
        title=(title,) if title else (),
        search=tuple(k for k in (title, *searched) if k),
        sections=_placed((), rows, people=True),
        columns=tuple(dict.fromkeys([*([title] if title else []), *listed, "owner"])),
        match_keys=((title,),) if title else (),
        parent=each.parent if each.parent in fields else None,
        board=_board(group, fields) if group and group.type.key == "option" and _few(group) else None,
    )
    return replace(shape, spec=spec, fields={**shape.fields, **fields})


def _few(group: FieldShape) -> bool:
    """Whether the options of a field make as many columns as a board can show."""
    return len(group.params.choices) <= MOST_COLUMNS


def _board(group: FieldShape, fields: Mapping[str, FieldShape]) -> Board:
    total = next((k for k, f in fields.items() if f.type.key in SUMMED), None)
    shown = [k for k, f in fields.items() if k != group.key and f.type.key not in NOT_SORTED][1:4]
    return Board(group=group.key, total=total, card=(*shown, "owner"))


def _extended(shape: Shape, rows: Sequence["AddedField"], fields: Mapping[str, FieldShape]) -> Shape:
    """A declared object with the fields that were added to it."""
    spec = shape.spec
    spec = replace(
        spec,
        search=(*(spec.search or spec.title), *(r.key for r in rows if r.searched)),
        sections=_placed(spec.sections, rows),
        columns=(*spec.columns, *(r.key for r in rows if r.listed)),
    )
    return replace(shape, spec=spec, fields={**shape.fields, **fields})


def _placed(
    sections: Sequence[Section], rows: Sequence["AddedField"], *, people: bool = False
) -> tuple[Section, ...]:
    """The sections with the added fields at the end of those they belong to; `people`: and who answers for the record."""
    known = {s.key for s in sections}
    homeless = tuple(r.key for r in rows if r.section not in known)
    placed = [replace(s, fields=(*s.fields, *(r.key for r in rows if r.section == s.key))) for s in sections]
    if people:
        homeless = (*homeless, "owner", "team")
    if homeless:
        label = pgettext_lazy("section", "Main") if people else pgettext_lazy("section", "More")
        placed.append(Section(MORE, label, homeless))
    return tuple(placed)


def added_field(
    row: "AddedField", shape: Shape, shapes: Mapping[str, Shape], options: Mapping[int, Choices]
) -> FieldShape | None:
    """Compile one added field; None when what it points at is gone, or its type is not known to this version."""
    given, kind = row.params, FIELD_TYPES.get(_type_of(row))
    if kind is None or row.key in shape.fields:
        return None
    if row.type in POINTING and given.get(POINTING[row.type]) not in shapes:
        return None
    params = _params(row, kind, shape, options.get(row.id, NO_CHOICES) if options else NO_CHOICES)
    return FieldShape(
        key=row.key,
        column=row.column,
        type=kind,
        label=said(row.label),
        hint=said(row.hint) if row.hint else "",
        params=params,
        required=row.required,
        filterable=row.type != "long_text",
        sortable=row.type not in NOT_SORTED,
        indexed=row.indexed,
        default=None if row.default is None else _default(row, kind, params),
        **(_computed(row) if row.type in COMPUTED else {}),
    )


def _type_of(row: "AddedField") -> str:
    """The key of the type of a field's values."""
    if row.type == "autonumber":
        return "text"
    return str(row.params.get("type", "")) if row.type in COMPUTED else row.type


def _computed(row: "AddedField") -> dict[str, Any]:
    """What a field that the database fills has besides."""
    return {
        "read_only": True,
        "tracked": False,
        "formula": row.params.get("formula", ""),
        "reads": frozenset(row.params.get("reads", ())),
        "rollup": _rollup(row) if row.type == "rollup" else None,
        "numbering": _numbering(row) if row.type == "autonumber" else None,
    }


def _rollup(row: "AddedField") -> Rollup:
    given = row.params
    return Rollup(
        source=given["source"],
        link=given["link"],
        measure=given["measure"],
        of=given.get("of", ""),
        by=given.get("by", ""),
        condition=json.dumps(given["filter"], sort_keys=True) if given.get("filter") else "",
        asks=frozenset(given.get("asks", ())),
        for_all=given.get("for_all", False),
    )


def _numbering(row: "AddedField") -> Numbering:
    given = row.params
    return Numbering(given.get("prefix", ""), given.get("digits", 1), given.get("yearly", False))


def _with_own_options(shapes: dict[str, Shape], additions: Additions) -> None:
    """Declared fields with their options as the company words, colours, orders and completes them."""
    if not additions.declared_options:
        return
    for key, shape in shapes.items():
        mended = {
            name: replace(field, params=replace(field.params, choices=worded(field.params.choices, rows)))
            for name, field in shape.fields.items()
            if (rows := additions.declared_options.get((shape.base, field.column))) and field.params.choices
        }
        if mended:
            shapes[key] = replace(shape, fields={**shape.fields, **mended})


def worded(declared: Choices, rows: Sequence["DeclaredOption"]) -> Choices:
    """The options of a declared field by what the company keeps of them; those it knows nothing of come last, as declared."""
    known = declared.by_code
    own = [
        Choice(
            row.code,
            said(row.label) if row.label else known[row.code].label,
            row.hue,
            row.active,
            _fits(row, known.get(row.code)),
        )
        for row in rows
        if row.label or row.code in known
    ]
    kept = {choice.code for choice in own}
    return Choices((*own, *(choice for choice in declared if choice.code not in kept)))


def _fits(row: "DeclaredOption", declared: Choice | None) -> tuple[str, ...]:
    if row.fits is not None:
        return tuple(row.fits)
    return declared.fits if declared else ()


def _with_borrowed_options(shapes: dict[str, Shape]) -> None:
    """The last value of a choice is shown by the options of the field that it was gathered from; some share another's."""
    for key, shape in shapes.items():
        for name, field in shape.fields.items():
            if field.options_of:
                lender, _dot, lent = field.options_of.partition(".")
                mended = replace(
                    field, params=replace(field.params, choices=shapes[lender].fields[lent].params.choices)
                )
                shapes[key] = replace(shape, fields={**shapes[key].fields, name: mended})
            if field.rollup and field.type.key == "option":
                gathered = shapes[field.rollup.source].fields.get(field.rollup.of)
                choices = gathered.params.choices if gathered else NO_CHOICES
                mended = replace(field, params=replace(field.params, choices=choices))
                shapes[key] = replace(shape, fields={**shapes[key].fields, name: mended})


def _with_names_of_fields(shapes: dict[str, Shape]) -> None:
    """Some options are the fields of another kind of record, with those that were added to it, and its lines."""
    for key, shape in list(shapes.items()):
        parts = {
            name: replace(part, fields={k: _naming(f, shapes) for k, f in part.fields.items()})
            for name, part in shape.parts.items()
            if any(f.fields_of for f in part.fields.values())
        }
        if parts:
            shapes[key] = replace(shape, parts={**shape.parts, **parts})


def _naming(field: FieldShape, shapes: Mapping[str, Shape]) -> FieldShape:
    if not field.fields_of:
        return field
    named = shapes[field.fields_of]
    fields = (
        Choice(f.key, headed(f.label))
        for f in named.fields.values()
        if (f.writable or f.due) and not f.required and (f.default is None and not f.system)
    )
    lines = (Choice(p.key, p.label) for p in named.parts.values() if not p.by_verb)
    return replace(field, params=replace(field.params, choices=Choices((*fields, *lines))))


def _under_conditions(shape: Shape, given: "FieldConditions") -> Shape:
    """The object with one field shown, required or locked by conditions."""
    trees = (json.dumps(t, sort_keys=True) if t else "" for t in (given.shown, given.required, given.locked))
    shown, required, locked = trees
    field = replace(shape.fields[given.field], shown_when=shown, required_when=required, locked_when=locked)
    return replace(shape, fields={**shape.fields, given.field: field})


def _default(row: "AddedField", kind: FieldType, params: Params) -> Any:
    """The stored value that new records begin with. One that no longer fits the field is none."""
    try:
        return kind.parse(row.default, params)
    except FieldProblem:
        return None


def _params(row: "AddedField", kind: FieldType, shape: Shape, choices: Choices) -> Params:
    given = row.params
    if not given and not choices and kind.key not in EXACT | CHOSEN | WITH_HOME:
        return PLAIN
    # What is gathered is in the company's currency, whatever the record's own.
    own = kind.key == "money" and row.type != "rollup" and "currency" in shape.fields
    currency = "currency" if own else None
    return Params(
        max_length=given.get("max_length"),
        digits=given.get("digits") or (18 if kind.key in EXACT else None),
        places=given.get("places", 2 if kind.key in EXACT else None),
        minimum=given.get("minimum"),
        maximum=given.get("maximum"),
        choices=choices,
        home=f"{shape.key}.{row.key}" if kind.key in CHOSEN | WITH_HOME else "",
        dictionary=dictionary_of(shape.base, row.column) if kind.key == "tags" else "",
        open_tags=given.get("open_tags", True),
        target=given.get("target"),
        map_service=given.get("map", ""),
        currency_field=currency,
        not_before=given.get("not_before", ""),
    )
