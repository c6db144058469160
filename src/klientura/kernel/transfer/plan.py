"""The plan of an import: which object, where each column goes, what counts as the same record, what to do then."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast, get_args

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable, require
from klientura.kernel.errors import BadRequest, Denied
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.transfer.paths import NAME_FIELDS, WHOLE_NAME, Target, contact_part, targets
from klientura.kernel.transfer.ties import tie_of

type OnMatch = Literal["update", "skip", "create"]
type Fill = Literal["empty", "overwrite"]
type BadValues = Literal["note", "reject"]
type UnknownOwner = Literal["me", "empty", "note"]

MAX_COLUMNS = 1000
MAX_PEOPLE = 1000


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What is to be done with a file. `columns` holds one path per column of the file, empty where it is left out.

    `match` are the chosen match keys in order of their weight. `on_match`: what happens to a record that is found
    (`create`: nothing is sought in the database). `fill`: whether a found record only gets what it lacks.
    `bad_values`: an optional value that cannot be read goes to the note, or the row is rejected. `people`: names in the
    file that are no user's, and the users whom they mean.
    """

    object: str
    columns: tuple[str, ...]
    match: tuple[tuple[str, ...], ...] = ()
    on_match: OnMatch = "update"
    fill: Fill = "empty"
    bad_values: BadValues = "note"
    unknown_owner: UnknownOwner = "note"
    people: tuple[tuple[str, int], ...] = ()

    @property
    def shape(self) -> Shape:
        """The object that rows become."""
        return shape_of(self.object)

    def to_json(self) -> dict[str, Any]:
        """The plan as plain data."""
        return {
            **asdict(self),
            "columns": list(self.columns),
            "match": [list(key) for key in self.match],
            "people": [list(pair) for pair in self.people],
        }


def plan_from_json(data: Mapping[str, Any]) -> ImportPlan:
    """A plan from plain data. Raises BadRequest for words that mean nothing here."""
    choices = {"on_match": OnMatch, "fill": Fill, "bad_values": BadValues, "unknown_owner": UnknownOwner}
    given: dict[str, Any] = {}
    for name, type_ in choices.items():
        value = data.get(name)
        if value is None:
            continue
        if value not in get_args(type_.__value__):
            raise BadRequest(
                _("The plan of the import could not be read: %(name)s.") % {"name": name}, code="plan"
            )
        given[name] = value
    columns, match = data.get("columns"), data.get("match", ())
    if not isinstance(columns, Sequence) or isinstance(columns, str) or len(columns) > MAX_COLUMNS:
        raise BadRequest(
            _("The plan of the import could not be read: %(name)s.") % {"name": "columns"}, code="plan"
        )
    return ImportPlan(
        object=str(data.get("object", "")),
        columns=tuple(str(path) for path in columns),
        match=tuple(tuple(str(k) for k in cast("Sequence[Any]", key)) for key in match),
        people=_people(data.get("people", ())),
        **given,
    )


def _people(given: Any) -> tuple[tuple[str, int], ...]:
    unreadable = BadRequest(
        _("The plan of the import could not be read: %(name)s.") % {"name": "people"}, code="plan"
    )
    try:
        pairs = tuple((str(name)[:300], int(user_id)) for name, user_id in given)
    except (TypeError, ValueError):
        raise unreadable from None
    if len(pairs) > MAX_PEOPLE:
        raise unreadable
    return pairs


def match_choices(actor: Actor, shape: Shape, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """The match keys of the object that the mapped columns can fill, in the object's order.

    Before a mere name comes the name with a telephone: two who share both are one person.
    """
    filled = filled_fields(shape, columns)
    hidden = set(shape.fields) - set(readable(actor, shape))
    keys: list[tuple[str, ...]] = []
    for key in shape.spec.match_keys:
        if _is_mere_name(key) and "phone" in shape.fields:
            keys.append((*key, "phone"))
        keys.append(key)
    return [key for key in dict.fromkeys(keys) if set(key) <= filled and not set(key) & hidden]


def default_match(actor: Actor, shape: Shape, columns: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """A sensible choice of match keys: the first that is a number of its own, and the fullest name.

    Namesakes are many, so the mere name of a person is never chosen for the user.
    """
    offered = match_choices(actor, shape, columns)
    names = [key for key in offered if ("name" in key or "last_name" in key) and not _is_mere_name(key)]
    numbers = [key for key in offered if key not in names and len(key) == 1 and key != ("phone",)]
    return tuple(numbers[:1] + names[:1])


def _is_mere_name(key: tuple[str, ...]) -> bool:
    return set(key) <= set(NAME_FIELDS)


def filled_fields(shape: Shape, columns: Sequence[str]) -> set[str]:
    """The fields of the object that some column fills, also by way of a contact or a whole name."""
    filled = {path for path in columns if path in shape.fields}
    if WHOLE_NAME in columns:
        filled |= set(NAME_FIELDS)
    if contact_part(shape) is not None:
        if "contact_points[email]" in columns:
            filled.add("email")
        if "contact_points[phone]" in columns or "contact_points[mobile]" in columns:
            filled.add("phone")
    if any(path.startswith("addresses[") and path.endswith("].city") for path in columns):
        filled.add("city")
    tie = tie_of(shape.key)
    if tie and tie.member == shape.key and any(path.startswith(f"{tie.holder}.") for path in columns):
        filled.add(tie.link)
    return filled


def check_plan(actor: Actor, plan: ImportPlan) -> dict[str, Target]:
    """Check a plan against the actor's rights; return the targets of its columns by path.

    Raises Denied (no right to import), NotFound (no such object), BadRequest (a path or a key that cannot be).
    """
    shape = plan.shape
    require(actor, shape, "import")
    offered = targets(actor, shape)
    used = [path for path in plan.columns if path]
    for path in used:
        if path not in offered:
            raise BadRequest(
                _("A column cannot go to «%(path)s»: there is no such field, or you may not fill it in.")
                % {"path": path[:60]},
                code="path",
            )
    if not used:
        raise BadRequest(_("Choose at least one column to import."), code="no_columns")
    if any(offered[path].mate for path in used):
        mate = offered[next(p for p in used if offered[p].mate)].shape
        if not (may(actor, mate, "import") and may(actor, mate, "create")):
            raise Denied
    _check_keys(actor, shape, plan)
    _check_required(shape, used)
    if not may(actor, shape, "create"):
        raise Denied
    return {path: offered[path] for path in used}


def _check_keys(actor: Actor, shape: Shape, plan: ImportPlan) -> None:
    possible = match_choices(actor, shape, plan.columns)
    for key in plan.match:
        if key not in possible:
            raise BadRequest(
                _("Records cannot be compared by «%(key)s» with these columns.")
                % {"key": ", ".join(key)[:80]},
                code="match",
            )


def _check_required(shape: Shape, used: Sequence[str]) -> None:
    filled = filled_fields(shape, used)
    missing = [
        str(f.label)
        for f in shape.fields.values()
        if f.required and f.default is None and not f.system and f.writable and f.key not in filled
    ]
    if {"last_name", "first_name"} <= set(shape.fields) and not filled & {"last_name", "first_name"}:
        missing.append(str(shape.fields["last_name"].label))
    if missing:
        raise BadRequest(
            _("No column is chosen for: %(fields)s. Every record needs it.") % {"fields": ", ".join(missing)},
            code="required",
        )
