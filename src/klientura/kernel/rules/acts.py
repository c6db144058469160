"""What the kernel's own steps do: set fields, create a record, tell a webhook. Set-based: one batch, a few statements."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, members_of, readable, writable
from klientura.kernel.errors import Denied, Invalid
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.rules import sources
from klientura.kernel.rules.sources import BadSource, Value, compiled
from klientura.kernel.rules.steps import Act, BadStep, Step, StepKind, register
from klientura.kernel.rules.work import Work, told
from klientura.kernel.store import drafts, write
from klientura.kernel.webhooks.hearing import tell
from klientura.kernel.webhooks.models import Webhook

MAX_VALUES = 40
NOT_YOURS: Final = _("The rule's author may not change this record.")
NOT_SEEN: Final = _("The rule's author does not see this record.")
BY_VERB: Final = _("This changes through the action «%(action)s», which a rule cannot take.")


def values_of(actor: Actor, about: Shape, target: Shape, raw: Any, *, creating: bool) -> dict[str, Value]:
    """The sources of some fields of `target`, made ready for records of `about`. Raises BadStep."""
    if not isinstance(raw, Mapping) or not raw or len(raw) > MAX_VALUES:
        raise BadStep("values", _("Choose at least one field."))
    made: dict[str, Value] = {}
    for key, source in raw.items():
        field = readable(actor, target).get(key)
        if field is None:
            raise BadStep(str(key), _("There is no such field."))
        if field.by_verb and not creating and drafts.action_of(target, key) is None:
            verb = next((a.label for a in target.spec.actions if a.key == field.by_verb), field.by_verb)
            raise BadStep(key, BY_VERB % {"action": verb})
        if field.read_only or not writable(actor, target, key):
            raise BadStep(key, _("This field cannot be changed here."))
        try:
            made[key] = compiled(actor, about, field, source)
        except BadSource as bad:
            raise BadStep(key, bad.message) from bad
    return made


def _drafted(
    work: Work,
    shape: Shape,
    values: Mapping[str, Value],
    record: Mapping[str, Any],
    draft: Draft,
    known: dict[str, Any] | None = None,
) -> None:
    raw = {key: value(record, work.around) for key, value in values.items()}
    if draft.before:
        drafts.parse_for_many(work.actor, shape, raw, draft, known)
    else:
        drafts.parse(work.actor, shape, raw, draft, creating=True)


def rows_of(work: Work, ids: Sequence[int], verb: str, why: Any) -> list[dict[str, Any]]:
    """The records as they stand now; those not open to the rule's author are refused."""
    rows = write.lock_open_rows(work.actor, work.shape, ids, verb)
    work.refuse(sorted(set(ids) - {r["id"] for r in rows}), why)
    return rows


def compile_set(actor: Actor, shape: Shape, step: Step) -> Act:
    """{"kind": "set", "values": {field: source}}."""
    if not may(actor, shape, "edit"):
        raise BadStep("values", _("The rule's author may not change such records."))
    values = values_of(actor, shape, shape, step.get("values"), creating=False)

    def act(work: Work, ids: Sequence[int]) -> None:
        rows = rows_of(work, ids, "edit", NOT_YOURS)
        set_values(work, shape, values, [Setting(row, row, [row["id"]]) for row in rows])

    return act


class Setting(NamedTuple):
    """A locked row to be changed, the record whose fields the sources read, and the records of the run it is done for."""

    row: Mapping[str, Any]
    record: Mapping[str, Any]
    about: Sequence[int]


def set_values(
    work: Work,
    shape: Shape,
    values: Mapping[str, Value],
    settings: Sequence[Setting],
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write what the sources give into some rows of one kind, by one batch; `more` is noted of each."""
    batch, known = Batch(shape, [], creating=False), dict[str, Any]()
    about = {each.row["id"]: each.about for each in settings}
    for row, record, _about in settings:
        draft = Draft(values={}, before=dict(row), record_id=row["id"], version=row["version"])
        _drafted(work, shape, values, record, draft, known)
        batch.drafts.append(draft)
    write.follow_rules(work.actor, batch)
    for draft in batch:
        if draft.errors:
            work.refuse(about[draft.record_id or 0], told(shape, draft.errors))
    if not any(_differs(d) for d in batch if not d.errors):
        return
    try:
        with transaction.atomic():
            changed = write.write_drafts(work.actor, batch, operation_id=work.operation())
    except Denied as denied:
        work.refuse([i for some in about.values() for i in some], denied.message)
        return
    work.changed += len(changed)
    for record_id in changed:
        for each in about[record_id]:
            work.note(each, {"set": sorted(values), **(more or {}), **({"id": record_id} if more else {})})


def _differs(draft: Draft) -> bool:
    return any(v != draft.before.get(k) for k, v in draft.values.items())


def preview_set(
    actor: Actor, shape: Shape, step: Step
) -> Callable[[Work, Mapping[str, Any]], list[dict[str, Any]]]:
    """What the step would write into one record: {field, old, new} of those that would differ."""
    values = values_of(actor, shape, shape, step.get("values"), creating=False)

    def show(work: Work, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        draft = Draft(values={}, before=dict(row), record_id=row["id"])
        _drafted(work, shape, values, row, draft)
        found: list[dict[str, Any]] = [
            {"field": k, "old": row.get(k), "new": v} for k, v in draft.values.items() if v != row.get(k)
        ]
        return found + [{"field": e.field, "error": str(e.message)} for e in draft.errors]

    return show


def compile_create(actor: Actor, shape: Shape, step: Step) -> Act:
    """{"kind": "create", "object": key, "values": {field: source}, "link": field that points back, or ""}."""
    target = all_shapes().get(str(step.get("object")))
    if target is None or members_of(target) or not may(actor, target, "create"):
        raise BadStep("object", _("The rule's author may not make such records."))
    raw = dict(step["values"]) if isinstance(step.get("values"), Mapping) else {}
    values = values_of(actor, shape, target, raw, creating=True)
    link = _link(actor, shape, target, step.get("link"))

    def act(work: Work, ids: Sequence[int]) -> None:
        rows = rows_of(work, ids, "read", NOT_SEEN)
        batch, about = Batch(target, [], creating=True), []
        for row in rows:
            draft = Draft(values={})
            _drafted(work, target, values, row, draft)
            draft.values.update(link(row["id"]))
            draft.values.setdefault("owner", row.get("owner") or work.actor.user_id)
            draft.errors = [e for e in draft.errors if e.field not in draft.values]
            batch.drafts.append(draft)
            about.append(row["id"])
        write.follow_rules(work.actor, batch)
        good = [(d, i) for d, i in zip(batch.drafts, about, strict=True) if not d.errors]
        for draft, record_id in zip(batch.drafts, about, strict=True):
            if draft.errors:
                work.refuse([record_id], told(target, draft.errors))
        if not good:
            return
        try:
            with transaction.atomic():
                made = write.insert_batch(
                    work.actor,
                    Batch(target, [d for d, _i in good], creating=True),
                    operation_id=work.operation(),
                )
        except (Denied, Invalid) as refused:
            work.refuse([i for _d, i in good], refused.message)
            return
        work.changed += len(made)
        for number, (_draft, record_id) in zip(made, good, strict=True):
            work.note(record_id, {"created": target.key, "id": number})

    return act


def _link(actor: Actor, shape: Shape, target: Shape, raw: Any) -> Callable[[int], dict[str, Any]]:
    """How what is made points back at the record it is made for. Raises BadStep."""
    if not raw:
        return lambda _record_id: {}
    fields = readable(actor, target)
    if raw == "subject" and {"subject_object", "subject_id"} <= set(fields) and shape.spec.subject:
        return lambda record_id: {"subject_object": shape.key, "subject_id": record_id}
    field = fields.get(raw) if isinstance(raw, str) else None
    if field is None or not field.writable or not sources.points_at(field, shape):
        raise BadStep("link", _("This field does not point at records of that kind."))
    key = field.key
    return lambda record_id: {key: record_id}


def links_to(actor: Actor, shape: Shape, target: Shape) -> list[FieldShape]:
    """The fields by which a new record can point back."""
    return [
        f
        for f in readable(actor, target).values()
        if f.writable and sources.points_at(f, shape) and writable(actor, target, f.key)
    ]


def compile_webhook(actor: Actor, shape: Shape, step: Step) -> Act:
    """{"kind": "webhook", "webhook": number}."""
    raw = step.get("webhook")
    number = raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw < 2**63 else 0
    if not Webhook.objects.filter(pk=number).exists():
        raise BadStep("webhook", _("There is no such webhook."))

    def act(work: Work, ids: Sequence[int]) -> None:
        if not tell(number, shape.key, ids, actor_id=work.around.actor_id, at=work.around.now):
            work.refuse(ids, _("The webhook is switched off or was deleted."))
            return
        for record_id in ids:
            work.note(record_id, {"webhook": number})

    return act


def _set_uses(shape: Shape, step: Step) -> set[tuple[str, str]]:
    values = step.get("values") or {}
    return {(shape.key, k) for k in values} | {
        (shape.key, k) for s in values.values() for k in sources.reads(s)
    }


def _create_uses(shape: Shape, step: Step) -> set[tuple[str, str]]:
    values, other = step.get("values") or {}, str(step.get("object"))
    found = {(other, k) for k in values} | {(shape.key, k) for s in values.values() for k in sources.reads(s)}
    return found | ({(other, str(step["link"]))} if step.get("link") else set())


def register_all() -> None:
    """Make the kernel's own steps known."""
    register("set", StepKind(_("Set fields"), compile_set, _set_uses, preview_set))
    register("create", StepKind(_("Create a record"), compile_create, _create_uses))
    register("webhook", StepKind(_("Send a webhook"), compile_webhook, lambda _shape, _step: set()))
