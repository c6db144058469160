"""The form of an added field: which controls each type needs, what stands in them, and what was sent."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from klientura.kernel.access.gate import members_of
from klientura.kernel.errors import FieldError, Text
from klientura.kernel.objects.assemble import COMPUTED
from klientura.kernel.objects.models import AddedField, AddedOption
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.schema.formulas import functions, kinds_of
from klientura.kernel.schema.wishes import HUES, LISTS, SEARCHED, SHOWN
from klientura.modules.administration.web import rollup_forms

# What an administrator chooses from: type → name, what it is for, icon.
TYPES: Final[Mapping[str, tuple[Text, Text, str]]] = {
    "text": (pgettext_lazy("field type", "Text"), gettext_lazy("One line: a name, a number of a contract"), "type"),
    "long_text": (
        pgettext_lazy("field type", "Long text"), gettext_lazy("Several lines: a description, a note"), "align-left",
    ),
    "option": (pgettext_lazy("field type", "Choice"), gettext_lazy("One of a list of yours"), "list"),
    "multi_option": (
        pgettext_lazy("field type", "Several choices"), gettext_lazy("Any number of a list of yours"), "list-checks",
    ),
    "tags": (
        pgettext_lazy("field type", "Tags"), gettext_lazy("Short words of your own, made as they are typed"), "tags",
    ),
    "location": (
        pgettext_lazy("field type", "Place"), gettext_lazy("Coordinates and an address; asked for by distance"), "map-pin",
    ),
    "file": (
        pgettext_lazy("field type", "Files"), gettext_lazy("A contract, a scan, pictures: brought by drag or paste"), "paperclip",
    ),
    "boolean": (pgettext_lazy("field type", "Yes or no"), gettext_lazy("A tick"), "square-check"),
    "integer": (pgettext_lazy("field type", "Whole number"), gettext_lazy("A quantity, a year, a floor"), "hash"),
    "decimal": (pgettext_lazy("field type", "Number"), gettext_lazy("With as many places as you say"), "decimals-arrow-right"),
    "money": (pgettext_lazy("field type", "Sum of money"), gettext_lazy("Exact to the kopeck"), "wallet"),
    "percent": (pgettext_lazy("field type", "Per cent"), gettext_lazy("A share, a discount, a chance"), "percent"),
    "rating": (pgettext_lazy("field type", "Stars"), gettext_lazy("A mark from one to five"), "star"),
    "duration": (pgettext_lazy("field type", "Length of time"), gettext_lazy("Hours and minutes: 1:30, or 1 h 30 min"), "hourglass"),
    "date": (pgettext_lazy("field type", "Date"), gettext_lazy("A day"), "calendar"),
    "datetime": (pgettext_lazy("field type", "Date and time"), gettext_lazy("A moment"), "clock"),
    "reference": (
        pgettext_lazy("field type", "Link to a record"),
        gettext_lazy("A client, a deal or a record of your own kind"),
        "waypoints",
    ),
    "references": (
        pgettext_lazy("field type", "Links to records"), gettext_lazy("Several records of a kind: the people of a project"), "network",
    ),
    "formula": (
        pgettext_lazy("field type", "Formula"),
        gettext_lazy("Computed from other fields of the record, and always current"),
        "calculator",
    ),
    "rollup": (
        pgettext_lazy("field type", "Roll-up"),
        gettext_lazy("Gathered from the records that point at this one: how many, the sum, the last"),
        "sigma",
    ),
    "autonumber": (
        pgettext_lazy("field type", "Number in a row"),
        gettext_lazy("Given by itself to each new record: 2026-00017"),
        "list-ordered",
    ),
    "user": (pgettext_lazy("field type", "User"), gettext_lazy("One of those who work here"), "user"),
    "users": (pgettext_lazy("field type", "Users"), gettext_lazy("Several of those who work here"), "users"),
    "phone": (pgettext_lazy("field type", "Phone"), gettext_lazy("Brought into one form, and dialled by a click"), "phone"),
    "email": (pgettext_lazy("field type", "E-mail"), gettext_lazy("Checked as it is typed"), "mail"),
    "url": (pgettext_lazy("field type", "Link"), gettext_lazy("An address on the web"), "globe"),
}  # fmt: skip
HUE_LABELS: Final[Mapping[str, Text]] = {
    "gray": gettext_lazy("Grey"), "blue": gettext_lazy("Blue"), "teal": gettext_lazy("Teal"),
    "green": gettext_lazy("Green"), "yellow": gettext_lazy("Yellow"), "orange": gettext_lazy("Orange"),
    "red": gettext_lazy("Red"), "pink": gettext_lazy("Pink"), "violet": gettext_lazy("Violet"),
}  # fmt: skip
MAP_LABELS: Final[Mapping[str, str]] = {
    "yandex": "Яндекс Карты", "2gis": "2ГИС", "osm": "OpenStreetMap", "google": "Google Maps",
}  # fmt: skip
AS_TEXT = 100
"""A longer list of options is edited as text, a line for each."""
NUMBERS = {
    "text": ("max_length",),
    "long_text": ("max_length",),
    "integer": ("minimum", "maximum"),
    "decimal": ("places", "minimum", "maximum"),
    "money": ("minimum", "maximum"),
    "percent": ("places", "minimum", "maximum"),
    "formula": ("places",),
    "autonumber": ("digits", "start"),
}
NOT_INDEXED = frozenset({"long_text"})
WITHOUT_DEFAULT = frozenset(
    {
        "reference",
        "user",
        "multi_option",
        "tags",
        "file",
        "location",
        "references",
        "users",
        "long_text",
        "datetime",
        "boolean",
        "formula",
        "rollup",
        "autonumber",
    }
)


def type_cards(object_key: str) -> list[dict[str, str]]:
    """The types to choose from, each with the address of its form."""
    return [
        {
            "label": str(label),
            "note": str(note),
            "icon": icon,
            "url": f"/settings/objects/{object_key}/fields/new?type={key}",
        }
        for key, (label, note, icon) in TYPES.items()
    ]


def values_of(row: AddedField | None) -> dict[str, Any]:
    """What the form of a field begins with."""
    if row is None:
        return {"indexed": True, "open_tags": True, "many": True}
    return {
        "label_ru": row.label.get("ru", ""), "label_en": row.label.get("en", ""), "hint_ru": row.hint.get("ru", ""),
        "hint_en": row.hint.get("en", ""), "section": row.section, "required": row.required, "listed": row.listed,
        "searched": row.searched, "indexed": row.indexed, "default": row.default, "open_tags": True, "many": row.params.get("maximum") != 1,
        **row.params,
        **(rollup_forms.values_of(row) if row.type == "rollup" else {}),
    }  # fmt: skip


def groups(
    shape: Shape,
    kind: str,
    values: Mapping[str, Any],
    row: AddedField | None,
    gathering: Sequence[dict[str, Any]] = (),
) -> list[tuple[str, list[dict[str, Any]]]]:
    """The controls in titled groups; those of a list's options stand by themselves (see `option_lines`).

    `gathering` are the controls of a roll-up.
    """
    names: list[dict[str, Any]] = [
        {"type": "text", "name": "label_ru", "label": _("Name in Russian"), "required": True, "maxlength": 100, "autofocus": row is None},
        {"type": "text", "name": "label_en", "label": _("Name in English"), "optional": True, "maxlength": 100,
         "hint": _("Left empty, the Russian one is shown.")},
        {"type": "text", "name": "hint_ru", "label": _("Hint in Russian"), "optional": True, "maxlength": 300},
        {"type": "text", "name": "hint_en", "label": _("Hint in English"), "optional": True, "maxlength": 300},
    ]  # fmt: skip
    if row is None:
        names.append(
            {"type": "text", "name": "key", "label": _("Key for programs and files"), "optional": True, "maxlength": 42,
             "placeholder": "x_…", "hint": _("Latin letters; made of the name when left empty. It cannot be changed later.")}
        )  # fmt: skip
    kinds = [*gathering, *_of_type(shape, kind, row)]
    places: list[dict[str, Any]] = [
        {"type": "select", "name": "section", "label": _("Section of the card"), "empty": pgettext("section", "More"),
         "options": [{"value": s.key, "label": str(s.label)} for s in shape.spec.sections if s.key != "more"]},
        *([] if kind in COMPUTED else [{"type": "switch", "name": "required", "label": _("Has to be filled in")}]),
        {"type": "switch", "name": "listed", "label": _("Shown in the list until the reader chooses other columns")},
    ]  # fmt: skip
    if kind in SEARCHED:
        places.append(
            {
                "type": "switch",
                "name": "searched",
                "label": _("Found by the search"),
                "hint": _searched_hint(row),
            }
        )
    if kind not in NOT_INDEXED:
        places.append(
            {"type": "switch", "name": "indexed", "label": _("Filtered and sorted by at full speed"),
             "hint": _("Costs a little at every saving. Without it large lists filter by this field in a second or two.")}
        )  # fmt: skip
    made = [(_("How it is called"), names), (_("What it holds"), kinds), (_("Where it stands"), places)]
    return [
        (title, [{**f, "value": values.get(f["name"], "")} for f in fields])
        for title, fields in made
        if fields
    ]


def _searched_hint(row: AddedField | None) -> str:
    return (
        _(
            "Values that were typed before are found as soon as the search has been brought up to date, in the background."
        )
        if row
        else ""
    )


def _of_type(shape: Shape, kind: str, row: AddedField | None) -> list[dict[str, Any]]:
    labels = {
        "max_length": _("Longest text, in characters"),
        "minimum": _("Lowest value"),
        "maximum": _("Highest value"),
        "places": _("Digits after the point"),
        "digits": _("Filled up with noughts to so many digits"),
        "start": _("The first number"),
    }
    made: list[dict[str, Any]] = [_formula(shape, row)] if kind == "formula" else []
    if kind == "autonumber":
        made += _numbering()
    made += [
        {"type": "number", "name": name, "label": labels[name], "optional": True}
        for name in NUMBERS.get(kind, ())
        if not (row and name in {"places", "start"})  # a column keeps its places, and its row of numbers
    ]
    if kind == "formula" and row is None:
        labels_of = {"decimal": _("Number"), "money": _("Sum of money"), "percent": _("Per cent")}
        made.append(
            {"type": "select", "name": "shown", "label": _("A number is shown as"), "required": True,
             "options": [{"value": key, "label": labels_of[key]} for key in SHOWN]}
        )  # fmt: skip
    if kind in {"reference", "references"} and row is None:
        made.append(
            {"type": "select", "name": "target", "label": _("Kind of record"), "required": True, "empty": "—",
             "options": [{"value": s.key, "label": str(s.plural)} for s in targets()]}
        )  # fmt: skip
    if kind in {"date", "datetime"}:
        made += _earlier(shape, kind, row)
    if kind == "tags":
        made.append(
            {"type": "switch", "name": "open_tags", "label": _("Whoever may fill it in may also make new tags"),
             "hint": _("Otherwise only administrators make them; others choose from those there are.")}
        )  # fmt: skip
    if kind == "location":
        made.append(
            {"type": "select", "name": "map", "label": _("Map that a place leads to"), "empty": _("none"),
             "options": [{"value": key, "label": label} for key, label in MAP_LABELS.items()],
             "hint": _("Nothing is sent to the map before somebody clicks.")}
        )  # fmt: skip
    if kind == "file":
        made.append({"type": "switch", "name": "many", "label": _("Several files")})
    if kind not in WITHOUT_DEFAULT:
        control = "date" if kind == "date" else "text"
        made.append(
            {"type": control, "name": "default", "label": _("New records begin with"), "optional": True}
        )
    return made


def _earlier(shape: Shape, kind: str, row: AddedField | None) -> list[dict[str, Any]]:
    """Which date of the record it never lies before; nothing to choose where there is no other."""
    others = [f for f in shape.fields.values() if f.type.key == kind and not (row and f.key == row.key)]
    return [
        {"type": "select", "name": "not_before", "label": _("Never before"), "empty": _("any date"),
         "options": [{"value": f.key, "label": f.heading} for f in others],
         "hint": _("A date before it is refused in forms, imports and programs alike.")}
    ]  # fmt: skip


def _numbering() -> list[dict[str, Any]]:
    return [
        {"type": "text", "name": "prefix", "label": _("In front of the number"), "optional": True, "maxlength": 30,
         "placeholder": "Д-{year}-", "hint": _("{mark} stands for the year in which the record was made.").format(mark="{year}")},
        {"type": "switch", "name": "yearly", "label": _("Begins with one again each year")},
    ]  # fmt: skip


def _formula(shape: Shape, row: AddedField | None) -> dict[str, Any]:
    keys = kinds_of(shape, without=row.key if row else "")
    named = ", ".join(f"{k} ({shape.fields[k].heading})" for k, kind in keys.items() if kind != "other")
    return {
        "type": "textarea", "name": "formula", "label": _("Formula"), "required": True, "rows": 3, "wide": True,
        "placeholder": "if(probability > 50, amount * 0.2, 0)",
        "hint": _("Fields: {fields}. Functions: {functions}. Texts stand in 'quotes'; a number needs a point, not a comma.").format(
            fields=named, functions=", ".join(functions())
        ),
    }  # fmt: skip


def targets() -> list[Shape]:
    """What a link may point at."""
    return [s for s in all_shapes().values() if s.spec.navigation or members_of(s) or s.spec.model is None]


def option_lines(row: AddedField | None) -> list[dict[str, Any]]:
    """The options of a list, one line each, those no longer offered last; a new list begins with three empty lines."""
    stored = list(AddedOption.objects.filter(field=row).order_by("-active", "position", "pk")) if row else []
    made = [
        {"code": o.code, "ru": o.label.get("ru", ""), "en": o.label.get("en", ""), "hue": o.hue, "active": o.active}
        for o in stored
    ]  # fmt: skip
    return made or [{"code": "", "ru": "", "en": "", "hue": HUES[n + 1], "active": True} for n in range(3)]


def as_text(lines: Sequence[Mapping[str, Any]]) -> str:
    """A long list as text: «code | Russian | English | colour | -» with a dash when it is no longer offered."""
    return "\n".join(
        " | ".join([o["code"], o["ru"], o["en"], o["hue"], *([] if o["active"] else ["-"])]) for o in lines
    )


def options_from(form: QueryDict) -> list[dict[str, Any]] | None:
    """The options that a form carries, in the order they stand there; None when it has none."""
    if "options_text" in form:
        return [_option_of(line) for line in form.get("options_text", "").splitlines() if line.strip()]
    if "options-present" not in form:
        return None
    numbers = dict.fromkeys(k.split("-")[1] for k in form if k.startswith("options-") and k.count("-") == 2)
    made = []
    for number in numbers:
        cell = {
            name: form.get(f"options-{number}-{name}", "").strip() for name in ("code", "ru", "en", "hue")
        }
        if not (cell["ru"] or cell["en"]):
            continue
        made.append(
            {
                "code": cell["code"],
                "label": {"ru": cell["ru"], "en": cell["en"]},
                "hue": cell["hue"] or "gray",
                "active": f"options-{number}-retired" not in form,
                **({"fits": form.getlist(f"options-{number}-fits")} if "fits-present" in form else {}),
            }
        )
    return made


def _option_of(line: str) -> dict[str, Any]:
    cells = [c.strip() for c in line.split("|")]
    if len(cells) == 1:
        return {"code": "", "label": {"ru": cells[0]}}
    code, russian, english, hue, gone = (*cells, "", "", "", "")[:5]
    return {
        "code": code, "label": {"ru": russian, "en": english}, "hue": hue or "gray", "active": gone != "-",
    }  # fmt: skip


def raw_from(form: QueryDict, kind: str, *, creating: bool) -> dict[str, Any]:
    """What was sent, as `kernel.schema` takes it."""
    raw: dict[str, Any] = {
        "label": {"ru": form.get("label_ru", ""), "en": form.get("label_en", "")},
        "hint": {"ru": form.get("hint_ru", ""), "en": form.get("hint_en", "")},
        "section": form.get("section", ""),
        "default": form.get("default", ""),
        "params": {name: _number(form.get(name, "")) for name in NUMBERS.get(kind, ()) if name in form},
        **{name: name in form for name in ("required", "listed", "searched")},
        "indexed": "indexed" in form,
    }
    if kind == "formula":
        raw["params"] |= {"formula": form.get("formula", ""), "shown": form.get("shown", "")}
    if kind == "autonumber":
        raw["params"] |= {"prefix": form.get("prefix", ""), "yearly": "yearly" in form}
    if kind in {"date", "datetime"}:
        raw["params"] = {"not_before": form.get("not_before", "")}
    if kind == "tags":
        raw["params"] = {"open_tags": "open_tags" in form}
    if kind == "location":
        raw["params"] = {"map": form.get("map", "")}
    if kind == "file":
        raw["params"] = {"many": "many" in form}
    if kind in {"reference", "references"}:
        raw["params"] = {"target": form.get("target", "")}
    if kind in LISTS and (options := options_from(form)) is not None:
        raw["options"] = options
    if creating:
        raw |= {"type": kind, "key": form.get("key", "")}
    return raw


def _number(text: str) -> int | str | None:
    """A whole number as it was typed; what is none is passed on, to be refused in words."""
    bare = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if not bare:
        return None
    digits = bare.removeprefix("-")
    return int(bare) if digits.isascii() and digits.isdigit() and len(digits) < 19 else text


def errors_by_control(errors: Sequence[FieldError]) -> dict[str, str]:
    """What was wrong, by the name of the control: `label.ru` → label_ru, `params.places` → places."""
    found: dict[str, str] = {}
    for e in errors:
        name = e.field.removeprefix("params.")
        head, _dot, tail = name.partition(".")
        if head == "options":
            place = f"{_('Option')} {int(tail.split('.')[0]) + 1}: " if tail.split(".")[0].isdigit() else ""
            found.setdefault("options", f"{place}{e.message}")
        else:
            found.setdefault(f"{head}_{tail}" if tail in {"ru", "en"} else head, str(e.message))
    return rollup_forms.error_places(found)
