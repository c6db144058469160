"""What a template may name: the fields of a record by their keys, what it points at, its lines, our company, the day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable, readable_parts
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.settings.days import company_today
from klientura.kernel.settings.installation import current
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref, Row
from klientura.kit.formats import Language, format_date, format_money
from klientura.modules.documents.queries.companies import main_company

SAID_BY_TITLE: Final = frozenset({"user", "reference"})
LEFT_OUT: Final = frozenset({"file", "recurrence"})


def values_of(actor: Actor, shape: Shape, record_id: int, lang: Language) -> dict[str, Any]:
    """All that a template may say of a record, with the actor's rights, as `kit.filling.words.read` takes it. Raises NotFound."""
    row = read.get(actor, shape, record_id)
    made = _fields(actor, shape, row, lang)
    made |= _lines(actor, shape, [record_id], lang)[record_id]
    made |= _pointed_at(actor, shape, row, lang)
    company = row.get("company")
    own = company if isinstance(company, Ref) else main_company(actor).get("company")
    if isinstance(own, Ref):
        made["own"] = _whole(actor, shape_of("own_company"), [own.id], lang).get(own.id, {})
    today = company_today()
    made["today"] = {"text": format_date(today, lang), "kind": "date", "raw": today.isoformat()}
    made["me"] = actor.name
    return made


def _fields(actor: Actor, shape: Shape, row: Row, lang: Language) -> dict[str, Any]:
    made: dict[str, Any] = {"id": row["id"]}
    for key, field in readable(actor, shape).items():
        if field.type.key not in LEFT_OUT and key in row:
            made[key] = value_of(field, row[key], row, lang)
    return made


def value_of(field: FieldShape, value: Any, row: Mapping[str, Any], lang: Language) -> Any:
    """A stored value as templates take it: its text, what it is, and of money its currency."""
    if value is None:
        return ""
    if field.type.key in SAID_BY_TITLE:
        return (value.title or "") if isinstance(value, Ref) else str(value)
    if isinstance(value, list) and any(isinstance(each, Ref) for each in value):
        return ", ".join(each.title or "" for each in value if isinstance(each, Ref))
    if field.type.key == "money":
        currency = row.get(field.params.currency_field or "") or current().currency
        return {
            "text": format_money(value, currency, lang),
            "kind": "decimal",
            "raw": str(value),
            "currency": currency,
        }
    text = field.type.display(value, field.params, lang)
    if isinstance(value, Decimal):
        return {"text": text, "kind": "decimal", "raw": str(value)}
    if isinstance(value, dt.datetime):
        return {"text": text, "kind": "date", "raw": timezone.localtime(value).date().isoformat()}
    if isinstance(value, dt.date):
        return {"text": text, "kind": "date", "raw": value.isoformat()}
    return {"text": text, "kind": "plain", "raw": value} if isinstance(value, int | bool) else text


def _lines(actor: Actor, shape: Shape, ids: list[int], lang: Language) -> dict[int, dict[str, Any]]:
    """The lines of some records by the names of their parts."""
    made: dict[int, dict[str, Any]] = {each: {} for each in ids}
    if not readable_parts(actor, shape):
        return made
    for record_id, parts in read.named_parts_of(actor, shape, ids).items():
        for key, lines in parts.items():
            fields = shape.parts[key].fields
            made[record_id][key] = [
                {
                    k: value_of(f, line.get(k), line, lang)
                    for k, f in fields.items()
                    if f.type.key not in LEFT_OUT
                }
                for line in lines
            ]
    return made


def _pointed_at(actor: Actor, shape: Shape, row: Row, lang: Language) -> dict[str, Any]:
    """The records that the fields of a record point at, each with its own fields; a query for each kind of them."""
    wanted: dict[str, dict[str, int]] = defaultdict(dict)
    for key, field in readable(actor, shape).items():
        value = row.get(key)
        if (
            field.type.key == "reference"
            and field.params.target
            and isinstance(value, Ref)
            and value.title is not None
        ):
            wanted[field.params.target][key] = value.id
    made: dict[str, Any] = {}
    for target, by_key in wanted.items():
        if target not in all_shapes():
            continue
        held = _of_kind(actor, shape_of(target), sorted(set(by_key.values())), lang)
        made |= {key: held[number] for key, number in by_key.items() if number in held}
    return made


def _of_kind(actor: Actor, shape: Shape, ids: list[int], lang: Language) -> dict[int, Any]:
    """Some records; clients as the organisations or the people that they are."""
    if shape.key != "party":
        return _whole(actor, shape, ids, lang)
    tree = {"field": "id", "op": "in", "value": ids}
    kinds: dict[str, list[int]] = defaultdict(list)
    for row in read.page(actor, shape, tree=tree, sort="id", limit=read.MAX_LIMIT, keys=["kind"]).rows:
        kinds[row["kind"]].append(row["id"])
    return {
        k: v for kind, some in kinds.items() for k, v in _whole(actor, shape_of(kind), some, lang).items()
    }


def _whole(actor: Actor, shape: Shape, ids: list[int], lang: Language) -> dict[int, Any]:
    if not may(actor, shape, "read"):
        return {}
    tree = {"field": "id", "op": "in", "value": ids}
    rows = read.page(actor, shape, tree=tree, sort="id", limit=read.MAX_LIMIT).rows
    lines = _lines(actor, shape, [r["id"] for r in rows], lang)
    return {r["id"]: {**_fields(actor, shape, r, lang), **lines[r["id"]]} for r in rows}


def latest(actor: Actor, key: str, *, most: int = 10) -> list[Row]:
    """The newest records of a kind that the actor sees, to try a template on. Raises NotFound where there is no such kind."""
    if key not in all_shapes():
        raise NotFound
    shape = shape_of(key)
    if not may(actor, shape, "read"):
        return []
    return read.page(actor, shape, sort="-id", limit=most, keys=["title"]).rows


def names_of(
    values: Mapping[str, Any], labels: Mapping[str, str], before: str = ""
) -> Iterator[tuple[str, str, str]]:
    """What a template may write, its label, and what it says of one record: (name, label, text)."""
    for key, value in values.items():
        name = f"{before}{key}"
        label = labels.get(name, "")
        if isinstance(value, list):
            inner = value[0] if value else {}
            yield f"{{% for line in {name} %}}…{{% endfor %}}", label, _("{n} lines").format(n=len(value))
            if isinstance(inner, Mapping):
                yield from ((f"{{{{ line.{k} }}}}", "", _text(v)) for k, v in inner.items())
        elif isinstance(value, Mapping) and "kind" not in value:
            yield f"{{{{ {name} }}}}", label, str(_text(value.get("title", "")))
            if not before:
                yield from names_of(value, labels, f"{name}.")
        else:
            yield f"{{{{ {name} }}}}", label, _text(value)


def labels_of(actor: Actor, shape: Shape) -> dict[str, str]:
    """What the names of a record, and of what it points at, are called on screens."""
    made = {key: field.heading for key, field in readable(actor, shape).items()}
    made |= {key: str(shape.parts[key].label) for key in readable_parts(actor, shape)}
    for key, field in readable(actor, shape).items():
        target = all_shapes().get(field.params.target or "") if field.type.key == "reference" else None
        if target is not None:
            for kind in ["organisation", "person"] if target.key == "party" else [target.key]:
                made |= {f"{key}.{k}": f.heading for k, f in readable(actor, shape_of(kind)).items()}
    made |= {f"own.{k}": f.heading for k, f in readable(actor, shape_of("own_company")).items()}
    return {**made, "own": _("Own company"), "today": _("Today"), "me": _("Who makes the paper")}


def _text(value: Any) -> str:
    return str(value.get("text", value.get("title", ""))) if isinstance(value, Mapping) else str(value)
