"""Stored values as the design system shows them (see ui/value.html)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may
from klientura.kernel.fields.files import FileRef
from klientura.kernel.fields.location import map_url
from klientura.kernel.fields.tags import Tag, label_of
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import FieldShape
from klientura.kernel.store.read import Ref, Row
from klientura.kit.file_kinds import IMAGES
from klientura.kit.formats import Language, format_bytes, format_date, format_datetime, format_money
from klientura.kit.phones import parse_phone

type Cell = Any
PREVIEWED = 2 * 1024 * 1024
"""A larger picture is not shown before it is asked for."""


def cell(field: FieldShape, value: Any, row: Row, lang: Language, *, company_currency: str) -> Cell:
    """One value for reading, in a table, a fact or a card."""
    if value is None or (isinstance(value, str | list) and not value):
        return None
    maker = _MAKERS.get(field.type.key)
    if maker is not None:
        return maker(field, value, lang)
    if field.type.key == "datetime":
        return _moment(field, value, row, lang)
    if field.type.key == "file":
        return _files(field, value, row, lang)
    if field.type.key == "money":
        currency = row.get(field.params.currency_field or "") or company_currency
        return {"kind": "money", "text": format_money(value, currency, lang)}
    return field.type.display(value, field.params, lang)


def needed_beside(fields: Mapping[str, FieldShape], keys: Iterable[str]) -> list[str]:
    """The other fields that cells are made of: the currency of a sum, what a moment is judged by, the day it stands for.

    Of those the ones among `fields`, which the reader sees.
    """
    needed = ((f.params.currency_field, f.due_while[0], f.as_day) for f in (fields[key] for key in keys))
    return [each for some in needed for each in some if each and each in fields]


def unlinked(actor: Actor, field: FieldShape, shown: Cell) -> Cell:
    """A reference as plain words where it leads to a record of the settings that this reader cannot change."""
    if field.type.key != "reference" or not isinstance(shown, dict) or shown.get("kind") != "link":
        return shown
    target = all_shapes().get(field.params.target or "")
    if target is None or target.spec.navigation or target.spec.subject or may(actor, target, "edit"):
        return shown
    return shown["text"]


def _reference(field: FieldShape, value: Ref, _lang: Language) -> Cell:
    if value.title is None:
        return {"kind": "badge", "text": _("not open to you"), "hue": "gray"}
    if field.column == "team_id":
        return value.title
    return {
        "kind": "link",
        "text": value.title or f"№ {value.id}",
        "url": f"/{field.params.target}/{value.id}",
    }


def _references(field: FieldShape, value: list[Any], _lang: Language) -> Cell:
    """Records by their titles, each a link; of those that are not open to the reader only that they are there."""
    return {
        "kind": "links",
        "items": [
            {"text": ref.title or f"№ {ref.id}", "url": f"/{field.params.target}/{ref.id}"}
            if isinstance(ref, Ref) and ref.title is not None
            else {"text": _("not open to you"), "url": ""}
            for ref in value
        ],
    }


def _users(_field: FieldShape, value: list[Any], _lang: Language) -> Cell:
    names = [ref.title if isinstance(ref, Ref) and ref.title else _("former employee") for ref in value]
    return {"kind": "links", "items": [{"text": name, "url": ""} for name in names]}


def _user(_field: FieldShape, value: Ref, _lang: Language) -> Cell:
    return {"kind": "user", "text": value.title or _("former employee")}


def _option(field: FieldShape, value: str, _lang: Language) -> Cell:
    choice = field.params.choices.by_code.get(value)
    if choice is None:
        return value
    return (
        {"kind": "badge", "text": str(choice.label), "hue": choice.hue}
        if choice.hue != "gray"
        else str(choice.label)
    )


def _options(field: FieldShape, value: list[str], _lang: Language) -> Cell:
    return {
        "kind": "badges",
        "items": [
            {"text": str(c.label), "hue": c.hue}
            for code in field.params.choices.in_order(value)
            for c in (field.params.choices.by_code[code],)
        ],
    }


def _tags(_field: FieldShape, value: list[str], _lang: Language) -> Cell:
    return {
        "kind": "badges",
        "items": [{"text": label_of(v), "hue": v.hue if isinstance(v, Tag) else "gray"} for v in value],
    }


def _files(field: FieldShape, value: list[Any], row: Row, lang: Language) -> Cell:
    """Files by name, each a link to where it is fetched as long as the record can be read."""
    home, _dot, key = field.params.home.partition(".")
    place = f"/files/{home}/{row['id']}/{key}" if "id" in row else ""
    return {
        "kind": "files",
        "items": [
            {
                "text": each.name, "size": format_bytes(each.size, lang), "url": f"{place}/{each}" if place else "",
                "image": each.media in IMAGES and each.size <= PREVIEWED, "icon": _icon(each.media),
            }
            for each in value
            if isinstance(each, FileRef)
        ],
    }  # fmt: skip


def _icon(media: str) -> str:
    if media.startswith("image/"):
        return "image"
    return "file-text" if media == "application/pdf" or media.startswith("text/") else "file"


def _place(field: FieldShape, value: str, lang: Language) -> Cell:
    """A place by its address, or by its coordinates; a link to the map that the administrator chose, if one was."""
    text = field.type.display(value, field.params, lang)
    url = map_url(value, field.params.map_service)
    return {"kind": "url", "text": text, "url": url} if url else text


def _date(field: FieldShape, value: dt.date, lang: Language) -> Cell:
    return {"kind": "date", "text": format_date(value, lang), "iso": value.isoformat()}


def _moment(field: FieldShape, value: dt.datetime, row: Row, lang: Language) -> Cell:
    if field.as_day and (day := row.get(field.as_day)):
        return _date(field, day, lang)
    text = format_datetime(timezone.localtime(value), lang)
    return {"kind": "date", "text": text, "iso": value.isoformat(), "overdue": is_late(field, value, row)}


def is_late(field: FieldShape, value: dt.datetime, row: Row) -> bool:
    """Whether something should have been done by now and still has to be: what is done or called off is never late."""
    key, values = field.due_while
    return field.due and value < timezone.now() and (not key or row.get(key) in values)


def _boolean(_field: FieldShape, value: bool, _lang: Language) -> Cell:
    return {"kind": "bool", "value": value}


def _text(kind: str) -> Any:
    def make(field: FieldShape, value: str, lang: Language) -> Cell:
        return {"kind": kind, "text": field.type.display(value, field.params, lang)}

    return make


def phone(value: str, lang: Language) -> Cell:
    """A number to read and to dial; a local one, which cannot be dialled from elsewhere, is dialled as it stands."""
    known = parse_phone(value)
    dialled = known.e164 or known.display
    if known.e164 and known.extension:
        dialled = f"{known.e164};ext={known.extension}"
    return {"kind": "phone", "text": known.shown(lang), "value": dialled}


def _number(field: FieldShape, value: Any, lang: Language) -> Cell:
    return {"kind": "number", "text": field.type.display(value, field.params, lang)}


_MAKERS: dict[str, Any] = {
    "reference": _reference,
    "user": _user,
    "references": _references,
    "users": _users,
    "option": _option,
    "multi_option": _options,
    "tags": _tags,
    "location": _place,
    "date": _date,
    "boolean": _boolean,
    "email": _text("email"),
    "phone": lambda _field, value, lang: phone(value, lang),
    "url": _text("url"),
    "long_text": _text("long"),
    "integer": _number,
    "decimal": _number,
}
