"""From raw input to a Draft: which fields may be written, and what their values are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable, readable_parts, writable
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.fields.base import REQUIRED, FieldProblem
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.shape import FieldShape, PartShape, Shape
from klientura.kernel.objects.spec import Action

MAX_LINES = 200
NO_SUCH_FIELD = _("There is no such field.")
READ_ONLY = _("This field cannot be changed here.")
TOLD_ONCE = _("This is told when the record is made and does not change after.")


def parse(actor: Actor, shape: Shape, raw: Mapping[str, Any], draft: Draft, *, creating: bool) -> None:
    """Parse what was submitted into the draft; every refusal becomes an error of its field.

    A hidden field and one that does not exist are refused in the same words.
    """
    fields, parts = readable(actor, shape), readable_parts(actor, shape)
    for key, value in raw.items():
        if key in parts:
            _parse_part(actor, shape, shape.parts[key], value, draft)
            continue
        field = fields.get(key)
        if field is None:
            draft.refuse(key, "unknown", NO_SUCH_FIELD)
        elif field.by_verb and not creating:
            verb = next((a.label for a in shape.spec.actions if a.key == field.by_verb), field.by_verb)
            draft.refuse(
                key, "by_verb", _("This changes through the action «%(action)s».") % {"action": verb}
            )
        elif field.read_only or not writable(actor, shape, key):
            draft.refuse(key, "read_only", READ_ONLY)
        else:
            _parse_value(field, value, draft)
            if field.once and not creating:
                _keep_as_told(key, draft)
    if creating:
        _complete(shape, fields, draft)


def parse_for_many(
    actor: Actor, shape: Shape, raw: Mapping[str, Any], draft: Draft, known: dict[str, Any] | None = None
) -> None:
    """As `parse` of a change, where what a verb keeps is set by that verb, if it is one that many records take at once.

    What a verb has answered is kept in `known`, for records that are given the same.
    """
    known = {} if known is None else known
    rest = dict(raw)
    for action in shape.spec.actions:
        if action.many is None or not any(action_of(shape, k) is action for k in rest):
            continue
        own = {k: rest.pop(k) for k in list(rest) if k in action.fields}
        asked = f"{action.key}:{sorted(own.items())!r}"
        if asked not in known:
            try:
                known[asked] = action.many(actor, own)
            except Invalid as refused:
                known[asked] = refused
        if isinstance(known[asked], Invalid):
            draft.errors += known[asked].errors
        else:
            draft.values.update(known[asked])
    parse(actor, shape, rest, draft, creating=False)


def action_of(shape: Shape, key: str) -> Action | None:
    """The verb that sets a field on many records at once; None: no verb keeps it, or one that is done to single records."""
    field = shape.fields.get(key)
    if field is None or not field.by_verb:
        return None
    return next((a for a in shape.spec.actions if a.key == field.by_verb and a.many is not None), None)


def _keep_as_told(key: str, draft: Draft) -> None:
    """What is told once stays; who sends the same value again changes nothing."""
    if key in draft.values and draft.values.pop(key) != draft.before.get(key):
        draft.refuse(key, "once", TOLD_ONCE)


def parse_for_verb(
    actor: Actor, shape: Shape, raw: Mapping[str, Any], keys: Iterable[str]
) -> tuple[dict[str, Any], list[FieldError]]:
    """What was given for fields that only a verb writes, read and checked; empty ones are left out."""
    draft = Draft(values={})
    for key in keys:
        field = shape.fields[key]
        if field.type.is_empty(raw.get(key)):
            continue
        if not writable(actor, shape, key):
            draft.refuse(key, "read_only", READ_ONLY)
            continue
        _parse_value(field, raw[key], draft)
    return draft.values, draft.errors


def given_to_verb(actor: Actor, shape: Shape, verb: str, raw: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a verb was given for the fields of its form, read and checked; empty ones are None. Raises Invalid, also for what is required."""
    action = next(a for a in shape.spec.actions if a.key == verb)
    said, errors = parse_for_verb(actor, shape, raw or {}, action.fields)
    wrong = {e.field for e in errors}
    errors += [
        FieldError(key, "required", REQUIRED)
        for key, option in action.fields.items()
        if option.required and key not in said and key not in wrong
    ]
    if errors:
        raise Invalid(errors)
    return {key: said.get(key) for key in action.fields}


def _parse_value(field: FieldShape, raw: Any, draft: Draft) -> None:
    if field.type.is_empty(raw):
        if field.required:
            draft.refuse(field.key, "required", REQUIRED)
        else:
            draft.values[field.key] = None if field.nullable else field.default
        return
    try:
        draft.values[field.key] = field.type.parse(raw, field.params)
    except FieldProblem as bad:
        draft.refuse(field.key, bad.code, bad.message)


def _complete(shape: Shape, fields: Mapping[str, FieldShape], draft: Draft) -> None:
    """On create: defaults for what was left out, and complaints about what may not be."""
    refused = {e.field for e in draft.errors}
    for key, field in shape.fields.items():
        if field.system or key in draft.values or key in refused:
            continue
        if field.default is not None:
            draft.values[key] = list(field.default) if isinstance(field.default, list) else field.default
        elif field.required and key in fields:
            draft.refuse(key, "required", REQUIRED)


def _parse_part(actor: Actor, shape: Shape, part: PartShape, raw: Any, draft: Draft) -> None:
    if part.by_verb or not writable(actor, shape, part.key):
        draft.refuse(part.key, "read_only", READ_ONLY)
        return
    if raw is None:
        raw = []
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) > MAX_LINES:
        draft.refuse(part.key, "type", _("A list is expected here."))
        return
    lines = [_parse_line(part, number, line, draft) for number, line in enumerate(raw)]
    draft.parts[part.key] = [line for line in lines if line is not None]


def _parse_line(part: PartShape, number: int, raw: Any, draft: Draft) -> dict[str, Any] | None:
    where = f"{part.key}.{number}"
    if not isinstance(raw, Mapping):
        draft.refuse(where, "type", _("An object is expected here."))
        return None
    line: dict[str, Any] = {}
    for key, value in raw.items():
        field = part.fields.get(key)
        if key == "id":
            if isinstance(value, int) and not isinstance(value, bool):
                line["id"] = value
        elif field is None:
            draft.errors.append(FieldError(f"{where}.{key}", "unknown", NO_SUCH_FIELD))
        elif not field.read_only:
            single = Draft(values={})
            _parse_value(field, value, single)
            line.update(single.values)
            draft.errors.extend(FieldError(f"{where}.{e.field}", e.code, e.message) for e in single.errors)
    for key, field in part.fields.items():
        if key in line or any(e.field == f"{where}.{key}" for e in draft.errors):
            continue
        if field.required and field.default is None and not field.read_only:
            draft.errors.append(FieldError(f"{where}.{key}", "required", REQUIRED))
        elif "id" not in line:
            line[key] = field.default
    return line
