"""A line of a record (a phone, an address, an account) in words: what it is, and its value as something to click."""

from collections.abc import Mapping
from typing import Any

from klientura.kernel.objects.shape import PartShape
from klientura.kernel.screens.cells import Cell, phone
from klientura.kernel.screens.language import lang

CHANNELS = {"email": "email", "phone": "phone", "mobile": "phone", "fax": "phone", "site": "url"}


def kind_of(part: PartShape, line: Mapping[str, Any]) -> str:
    """The kind of a line in words; empty for lines of one kind only."""
    kind = part.fields.get("kind")
    return kind.type.display(line.get("kind"), kind.params, lang()) if kind and line.get("kind") else ""


def value_of(part: PartShape, line: Mapping[str, Any]) -> Cell:
    """The value of a line: a way to reach somebody, or its fields in their order."""
    if "value" in part.fields:
        shown, text = CHANNELS.get(str(line.get("kind")), ""), line.get("value") or ""
        return phone(text, lang()) if shown == "phone" else {"kind": shown, "text": text} if shown else text
    return ", ".join(
        str(line[k]) for k in part.fields if k != "kind" and line.get(k) not in (None, "", False)
    )


def told(part: PartShape, line: Mapping[str, Any]) -> str:
    """A line in one breath: «Addresses · Legal: 236022, Kaliningrad, …»."""
    value = value_of(part, line)
    text = str(value.get("text", "")) if isinstance(value, dict) else str(value)
    if note := ("value" in part.fields and line.get("note")):
        text = f"{text} ({note})"
    name = " · ".join(t for t in (str(part.label), kind_of(part, line)) if t)
    return f"{name}: {text}" if text else name
