"""A kind of record and fields as an administrator adds them, so that the suite runs over them like over declared ones."""

from typing import Any, Final

from klientura.kernel.access import rights
from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.schema.fields import add_fields
from klientura.kernel.schema.objects import add_object
from klientura.kernel.testing.factories import creatable

ADDED: Final = "x_sample"
"""The key of the added kind of record."""
EXTENDED: Final = "opportunity"
"""A declared object that gets fields of every type as well."""

EVERY_KEY: Final = (*all_shapes(), ADDED)
CREATABLE_KEYS: Final = (*(s.key for s in creatable()), ADDED)

OPTIONS: Final = [
    {"label": {"ru": "Красный", "en": "Red"}, "hue": "red"},
    {"label": {"ru": "Ёлочный", "en": "Spruce"}, "hue": "green"},
    {"label": {"ru": "Белый", "en": "White"}},
]
FIELDS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("text", {"searched": True}),
    ("long_text", {}),
    ("integer", {"params": {"minimum": -5, "maximum": 5000}}),
    ("decimal", {"params": {"places": 3}}),
    ("money", {}),
    ("date", {}),
    ("datetime", {}),
    ("boolean", {}),
    ("option", {"options": OPTIONS, "default": "Белый"}),
    ("multi_option", {"options": OPTIONS}),
    ("tags", {}),
    ("location", {"params": {"map": "osm"}}),
    ("file", {"params": {"many": True}}),
    ("email", {"searched": True}),
    ("phone", {}),
    ("url", {}),
    ("percent", {}),
    ("rating", {}),
    ("duration", {}),
    ("user", {}),
    ("users", {}),
    ("reference", {"params": {"target": "organisation"}}),
    ("references", {"params": {"target": "organisation"}}),
)


def add_sample() -> None:
    """Add the kind of record with a field of every type, and the same fields to a declared object."""
    who = SystemActor("conformance")
    add_object(
        who,
        {
            "label": {"ru": "Образец", "en": "Sample"},
            "plural": {"ru": "Образцы", "en": "Samples"},
            "new_label": {"ru": "Новый образец", "en": "New sample"},
        },
    )
    counted = {
        "type": "formula",
        "label": {"ru": "Счёт", "en": "Own sum"},
        "params": {"formula": "x_own_integer * 2 + ifempty(x_own_decimal, 0)"},
    }
    told = {
        "type": "formula",
        "label": {"ru": "Слово", "en": "Own word"},
        "params": {"formula": "if(x_own_sum > 500, 'Ёлка', x_own_text)"},
    }
    numbered = {
        "type": "autonumber",
        "label": {"ru": "Номер", "en": "Own number"},
        "params": {"prefix": "{year}-", "digits": 4, "yearly": True},
    }
    gathered = {
        "type": "rollup",
        "label": {"ru": "Задач", "en": "Own tasks"},
        "params": {"source": "task.subject", "measure": "count", "for_all": True},
    }
    link = {"type": "reference", "label": "Образец", "params": {"target": ADDED}}
    wanted = [
        (key, {"type": kind, "label": {"ru": f"Своё {kind}", "en": f"Own {kind}"}, **more})
        for key in (ADDED, EXTENDED)
        for kind, more in FIELDS
    ]
    add_fields(who, [*wanted, (EXTENDED, link)])
    for each in (counted, told, numbered, gathered):
        add_fields(who, [(key, each) for key in (ADDED, EXTENDED)])
    rights.forget()
