"""Posting a bank statement: a job that can be watched, stopped, and taken up where it was; each chunk is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import require
from klientura.kernel.access.sessions import at_work
from klientura.kernel.errors import BadRequest, Invalid
from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import follow_latest, shape_of
from klientura.kernel.store import write
from klientura.modules.documents.queries.companies import companies_by_account
from klientura.modules.orders.services.settling import lock_invoices
from klientura.modules.payments.models import BankStatement
from klientura.modules.payments.services.allocating import Share, allocate_shares
from klientura.modules.payments.services.matching import Judged, currency_of, judge_papers
from klientura.modules.payments.services.statements import (
    AT_ONCE,
    known_keys,
    read_statement,
    statement_of,
    wanted_papers,
)

KIND: Final = "bank_statement"
MOST_LISTED: Final = 500
ONE_AT_A_TIME: Final = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"
"""Two who post statements of one account do so one after the other: what the first has written the second knows."""


@dataclass(slots=True)
class Posted:
    """How far the posting is, and what came of it."""

    passed: int = 0
    made: int = 0
    known: int = 0
    sure: int = 0
    refused: int = 0
    reasons: list[tuple[int, str]] = field(default_factory=list)
    """Of the first papers that could not be written: the line of the file, and why."""


def register() -> None:
    """Make the kind of job known."""
    registry.register(KIND, work, lost=lost)


@transaction.atomic
def post(actor: Actor, statement_id: int, *, queue: bool = True) -> Job:
    """Begin to post a statement. Raises NotFound, Denied, BadRequest when that has begun already."""
    row = statement_of(actor, statement_id)
    row = BankStatement.objects.select_for_update().get(pk=row.pk)
    if row.state not in {"preview", "stopped"}:
        raise BadRequest(_("This statement is posted already."), code="posted")
    total = len(wanted_papers(read_statement(row).papers))
    job = service.start(
        actor,
        KIND,
        {"statement": row.pk, "url": f"/bank-statements/{row.pk}"},
        _("Bank statement: {name}").format(name=row.name),
        queue=queue,
        total=total,
    )
    row.state, row.job_id = "posting", job.pk
    row.save(update_fields=["state", "job_id"])
    return job


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job. It acts with the rights that whoever started it has now."""
    follow_latest()
    with at_work(handle.actor_id) as actor:
        return _work(handle, actor)


def _work(handle: JobHandle, actor: Actor) -> dict[str, Any]:
    require(actor, shape_of("payment"), "import")
    row = BankStatement.objects.get(pk=handle.arguments["statement"])
    papers = wanted_papers(read_statement(row).papers)
    companies = {account: ref.id for account, ref in companies_by_account(actor).items()}
    state = Posted(**(handle.saved or {}))
    handle.progress(state.passed, len(papers))
    while state.passed < len(papers):
        chunk = papers[state.passed : state.passed + AT_ONCE]
        with transaction.atomic():
            _post_chunk(actor, row, [c for c in chunk if c[0].account in companies], companies, state)
            state.passed += len(chunk)
            handle.checkpoint(asdict(state))
        handle.progress(state.passed, len(papers))
        if state.passed < len(papers) and handle.cancelled():
            return _finish(row.pk, state, "stopped")
    return _finish(row.pk, state, "done")


def _finish(statement_id: int, state: Posted, how: str) -> dict[str, Any]:
    BankStatement.objects.filter(pk=statement_id).update(state=how, outcome=asdict(state))
    return {"state": "cancelled" if how == "stopped" else "done", **asdict(state)}


def lost(handle: JobHandle, _message: str) -> None:
    """The job has failed for good: what it wrote stays, the rest can be posted later."""
    BankStatement.objects.filter(pk=handle.arguments["statement"]).update(
        state="stopped", outcome=dict(handle.saved or {})
    )


def _post_chunk(
    actor: Actor,
    row: BankStatement,
    chunk: Sequence[tuple[Any, str]],
    companies: dict[str, int],
    state: Posted,
) -> None:
    with connection.cursor() as cursor:
        for account in sorted({paper.account for paper, _key in chunk}):
            cursor.execute(ONE_AT_A_TIME, [f"statement:{account}"])
    known = known_keys([key for _paper, key in chunk])
    fresh = [(paper, key) for paper, key in chunk if key not in known]
    state.known += len(known)
    judged = judge_papers(actor, [paper for paper, _key in fresh], companies)
    # Locked before the payments are made: what is owed stands still until they are allocated.
    locked = lock_invoices({s.bill.id for j in judged for s in j.found.sure})
    drafts = [
        (Draft(values=_values(actor, row, each, key, companies)), each)
        for each, (_paper, key) in zip(judged, fresh, strict=True)
    ]
    made = _insert(actor, drafts, state)
    state.made += len(made)
    shares = []
    for record_id, each in made:
        if all(s.bill.id in locked and locked[s.bill.id]["paid"] == s.bill.paid for s in each.found.sure):
            shares += [Share(record_id, s.bill.id, s.amount) for s in each.found.sure]
            state.sure += bool(each.found.sure)
    if shares:
        rows = write.lock_rows(shape_of("payment"), sorted({s.payment for s in shares}))
        allocate_shares(actor, shares, sure=True, among={r["id"]: r for r in rows})


def _values(
    actor: Actor, row: BankStatement, each: Judged, key: str, companies: Mapping[str, int]
) -> dict[str, Any]:
    paper, client = each.paper, each.client
    # Whose the client is answers for his payments, where the actor may make them for others.
    theirs = client is not None and client.owner is not None and actor.scope("payment", "import") == "all"
    return {
        "number": paper.number or None, "paid_on": paper.paid_on, "direction": paper.direction, "kind": "bank",
        "status": "free", "company": companies[paper.account], "account": paper.account[:20],
        "party": client.id if client else None, "amount": paper.amount, "currency": currency_of(paper.account),
        "allocated": Decimal(0), "rest": paper.amount,
        "payer_name": paper.other_name or None, "payer_inn": paper.other_inn or None, "payer_kpp": paper.other_kpp or None,
        "payer_account": paper.other_account or None, "payer_bic": paper.other_bic or None, "purpose": paper.purpose or None,
        "statement": row.pk, "bank_key": key,
        **({"owner": client.owner, "team": client.team} if theirs and client else {"owner": actor.user_id}),
    }  # fmt: skip


def _insert(actor: Actor, drafts: Sequence[tuple[Draft, Judged]], state: Posted) -> list[tuple[int, Judged]]:
    """Insert payments; what the rules refuse is noted with its line, and the others go in."""
    shape, left = shape_of("payment"), list(drafts)
    while left:
        try:
            with transaction.atomic():
                ids = write.insert_batch(
                    actor, Batch(shape, [d for d, _each in left], creating=True), verb="import"
                )
            return list(zip(ids, (each for _d, each in left), strict=True))
        except Invalid:
            good = []
            for draft, each in left:
                if draft.errors:
                    state.refused += 1
                    if len(state.reasons) < MOST_LISTED:
                        state.reasons.append((each.paper.line, str(draft.errors[0].message)))
                else:
                    good.append((draft, each))
            if len(good) == len(left):
                raise
            left = good
    return []
