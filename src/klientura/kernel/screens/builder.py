"""What the filter builder is given: the fields of a list, the kinds of record that point at its own, names of what is asked for."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, members_of, readable, require
from klientura.kernel.approvals.demands import is_gated
from klientura.kernel.approvals.filtering import KEY as APPROVAL
from klientura.kernel.approvals.filtering import NONE
from klientura.kernel.approvals.models import STATES
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens.filtering import filter_fields, titles_of
from klientura.kernel.screens.picking import is_looked_for, names_of_values
from klientura.kernel.segments.reading import names_of
from klientura.kernel.store.filters import MAX_RELATED, SHARED, Tree
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of

MAX_NAMED = 50
"""Records of one condition whose titles are looked up; a longer list shows numbers."""
POINTING = frozenset({"reference", "references"})
REFERRING = frozenset({"reference", "references", "user", "users"})


def filter_fields_json(actor: Actor, shape: Shape, tree: Tree | None = None) -> str:
    """What the builder of an object knows, as JSON; with the names of the records that a filter asks for."""
    if not tree:
        return _plain(shape, actor, translation.get_language())
    return json.dumps(_known(actor, shape, [tree], 0), ensure_ascii=False)


@lru_cache(maxsize=500)
def _plain(shape: Shape, actor: Actor, _language: str | None) -> str:
    # The actor carries the rights of one version, and a Shape is of one version of the schema.
    return json.dumps(_known(actor, shape, [], 0), ensure_ascii=False)


def _known(actor: Actor, shape: Shape, trees: Sequence[Tree], within: int) -> list[dict[str, Any]]:
    """The fields of an object, then what points at its records; the fields of that too where the trees ask for it."""
    fields = readable(actor, shape)
    found = list(_conditions(trees))
    names = _names(actor, fields, found)
    made = [
        {**f, "names": names[f["key"]]} if f["key"] in names else f
        for f in filter_fields(shape, frozenset(fields))
    ]
    made.append(_segments(actor, shape, found))
    made.append(_sharing())
    made += _approval(shape)
    if within >= MAX_RELATED:
        return made
    asked = defaultdict[str, list[Tree]](list)
    for node in found:
        if isinstance(node.get("related"), str):
            inner = node.get("filter")
            asked[node["related"]] += [inner] if isinstance(inner, Mapping) else []
    for link in _links(actor, shape):
        if link["key"] in asked:
            other = shape_of(link["object"])
            link = {**link, "fields": _known(actor, other, asked[link["key"]], within + 1)}
        made.append(link)
    return made


def _conditions(trees: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    """The conditions of trees, without those inside of related records."""
    nodes = list(trees)
    while nodes:
        node = nodes.pop()
        if not isinstance(node, Mapping):
            continue
        joined = [node[k] for k in ("and", "or", "not") if k in node]
        if not joined:
            yield node
        for inner in joined:
            nodes += inner if isinstance(inner, list) else [inner]


def _names(
    actor: Actor, fields: Mapping[str, FieldShape], conditions: Sequence[Mapping[str, Any]]
) -> dict[str, Mapping[Any, str]]:
    """By field: what the records that a filter names by number are called, as far as they are open to the actor; and tags
    and options of long lists by their codes."""
    wanted: dict[str, set[int]] = defaultdict(set)
    texts: dict[str, set[str]] = defaultdict(set)
    for node in conditions:
        field = fields.get(str(node.get("field")))
        value = node.get("value")
        values = value if isinstance(value, list) else [value]
        if field is not None and is_looked_for(field):
            texts[field.key].update(one for one in values if isinstance(one, str))
        if field is not None and field.type.key in REFERRING:
            for one in values:
                if isinstance(one, int | str) and (found_id := number(str(one))) is not None:
                    wanted[field.key].add(found_id)
    names: dict[str, Mapping[Any, str]] = {
        key: titles_of(actor, fields[key], sorted(ids)[:MAX_NAMED]) for key, ids in wanted.items()
    }
    for key, codes in texts.items():
        names[key] = names_of_values(fields[key], sorted(codes)[:MAX_NAMED])
    return names


def _segments(actor: Actor, shape: Shape, conditions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The segments as one more thing to ask for, with the names of those that are asked for already."""
    named = [n["segment"] for n in conditions if isinstance(n.get("segment"), int)]
    return {
        "key": "@segment",
        "label": _("segment"),
        "type": "reference",
        "ops": [
            {"op": "in", "label": pgettext("segment", "is in"), "value": "ref"},
            {"op": "not_in", "label": pgettext("segment", "is not in"), "value": "ref"},
        ],
        "ref_url": f"/search/segments/{shape.key}",
        **({"names": names_of(actor, named)} if named else {}),
    }


def _sharing() -> dict[str, Any]:
    """Whether a record is shared with the reader, as one more thing to ask for."""
    with_me = {"op": "me", "label": _("with me"), "value": "none"}
    return {"key": SHARED, "label": _("shared"), "type": "user", "ops": [with_me]}


def _approval(shape: Shape) -> list[dict[str, Any]]:
    """How the last approval of a record stands, for the kinds of record that are approved."""
    if not is_gated(shape):
        return []
    options = [(NONE, _("never sent for approval")), *((state, str(label)) for state, label in STATES)]
    return [
        {
            "key": APPROVAL, "label": _("approval"), "type": "option",
            "ops": [
                {"op": "in", "label": _("is one of"), "value": "options"},
                {"op": "not_in", "label": _("is none of"), "value": "options"},
            ],
            "options": [{"value": value, "label": label} for value, label in options],
        }
    ]  # fmt: skip


def _links(actor: Actor, shape: Shape) -> Iterator[dict[str, Any]]:
    """The kinds of record that point at those of an object, by each field that does."""
    for other in all_shapes().values():
        if members_of(other) or not may(actor, other, "read"):
            continue
        fields = readable(actor, other)
        pointing = [f for f in fields.values() if f.filterable and not f.system and points_at(f, shape)]
        for field in pointing:
            alone = len(pointing) == 1 and not field.related
            label = str(other.plural) if alone else str(field.related or f"{other.plural} · {field.label}")
            yield _link(other, field.key, label)
        # What has a field of its own for such records does not hang on them by name.
        if not pointing and shape.spec.subject and {"subject_object", "subject_id"} <= set(fields):
            yield _link(other, "subject", str(other.plural))


def points_at(field: FieldShape, shape: Shape) -> bool:
    """Whether a field holds records of the object: of its very kind, of a table of several, or of any of them."""
    target = all_shapes().get(field.params.target or "") if field.type.key in POINTING else None
    if target is None or target.base != shape.base:
        return False
    return target.key == shape.key or not target.constants or not shape.constants


def _link(other: Shape, key: str, label: str) -> dict[str, Any]:
    counted = {
        "gte": pgettext("related", "at least"),
        "lte": pgettext("related", "at most"),
        "eq": pgettext("related", "exactly"),
    }
    return {
        "key": f"{other.key}.{key}",
        "label": label,
        "type": "related",
        "group": _("Related records"),
        "object": other.key,
        "ops": [
            {"op": "any", "label": pgettext("related", "there are"), "value": "none"},
            {"op": "none", "label": pgettext("related", "there are none"), "value": "none"},
            *({"op": op, "label": said, "value": "whole"} for op, said in counted.items()),
        ],
    }


@open_to(Door.SIGNED_IN)
@require_GET
def fields_of_object(request: HttpRequest, object: str) -> HttpResponse:
    """GET /{object}/filter-fields: what the builder knows of an object, for conditions over related records."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    return HttpResponse(filter_fields_json(asked.actor, shape), content_type="application/json")
