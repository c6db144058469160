"""What an administrator wants of a field, read and checked before anything is touched."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import FieldError, Invalid, Text
from klientura.kernel.fields.base import REQUIRED, FieldProblem, Params
from klientura.kernel.fields.location import MAPS
from klientura.kernel.fields.references import USERS
from klientura.kernel.fields.registry import FIELD_TYPES
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.schema.naming import slug
from klientura.kernel.schema.numbers import AUTONUMBER, MAX_DIGITS, MAX_PREFIX, MAX_START
from klientura.kit.clean import BadText, clean_text

LANGUAGES = ("ru", "en")
MAX_LABEL = 100
MAX_HINT = 300
MAX_OPTIONS = 10_000
HUES: Final = ("gray", "blue", "teal", "green", "yellow", "orange", "red", "pink", "violet")
LISTS = frozenset({"option", "multi_option"})
WITHOUT_DEFAULT = frozenset(
    {
        "reference",
        "references",
        "user",
        "users",
        "multi_option",
        "tags",
        "file",
        "location",
        "formula",
        "rollup",
        AUTONUMBER,
    }
)
WITHOUT_SEARCH = frozenset({"long_text"})
SEARCHED = frozenset({"text", "email", "phone", "url", AUTONUMBER})
SHOWN = ("decimal", "money", "percent")
"""As what the number that a formula gives can be shown."""
BOUNDED = frozenset({"integer", "decimal", "money", "percent"})


@dataclass(frozen=True, slots=True)
class OptionWish:
    """One option as it was typed; without a code it is a new one."""

    label: Mapping[str, str]
    hue: str = "gray"
    code: str = ""
    active: bool = True
    fits: tuple[str, ...] | None = None  # None: as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWish:
    """A field as it is wanted. What only matters for some types is empty for the others."""

    label: Mapping[str, str]
    hint: Mapping[str, str] = field(default_factory=dict)
    section: str = ""
    required: bool = False
    listed: bool = False
    indexed: bool = True
    searched: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[OptionWish, ...] | None = None  # None: left as they are
    default: Any = None


class Complaints:
    """Collects what is wrong, so that all of it is said at once."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def add(self, name: str, code: str, message: Text) -> None:
        """Note what is wrong with one value."""
        self.errors.append(FieldError(name, code, message))

    def end(self) -> None:
        """Raise Invalid when anything was wrong."""
        if self.errors:
            raise Invalid(self.errors)


def text_of(raw: object, name: str, limit: int, wrong: Complaints) -> str:
    """One line of text of a form, cleaned; what cannot stay is complained of."""
    if raw in (None, ""):
        return ""
    if not isinstance(raw, str):
        wrong.add(name, "type", _("Text is expected here."))
        return ""
    try:
        return clean_text(raw, multiline=False, max_length=limit)
    except BadText as bad:
        message = (
            _("The text is longer than %(count)d characters. Shorten it.") % {"count": limit}
            if bad.code == "too_long"
            else _("One line of text is expected here, without line breaks or tabs.")
        )
        wrong.add(name, bad.code, message)
        return ""


def texts_of(
    raw: object, name: str, limit: int, wrong: Complaints, *, required: bool = False
) -> dict[str, str]:
    """A text in both languages; one is enough, and stands for both."""
    given = raw if isinstance(raw, Mapping) else {"ru": raw}
    if unknown := set(given) - set(LANGUAGES):
        wrong.add(name, "unknown", _("There is no such language: %(language)s.") % {"language": min(unknown)})
    known = len(wrong.errors)
    texts = {code: text_of(given.get(code), f"{name}.{code}", limit, wrong) for code in LANGUAGES}
    filled = {code: text for code, text in texts.items() if text}
    if required and not filled and len(wrong.errors) == known:
        wrong.add(f"{name}.ru", "required", REQUIRED)
    return filled


def read_field(raw: Mapping[str, Any], kind: str, wrong: Complaints) -> FieldWish:
    """Read what is wanted of a field of a type. Complaints name the value by its path («label.ru», «options.3»)."""
    known = {
        "label", "hint", "section", "required", "listed", "indexed", "searched", "params", "options", "default",
    }  # fmt: skip
    for name in sorted(set(raw) - known):
        wrong.add(name[:60], "unknown", _("There is no such field."))
    options = (
        options_of(raw.get("options"), wrong) if kind in LISTS and raw.get("options") is not None else None
    )
    if kind in LISTS and "options" in raw and not options:
        wrong.add("options", "required", _("Name at least one option."))
    params = _params(raw.get("params") or {}, kind, wrong)
    return FieldWish(
        label=texts_of(raw.get("label"), "label", MAX_LABEL, wrong, required=True),
        hint=texts_of(raw.get("hint"), "hint", MAX_HINT, wrong),
        section=text_of(raw.get("section"), "section", 63, wrong),
        required=_flag(raw, "required", wrong),
        listed=_flag(raw, "listed", wrong),
        indexed=_flag(raw, "indexed", wrong, default=True),
        searched=_flag(raw, "searched", wrong) and kind in SEARCHED,
        params=params,
        options=options,
        default=_default(raw.get("default"), kind, params, wrong),
    )


def _flag(raw: Mapping[str, Any], name: str, wrong: Complaints, *, default: bool = False) -> bool:
    value = raw.get(name, default)
    if not isinstance(value, bool):
        wrong.add(name, "type", _("Yes or no is expected here."))
        return default
    return value


def _formula(raw: Mapping[str, Any], wrong: Complaints) -> dict[str, Any]:
    formula, shown = raw.get("formula"), raw.get("shown") or "decimal"
    if shown not in SHOWN:
        wrong.add("params.shown", "option", _("This is not one of the options."))
        shown = "decimal"
    made = {"formula": formula.strip() if isinstance(formula, str) else ""}
    return made if shown == "decimal" else {**made, "shown": shown}


def _rollup(raw: Mapping[str, Any]) -> dict[str, Any]:
    """As it was typed; `rollups.settled` knows what of it makes sense."""
    made = {name: raw[name] for name in ("source", "measure", "of", "by") if isinstance(raw.get(name), str)}
    return {**made, "filter": raw.get("filter"), "for_all": raw.get("for_all") is True}


def _computed(raw: Mapping[str, Any], kind: str, wrong: Complaints) -> dict[str, Any]:
    """The particulars of what the database fills by itself."""
    if kind == "formula":
        return _formula(raw, wrong)
    if kind == "rollup":
        return _rollup(raw)
    if kind == AUTONUMBER:
        prefix = text_of(raw.get("prefix"), "params.prefix", MAX_PREFIX, wrong)
        return {"prefix": prefix, "yearly": raw.get("yearly") is True}
    return {}


def _is_key(given: object) -> bool:
    return isinstance(given, str) and re.fullmatch(r"[a-z][a-z0-9_]{0,62}", given) is not None


_SWITCHES: Final[Mapping[str, tuple[str, type]]] = {
    "tags": ("open_tags", bool), "location": ("map", str), "date": ("not_before", str), "datetime": ("not_before", str),
    "file": ("many", bool),
}  # fmt: skip


def _switches(raw: Mapping[str, Any], kind: str, wrong: Complaints) -> dict[str, Any]:
    """The particulars that are a choice of the administrator's; only what cannot be read at all is complained of."""
    name, takes = _SWITCHES.get(kind, ("", str))
    value = raw.get(name)
    if value is not None and not isinstance(value, takes):
        said = _("Yes or no is expected here.") if takes is bool else _("Text is expected here.")
        wrong.add(f"params.{name}", "type", said)
        return {}
    if name == "open_tags" and value is False:
        return {"open_tags": False}
    if name == "map" and value in MAPS:
        return {"map": value}
    if name == "not_before" and _is_key(value):
        return {"not_before": value}
    if name == "many" and value is not True:
        return {"maximum": 1}
    return {}


def _params(raw: Any, kind: str, wrong: Complaints) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        wrong.add("params", "type", _("An object is expected here."))
        return {}
    made: dict[str, Any] = {}
    bounds = {
        "text": {"max_length": (1, 1000)},
        "long_text": {"max_length": (1, 100_000)},
        "decimal": {"places": (0, 10)},
        "percent": {"places": (0, 10)},
        "formula": {"places": (0, 10)},
        AUTONUMBER: {"digits": (1, MAX_DIGITS), "start": (1, MAX_START)},
    }.get(kind, {})
    if kind in BOUNDED:
        bounds |= {"minimum": (-(10**15), 10**15), "maximum": (-(10**15), 10**15)}
    for name, (low, high) in bounds.items():
        value = raw.get(name)
        if value in (None, ""):
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            wrong.add(
                f"params.{name}", "range", _("A whole number between %(low)s and %(high)s is expected here.")
                % {"low": low, "high": high},
            )  # fmt: skip
            continue
        made[name] = value
    if {"minimum", "maximum"} <= set(made) and made["minimum"] > made["maximum"]:
        wrong.add("params.maximum", "range", _("The highest value is below the lowest."))
    made |= _computed(raw, kind, wrong)
    if kind in {"decimal", "percent"}:
        made["digits"] = 15 + made.get("places", 2)
    made |= _switches(raw, kind, wrong)
    if kind == "users":
        made["target"] = USERS
    if kind in {"reference", "references"}:
        target = raw.get("target")
        if not isinstance(target, str) or target not in all_shapes():
            wrong.add("params.target", "required", _("Choose the kind of record that it points at."))
        else:
            made["target"] = target
    return made


def options_of(raw: Any, wrong: Complaints) -> tuple[OptionWish, ...]:
    """The options that are wanted, in their order; what is wrong with one is complained of."""
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        wrong.add("options", "type", _("A list of options is expected here."))
        return ()
    if len(raw) > MAX_OPTIONS:
        wrong.add(
            "options", "too_many", _("A list holds at most %(count)s options.") % {"count": MAX_OPTIONS}
        )
        return ()
    made: list[OptionWish] = []
    met: dict[tuple[str, str], int] = {}
    for number, each in enumerate(raw):
        given = each if isinstance(each, Mapping) else {"label": each}
        label = texts_of(given.get("label"), f"options.{number}", MAX_LABEL, wrong, required=True)
        for language, text in label.items():
            if met.setdefault((language, text.casefold()), number) != number:
                wrong.add(
                    f"options.{number}",
                    "twice",
                    _("The option «%(label)s» stands in the list twice.") % {"label": text},
                )
                break
        hue = given.get("hue", "gray")
        if hue not in HUES:
            wrong.add(f"options.{number}", "hue", _("There is no such colour."))
            hue = "gray"
        code = given.get("code", "")
        made.append(
            OptionWish(
                label=label,
                hue=hue,
                code=code if isinstance(code, str) else "",
                active=given.get("active", True) is True,
                fits=_fits_of(given.get("fits"), f"options.{number}", wrong),
            )
        )
    return tuple(made)


def _fits_of(raw: object, name: str, wrong: Complaints) -> tuple[str, ...] | None:
    """The values of another field with which an option is offered."""
    if raw is None:
        return None
    if not isinstance(raw, list) or not all(isinstance(each, str) for each in raw):
        wrong.add(name, "fits", _("A list of keys is expected here."))
        return None
    return tuple(dict.fromkeys(raw))


def codes_for(wishes: Sequence[OptionWish], taken: Sequence[str], *, longest: int = 63) -> list[str]:
    """The code of each wanted option: its own if the field has it, else a new one made of its label."""
    known, used = set(taken), set(taken)
    codes: list[str] = []
    for wish in wishes:
        if wish.code in known:  # a second option of the same code is a new one
            known.discard(wish.code)
            codes.append(wish.code)
            continue
        base = slug(wish.code or wish.label.get("en") or next(iter(wish.label.values()), "")) or "option"
        code, number = base[:longest], 2
        while code in used:
            tail = f"_{number}"
            code, number = base[: longest - len(tail)] + tail, number + 1
        used.add(code)
        codes.append(code)
    return codes


def _default(raw: Any, kind: str, params: Mapping[str, Any], wrong: Complaints) -> Any:
    """A value that new records begin with, as JSON; of a list the label or code of an option. Never a record or a person."""
    if raw in (None, "") or kind in WITHOUT_DEFAULT:
        return None
    if kind == "option":
        return text_of(raw, "default", MAX_LABEL, wrong) or None
    known = FIELD_TYPES[kind]
    try:
        value = known.parse(raw, Params(**{k: v for k, v in params.items() if k != "target"}))
    except FieldProblem as bad:
        wrong.add("default", bad.code, bad.message)
        return None
    return known.to_json(value)
