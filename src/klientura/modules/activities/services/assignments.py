"""Verbs of assignments: what whoever carries one out may do, and what whoever gave it may do."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Denied, FieldError, Invalid, Text
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.store.drafts import parse_for_verb
from klientura.modules.activities.enums import IN_HAND, UNDER_WAY
from klientura.modules.activities.services.checks import check_subjects
from klientura.modules.activities.services.repeating import complete_rule

type Row = Mapping[str, Any]
type Verb = Callable[..., int]

ISSUERS_OWN: Final = (
    "name", "description", "due_at", "issuer", "owner", "controller", "escalate_after", "repeats", "repeat_after",
)  # fmt: skip
"""What an executor does not change in a matter that somebody else has given them."""
IN_OWN_NAME: Final = _("You give assignments in your own name only.")


def _id(value: Any) -> int | None:
    found: int | None = getattr(value, "id", value)
    return found


def executes(actor: Actor, row: Row) -> bool:
    """Whether the actor is who carries it out."""
    return actor.user_id is not None and _id(row.get("owner")) == actor.user_id


def issued(actor: Actor, row: Row) -> bool:
    """Whether the actor gave it; administrators stand for whoever has left."""
    return actor.is_admin or (actor.user_id is not None and _id(row.get("issuer")) == actor.user_id)


def watches(actor: Actor, row: Row) -> bool:
    """Whether the actor gave it or controls it on behalf of who did."""
    return issued(actor, row) or (actor.user_id is not None and _id(row.get("controller")) == actor.user_id)


def judges(actor: Actor, row: Row) -> bool:
    """Whether the actor may approve the work or send it back: nobody judges their own unless they gave it themselves."""
    return issued(actor, row) or (watches(actor, row) and not executes(actor, row))


def before_write_assignment(batch: Batch, actor: Any) -> None:
    """An assignment has somebody who gave it; who carries it out changes neither its words nor its time."""
    check_subjects(batch, actor)
    for draft in batch:
        complete_rule(draft)
        if batch.creating:
            named = _id(draft.get("issuer")) or actor.user_id
            if named != actor.user_id and not (actor.is_admin or actor.is_system):
                draft.refuse("issuer", "own_name", IN_OWN_NAME)
            draft.values["issuer"] = named
            _check_controller(draft)
            continue
        if draft.changed("controller", "owner"):
            _check_controller(draft)
        stored = draft.before
        others = _id(stored.get("issuer")) is not None and not issued(actor, stored)
        if draft.changed("issuer") and not _hands_over(actor, draft):
            draft.refuse("issuer", "own_name", IN_OWN_NAME)
            continue
        if others and (executes(actor, stored) or watches(actor, stored)):
            for key in ISSUERS_OWN:
                if draft.changed(key):
                    draft.refuse(
                        key, "issuer", _("Whoever gave the assignment decides this. Ask them to change it.")
                    )


def _hands_over(actor: Any, draft: Draft) -> bool:
    """Whether another issuer is the actor's to name: they gave the assignment, or nobody did and they take it on."""
    if actor.is_system or issued(actor, draft.before):
        return True
    return _id(draft.before.get("issuer")) is None and _id(draft.get("issuer")) == actor.user_id


def _check_controller(draft: Draft) -> None:
    controller = _id(draft.get("controller"))
    if controller is not None and controller == _id(draft.get("owner")):
        draft.refuse(
            "controller", "executor", _("Whoever carries it out does not control it. Choose somebody else.")
        )


def _verb(
    by: Callable[[Actor, Row], bool],
    states: Collection[str],
    change: Callable[[Row, dict[str, Any]], dict[str, Any]],
    *,
    takes: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
) -> tuple[Verb, Callable[[Actor, Row], bool]]:
    """A verb and the question whether it fits: who may do it, in which states, what it takes and what it writes."""

    def fits(actor: Actor, row: Row) -> bool:
        return row.get("status") in states and by(actor, row)

    def run(
        actor: Actor,
        record_id: int,
        values: Row | None = None,
        *,
        expected_version: int | None = None,
    ) -> int:
        shape = shape_of("assignment")
        with transaction.atomic():
            row = write.lock(actor, shape, record_id, "edit")
            if not by(actor, row):
                raise Denied(_("This is for somebody else to do."))
            if row["status"] not in states:
                raise Invalid(
                    [
                        FieldError(
                            "status", "state", _("The assignment has moved on meanwhile. Look at it again.")
                        )
                    ]
                )
            given, errors = parse_for_verb(actor, shape, values or {}, takes)
            errors += [FieldError(k, "required", MISSING[k]) for k in needs if k not in given]
            if errors:
                raise Invalid(errors)
            return write.set_by_verb(
                actor, shape, record_id, change(row, given), expected_version=expected_version
            )

    return run, fits


MISSING: Final[Mapping[str, Text]] = {
    "remark": _("Say why."),
    "report": _("Say what has been done."),
    "asked_due_at": _("Say until when."),
}


def _in_time(row: Row) -> bool:
    """Whether what is reported or closed now keeps its time; without a time everything does."""
    return row.get("due_at") is None or timezone.now() <= row["due_at"]


def _reported(row: Row, given: dict[str, Any]) -> dict[str, Any]:
    return {
        **given,
        "status": "reported",
        "reported_at": timezone.now(),
        "in_time": _in_time(row),
        "snoozed_until": None,
    }


def _approved(row: Row, given: dict[str, Any]) -> dict[str, Any]:
    """Done: in time when the report was, or, without one, when it is closed in time."""
    kept = row.get("in_time") if row["status"] == "reported" else _in_time(row)
    return {**given, "status": "done", "done_at": timezone.now(), "asked_due_at": None, "in_time": kept}


def _to(status: str, *moments: str) -> Callable[[Row, dict[str, Any]], dict[str, Any]]:
    return lambda _row, given: {**given, "status": status, **dict.fromkeys(moments, timezone.now())}


accept, may_accept = _verb(executes, frozenset({"issued"}), _to("accepted"))
decline, may_decline = _verb(executes, IN_HAND, _to("declined"), takes=("remark",), needs=("remark",))
report, may_report = _verb(
    executes,
    IN_HAND,
    _reported,
    takes=("report",),
    needs=("report",),
)
approve, may_approve = _verb(judges, frozenset({"reported"}), _approved)
close, may_close = _verb(judges, IN_HAND, _approved, takes=("remark",))
send_back, may_send_back = _verb(
    judges, frozenset({"reported", "done"}), lambda _row, given: {**given, "status": "returned", "done_at": None, "in_time": None},
    takes=("remark",), needs=("remark",),
)  # fmt: skip
issue_again, may_issue_again = _verb(issued, frozenset({"declined", "cancelled"}), _to("issued"))
cancel, may_cancel = _verb(issued, (*UNDER_WAY, "declined"), _to("cancelled"), takes=("remark",))
ask_to_move, _may_ask = _verb(
    executes, IN_HAND, lambda _row, given: given,
    takes=("asked_due_at", "asked_why"), needs=("asked_due_at",),
)  # fmt: skip
grant_move, _may_grant = _verb(
    issued, UNDER_WAY,
    lambda row, _given: {"due_at": row["asked_due_at"] or row["due_at"], "asked_due_at": None, "asked_why": None},
)  # fmt: skip
refuse_move, _may_refuse = _verb(
    issued,
    UNDER_WAY,
    lambda _row, given: {**given, "asked_due_at": None, "asked_why": None},
    takes=("remark",),
)


def may_ask(actor: Actor, row: Row) -> bool:
    """Whether to ask for more time makes sense: there is a time, somebody else gave it, and nothing has been asked yet."""
    return (
        row.get("due_at") is not None
        and not row.get("asked_due_at")
        and _may_ask(actor, row)
        and not issued(actor, row)
    )


def may_answer(actor: Actor, row: Row) -> bool:
    """Whether somebody waits for the reader's answer about more time."""
    return bool(row.get("asked_due_at")) and _may_grant(actor, row)
