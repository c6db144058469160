"""What the dialog of a verb asks for: the verb's own fields, and what the record lacks for it. Nothing typed is lost."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from klientura.kernel.access.gate import readable, writable
from klientura.kernel.approvals.models import PENDING, Approval
from klientura.kernel.errors import BadRequest, Denied, FieldError, Invalid
from klientura.kernel.fields.base import REQUIRED
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.objects.spec import Action
from klientura.kernel.screens import inputs
from klientura.kernel.screens.chosen import Names, names_of
from klientura.kernel.screens.language import lang
from klientura.kernel.store.read import Row
from klientura.kernel.web.requests import Request


@dataclass(slots=True)
class Asking:
    """The controls of a dialog, what is kept in it unseen, what is wrong besides, and where that is put right."""

    controls: list[dict[str, Any]] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    links: list[dict[str, str]] = field(default_factory=list)
    send_url: str = ""  # where the record is sent for the approval that the verb is refused for


def given_to(asked: Request, shape: Shape, action: Action) -> dict[str, Any]:
    """What a form says to a verb: its own fields, and those of the record that its dialog has asked for."""
    form = asked.POST
    given: dict[str, Any] = {k: v for k in action.fields if (v := form.get(k)) not in (None, "")}
    if not action.asks_missing:
        return given
    more = {
        k: f
        for k, f in readable(asked.actor, shape).items()
        if k not in action.fields and _is_asked(asked, shape, f)
    }
    given |= inputs.values_from(form, more)
    given |= {k: form.getlist(k) for k, part in shape.parts.items() if part.by_verb and k in form}
    given |= {k: v for k, v in form.items() if k.partition("-")[0] in action.instead and "-" in k}
    return given


def _is_asked(asked: Request, shape: Shape, one: FieldShape) -> bool:
    """Whether a field may stand in the dialog of a verb: the reader sees it and may fill it in."""
    return one.changeable and not one.system and writable(asked.actor, shape, one.key)


def at_first(asked: Request, shape: Shape, action: Action, row: Row) -> Asking:
    """What the dialog of a verb asks before anything was said: the verb's own fields, as the record has them."""
    fields = readable(asked.actor, shape)
    own = [(fields[key], option) for key, option in action.fields.items() if key in fields]
    return Asking([
        {**_control(asked, one, row, "", {}, {}), "required": bool(option.required)} for one, option in own
    ])  # fmt: skip


def asking(
    asked: Request,
    shape: Shape,
    action: Action,
    row: Row,
    given: Mapping[str, Any],
    refused: Invalid,
    *,
    told: bool,
    skip: str | None = None,
) -> Asking:
    """What is to be asked after a refusal; with `told` what is missing is called an error, as after an attempt.

    Raises Denied for whoever cannot fill in what is missing, BadRequest when nothing that is asked would help.
    """
    messages = {e.field: str(e.message) for e in refused.errors}
    _refuse_closed(asked, shape, action, refused.errors)
    made = Asking()
    fields = readable(asked.actor, shape)
    names = names_of(asked.actor, [(shape.fields[k], v) for k, v in given.items() if k in shape.fields])
    own = {k for k in action.fields if k != skip and k in fields}
    if action.asks_missing and not own & messages.keys() and not own & given.keys():
        own = set()
    more = [
        k
        for k in fields
        if action.asks_missing
        and k not in action.fields
        and (k in messages or k in given)
        and _is_asked(asked, shape, fields[k])
    ]
    for key in [*(k for k in action.fields if k in own), *more]:
        option = action.fields.get(key)
        need = key in messages or bool(option and option.required)
        made.controls.append({
            **_control(asked, fields[key], row if key in more else {}, messages.get(key, "") if told else "", given, names),
            "required": need,
        })  # fmt: skip
    ticks = list(_ticks(shape, messages, given, made))
    made.controls += ticks
    for key, ask in action.instead.items():
        if key in messages or any(k.startswith(f"{key}-") for k in (*given, *messages)):
            made.controls += [_instead(c, given, messages, told=told) for c in ask()]
    if unapproved := {e.field for e in refused.errors if e.code == "approval"}:
        if Approval.objects.filter(object=shape.base, record_id=row["id"], state=PENDING).exists():
            raise BadRequest(_("It waits for approval. Once that is given, do this again."), code="approval")
        made.send_url = f"/{shape.key}/{row['id']}/approval"
    _leave_over(shape, row, messages, made, besides=unapproved)
    if action.asks_missing and not made.controls and not made.links and not made.send_url:
        raise BadRequest(
            " ".join(messages.values()), code=refused.errors[0].code if refused.errors else "invalid"
        )
    return made


def _refuse_closed(asked: Request, shape: Shape, action: Action, errors: tuple[FieldError, ...]) -> None:
    """Tell whoever cannot fill in what a verb asks for that they cannot. Raises Denied."""
    fields = readable(asked.actor, shape)
    for error in errors:
        one = shape.fields.get(error.field)
        if one is None or error.field in action.instead:
            continue
        if not (error.field in action.fields or (action.asks_missing and one.changeable)):
            continue
        if error.field not in fields or not writable(asked.actor, shape, error.field):
            raise Denied(_("This needs a field that is closed to your role. Ask your administrator."))


def _control(
    asked: Request, one: FieldShape, row: Row, error: str, given: Mapping[str, Any], names: Names
) -> dict[str, Any]:
    made = inputs.control(
        one, row.get(one.key), lang(), company_currency=asked.installation.currency, error=error,
        raw=given.get(one.key), row=row, names=names,
    )  # fmt: skip
    return {**made, "id": f"d-{one.key}"}


def _ticks(
    shape: Shape, messages: Mapping[str, str], given: Mapping[str, Any], made: Asking
) -> Iterator[dict[str, Any]]:
    """A box for each line that has to be ticked; those that were ticked before stay so, unseen."""
    for key, part in shape.parts.items():
        if not part.by_verb:
            continue
        made.kept += [(key, str(each)) for each in given.get(key, ()) if f"{key}.{each}" not in messages]
        for name, text in messages.items():
            of, _dot, place = name.partition(".")
            if of == key and place:
                yield {"type": "bool", "name": key, "id": f"d-{key}-{place}", "label": text, "value": False,
                       "error": "", "attrs": {"value": place}}  # fmt: skip


def _instead(
    control: dict[str, Any], given: Mapping[str, Any], messages: Mapping[str, str], *, told: bool
) -> dict[str, Any]:
    name = control["name"]
    error = messages.get(name, "")
    value = given.get(name, control.get("value", ""))
    if told and not error and control.get("required") and not value:
        error = str(REQUIRED)
    return {**control, "id": f"d-{name}", "value": value, "error": error if told else ""}


def _leave_over(
    shape: Shape, row: Row, messages: Mapping[str, str], made: Asking, *, besides: Collection[str]
) -> None:
    """What no control asks for is said in words; lines of the record are put in on its form, `besides` those that are whole."""
    shown = {c["name"] for c in made.controls}
    for key, text in messages.items():
        name = key.partition(".")[0]
        if key in shown or name in shown or f"{key}-" in {n[: len(key) + 1] for n in shown}:
            continue
        made.errors.append(text)
        part = shape.parts.get(name)
        if part is not None and not part.by_verb and name not in besides:
            made.links.append({"label": str(part.label), "url": f"/{shape.key}/{row['id']}/edit#part-{name}"})
