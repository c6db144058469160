"""Fields as form controls (see ui/fields.html), and what a form sends back as raw values."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from klientura.kernel.fields.base import Choice, FieldProblem, fitting
from klientura.kernel.fields.files import FileRef
from klientura.kernel.fields.measures import STARS
from klientura.kernel.fields.references import SEVERAL, USERS
from klientura.kernel.fields.tags import Tag, label_of
from klientura.kernel.files import keeping
from klientura.kernel.history.read import FILES
from klientura.kernel.objects.shape import FieldShape, PartShape
from klientura.kernel.screens import repeating
from klientura.kernel.screens.chosen import Names, name_of, texts_in
from klientura.kernel.screens.picking import is_looked_for, values_url
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.web.requests import number
from klientura.kit.formats import Language, format_bytes

CONTROLS = {
    "text": "text", "long_text": "textarea", "integer": "number", "decimal": "number", "money": "money", "date": "date",
    "datetime": "datetime", "boolean": "bool", "option": "select", "multi_option": "options", "email": "email",
    "phone": "phone", "url": "url", "reference": "ref", "user": "user", "percent": "number", "rating": "select", "duration": "text",
    "tags": "picks", "file": "files", "location": "text", "references": "picks",
    "users": "picks", "recurrence": "repeats",
}  # fmt: skip


def control(
    field: FieldShape,
    value: Any,
    lang: Language,
    *,
    company_currency: str,
    error: str = "",
    name: str = "",
    raw: Any = None,
    row: Row | None = None,
    names: Names | None = None,
) -> dict[str, Any]:
    """The control of a field. `raw` is what was typed before (kept after a refusal), else the stored value is shown.

    What was chosen before is called as `names` say, whatever the record points at now.
    """
    made: dict[str, Any] = {
        "type": CONTROLS[field.type.key],
        "name": name or field.key,
        "label": field.heading,
        "hint": str(field.hint),
        "required": field.required,
        "error": error,
        "value": raw if raw is not None else field.type.to_input(_plain(value), field.params, lang),
    }
    kind = made["type"]
    if kind == "files":
        _files(field, made, value, names or {}, lang)
    elif field.type.key in SEVERAL:
        _pointed(field, made, value, names or {})
    elif is_looked_for(field):
        kind = _picked(field, made, names or {})
    elif kind in {"select", "options"}:
        made["options"] = _options(field, made["value"])
        if kind == "select":
            made |= {"empty": "—", "options_by": field.params.options_by}
    elif field.type.key == "percent":
        made["suffix"] = "%"
    elif kind == "money":
        made["currency"] = (row or {}).get(field.params.currency_field or "") or company_currency
    elif kind in {"ref", "user"}:
        _choices(field, made, row or {})
        if raw is not None:
            made["display"] = name_of(field, raw, names or {})
        elif isinstance(value, Ref):
            made["value"], made["display"] = value.id, value.title or f"№ {value.id}"
    elif kind in {"repeats", "datetime"}:
        made |= (
            repeating.control_of(made["value"]) if kind == "repeats" else {"exact": field.type.to_json(value)}
        )
    if kind == "textarea" or field.type.many:
        made["wide"] = True
    return made


def _picked(field: FieldShape, made: dict[str, Any], names: Names) -> str:
    """Values that are looked for as one types: tags, and the options of a long list."""
    made["url"] = values_url(field)
    if not field.type.many:
        made["type"] = "ref"
        made["display"] = field.type.display(made["value"] or None, field.params, "ru")
        return "ref"
    made["type"] = "picks"
    held = made["value"] if isinstance(made["value"], list | tuple) else texts_in(made["value"])
    if field.params.dictionary:
        tags = [
            each if isinstance(each, Tag) else names.get((field.params.dictionary, each), each)
            for each in held
        ]
        made["chosen"] = [
            {"value": str(t), "label": label_of(t), "hue": t.hue if isinstance(t, Tag) else "gray"}
            for t in tags
        ]
        made["creates"] = field.params.open_tags
    else:
        by_code = field.params.choices.by_code
        found = [by_code.get(str(each)) or Choice(str(each), str(each)) for each in held]
        made["chosen"] = [{"value": c.code, "label": str(c.label), "hue": c.hue} for c in found]
    return "picks"


def _pointed(field: FieldShape, made: dict[str, Any], value: Any, names: Names) -> None:
    """The records that a field points at, by their titles, and where others are looked for."""
    target = field.params.target or ""
    known = {each.id: each.title for each in value or () if isinstance(each, Ref)}
    chosen = []
    for raw in made["value"] or ():
        place = raw.id if isinstance(raw, Ref) else number(str(raw))
        label = str(raw) if place is None else known.get(place) or names.get((target, place)) or f"№ {place}"
        chosen.append({"value": str(raw) if place is None else place, "label": label, "hue": "gray"})
    made |= {
        "chosen": chosen,
        "url": "/search/users" if target == USERS else f"/search/reference/{target}?only=1",
    }


def _files(field: FieldShape, made: dict[str, Any], value: Any, names: Names, lang: Language) -> None:
    """The files that a record holds or is to hold, and where further ones are brought."""
    known = {int(each): each for each in value or () if isinstance(each, FileRef)}
    chosen = []
    for raw in made["value"] or ():
        place = int(raw) if str(raw).isdecimal() else 0
        held = known.get(place)
        if name := held.name if held else names.get((FILES, place)):
            size = format_bytes(held.size, lang) if held else ""
            chosen.append({"value": place, "label": name, "size": size})
    made |= {
        "chosen": chosen, "url": f"/files/new/{field.params.home.replace('.', '/', 1)}",
        "multiple": field.params.maximum != 1, "most": keeping.most_bytes(),
    }  # fmt: skip


def _options(field: FieldShape, value: Any) -> list[dict[str, Any]]:
    """What is offered: options in use, and one that is no longer offered where the record holds it."""
    if field.type.key == "rating":
        return [{"value": n, "label": field.type.display(n, field.params, "ru")} for n in range(STARS, 0, -1)]
    held = set(map(str, value)) if isinstance(value, list | tuple) else {str(value)}
    return [
        {"value": c.code, "label": str(c.label), "hue": c.hue, "fits": c.fits}
        for c in field.params.choices
        if c.active or c.code in held
    ]


def only_fitting(field: FieldShape, made: dict[str, Any], row: Row) -> dict[str, Any]:
    """The control of a value by itself: it offers what goes with the record as it stands, and what it holds."""
    by = field.params.options_by
    if not by or by not in row or "options" not in made:
        return made
    known = field.params.choices.by_code
    offered = [
        o for o in made["options"] if o["value"] == made["value"] or fitting(known[o["value"]], row[by])
    ]
    return {**made, "options": offered, "options_by": ""}


def _choices(field: FieldShape, made: dict[str, Any], row: Row) -> None:
    """Where the choices of a reference come from."""
    if field.type.key == "user":
        made["url"] = "/search/users"
    elif field.column == "team_id":
        made["type"], made["url"] = "ref", "/search/teams"
    else:
        made["url"] = f"/search/reference/{field.params.target}"
        if field.within:
            made["within"], made["within_key"] = field.within
            if isinstance(shared := row.get(field.within[0]), Ref):
                made["url"] += f"?{made['within_key']}={shared.id}"


def _plain(value: Any) -> Any:
    return value.id if isinstance(value, Ref) else value


def values_from(form: QueryDict, fields: Mapping[str, FieldShape]) -> dict[str, Any]:
    """Raw values of the fields that a form carries. A checkbox sends `present` marks, since an unticked one is silent."""
    values: dict[str, Any] = {}
    marks = set(form.getlist("present"))
    for key, field in fields.items():
        if field.type.many:
            if key in form or key in marks:
                values[key] = [v for v in form.getlist(key) if v]
        elif field.type.key == "boolean":
            if key in form or key in marks:
                values[key] = form.get(key, "") in {"1", "true", "on", "yes"}
        elif field.type.key == "recurrence" and key in form:
            values[key] = repeating.said_in(form, key)
        elif key in form:
            values[key] = _exact(field, form.get(key, ""), form.get(f"{key}-exact", ""))
    return values


def difference_from(form: QueryDict, values: Mapping[str, Any], field: FieldShape) -> dict[str, Any]:
    """What a change of many records does with values of several: «how» says whether they are added, removed or set."""
    how, chosen = form.get("how", ""), values.get(field.key)
    if field.type.many and how in {"add", "remove"}:
        return {field.key: {how: chosen or []}}
    return dict(values)


def _exact(field: FieldShape, typed: str, stored: str) -> str:
    """What was typed, or the moment that stood in the field when it was left as it was: its seconds do not fit into the control."""
    if field.type.key != "datetime" or not stored:
        return typed
    try:
        shown = field.type.to_input(field.type.parse(stored, field.params), field.params, "ru")
    except FieldProblem:  # not of our making; what was typed stands
        return typed
    return stored if shown == typed else typed


def lines_from(form: QueryDict, part: PartShape) -> list[dict[str, Any]] | None:
    """Lines of a part, sent as `contact_points-0-value`; None when the form has no such part. Empty lines are dropped.

    However many there are, all are read: a line that is left out is deleted, so too many are for the writer to refuse.
    """
    return None if f"{part.key}-present" not in form else list(lines_by_place(form, part).values())


def _says_something(part: PartShape, key: str) -> bool:
    """Whether a value makes a line: a choice does where it begins with none, in a table of lines."""
    if key in part.carried:
        return False  # what the form only carries along was typed by nobody
    field = part.fields[key]
    return not field.params.choices or (bool(part.columns) and field.default is None)


def lines_by_place(form: QueryDict, part: PartShape) -> dict[int, dict[str, Any]]:
    """The lines of a part that are not empty, by their numbers in the form."""
    names = (k.removeprefix(f"{part.key}-").partition("-")[0] for k in form if k.startswith(f"{part.key}-"))
    lines: dict[int, dict[str, Any]] = {}
    for place in sorted({n for name in names if (n := number(name)) is not None}):
        prefix = f"{part.key}-{place}-"
        line: dict[str, Any] = {
            k: form.get(prefix + k, "")
            for k, f in part.fields.items()
            if prefix + k in form
            or (f.type.key == "boolean" and k in part.inputs)  # a tick not set is not sent
        }
        filled = [k for k, v in line.items() if v.strip() and _says_something(part, k)]
        if not filled:
            continue
        if (line_id := number(form.get(prefix + "id"))) is not None:
            line["id"] = line_id
        lines[place] = line
    return lines
