"""Forms and cards whose fields come, go and are required as the record's own values say."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, members_of, readable
from klientura.kernel.errors import Denied, NotFound
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens import inputs
from klientura.kernel.store import field_states, read
from klientura.kernel.store.field_states import States
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of


def as_typed(shape: Shape, row: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record with what was typed over them; what cannot be read yet counts as empty."""
    return {**row, **{k: _parsed(shape.fields[k], raw) for k, raw in typed.items() if k in shape.fields}}


def _parsed(field: FieldShape, raw: Any) -> Any:
    if field.type.is_empty(raw):
        return None
    try:
        return field.type.parse(raw, field.params)
    except FieldProblem:
        return None


def states(actor: Actor, shape: Shape, row: Mapping[str, Any], typed: Mapping[str, Any]) -> States:
    """The states of a form's fields, by what stands in it and in the record behind it."""
    if not field_states.conditioned(shape):
        return field_states.NONE
    return field_states.states_of(actor, shape, [as_typed(shape, row, typed)])[0]


def of_form(
    actor: Actor, shape: Shape, row: Mapping[str, Any], typed: Mapping[str, Any], *, stored: bool
) -> tuple[States, frozenset[str]]:
    """The states of a form's fields, and those that can no longer be changed in the `stored` record behind it."""
    if not field_states.conditioned(shape):
        return field_states.NONE, frozenset()
    now, before = field_states.states_of(actor, shape, [as_typed(shape, row, typed), row])
    return now, before.locked if stored else frozenset()


def changed(actor: Actor, shape: Shape, before: Row, after: Row) -> bool:
    """Whether other fields are shown, required or locked after a change of a record than before it."""
    if not field_states.conditioned(shape):
        return False
    rows = [with_judged(shape, row, row["id"]) for row in (before, after)]
    earlier, later = field_states.states_of(actor, shape, rows)
    return earlier != later


def marked(controls: Mapping[str, dict[str, Any]], found: States) -> dict[str, dict[str, Any]]:
    """The controls of a form as their fields' states want them."""
    made = {}
    for key, control in controls.items():
        more: dict[str, Any] = {"hidden": True} if key in found.hidden else {}
        if key in found.required:
            more["needed"] = True
        made[key] = {**control, **more}
    return made


def with_judged(shape: Shape, row: Mapping[str, Any], record_id: int | None) -> Mapping[str, Any]:
    """The values of a record with what its conditions ask about, also where the reader does not see that."""
    unseen = field_states.asked(shape) - set(row)
    if record_id is None or not unseen:
        return row
    return {**row, **read.get(field_states.JUDGE, shape, record_id, keys=sorted(unseen & set(shape.fields)))}


def state_url(shape: Shape, record_id: int | None) -> str:
    """Where a form asks what becomes of its fields as it is filled in; empty when they do not hang on one another."""
    if not field_states.conditioned(shape):
        return ""
    return f"/{shape.key}/form-state" + (f"?id={record_id}" if record_id is not None else "")


@open_to(Door.SIGNED_IN)
@require_POST
def form_state(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/form-state[?id=…]: which fields of the form are not shown or required, as things stand in it."""
    asked, shape = of(request), shape_of(object)
    if members_of(shape):
        raise NotFound
    actor = asked.actor
    record_id = number(asked.GET.get("id") or "")
    if not may(actor, shape, "create" if record_id is None else "edit"):
        raise Denied
    if record_id is None:
        row: Mapping[str, Any] = {k: f.default for k, f in shape.fields.items()}
    else:
        row = with_judged(shape, read.get(actor, shape, record_id), record_id)
    fields = {k: f for k, f in readable(actor, shape).items() if f.writable}
    found = states(actor, shape, row, inputs.values_from(asked.POST, fields))
    return JsonResponse(
        {"hidden": sorted(found.hidden & set(fields)), "required": sorted(found.required & set(fields))}
    )
