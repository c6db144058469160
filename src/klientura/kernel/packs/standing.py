"""How the things that a pack brought stand now, by the same attributes as the pack's file names them by."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from klientura.kernel.objects.models import AddedField, AddedObject, AddedOption, Layout
from klientura.kernel.packs.models import Part
from klientura.kernel.packs.reading import FIELD, LAYOUT, OBJECT, VIEW
from klientura.kernel.schema.rollups import ROLLUP
from klientura.kernel.views.models import View

# What the product itself notes beside what was asked for.
_OWN_PARAMS = {"reads", "type", "asks", "link"}
_OBJECT = ("label", "plural", "new_label", "icon", "navigation", "board", "parent")
_FIELD = ("label", "hint", "section", "required", "listed", "indexed", "searched", "default")


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing as it is: in use or removed, its version, its attributes."""

    target: int
    active: bool
    version: int
    attributes: Mapping[str, Any]


def standing_of(parts: Iterable[Part]) -> dict[int, Standing]:
    """How parts stand, by their numbers; those deleted for good are left out. A query for each kind of thing."""
    wanted: dict[str, dict[int, int]] = defaultdict(dict)
    for part in parts:
        if part.target is not None:
            wanted[part.kind][part.target] = part.pk
    found: dict[int, Standing] = {}
    for o in AddedObject.objects.filter(pk__in=wanted[OBJECT]):
        found[wanted[OBJECT][o.pk]] = Standing(
            o.pk, o.state == "active", o.version, {n: getattr(o, n) for n in _OBJECT}
        )
    options: dict[int, list[AddedOption]] = defaultdict(list)
    for option in AddedOption.objects.filter(field__in=wanted[FIELD]).order_by("position", "pk"):
        options[option.field_id].append(option)
    for f in AddedField.objects.filter(pk__in=wanted[FIELD]):
        attributes = _of_field(f, options[f.pk])
        found[wanted[FIELD][f.pk]] = Standing(f.pk, f.state == "active", f.version, attributes)
    for y in Layout.objects.filter(pk__in=wanted[LAYOUT]):
        attributes = {"sections": y.sections, "hidden": y.hidden}
        found[wanted[LAYOUT][y.pk]] = Standing(y.pk, True, y.version, attributes)
    for v in View.objects.filter(pk__in=wanted[VIEW]):
        attributes = {"name": v.name, "kind": v.kind, "state": v.state}
        found[wanted[VIEW][v.pk]] = Standing(v.pk, v.deleted_at is None, v.version, attributes)
    return found


def _of_field(row: AddedField, options: Iterable[AddedOption]) -> dict[str, Any]:
    made = {name: getattr(row, name) for name in _FIELD}
    params = {k: v for k, v in params_of(row).items() if k not in _OWN_PARAMS}
    if row.type == ROLLUP:
        params["source"] = f"{row.params['source']}.{row.params['link']}"
    elif row.type != "autonumber":
        params.pop("digits", None)
    made |= {f"params.{k}": v for k, v in params.items()}
    made |= {f"options.{o.code}": _of_option(o) for o in options}
    return made


def params_of(row: AddedField) -> dict[str, Any]:
    """The particulars of a field with what they say by leaving it out: a field of files that names no number holds several."""
    if row.type == "file" and "maximum" not in row.params:
        return {**row.params, "many": True}
    return dict(row.params)


def _of_option(option: AddedOption) -> dict[str, Any]:
    made = {"label": option.label, "hue": option.hue}
    return made if option.active else {**made, "active": False}


def field_as_form(row: AddedField) -> dict[str, Any]:
    """An added field as it stands, as the service that changes it takes it."""
    options = AddedOption.objects.filter(field=row).order_by("position", "pk")
    return as_form(_of_field(row, options))


def as_form(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a field as the service that writes it takes them."""
    raw = {k: v for k, v in attributes.items() if "." not in k}
    raw["params"] = {k.partition(".")[2]: v for k, v in attributes.items() if k.startswith("params.")}
    if options := {k.partition(".")[2]: v for k, v in attributes.items() if k.startswith("options.")}:
        raw["options"] = [{"code": code, **option} for code, option in options.items()]
    return raw
