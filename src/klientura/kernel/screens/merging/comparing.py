"""The records of a merge side by side, and the record that would come of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import sql

from klientura.kernel.access.gate import Predicate, readable, readable_parts, writable
from klientura.kernel.errors import Invalid, KernelError
from klientura.kernel.fields.tags import Tag
from klientura.kernel.merging.choosing import look_at
from klientura.kernel.merging.circles import dissolved
from klientura.kernel.merging.hanging import hanging
from klientura.kernel.merging.lines import same
from klientura.kernel.merging.merge import compose, lines_of
from klientura.kernel.merging.values import Group, empty, groups_of
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.cells import cell, unlinked
from klientura.kernel.screens.chosen import names_of
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.lines import kind_of, value_of
from klientura.kernel.screens.merging.asking import (
    TOGETHER,
    Asked,
    chosen_values,
    joinable,
    joined,
    source_of,
)
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref
from klientura.kernel.tags import dictionary
from klientura.kernel.web.requests import Request
from klientura.kit.formats import format_date, format_decimal


@dataclass(slots=True)
class Compared:
    """The records as stored, the kept one first, and as their reader sees them; what hangs on each."""

    stored: list[dict[str, Any]]
    rows: dict[int, read.Row]
    counts: Mapping[str, Mapping[int, int]]
    groups: list[Group]

    @property
    def kept(self) -> dict[str, Any]:
        """The record that is kept."""
        return self.stored[0]


def compare(asked: Request, shape: Shape, want: Asked) -> Compared:
    """Read all that a page of a merge needs; a fixed number of queries, however many records there are."""
    stored = look_at(asked.actor, shape, want.ids)
    mine = Predicate(sql.SQL("r.id = any(%s)"), (want.ids,))
    rows = {
        r["id"]: r for r in read.page(asked.actor, shape, more=[mine], sort="id", limit=len(want.ids)).rows
    }
    counts = hanging(asked.actor, shape, want.ids)
    kept_id = want.kept or _fullest(stored, counts)
    stored.sort(key=lambda r: (r["id"] != kept_id, want.ids.index(r["id"])))
    seen = readable(asked.actor, shape)
    order = {k: n for n, k in enumerate(shape.placed)}
    groups = [g for g in groups_of(shape) if all(k in seen for k in g.keys)]
    groups.sort(key=lambda g: min(order.get(k, len(order)) for k in g.keys))  # as on the card
    return Compared(stored, rows, counts, groups)


def _fullest(stored: Sequence[Mapping[str, Any]], counts: Mapping[str, Mapping[int, int]]) -> int:
    """The record that knows most and on which most hangs; of equal ones the oldest."""

    def weight(row: Mapping[str, Any]) -> tuple[int, int, int]:
        said = sum(1 for v in row.values() if not empty(v))
        hung = sum(by_record.get(row["id"], 0) for by_record in counts.values())
        return (-said, -hung, row["id"])

    return int(min(stored, key=weight)["id"])


def columns(asked: Request, shape: Shape, want: Asked, found: Compared) -> list[dict[str, Any]]:
    """The head of each record's column, in the order of the address."""
    made = []
    for each in want.ids:
        row = found.rows[each]
        created, owner = row.get("created_at"), row.get("owner")
        made.append(
            {
                "id": each,
                "title": row["title"] or f"№ {each}",
                "url": f"/{shape.key}/{each}",
                "kept": each == found.kept["id"],
                "keep_url": want.address(shape, kept=each),
                "version": row["version"],
                "created": _("made on {date}").format(date=format_date(timezone.localtime(created), lang()))
                if created
                else "",
                "owner": owner.title if isinstance(owner, Ref) else "",
                "hung": _hung(found.counts, each),
            }
        )
    return made


def _hung(counts: Mapping[str, Mapping[int, int]], record_id: int) -> list[str]:
    shapes = all_shapes()
    return [
        f"{shapes[key].plural}: {format_decimal(by_record[record_id], lang(), places=0)}"
        for key, by_record in counts.items()
        if by_record.get(record_id)
    ]


def questions(asked: Request, shape: Shape, want: Asked, found: Compared) -> dict[str, list[dict[str, Any]]]:
    """What differs, with the values to choose from; and what does not, to be folded away."""
    kept, *others = dissolved(shape, found.stored)
    by_id = {r["id"]: r for r in (kept, *others)}
    differing, alike = [], []
    for group in found.groups:
        values = {i: tuple(by_id[i].get(k) for k in group.leading) for i in want.ids}
        filled = {i: v for i, v in values.items() if any(not empty(x) for x in v)}
        if not filled:
            continue
        lead = shape.fields[group.keys[0]]
        row: dict[str, Any] = {
            "key": lead.key,
            "label": lead.heading,
            "cells": [_cell(asked, shape, group, by_id[i], found.rows[i], i in filled) for i in want.ids],
        }
        if len({repr(v) for v in filled.values()}) < 2:
            alike.append(row)
            continue
        row["source"] = source_of(group, kept, others, want.choices.get(lead.key))
        row["locked"] = not all(writable(asked.actor, shape, k) for k in group.keys)
        row["together"] = TOGETHER if joinable(shape, group) and not row["locked"] else ""
        differing.append(row)
    return {"differing": differing, "alike": alike}


def _cell(
    asked: Request, shape: Shape, group: Group, stored: Mapping[str, Any], row: read.Row, filled: bool
) -> dict[str, Any]:
    """The values of a group in one record; of a link that dissolves, what comes in its place."""
    shown = [
        shown_value(asked, shape, key, row[key] if _same(row[key], stored.get(key)) else stored.get(key), row)
        for key in group.leading
        if not empty(stored.get(key))
    ]
    return {
        "id": stored["id"],
        "filled": filled,
        "values": shown,
        "title": row["title"] or f"№ {stored['id']}",
    }


def _same(shown: Any, stored: Any) -> bool:
    return bool((shown.id if isinstance(shown, Ref) else shown) == stored)


def shown_value(asked: Request, shape: Shape, key: str, value: Any, row: Mapping[str, Any]) -> Any:
    """A value for reading, without leading away from the page."""
    each = shape.fields[key]
    if each.type.key in {"reference", "user"} and isinstance(value, int):
        found = names_of(asked.actor, [(each, value)])
        value = Ref(value, next(iter(found.values()), None))
    elif each.params.dictionary and isinstance(value, list) and not all(isinstance(v, Tag) for v in value):
        value = dictionary.shown(each.params.dictionary, value, names_of(asked.actor, [(each, value)]))
    shown = cell(each, value, dict(row), lang(), company_currency=asked.installation.currency)
    if isinstance(shown, dict) and shown.get("kind") in {"link", "email", "phone", "url"}:
        return shown["text"]
    return unlinked(asked.actor, each, shown)


def raw_values(shape: Shape, want: Asked, found: Compared) -> dict[str, Any]:
    """The raw values that the choices of a form amount to."""
    kept, *others = dissolved(shape, found.stored)
    return chosen_values(shape, found.groups, kept, others, want.choices)


def outcome(asked: Request, shape: Shape, want: Asked, found: Compared) -> dict[str, Any]:
    """What the merged record would say, or why there can be none."""
    ids = [r["id"] for r in found.stored]
    lines = lines_of(shape, ids)
    try:
        draft = compose(asked.actor, shape, found.stored, lines, raw_values(shape, want, found))
    except Invalid as refused:
        return {
            "refusal": " ".join(dict.fromkeys(_told(shape, e.field, str(e.message)) for e in refused.errors))
        }
    except KernelError as refused:
        return {"refusal": str(refused.message)}
    moved: dict[str, int] = {}
    for key, by_record in found.counts.items():
        if number := sum(n for i, n in by_record.items() if i != ids[0]):
            moved[str(all_shapes()[key].plural)] = number
    return {
        "facts": _facts(asked, shape, found, draft),
        "parts": _parts(asked, shape, draft, lines[ids[0]]),
        "moved": [f"{name}: {format_decimal(number, lang(), places=0)}" for name, number in moved.items()],
    }


def _told(shape: Shape, key: str, message: str) -> str:
    each = shape.fields.get(key)
    return f"{each.heading}: {message}" if each else message


def _facts(asked: Request, shape: Shape, found: Compared, draft: Draft) -> list[dict[str, Any]]:
    """What the record would say, by field; what is new to the kept one is marked."""
    seen, before = readable(asked.actor, shape), found.rows[draft.record_id or 0]
    values = {**{k: v for k, v in before.items() if not isinstance(v, Ref)}, **draft.values}
    made = []
    for section in shape.spec.sections:
        for key in section.fields:
            value = draft.values.get(key, before.get(key)) if key in seen else None
            if key not in seen or empty(value):
                continue
            fresh = key in draft.values and draft.values[key] != draft.before.get(key)
            shown = shown_value(asked, shape, key, value if fresh else before[key], values)
            made.append({"label": seen[key].heading, "value": shown, "fresh": fresh})
    return made


def _parts(
    asked: Request, shape: Shape, draft: Draft, before: Mapping[str, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    made = []
    for key in readable_parts(asked.actor, shape):
        part = shape.parts[key]
        told = [
            {
                "label": kind_of(part, line),
                "value": _text(value_of(part, line)),
                "note": line.get("note") or "",
                "fresh": not any(same(part, line, x) for x in before[key]),
            }
            for line in draft.parts.get(key, [])
        ]
        if told:
            made.append({"label": str(part.label), "lines": told})
    return made


def _text(value: Any) -> str:
    return str(value.get("text", "")) if isinstance(value, dict) else str(value)


def together_text(asked: Request, shape: Shape, key: str, found: Compared) -> Any:
    """The values of all records as one, for reading."""
    each = shape.fields[key]
    value = joined(each, [r.get(key) for r in found.stored])
    return cell(each, value, {}, lang(), company_currency=asked.installation.currency)
