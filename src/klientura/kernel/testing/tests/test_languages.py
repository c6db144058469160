"""Every object speaks both languages."""

import re
from collections.abc import Iterator

import pytest
from django.utils import translation
from django.utils.functional import Promise

from klientura.kernel.errors import Text
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import FieldShape

objects = pytest.mark.parametrize("key", list(all_shapes()))
CYRILLIC = re.compile("[А-Яа-яЁё]")
# Names that are the same in both languages.
SAME = {"SMS", "Telegram", "WhatsApp", "MAX"}


def texts(key: str) -> Iterator[tuple[str, Text]]:
    """Everything that an object says: where, and the text."""
    shape = shape_of(key)
    spec = shape.spec
    yield from (
        ("label", shape.label),
        ("plural", shape.plural),
        ("new", spec.new_label),
        ("empty", spec.empty_text),
    )
    yield from ((f"section {s.key}", s.label) for s in spec.sections)
    yield from ((f"action {a.key}", a.label) for a in spec.actions)
    for field in shape.fields.values():
        yield from of_field(field)
    for part in shape.parts.values():
        yield part.key, part.label
        for field in part.fields.values():
            yield from of_field(field)


def of_field(field: FieldShape) -> Iterator[tuple[str, Text]]:
    if field.key not in {"subject_object", "subject_id"}:  # never shown by themselves
        yield f"field {field.key}", field.label
    yield f"hint {field.key}", field.hint
    yield f"panel {field.key}", field.related or ""
    yield from ((f"option {field.key} {c.code}", c.label) for c in field.params.choices)


@objects
def test_every_text_is_translated(key: str) -> None:
    for where, text in texts(key):
        if not text or (where == "field kind" and key == "party"):
            continue
        assert isinstance(text, Promise), f"{where}: “{text}” is not marked for translation"
        with translation.override("en"):
            english = str(text)
        with translation.override("ru"):
            russian = str(text)
        assert english in SAME or CYRILLIC.search(russian), f"{where}: “{english}” has no Russian"
        assert english in SAME or english != russian, where
        assert not CYRILLIC.search(re.sub(r"\(.*\)", "", english)), f"{where}: “{english}” is not English"


@objects
def test_options_of_a_field_are_told_apart(key: str) -> None:
    for language in ("ru", "en"):
        with translation.override(language):
            for field in shape_of(key).fields.values():
                labels = [str(c.label) for c in field.params.choices]
                assert len(set(labels)) == len(labels), (language, field.key)
