"""Bank statements: taken in whole, looked at before anything is written, posted in the background without doubles."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import require
from klientura.kernel.errors import BadRequest, FieldError, Invalid, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kit.bank.client_bank import is_client_bank, read_client_bank
from klientura.kit.bank.papers import BadStatement, Paper, Statement, keys_of
from klientura.kit.bank.tables import NEEDED, guess_columns, read_table
from klientura.kit.tabular.model import TableInfo, TableProblem
from klientura.kit.tabular.reading import read_rows, sniff
from klientura.modules.documents.queries.companies import companies_by_account
from klientura.modules.payments.models import BankStatement, Payment
from klientura.modules.payments.rules import Found
from klientura.modules.payments.services.matching import Judged, is_refund, judge_papers

LARGEST: Final = 30_000_000
AT_ONCE: Final = 1_000
"""Papers that are looked up, judged and written together."""
SHOWN: Final = 200
WRONG: Final = {
    "empty": gettext_lazy("The file is empty."),
    "not_a_statement": gettext_lazy(
        "This is no bank statement. Choose a file that the bank gives out for 1C (kl_to_1c.txt), or a CSV."
    ),
    "no_account": gettext_lazy("The statement does not say of which account it is."),
}


@dataclass(slots=True)
class Look:
    """What posting a statement would do: how many papers are new, known, surely matched, of whom nothing is known, left out."""

    new: int = 0
    known: int = 0
    sure: int = 0
    unknown: int = 0
    outgoing: int = 0
    lines: list[tuple[Judged, bool]] = field(default_factory=list)
    """The first of them, and whether each was here already."""


def take_in(actor: Actor, name: str, raw: bytes) -> BankStatement:
    """Keep a file whose account is ours, to be looked at. Nothing else is written. Raises Denied, Invalid."""
    require(actor, shape_of("payment"), "import")
    if not is_client_bank(raw):
        raise _invalid(WRONG["empty"] if not raw.strip() else WRONG["not_a_statement"])
    return BankStatement.objects.create(
        name=name[:255], content=raw, actor_id=actor.user_id, **_head(actor, _read(raw, None, name))
    )


def keep_table(actor: Actor, name: str, raw: bytes) -> BankStatement:
    """Keep a table, of which somebody has to say what its columns are. Raises Denied."""
    require(actor, shape_of("payment"), "import")
    return BankStatement.objects.create(
        name=name[:255], content=raw, actor_id=actor.user_id, company_id=0, account=""
    )


@transaction.atomic
def settle_table(actor: Actor, statement_id: int, layout: Mapping[str, Any]) -> None:
    """Note what the columns of a table are. Raises NotFound, BadRequest, Invalid."""
    row = statement_of(actor, statement_id)
    if row.state != "preview":
        raise BadRequest(_("This statement is posted already."), code="posted")
    head = _head(actor, _read(bytes(row.content), layout, row.name))
    BankStatement.objects.filter(pk=row.pk).update(layout=dict(layout), **head)


def _head(actor: Actor, made: Statement) -> dict[str, Any]:
    """What is noted of a statement. Raises Invalid when it is of an account that is not ours, or empty."""
    companies = companies_by_account(actor)
    strange = [a for a in made.accounts if a not in companies]
    if strange:
        raise _invalid(
            _(
                "The account {account} is not ours. Add it to an own company (Settings → Own companies), or choose another file."
            ).format(account=strange[0])
        )
    if not made.papers and not made.troubles:
        raise _invalid(_("There is not a single payment in this statement."))
    return {
        "company_id": companies[made.accounts[0]].id,
        "account": made.accounts[0][:20],
        "first": made.first,
        "last": made.last,
    }


def _invalid(message: Any) -> Invalid:
    return Invalid([FieldError("file", "statement", message)])


def _read(raw: bytes, layout: Mapping[str, Any] | None, name: str) -> Statement:
    try:
        if layout is None:
            return read_client_bank(raw)
        with _as_file(raw, name) as path:
            info = sniff(path)
            return read_table(read_rows(path, info.options()), layout["columns"], layout["account"])
    except BadStatement as bad:
        raise _invalid(WRONG[bad.code]) from bad
    except TableProblem as bad:
        raise _invalid(_("This file cannot be read as a table.")) from bad


@contextmanager
def _as_file(raw: bytes, name: str) -> Iterator[Path]:
    """Bytes as a file for readers that want one."""
    with tempfile.TemporaryDirectory(prefix="klientura-") as folder:
        path = Path(folder) / f"statement{Path(name).suffix[:8] or '.csv'}"
        path.write_bytes(raw)
        yield path


def columns_of(raw: bytes, name: str) -> tuple[TableInfo, dict[str, int]]:
    """What a table looks like, and what its columns probably mean. Raises Invalid."""
    try:
        with _as_file(raw, name) as path:
            info = sniff(path)
    except TableProblem as bad:
        raise _invalid(_("This file cannot be read as a table.")) from bad
    return info, guess_columns(info.header)


def checked_layout(columns: Mapping[str, int], account: str) -> dict[str, Any]:
    """What somebody has said of a table. Raises Invalid."""
    if any(key not in columns for key in NEEDED) or not {"came", "went", "amount"} & set(columns):
        raise _invalid(_("Say at least which columns hold the date and the sum."))
    if len(set(columns.values())) < len(columns):
        raise _invalid(_("A column means one thing only."))
    if not account:
        raise _invalid(_("Choose the account of the statement."))
    return {"columns": dict(columns), "account": account}


def statement_of(actor: Actor, statement_id: int) -> BankStatement:
    """A statement of the actor's own; all of them for who may take in everything. Raises NotFound, Denied."""
    require(actor, shape_of("payment"), "import")
    found = BankStatement.objects.filter(pk=statement_id)
    if actor.scope("payment", "import") != "all":
        found = found.filter(actor_id=actor.user_id)
    row = found.first()
    if row is None:
        raise NotFound
    return row


def read_statement(row: BankStatement) -> Statement:
    """What a kept file says."""
    return _read(bytes(row.content), row.layout, row.name)


def wanted_papers(papers: Sequence[Paper]) -> list[tuple[Paper, str]]:
    """Papers that become payments, with their keys: what came, and what was given back."""
    keys = keys_of(papers)
    return [(p, k) for p, k in zip(papers, keys, strict=True) if p.direction == "in" or is_refund(p)]


def known_keys(keys: Sequence[str]) -> set[str]:
    """Those of some papers that were taken in before, by whichever file."""
    found = Payment.objects.filter(bank_key__in=keys).values_list("bank_key", flat=True)
    return {key for key in found if key}


def look(actor: Actor, made: Statement) -> Look:
    """What posting would do now; nothing is written."""
    companies = {account: ref.id for account, ref in companies_by_account(actor).items()}
    papers = wanted_papers(made.papers)
    result = Look(outgoing=len(made.papers) - len(papers))
    for begin in range(0, len(papers), AT_ONCE):
        chunk = [(p, k) for p, k in papers[begin : begin + AT_ONCE] if p.account in companies]
        known = known_keys([k for _p, k in chunk])
        judged = judge_papers(actor, [p for p, k in chunk if k not in known], companies)
        fresh = iter(judged)
        for paper, key in chunk:
            each = Judged(paper, None, Found()) if key in known else next(fresh)
            result.known += key in known
            if key not in known:
                result.new += 1
                result.sure += bool(each.found.sure)
                result.unknown += each.client is None
            if len(result.lines) < SHOWN:
                result.lines.append((each, key in known))
    return result


@transaction.atomic
def forget(actor: Actor, statement_id: int) -> None:
    """Throw away a file that was never posted. Raises NotFound, BadRequest."""
    row = statement_of(actor, statement_id)
    if row.state != "preview":
        raise BadRequest(_("This statement was posted already: it stays with its payments."), code="posted")
    row.delete()
