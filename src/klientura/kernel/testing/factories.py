"""Valid raw values for records of every object: by the type of the field, and by the module where business says more.

A module's `tests/factories.py` may hold FACTORIES: {object key: function of (world, number) → raw values}; a value
of None leaves the field out. Nothing here is random, so a failure is the same failure tomorrow.
"""

import datetime as dt
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import members_of
from klientura.kernel.files import keeping
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store import write

type Values = dict[str, Any]
type Factory = Callable[["World", int], Values]

TEXTS = (
    "Ёлка и ёж", "елка и еж", "ЕЛКА", "100 % хлопок", "сто_процентов", "О'Нил и «Рога»", 'Кафе "Уют"', "back\\slash",
    "<b>жирный</b>", "{{ 7*7 }}", "Straße 5", "ﬁnance ½", "Ünïcode ✓", "שלום world", "😀 смайл", "=1+2", "a,b;c", "тест-драйв",
    "Яблоко", "яблоко", "Zebra", "zebra 10", "zebra 9", "№ 7",
)  # fmt: skip
TAGS = ("ВИП", "Ёлочный", "new client", "«Особый»", "100 %", "a_b")
SPARSE = 4  # every fourth record leaves a field empty


@dataclass(slots=True)
class World:
    """What already exists while records are made: one record per object to refer to, made when first asked for."""

    actor: Actor
    users: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()
    known: dict[str, list[int]] = field(default_factory=dict)
    brings: Actor | None = None  # whose are the files that records are given; else the actor's

    def reference(self, key: str, number: int = 0) -> int:
        """The number of a record of an object; two of each take turns."""
        shape = shape_of(key)
        members = members_of(shape)
        if members:
            return self.reference(members[number % len(members)].key, number)
        if key not in self.known:
            self.known[key] = []  # an object that refers to itself finds nobody yet
            self.known[key] += [self.create(key, n) for n in range(2)]
        found = self.known[key]
        if not found:
            raise LookupError(key)
        return found[number % len(found)]

    def values(self, key: str, number: int, *, full: bool = False) -> Values:
        """Raw values of one record; `full` leaves no optional field empty."""
        shape = shape_of(key)
        made: Values = {}
        for place, each in enumerate(shape.fields.values()):
            if not each.writable or each.system or each.by_verb or each.params.target == key:
                continue
            if not full and not each.required and (number + place) % SPARSE == 0:
                continue
            value = self.value(each, number + place)
            if value is not None:
                made[each.key] = value
        factory = factories().get(key)
        made.update(factory(self, number) if factory else {})
        return {k: v for k, v in made.items() if v is not None}

    def value(self, each: FieldShape, number: int) -> Any:
        """A valid raw value of a field; None where only the module knows one."""
        if each.params.normalise:
            return None
        if each.type.key == "reference":
            if each.column == "team_id":
                return self.teams[number % len(self.teams)] if self.teams else None
            try:
                return self.reference(each.params.target or "", number)
            except LookupError:
                return None  # two objects refer to each other, and the other is being made right now
        if each.type.key == "references":
            try:
                return sorted({self.reference(each.params.target or "", n) for n in (number, number // 2)})
            except LookupError:
                return None
        if each.type.key == "file":
            text = f"содержание {number % 3}".encode()
            return [int(keeping.bring(self.brings or self.actor, f"файл {number % 5}.txt", io.BytesIO(text)))]
        if each.type.key == "users":
            return (
                sorted({self.users[n % len(self.users)] for n in (number, number // 2)})
                if self.users
                else None
            )
        if each.type.key == "user":
            return self.users[number % len(self.users)] if self.users else None
        return value_by_type(each, number)

    def create(self, key: str, number: int, /, **more: Any) -> int:
        """Make one record and return its number."""
        return write.create(self.actor, shape_of(key), {**self.values(key, number), **more})

    def create_many(self, key: str, count: int, **more: Any) -> list[int]:
        """Make several records; of a mixed object, some of each kind."""
        shape = shape_of(key)
        members = members_of(shape)
        if members:
            share = -(-count // len(members))
            return [i for m in members for i in self.create_many(m.key, share, **more)]
        rows = [{**self.values(key, n), **more} for n in range(count)]
        return write.create_many(self.actor, shape, rows)


def value_by_type(each: FieldShape, number: int) -> Any:
    """A valid raw value that needs nothing but the type's own rules."""
    params, kind = each.params, each.type.key
    if kind in {"option", "multi_option"}:
        codes = [c.code for c in params.choices]
        if not codes:
            return None
        return (
            codes[number % len(codes)] if kind == "option" else sorted({codes[0], codes[number % len(codes)]})
        )
    if kind == "tags":
        return [TAGS[number % len(TAGS)], TAGS[number * 3 % len(TAGS)]]
    if kind == "rating":
        return number % 5 + 1
    if kind in {"integer", "decimal", "money", "percent", "duration"}:
        low = params.minimum if params.minimum is not None and params.minimum >= 0 else 0
        high = params.maximum if params.maximum is not None else 1000
        whole = low + (number * 7) % (min(high, 1000) - low + 1)
        return whole if kind in {"integer", "duration"} else f"{whole}.{number % 100:02d}"
    day = dt.date(2024, 1, 1) + dt.timedelta(days=(number * 37) % 900)
    values: dict[str, Any] = {
        "text": TEXTS[number % len(TEXTS)][: params.max_length or 255],
        "long_text": f"{TEXTS[number % len(TEXTS)]}\n\nвторая строка {number}",
        "boolean": number % 2 == 0,
        "date": day.isoformat(),
        "datetime": f"{day.isoformat()}T{number % 24:02d}:30:00+03:00",
        "email": f"pochta{number}@example.org",
        "phone": f"+7843200{number % 10000:04d}",
        "location": f"{50 + number % 9}.{number % 7}, 3{number % 8}.25; ул. Ленина, {number}",
        "url": f"https://site{number}.example.org/",
    }
    return values.get(kind)


@lru_cache(maxsize=1)
def factories() -> Mapping[str, Factory]:
    """The factories of all installed modules, by the key of the object."""
    found: dict[str, Factory] = {}
    for app in apps.get_app_configs():
        name = f"{app.name}.tests.factories"
        if app.name.startswith("klientura.") and find_spec(f"{app.name}.tests") and find_spec(name):
            found |= import_module(name).FACTORIES
    return found


def creatable() -> list[Shape]:
    """The objects that can be made as such (a party is made as an organisation or a person)."""
    return [s for s in all_shapes().values() if not members_of(s)]


def plain_field(shape: Shape) -> FieldShape:
    """A field whose change changes nothing else, so that a test can tell what came of it: a text without rules."""
    texts = [
        f
        for f in shape.fields.values()
        if f.changeable and not f.system and f.type.key in {"text", "long_text"} and not f.params.normalise
        and f.key != "subject_object"
    ]  # fmt: skip
    return next((f for f in texts if f.key not in shape.spec.title), texts[0])
