"""Whom to call about a record: the people and organisations it names, with their phones and e-mails to click."""

from collections.abc import Mapping
from typing import Any

from klientura.kernel.access.gate import may, members_of, readable
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.web.requests import Request

CHANNELS = frozenset({"phone", "email"})
PEOPLE = 5

type Key = tuple[str, int]
"""A table and a number in it: an organisation is the same one wherever it is named as a party."""


def contacts(asked: Request, shape: Shape, row: Row) -> list[dict[str, Any]]:
    """Those whom the record names, then those who belong to the same one (the people of a deal's client).

    A record that has a phone or an e-mail of its own shows these among its facts; it has no such panel.
    """
    if any(f.type.key in CHANNELS for f in shape.fields.values()):
        return []
    named: dict[Key, tuple[Shape, str]] = {}
    for field in readable(asked.actor, shape).values():
        target, value = _reachable(asked, field), row.get(field.key)
        if target and isinstance(value, Ref) and value.title is not None:
            named.setdefault((target.base, value.id), (target, field.heading))
    found = _named(asked, named)
    for field in readable(asked.actor, shape).values():
        target = _reachable(asked, field)
        if target is not None and field.within and isinstance(whole := row.get(field.within[0]), Ref):
            others = _others(asked, target, field.within[1], whole)
            for other in others:
                found.setdefault((target.base, other["id"]), _item(asked, target, other, ""))
    return list(found.values())


def _reachable(asked: Request, field: FieldShape) -> Shape | None:
    """What a field points at, where that has phones or e-mails that are open to the reader; not our own settings."""
    if field.type.key != "reference" or field.system:
        return None
    target = all_shapes().get(field.params.target or "")
    if target is None or not target.spec.subject or not may(asked.actor, target, "read"):
        return None
    return target if _channels(asked, target) else None


def _channels(asked: Request, target: Shape) -> list[FieldShape]:
    return [f for f in readable(asked.actor, target).values() if f.type.key in CHANNELS]


def _named(asked: Request, named: Mapping[Key, tuple[Shape, str]]) -> dict[Key, dict[str, Any]]:
    """Those that fields point at, in the order of the fields; one query for each kind of target."""
    kinds = {target.key: target for target, _label in named.values()}
    rows: dict[Key, Row] = {}
    for target in kinds.values():
        ids = [number for (_base, number), (kind, _label) in named.items() if kind.key == target.key]
        tree = {"field": "id", "op": "in", "value": ids}
        page = read.page(asked.actor, target, tree=tree, keys=_keys(asked, target), limit=len(ids))
        rows |= {(target.base, r["id"]): r for r in page.rows}
    return {
        key: _item(asked, target, rows[key], label) for key, (target, label) in named.items() if key in rows
    }


def _keys(asked: Request, target: Shape) -> list[str]:
    return ["title", *(f.key for f in _channels(asked, target))]


def _others(asked: Request, target: Shape, key: str, whole: Ref) -> list[Row]:
    if key not in readable(asked.actor, target):
        return []
    tree = {"field": key, "op": "eq", "value": whole.id}
    return read.page(asked.actor, target, tree=tree, sort="-id", limit=PEOPLE, keys=_keys(asked, target)).rows


def _item(asked: Request, target: Shape, row: Row, label: str) -> dict[str, Any]:
    icon = "contact" if members_of(target) else target.spec.icon
    return {
        "title": row["title"] or f"№ {row['id']}",
        "url": f"/{target.key}/{row['id']}",
        "label": label,
        "icon": icon,
        "channels": [
            cell(f, row[f.key], row, lang(), company_currency=asked.installation.currency)
            for f in _channels(asked, target)
            if row.get(f.key)
        ],
    }
