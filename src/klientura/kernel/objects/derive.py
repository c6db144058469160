"""ObjectSpec + model → Shape. Labels, types, lengths and options come from the model's columns."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.fields import NOT_PROVIDED

from klientura.kernel.fields.base import Choice, Choices, Params
from klientura.kernel.fields.columns import MoneyColumn, PhoneColumn
from klientura.kernel.fields.references import SEVERAL, USERS
from klientura.kernel.fields.registry import DECLARED_TYPES
from klientura.kernel.objects.shape import HEADER, FieldShape, PartShape, Shape
from klientura.kernel.objects.spec import Field, ObjectSpec, Part

# Header columns that no screen, filter or file ever names.
HIDDEN = frozenset({"deleted_at", "operation_id", "search_text", "shared_with"})
UNFILTERED = frozenset({"uid", "version", "updated_by"})
READ_ONLY_HEADER = frozenset(
    {"id", "uid", "title", "created_at", "created_by", "updated_at", "updated_by", "version"}
)
CHOSEN = frozenset({"option", "multi_option", "tags"})
"""Types whose values are chosen from a list that is asked for by the field's own address."""
WITH_HOME = frozenset({"file"})
"""Types whose values are brought to, and fetched from, the field's own address."""
NOT_SORTED = frozenset({"long_text", "multi_option", "tags", "file", "location", "recurrence", *SEVERAL})
USER_MODEL = "access.User"

type Column = models.Field[Any, Any]  # evaluated by type checkers only

_TYPE_OF: tuple[tuple[Any, str], ...] = (
    (PhoneColumn, "phone"),
    (MoneyColumn, "money"),
    (models.EmailField, "email"),
    (models.URLField, "url"),
    (models.UUIDField, "text"),
    (models.CharField, "text"),
    (models.TextField, "long_text"),
    (models.BooleanField, "boolean"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.DecimalField, "decimal"),
    (models.IntegerField, "integer"),
    (ArrayField, "multi_option"),
)


def dictionary_of(base: str, column: str) -> str:
    """The name of the tags of a field: kinds of record that share its column share its tags."""
    return f"{base}.{column}"


def type_key(column: Column) -> str:
    """The field type that a model column stands for."""
    if isinstance(column, models.ForeignKey):
        return "user" if column.remote_field.model._meta.label == USER_MODEL else "reference"
    if column.choices and isinstance(column, models.CharField):
        return "option"
    for klass, key in _TYPE_OF:
        if isinstance(column, klass):
            return key
    raise ImproperlyConfigured(f"no field type for {column!r}")


def derive_field(
    column: Column, options: Field, targets: Mapping[str, str], *, of: tuple[str, str] | None = None
) -> FieldShape:
    """Compile one field from its column and what the spec says about it; `of` names its object and that one's base."""
    kind = options.type or type_key(column)
    optional = column.null or column.blank or column.default is not NOT_PROVIDED
    system = column.name in HEADER
    return FieldShape(
        key=column.name,
        column=column.column or column.name,
        type=DECLARED_TYPES[kind],
        label=options.label or column.verbose_name,
        hint=options.hint or column.help_text,
        params=_params(column, options, targets, _home(kind, column, of)),
        required=(not optional) if options.required is None else options.required,
        nullable=column.null,
        system=system,
        read_only=options.read_only or column.name in READ_ONLY_HEADER,
        by_verb=options.by_verb,
        once=options.once,
        filterable=options.filterable
        and (kind != "long_text" or options.contains)
        and column.name not in UNFILTERED,
        sortable=options.sortable and kind not in NOT_SORTED and column.name not in {"uid", "version"},
        contains=options.contains,
        grouped=options.grouped,
        adds_up=options.adds_up,
        counted=options.counted,
        open_options=options.open_options,
        options_of=options.options_of,
        fields_of=options.fields_of,
        kept_options=tuple(options.kept_options.items()),
        tracked=options.tracked,
        within=options.within,
        related=options.related,
        rare=options.rare,
        as_day=options.as_day,
        due=options.due,
        copied=options.copied,
        default=None if column.default is NOT_PROVIDED or callable(column.default) else column.default,
    )


def _home(kind: str, column: Column, of: tuple[str, str] | None) -> tuple[str, str]:
    """Where the values of a field of a record are chosen from, and the dictionary of its tags."""
    if of is None or kind not in CHOSEN | WITH_HOME:
        return "", ""
    key, base = of
    return f"{key}.{column.name}", dictionary_of(base, column.column or column.name) if kind == "tags" else ""


def _params(column: Column, options: Field, targets: Mapping[str, str], home: tuple[str, str]) -> Params:
    choice_source = column.base_field if isinstance(column, ArrayField) else column
    choices = Choices(
        Choice(
            str(code), label, options.hues.get(str(code), "gray"), fits=options.option_fits.get(str(code), ())
        )
        for code, label in (choice_source.flatchoices or ())
        if code not in ("", None)
    )
    target = USERS if options.type == "users" else options.target
    if isinstance(column, models.ForeignKey) and target is None:
        target = targets.get(column.remote_field.model._meta.label)
    low, high = options.minimum, options.maximum
    if isinstance(column, models.IntegerField) and not isinstance(column, models.BigIntegerField):
        low, high = (-(2**31) if low is None else low), (2**31 - 1 if high is None else high)
    return Params(
        options_by=options.options_by,
        # As text an identifier has its hyphens; Django says 32, which is how other databases keep it.
        max_length=36 if isinstance(column, models.UUIDField) else getattr(choice_source, "max_length", None),
        digits=getattr(column, "max_digits", None),
        places=getattr(column, "decimal_places", None),
        trimmed=options.trimmed,
        minimum=low,
        maximum=high,
        choices=choices,
        target=target,
        currency_field=getattr(column, "currency_field", None),
        normalise=options.normalise,
        not_before=options.not_before,
        home=home[0],
        dictionary=home[1],
    )


def derive_part(part: Part, targets: Mapping[str, str]) -> PartShape:
    """Compile the lines of a record."""
    meta = part.model._meta
    skip = {"id", part.parent, "operation_id", "position", "search_text"}
    fields = {
        c.name: derive_field(c, part.fields.get(c.name, Field()), targets)
        for c in _columns(meta)
        if c.name not in skip
    }
    return PartShape(
        key=part.key,
        label=part.label,
        table=meta.db_table,
        parent_column=_column_of(meta, part.parent),
        fields=fields,
        mirrors=part.mirrors,
        search=part.search,
        order=part.order,
        columns=part.columns,
        beside=part.beside,
        inputs=part.inputs,
        carried=part.carried,
        helper=part.helper,
        totals=part.totals,
        stands_for=part.stands_for,
        complete=part.complete,
        advise=part.advise,
        closed=part.closed,
        by_verb=part.by_verb,
    )


def derive_shape(spec: ObjectSpec, targets: Mapping[str, str], *, mixed: bool = False) -> Shape:
    """Compile a declared object. Raises ImproperlyConfigured when the spec names what does not exist.

    A `mixed` object is the union of kinds that share its table (party): it is looked up and searched, while filters
    and sorts, and so indexes, belong to its kinds.
    """
    meta = spec.table_model._meta
    skip = HIDDEN | set(spec.constants) | set(spec.exclude)
    of = (spec.key, meta.model_name or spec.key)
    fields = {
        c.name: derive_field(c, spec.fields.get(c.name, Field()), targets, of=of)
        for c in _columns(meta)
        if c.name not in skip
    }
    if mixed:
        fields = {
            k: replace(f, filterable=k in {"id", "kind"}, sortable=k == "id") for k, f in fields.items()
        }
    _check_names(spec, fields)
    waited_for = _current_values(spec)
    fields = {k: replace(f, due_while=waited_for) if f.due else f for k, f in fields.items()}
    return Shape(
        key=spec.key,
        base=meta.model_name or spec.key,
        table=meta.db_table,
        spec=spec,
        label=spec.label,
        plural=spec.plural,
        fields=fields,
        parts={p.key: derive_part(p, targets) for p in spec.parts},
        constants=dict(spec.constants),
    )


def _current_values(spec: ObjectSpec) -> tuple[str, tuple[Any, ...]]:
    """The field, and its values, by which a record counts as current; empty when all of them do.

    Raises ImproperlyConfigured when what is due stands beside a filter that asks more than one field.
    """
    if spec.current is None or not any(f.due for f in spec.fields.values()):
        return "", ()
    tree = spec.current
    if tree.get("op") not in {"eq", "in"}:
        raise ImproperlyConfigured(f"{spec.key}: what is due is judged by the values of one field")
    return tree["field"], tuple(tree["value"]) if tree["op"] == "in" else (tree["value"],)


def _check_names(spec: ObjectSpec, fields: Mapping[str, FieldShape]) -> None:
    named: set[str] = {
        *spec.fields, *spec.columns, *spec.quick, *spec.search, *spec.title, spec.sort.lstrip("-"),
        *(k for group in spec.together for k in group),
    }  # fmt: skip
    named.update(key for section in spec.sections for key in section.fields)
    named.update(key for keys in spec.match_keys for key in keys if "." not in key)
    part_keys = {p.key for p in spec.parts}
    if unknown := named - set(fields) - part_keys:
        raise ImproperlyConfigured(f"{spec.key}: no such fields: {', '.join(sorted(unknown))}")


def _columns(meta: Any) -> Iterable[Column]:
    return meta.concrete_fields  # type: ignore[no-any-return]


def _column_of(meta: Any, name: str) -> str:
    return meta.get_field(name).column  # type: ignore[no-any-return]
