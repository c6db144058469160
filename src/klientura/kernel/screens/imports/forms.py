"""What the page of the mapping shows, and what it sends back."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klientura.kernel.access.actor import Actor
from klientura.kernel.screens.language import lang
from klientura.kernel.transfer.imports import importable
from klientura.kernel.transfer.opening import sample_rows
from klientura.kernel.transfer.paths import Target, targets
from klientura.kernel.transfer.plan import MAX_PEOPLE, ImportPlan, match_choices, plan_from_json
from klientura.kernel.transfer.strangers import MOST_NAMES, Strangers
from klientura.kernel.transfer.wishes import Users
from klientura.kernel.web.requests import number
from klientura.kit.formats import format_decimal
from klientura.kit.tabular.model import TableInfo
from klientura.kit.text import fold

SHOWN_COLUMNS = 150
"""More selects than this no page can carry; further columns keep what was suggested."""
ENCODINGS = (
    ("utf-8", "UTF-8"), ("cp1251", "Windows-1251"), ("cp866", "DOS (CP866)"), ("koi8-r", "KOI8-R"), ("utf-16", "UTF-16"),
)  # fmt: skip


def _capital(text: Any) -> str:
    plain = str(text)
    return plain[:1].upper() + plain[1:]


def target_label(target: Target) -> str:
    """A target as a line of a select."""
    if target.kind == "note" or (target.kind in {"field", "whole_name"} and not target.mate):
        return _capital(target.label)
    owner = _capital(target.shape.label)
    label = _capital(target.label)
    if target.part is not None:
        group = _capital(target.group)
        label = label if target.kind == "contact" else f"{group}, {str(target.label).lower()}"
    return f"{owner} · {label}" if target.mate else label


def column_fields(actor: Actor, plan: ImportPlan, table: TableInfo) -> list[dict[str, Any]]:
    """One select per column of the file, with examples below it."""
    options = [{"value": t.path, "label": target_label(t)} for t in targets(actor, plan.shape).values()]
    samples = sample_rows(table, 20)
    fields = []
    for index, title in enumerate(table.header[:SHOWN_COLUMNS]):
        examples = list(dict.fromkeys(row[index].replace("\n", " ")[:40] for row in samples if row[index]))[
            :3
        ]
        fields.append(
            {
                "type": "select",
                "name": f"column-{index}",
                "label": title or _("Column {number}").format(number=index + 1),
                "hint": " · ".join(examples) or _("empty in the first rows"),
                "value": plan.columns[index],
                "options": options,
                "empty": _("Leave out"),
            }
        )
    return fields


def choice_fields(actor: Actor, plan: ImportPlan) -> list[dict[str, Any]]:
    """How records are compared, and what happens then."""
    shape = plan.shape
    keys = match_choices(actor, shape, plan.columns)
    fields: list[dict[str, Any]] = []
    if keys:
        fields.append(
            {
                "type": "options",
                "name": "match",
                "wide": True,
                "label": _("The same record is known by"),
                "hint": _(
                    "Rows of the file that agree here become one record. The first that applies counts."
                ),
                "value": [",".join(key) for key in plan.match],
                "options": [
                    {
                        "value": ",".join(key),
                        "label": " + ".join(_capital(shape.fields[k].label) for k in key),
                    }
                    for key in keys
                ],
            }
        )
        fields.append(_radio("on_match", _("When the record exists already"), plan.on_match, {
            "update": _("Update it"), "skip": _("Leave the row out"), "create": _("Make a new one"),
        }))  # fmt: skip
        fields.append(_radio("fill", _("What is updated"), plan.fill, {
            "empty": _("Only what is empty"), "overwrite": _("Everything the file has"),
        }))  # fmt: skip
    fields.append(_radio("bad_values", _("A value that cannot be read"), plan.bad_values, {
        "note": _("Goes to the note"), "reject": _("Keeps the row out"),
    }))  # fmt: skip
    if "owner" in plan.columns:
        fields.append(_radio("unknown_owner", _("A person responsible who is not a user here"), plan.unknown_owner, {
            "note": _("I am responsible, the name goes to the note"), "me": _("I am responsible"), "empty": _("Nobody"),
        }))  # fmt: skip
    return fields


def people_fields(plan: ImportPlan, unknown: Strangers, users: Users) -> list[dict[str, Any]]:
    """One field per name of the file that is no user's: whom it means. The name goes along, for the page may be old."""
    chosen = {fold(name): pk for name, pk in plan.people if pk in users.names}
    fields: list[dict[str, Any]] = []
    for place, (name, rows) in enumerate(unknown.names):
        count = ngettext("%(count)s row", "%(count)s rows", rows) % {"count": format_decimal(rows, lang())}
        pk = chosen.get(fold(name), 0)
        fields.append({"type": "hidden", "name": f"person-name-{place}", "value": name})
        fields.append(
            {
                "type": "user",
                "name": f"person-{place}",
                "label": f"{name[:80]} — {count}",
                "url": "/search/users",
                "value": pk or "",
                "display": users.names.get(pk, ""),
                "placeholder": _("Not found: as the rule says"),
            }
        )
    return fields


def _read_people(plan: ImportPlan, sent: QueryDict) -> list[list[Any]]:
    """Whom names mean, as the page says; names that it did not show keep what was said of them."""
    known = {fold(name): [name, user_id] for name, user_id in plan.people}
    for place in range(MOST_NAMES):
        name = sent.get(f"person-name-{place}", "")
        if not name:
            continue
        before = known.pop(fold(name), None)
        user_id = number(sent.get(f"person-{place}")) or 0
        if user_id or before:  # that a name means nobody any more is a choice too
            known[fold(name)] = [name, user_id]
    return list(known.values())[-MAX_PEOPLE:]


def _radio(name: str, label: str, value: str, options: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": "radio",
        "name": name,
        "label": label,
        "value": value,
        "required": True,
        "options": [{"value": v, "label": text} for v, text in options.items()],
    }


def reading_fields(
    actor: Actor, plan: ImportPlan, table: TableInfo, chosen: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """What becomes of the rows, and how the file is read."""
    fields: list[dict[str, Any]] = [
        {
            "type": "select", "name": "object", "label": _("What the rows are"), "value": plan.object, "required": True,
            "options": [{"value": s.key, "label": _capital(s.plural)} for s in importable(actor)],
        }
    ]  # fmt: skip
    if table.kind == "csv":
        known = [e for e, _label in ENCODINGS]
        extra = [] if table.encoding in known else [(table.encoding, table.encoding)]
        fields.append(
            {
                "type": "select", "name": "encoding", "label": _("Encoding"), "value": table.encoding, "required": True,
                "options": [{"value": v, "label": text} for v, text in (*ENCODINGS, *extra)],
            }
        )  # fmt: skip
        names = {";": _("Semicolon"), ",": _("Comma"), "\t": _("Tab"), "|": _("Vertical bar")}
        fields.append(
            {
                "type": "select", "name": "delimiter", "label": _("Between the columns"), "value": table.delimiter,
                "required": True, "options": [{"value": v, "label": text} for v, text in names.items()],
            }
        )  # fmt: skip
    if len(table.sheets) > 1:
        fields.append(
            {
                "type": "select", "name": "sheet", "label": _("Sheet"), "value": table.sheet, "required": True,
                "options": [{"value": s, "label": s} for s in table.sheets],
            }
        )  # fmt: skip
    if table.kind != "vcard":
        fields.append(
            {
                "type": "number", "name": "header_row", "label": _("Row with the titles"), "min": 0, "max": 100,
                "value": str(chosen.get("header_row", table.header_row)), "hint": _("0 when there are no titles"),
            }
        )  # fmt: skip
    return fields


def read_plan(actor: Actor, plan: ImportPlan, sent: QueryDict, width: int) -> ImportPlan:
    """The plan as the form sends it; match keys that the columns no longer fill are left out."""
    columns = [
        sent.get(f"column-{index}", plan.columns[index] if index < len(plan.columns) else "")
        for index in range(width)
    ]
    data: dict[str, Any] = {**plan.to_json(), "columns": columns}
    for name in ("on_match", "fill", "bad_values", "unknown_owner"):
        if sent.get(name):
            data[name] = sent[name]
    possible = match_choices(actor, plan.shape, columns)
    wanted = {tuple(text.split(",")) for text in sent.getlist("match")}
    data["match"] = [list(key) for key in possible if key in wanted]
    data["people"] = _read_people(plan, sent)
    return plan_from_json(data)
