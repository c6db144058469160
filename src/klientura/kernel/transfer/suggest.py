"""A first mapping of columns: by what this user chose last time, by the headers, by the look of the values."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from django.utils import translation

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.objects.shape import Shape
from klientura.kernel.transfer.cells import LANGUAGES, option_of, text_of
from klientura.kernel.transfer.models import ColumnMemory
from klientura.kernel.transfer.paths import TO_NOTE, Target, line_title, targets
from klientura.kernel.transfer.ties import mate_shape
from klientura.kit.emails import BadEmail, normalise_email
from klientura.kit.people import parse_person_name
from klientura.kit.phones import parse_phone
from klientura.kit.requisites import BadRequisite, check_inn, check_kpp
from klientura.kit.tabular.model import TableInfo
from klientura.kit.tabular.vcard import VCARD_COLUMNS
from klientura.kit.text import fold

_SIGNS = re.compile(r"[^\w/]+")
_TRAILING_NUMBER = re.compile(r"\s*[0-9]{1,2}$")
# Only the currency: thousands would change the sums.
_CURRENCY = re.compile(r"\b(?:руб|рублей|rub)\b")
ENOUGH = 0.6
# What every object has.
OWN_NAMES: Mapping[str, tuple[str, ...]] = {
    "owner": ("менеджер", "ответственный", "ответственный менеджер", "куратор", "manager", "owner", "account manager"),
}  # fmt: skip
# Several columns may feed these.
REPEATABLE = (TO_NOTE, "note")


def header_key(title: str) -> str:
    """The form in which titles of columns are compared."""
    plain = _CURRENCY.sub(" ", _SIGNS.sub(" ", fold(title).replace("_", " ")))
    return " ".join(plain.split())


def remembered_key(header: Sequence[str]) -> str:
    """What a set of headers is remembered under."""
    return "\x1f".join(header_key(title) for title in header)[:4000]


def suggest(actor: Actor, shape: Shape, table: TableInfo) -> tuple[str, ...]:
    """One path per column, empty where nothing suggests itself; columns of unknown meaning go to the note."""
    offered = targets(actor, shape)
    known = ColumnMemory.objects.filter(
        user_id=actor.user_id or 0, object=shape.key, header=remembered_key(table.header)
    ).first()
    if known is not None and len(known.columns) == len(table.header):
        return tuple(path if path in offered else "" for path in known.columns)
    if table.kind == "vcard" and shape.spec.vcard:
        paths = [shape.spec.vcard.get(column, TO_NOTE) for column in VCARD_COLUMNS]
        return tuple(path if path in offered else "" for path in paths)
    names, kept = _names(shape, offered), _kept_by_us(actor, shape)
    chosen: list[str] = []
    for index, title in enumerate(table.header):
        key = header_key(title)
        paths = names.get(key) or names.get(_TRAILING_NUMBER.sub("", key), [])
        values = _values(table, index)
        fitting = [path for path in paths if _takes(offered[path], values)] or paths[:1]
        chosen.append(next((path for path in fitting if _free(path, chosen)), ""))
    for index in range(len(chosen)):
        values = _values(table, index)
        if not chosen[index] and header_key(table.header[index]) not in kept:
            path = _by_values(values, offered, shape)
            if path and _free(path, chosen):
                chosen[index] = path
            elif values and table.header[index] and TO_NOTE in offered:
                chosen[index] = TO_NOTE
    return tuple(chosen)


def suggest_object(actor: Actor, table: TableInfo, allowed: Sequence[Shape]) -> Shape:
    """The object that understands most columns of a file."""

    def score(shape: Shape) -> tuple[int, bool]:
        paths = [p for p in suggest(actor, shape, table) if p and p != TO_NOTE]
        required = "name" in shape.fields and shape.fields["name"].required
        return len(paths) - (10 if required and "name" not in paths else 0), shape.spec.row_mate is not None

    return max(allowed, key=score)


def remember(actor: Actor, shape: Shape, header: Sequence[str], columns: Sequence[str]) -> None:
    """Keep a mapping for the next file with the same columns."""
    if actor.user_id is not None:
        ColumnMemory.objects.update_or_create(
            user_id=actor.user_id,
            object=shape.key,
            header=remembered_key(header),
            defaults={"columns": list(columns)},
        )


def _free(path: str, chosen: Sequence[str]) -> bool:
    """Whether one more column may go to a path: contacts and notes take several."""
    return bool(path) and (path not in chosen or path in REPEATABLE or "contact_points[" in path)


def _values(table: TableInfo, index: int) -> list[str]:
    return [text_of(r.cells[index]) for r in table.sample if index < len(r.cells) and r.cells[index] != ""]


def _takes(target: Target, values: Sequence[str]) -> bool:
    """Whether a list of options knows any of the values: a budget may be a sum, or a word of a list."""
    field = target.field
    if field is None or field.type.key != "option" or not values:
        return True
    return any(option_of(value, field) is not None for value in values)


def _names(shape: Shape, offered: Mapping[str, Target]) -> dict[str, list[str]]:
    """Header → paths, the surest names first."""
    names: dict[str, list[str]] = {}

    def learn(path: str, titles: Sequence[str]) -> None:
        if path in offered:
            for title in titles:
                known = names.setdefault(header_key(title), [])
                if path not in known:
                    known.append(path)

    for target in offered.values():
        if target.field is not None and not target.mate and target.kind in {"field", "line"}:
            learn(_better(target.path, offered), [str(target.path), *_titles(target)])
    mate = mate_shape(shape)
    mates = {f"{mate.key}.{path}": titles for path, titles in mate.spec.file_names.items()} if mate else {}
    heads = {"name": shape.spec.file_names.get("name", ())}
    if mate:
        heads[f"{mate.key}.name"] = mate.spec.file_names.get("name", ())
    for path, titles in (*heads.items(), *shape.spec.file_names.items(), *OWN_NAMES.items(), *mates.items()):
        learn(_better(path, offered), titles)
    return names


def _better(path: str, offered: Mapping[str, Target]) -> str:
    """A field that stands for a kind of contact takes several values as a contact."""
    contact = {"phone": "contact_points[phone]", "email": "contact_points[email]"}.get(path, path)
    return contact if contact in offered else path


def _titles(target: Target) -> list[str]:
    """What the column of a target is called in our own files, in every language."""
    return _in_each_language(lambda: line_title(target) if target.kind == "line" else str(target.label))


def _in_each_language(say: Callable[[], str]) -> list[str]:
    said = []
    for language in LANGUAGES:
        with translation.override(language):
            said.append(say())
    return said


def _kept_by_us(actor: Actor, shape: Shape) -> set[str]:
    """Columns of our own files that nobody fills in: the number, who changed the record and when."""
    fields = [f for f in readable(actor, shape).values() if f.read_only or f.type.key == "file"]
    return {header_key(t) for f in fields for t in _in_each_language(partial(str, f.label))}


def _by_values(values: Sequence[str], offered: Mapping[str, Target], shape: Shape) -> str:
    if len(values) < 2:
        return ""
    mate = mate_shape(shape)
    prefix = f"{mate.key}." if mate else ""
    for test, paths in (
        (_is_inn, ("inn",)),
        (_is_kpp, ("kpp",)),
        (_is_email, ("contact_points[email]",)),
        (_is_phone, ("contact_points[phone]",)),
        (_is_whole_name, ("whole_name", f"{prefix}whole_name")),
    ):
        path = next((p for p in paths if p in offered), "")
        if path and sum(map(test, values)) >= ENOUGH * len(values):
            return path
    return ""


def _passes(check: Callable[[str], str], text: str, *errors: type[Exception]) -> bool:
    try:
        check(text)
    except errors:
        return False
    return True


def _is_inn(text: str) -> bool:
    return _passes(check_inn, text, BadRequisite)


def _is_kpp(text: str) -> bool:
    return _passes(check_kpp, text, BadRequisite)


def _is_email(text: str) -> bool:
    return _passes(normalise_email, text, BadEmail)


def _is_phone(text: str) -> bool:
    return parse_phone(text).e164 is not None


def _is_whole_name(text: str) -> bool:
    return parse_person_name(text).confidence >= 0.9
