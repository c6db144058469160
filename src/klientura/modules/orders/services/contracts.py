"""Contracts: signed with a number, prolonged by people or by themselves, terminated; what stands in a signed one stays."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.approvals.standing import carried_on
from klientura.kernel.errors import BadRequest, FieldError, Invalid
from klientura.kernel.notify.telling import Told, tell_new
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current
from klientura.kernel.store import operations, read, write
from klientura.kernel.store.drafts import given_to_verb
from klientura.modules.documents.queries.companies import main_company, prefix_of
from klientura.modules.documents.services.numbering import next_number
from klientura.modules.orders.models import Contract
from klientura.modules.orders.services.limits import refuse_unapproved
from klientura.modules.orders.services.papers import NOT_SO_ANY_MORE, in_state

KEY: Final = "contract"
FROZEN: Final = ("company", "party", "currency")
CLOCK: Final = SystemActor("a contract has come to its end")
AT_ONCE: Final = 2_000

is_draft = in_state("draft")
is_signed = in_state("signed")
may_be_prolonged = in_state("signed", "over")

_ENDING: Final = (
    "select id, owner_id, ends_on, renews from contract where status = 'signed' and deleted_at is null and owner_id is not null"
    " and ends_on is not null and notice_days > 0 and ends_on >= %(today)s"
    " and ends_on - notice_days <= %(today)s and not exists (select 1 from kernel_notification n where n.user_id = contract.owner_id"
    "  and n.kind = 'due' and n.cause = 'contract-ends:' || contract.id || ':' || contract.ends_on) order by id limit 5000"
)
_OVER: Final = (
    "select c.id, c.renews, (select min(d)::date from generate_series(1, 1200) as times,"
    "   lateral (select case when extract(month from c.ends_on) = extract(month from c.ends_on + 1)"
    "     then c.ends_on + make_interval(months => c.renewal_months * times)"
    "     else c.ends_on + 1 + make_interval(months => c.renewal_months * times) - interval '1 day' end) as x(d)"
    "   where d >= %(today)s) as until"
    " from contract c where c.status = 'signed' and c.deleted_at is null and c.ends_on < %(today)s order by c.id"
    " limit %(most)s for no key update of c skip locked"
)
"""Of one that goes on by itself, `until` is counted on by whole terms, however long nothing ran; from the end of a month to the end of one."""


def prefill(actor: Actor) -> dict[str, Any]:
    """What an empty contract begins with: our main company, from today."""
    return {**main_company(actor), "starts_on": timezone.localdate()}


def from_opportunity(actor: Actor, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a contract made from a deal begins with. Raises NotFound, Denied."""
    row = read.get(actor, shape_of("opportunity"), number)
    given = {k: row[k] for k in ("party", "person", "currency", "amount") if row.get(k) is not None}
    return {**given, "name": row["title"], "opportunity": read.Ref(number, row["title"])}, {}


def before_write(batch: Batch, _actor: Any) -> None:
    """A signed contract keeps whom it is with; it holds from some day before its last one."""
    for draft in batch:
        if batch.creating and draft.values.get("currency") is None:
            draft.values["currency"] = current().currency
        if not batch.creating and draft.before.get("status") != "draft":
            for key in (*FROZEN, "number"):
                if draft.changed(key):
                    draft.refuse(
                        key, "signed", _("This contract was signed: it stays as it is. Make another one.")
                    )
        if (
            draft.get("renews")
            and draft.get("ends_on") is None
            and batch.creating | draft.changed("renews", "ends_on")
        ):
            draft.refuse(
                "ends_on", "required", _("Say until when it holds: from that day on it goes on by itself.")
            )


def settled(ids: Collection[int]) -> set[int]:
    """Which of some contracts are signed: no undo changes these."""
    return set(Contract.objects.filter(pk__in=ids).exclude(status="draft").values_list("pk", flat=True))


def before_trash(ids: Sequence[int], _actor: Any) -> None:
    """What was signed is terminated, not thrown away. Raises BadRequest."""
    if any(
        c.status != "draft" for c in Contract.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    ):
        raise BadRequest(_("A signed contract stays: terminate it instead."), code="signed")


def sign(
    actor: Actor, record_id: int, values: Mapping[str, Any], *, expected_version: int | None = None
) -> int:
    """Both sides have signed; one without a number gets the next of our company and year. Doing it twice gives one number.

    Raises Invalid when it is no draft, needs an approval, for a day to come or one after its end; NotFound, Denied, Conflict.
    """
    shape = shape_of(KEY)
    given = given_to_verb(actor, shape, "sign", values)
    day = given["signed_on"]
    with transaction.atomic():
        before = write.lock(actor, shape, record_id, "edit")
        if before["status"] == "signed":
            return int(before["version"])
        if before["status"] != "draft":
            raise Invalid([FieldError("status", "state", NOT_SO_ANY_MORE)])
        _refuse_days(day, before["ends_on"])
        refuse_unapproved(actor, KEY, record_id)
        number = given["number"] or before["number"] or _free_number(before["company"], day.year)
        done = {
            "status": "signed",
            "signed_on": day,
            "number": number,
            "starts_on": before["starts_on"] or day,
        }
        with carried_on(shape, [record_id]):
            return write.set_by_verb(actor, shape, record_id, done, expected_version=expected_version)


def _free_number(company: int, year: int) -> str:
    """The next number of a company and year that nobody has typed into a contract of hers."""
    while True:
        number = f"{prefix_of(company)}{next_number(company, KEY, year)}"
        if not Contract.objects.filter(company_id=company, number=number, signed_on__year=year).exists():
            return number


def _refuse_days(signed: dt.date, ends: dt.date | None) -> None:
    if signed > timezone.localdate():
        raise Invalid([FieldError("signed_on", "future", _("This day has not come yet."))])
    if ends is not None and ends < signed:
        raise Invalid(
            [FieldError("signed_on", "order", _("The contract ends before this day. Look at its term."))]
        )


def prolong(
    actor: Actor, record_id: int, values: Mapping[str, Any], *, expected_version: int | None = None
) -> int:
    """Have a contract hold until a later day; one that had run out is in force again. Raises Invalid, NotFound, Denied, Conflict."""
    shape = shape_of(KEY)
    day = given_to_verb(actor, shape, "prolong", values)["ends_on"]
    with transaction.atomic():
        before = write.lock(actor, shape, record_id, "edit")
        if before["status"] not in {"signed", "over"}:
            raise Invalid([FieldError("status", "state", NOT_SO_ANY_MORE)])
        if day < timezone.localdate() or (before["ends_on"] is not None and day <= before["ends_on"]):
            raise Invalid(
                [FieldError("ends_on", "order", _("Choose a day after the present end and not in the past."))]
            )
        done = {"status": "signed", "ends_on": day}
        with carried_on(shape, [record_id]):
            return write.set_by_verb(actor, shape, record_id, done, expected_version=expected_version)


def terminate(
    actor: Actor, record_id: int, values: Mapping[str, Any], *, expected_version: int | None = None
) -> int:
    """A contract ends before its time, or for good; why is kept. Raises Invalid, NotFound, Denied, Conflict."""
    shape = shape_of(KEY)
    given = given_to_verb(actor, shape, "terminate", values)
    with transaction.atomic():
        before = write.lock(actor, shape, record_id, "edit")
        if before["status"] == "ended":
            return int(before["version"])
        if before["status"] != "signed":
            raise Invalid([FieldError("status", "state", NOT_SO_ANY_MORE)])
        if given["ended_on"] < before["signed_on"]:
            raise Invalid([FieldError("ended_on", "order", _("The contract was signed later."))])
        done = {"status": "ended", **given}
        return write.set_by_verb(actor, shape, record_id, done, expected_version=expected_version)


def follow_ends(now: dt.datetime, today: dt.date) -> int:
    """Remind of contracts that end soon, carry on those that go on by themselves, close the others. Repeatable; returns how many."""
    done = _remind(now, today)
    while carried := _carry_on(today):
        done += carried
    return done


def _remind(now: dt.datetime, today: dt.date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_ENDING, {"today": today})
        rows = cursor.fetchall()
    return tell_new([
        Told(
            owner, "due", f"contract-ends:{number}:{day.isoformat()}", now, KEY, [number],
            payload={"about": "goes_on" if renews else "ends", "day": day.isoformat()},
        )
        for number, owner, day, renews in rows
    ])  # fmt: skip


@transaction.atomic
def _carry_on(today: dt.date) -> int:
    shape = shape_of(KEY)
    with connection.cursor() as cursor:
        cursor.execute(_OVER, {"today": today, "most": AT_ONCE})
        found = {number: (renews, until) for number, renews, until in cursor.fetchall()}
    if not found:
        return 0
    operation = operations.start(CLOCK, "expiry", shape.key, name=gettext("Term of the contract"))
    drafts = []
    for row in write.lock_rows(shape, sorted(found)):
        renews, until = found[row["id"]]
        values = {"ends_on": until} if renews else {"status": "over"}
        drafts.append(Draft(values=values, before=row, record_id=row["id"], version=row["version"]))
    with carried_on(shape, found):
        changed = write.write_drafts(CLOCK, Batch(shape, drafts, creating=False), operation_id=operation.pk)
    operations.finish(operation, records=len(changed))
    return len(changed)
