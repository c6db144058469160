"""A pack's file: TOML, read and checked as a whole before anything is touched."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.fields.registry import FIELD_TYPES
from klientura.kernel.objects.assemble import COMPUTED
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.schema.naming import MAX_KEY, PREFIX
from klientura.kernel.schema.objects import read_name
from klientura.kernel.schema.wishes import MAX_LABEL, Complaints, read_field, texts_of

FORMAT = 1
"""Of the files this version of the product reads."""
MAX_BYTES = 2_000_000
TOO_LARGE = _("The file is larger than a pack can be (2 MB).")
MAX_PARTS = 2_000
OBJECT, FIELD, LAYOUT, VIEW = "object", "field", "layout", "view"
KINDS: Final = (OBJECT, FIELD, LAYOUT, VIEW)
"""In the order in which they are written."""
ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    OBJECT: frozenset(
        {
            "label",
            "plural",
            "new_label",
            "name_label",
            "name_numbers",
            "icon",
            "navigation",
            "board",
            "parent",
        }
    ),
    FIELD: frozenset(
        {
            "label",
            "hint",
            "section",
            "required",
            "listed",
            "indexed",
            "searched",
            "default",
            "params",
            "options",
        }
    ),
    LAYOUT: frozenset({"sections", "hidden"}),
    VIEW: frozenset({"name", "kind", "state"}),
}
_KEY = re.compile(r"[a-z][a-z0-9_]{1,28}")
_VERSION = re.compile(r"\d{1,4}(\.\d{1,4}){0,2}")
_UNKNOWN = _("“%(name)s” means nothing here. Was the pack made for a newer version of the product?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a pack brings. `said` holds its attributes; params and options of a field each by itself."""

    kind: str
    path: str
    object: str
    said: Mapping[str, Any]
    type: str = ""

    @property
    def key(self) -> str:
        """Its own name, within its object."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class PackFile:
    """A pack as its file describes it. `content` is the file itself, as JSON."""

    key: str
    version: str
    name: Mapping[str, str]
    about: Mapping[str, str]
    entries: tuple[Entry, ...]
    content: Mapping[str, Any]


def newer(one: str, other: str) -> bool:
    """Whether a version comes after another."""
    return _numbers(one) > _numbers(other)


def _numbers(version: str) -> tuple[int, ...]:
    parts = [int(p) for p in version.split(".")]
    return (*parts, *[0] * (3 - len(parts)))


def read_file(data: bytes) -> PackFile:
    """Read a pack's file. Raises Invalid with everything that is wrong; the names of what is meant are paths in the file."""
    if len(data) > MAX_BYTES:
        raise _refused("file", "size", TOO_LARGE)
    try:
        content = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as bad:
        raise _refused("file", "encoding", _("This is not a pack: the file is no text in UTF-8.")) from bad
    except (tomllib.TOMLDecodeError, RecursionError) as bad:
        raise _refused(
            "file", "toml", _("The file cannot be read as TOML: %(reason)s") % {"reason": bad}
        ) from bad
    return read(content)


def read(content: Mapping[str, Any]) -> PackFile:
    """Read a pack from what its file holds. Raises Invalid."""
    _check_format(content)
    wrong = Complaints()
    for strange in sorted(
        set(content) - {"format", "key", "version", "name", "about", "objects", "fields", "layouts", "views"}
    ):
        wrong.add(strange[:60], "unknown", _UNKNOWN % {"name": strange[:60]})
    key, version = content.get("key"), content.get("version")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        wrong.add("key", "key", _("The key of a pack consists of 2–29 Latin letters, digits and _."))
        key = ""
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        wrong.add("version", "version", _("A version looks like 1.2.0."))
        version = "0"
    name = texts_of(content.get("name"), "name", MAX_LABEL, wrong, required=True)
    about = texts_of(content.get("about"), "about", 1000, wrong)
    entries = _entries(content, f"{PREFIX}{key}_", wrong)
    wrong.end()
    return PackFile(key, version, name, about, entries, dict(content))


def _check_format(content: Mapping[str, Any]) -> None:
    number = content.get("format")
    if isinstance(number, int) and number > FORMAT:
        text = _(
            "This pack is of format %(number)s; this version of the product reads format %(known)s. Upgrade the product first."
        )
        raise _refused("format", "newer", text % {"number": number, "known": FORMAT})
    if number != FORMAT or isinstance(number, bool):
        raise _refused("format", "format", _("This is not a pack: it does not say “format = 1”."))


def _refused(name: str, code: str, message: Any) -> Invalid:
    return Invalid([FieldError(name, code, message)])


def _entries(content: Mapping[str, Any], prefix: str, wrong: Complaints) -> tuple[Entry, ...]:
    made: list[Entry] = []
    own = {str(o.get("key")) for o in _tables(content, "objects", Complaints())}
    for kind, list_name in zip(KINDS, ("objects", "fields", "layouts", "views"), strict=True):
        for number, raw in enumerate(_tables(content, list_name, wrong)):
            place = f"{list_name}.{number + 1}"
            entry = _entry(kind, raw, place, prefix, own, wrong)
            if entry is None:
                continue
            if any(e.kind == kind and e.path == entry.path for e in made):
                wrong.add(place, "twice", _("“%(name)s” stands in the file twice.") % {"name": entry.path})
            made.append(entry)
    if len(made) > MAX_PARTS:
        wrong.add("file", "too_many", _("A pack brings at most 2,000 things."))
    return tuple(made)


def _tables(content: Mapping[str, Any], name: str, wrong: Complaints) -> list[Mapping[str, Any]]:
    raw = content.get(name, [])
    if not isinstance(raw, list) or not all(isinstance(each, Mapping) for each in raw):
        wrong.add(name, "type", _("A list of tables is expected here: [[%(name)s]].") % {"name": name})
        return []
    return raw


def _entry(
    kind: str, raw: Mapping[str, Any], place: str, prefix: str, own: set[str], wrong: Complaints
) -> Entry | None:
    named = {OBJECT: {"key"}, FIELD: {"object", "key", "type"}, LAYOUT: {"object"}, VIEW: {"object", "key"}}[
        kind
    ]
    for name in sorted(set(raw) - ATTRIBUTES[kind] - named):
        wrong.add(f"{place}.{name[:60]}", "unknown", _UNKNOWN % {"name": name[:60]})
    key, object_key = raw.get("key", ""), raw.get("object", "")
    known = len(wrong.errors)
    if kind in {OBJECT, FIELD} and not _is_own(key, prefix):
        wrong.add(
            f"{place}.key",
            "key",
            _("The key begins with “%(prefix)s”, so that no two packs ever meet.") % {"prefix": prefix},
        )
    if kind == VIEW and (not isinstance(key, str) or not _KEY.fullmatch(key)):
        wrong.add(f"{place}.key", "key", _("A view needs a key of Latin letters, digits and _."))
    if kind != OBJECT and (not isinstance(object_key, str) or object_key not in own | set(all_shapes())):
        wrong.add(
            f"{place}.object",
            "object",
            _("There is no such kind of record: “%(name)s”.") % {"name": str(object_key)[:60]},
        )
    if len(wrong.errors) > known:
        return None
    said = {name: raw[name] for name in ATTRIBUTES[kind] if name in raw}
    if kind == FIELD:
        said = _field(raw, said, place, own, wrong)
    if kind == OBJECT and "name_numbers" in said:
        found = Complaints()
        read_name({"en": "name"}, said["name_numbers"], found)
        for e in found.errors:
            wrong.add(f"{place}.{e.field.replace('params', 'name_numbers')}", e.code, e.message)
    path = {OBJECT: key, LAYOUT: object_key}.get(kind) or f"{object_key}/{key}"
    return Entry(kind, path, object_key or key, said, str(raw.get("type", "")))


def _is_own(key: object, prefix: str) -> bool:
    return (
        isinstance(key, str) and key.startswith(prefix) and len(key) - len(PREFIX) <= MAX_KEY
        and re.fullmatch(r"[a-z0-9_]+", key[len(prefix) :]) is not None
    )  # fmt: skip


def _field(
    raw: Mapping[str, Any], said: dict[str, Any], place: str, own: set[str], wrong: Complaints
) -> dict[str, Any]:
    """The attributes of a field, checked as a form of it would be; what it points at may be an object of the same pack."""
    kind = raw.get("type")
    if not isinstance(kind, str) or kind not in {*FIELD_TYPES, *COMPUTED}:
        wrong.add(
            f"{place}.type",
            "type",
            _("There is no such type of field: “%(name)s”.") % {"name": str(kind)[:60]},
        )
        return said
    found = Complaints()
    read_field(said, kind, found)
    params = said.pop("params", {})
    target = params.get("target") if isinstance(params, Mapping) else None
    for e in found.errors:
        if not (e.field == "params.target" and target in own):
            wrong.add(f"{place}.{e.field}", e.code, e.message)
    options = said.pop("options", [])
    if isinstance(params, Mapping):
        said |= {f"params.{name}": value for name, value in params.items()}
    if isinstance(options, Sequence):
        said |= _options(options, place, wrong)
    return said


def _options(options: Sequence[Any], place: str, wrong: Complaints) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for number, option in enumerate(options):
        code = option.get("code") if isinstance(option, Mapping) else None
        if (
            not isinstance(code, str)
            or not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", code)
            or f"options.{code}" in made
        ):
            wrong.add(
                f"{place}.options.{number + 1}",
                "code",
                _("Each option of a pack has a code of its own, of Latin letters, digits and _."),
            )
            continue
        made[f"options.{code}"] = {"label": option.get("label"), "hue": option.get("hue", "gray")}
    return made
