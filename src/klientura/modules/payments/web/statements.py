"""Bank statements: choosing a file, saying what the columns of a table are, looking before posting, the result."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.gate import may, require
from klientura.kernel.errors import Invalid
from klientura.kernel.jobs import service
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.imports.tray import bar
from klientura.kernel.screens.language import lang
from klientura.kernel.views.links import list_url
from klientura.kernel.web.bodies import Takes, TooLarge
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.file_answers import made
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.bank.client_bank import is_client_bank
from klientura.kit.bank.tables import COLUMNS
from klientura.kit.formats import format_date, format_datetime, format_decimal, format_money
from klientura.modules.documents.queries.companies import companies_by_account
from klientura.modules.payments.models import BankStatement
from klientura.modules.payments.services import statements
from klientura.modules.payments.services.matching import Judged, currency_of
from klientura.modules.payments.services.posting import post
from klientura.modules.payments.web.receivables import PLACE, tabs

PAST: Final = 50
TOO_LARGE: Final = gettext_lazy("The file is too large: 30 MB at most.")
TROUBLES: Final = {
    "date": gettext_lazy("The date cannot be read"), "amount": gettext_lazy("The sum cannot be read, or is zero"),
    "account": gettext_lazy("Neither side is an account of this statement"), "between": gettext_lazy("Between our own accounts: left out"),
    "cut_off": gettext_lazy("The file ends in the middle of this payment"),
}  # fmt: skip
MEANINGS: Final = {
    "day": gettext_lazy("Date"), "number": gettext_lazy("number of the paper"), "came": gettext_lazy("Came in, sum"),
    "went": gettext_lazy("Went out, sum"),
    "amount": gettext_lazy("Sum, below zero: went out"), "name": gettext_lazy("payer"), "inn": gettext_lazy("payer's INN"),
    "kpp": gettext_lazy("payer's KPP"), "account": gettext_lazy("payer's account"), "bic": gettext_lazy("BIC of the payer's bank"),
    "purpose": gettext_lazy("purpose of payment"),
}  # fmt: skip
HUES: Final = {"preview": "yellow", "posting": "blue", "done": "green", "stopped": "orange"}


@Takes(lambda: statements.LARGEST, lambda: TooLarge(TOO_LARGE)).on
@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def all_statements(request: HttpRequest) -> HttpResponse:
    """GET /bank-statements: a file to choose, and what was taken in before. POST: take a file in."""
    asked = of(request)
    require(asked.actor, shape_of("payment"), "import")
    error = ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            row = _taken(asked, upload.name or "", upload.read()) if upload else None
        except Invalid as refused:
            error = str(refused.errors[0].message)
        else:
            if row is not None:
                return HttpResponseRedirect(f"/bank-statements/{row.pk}")
            error = _("Choose a file.")
    found = BankStatement.objects.defer("content").order_by("-pk")
    if asked.actor.scope("payment", "import") != "all":
        found = found.filter(actor_id=asked.actor.user_id)
    control = {
        "type": "file", "name": "file", "label": _("Statement"), "accept": ".txt,.csv,.xlsx,text/plain", "required": True, "error": error,
        "max_text": _("A file for 1C (kl_to_1c.txt), CSV or XLSX, up to 30 MB"),
    }  # fmt: skip
    return show(
        request, "payments/statements.html", status=422 if error else 200, active=PLACE.key, control=control, tabs=tabs(asked, "statements"),
        past=[_past(row) for row in found[:PAST]], accounts=bool(companies_by_account(asked.actor)),
    )  # fmt: skip


def _taken(asked: Request, name: str, raw: bytes) -> BankStatement:
    if is_client_bank(raw) or not raw.strip():
        return statements.take_in(asked.actor, name, raw)
    statements.columns_of(raw, name)
    return statements.keep_table(asked.actor, name, raw)


def _past(row: BankStatement) -> dict[str, Any]:
    said = row.outcome
    return {
        "url": f"/bank-statements/{row.pk}", "name": row.name, "days": _days(row), "account": row.account,
        "state": {"text": row.get_state_display() if row.account else _("Columns not chosen yet"), "hue": HUES[row.state]},
        "made": format_decimal(said["made"], lang()) if "made" in said else "",
        "at": format_datetime(timezone.localtime(row.made_at), lang()),
    }  # fmt: skip


def _days(row: BankStatement) -> str:
    days = [format_date(day, lang()) for day in (row.first, row.last) if day]
    return " – ".join(dict.fromkeys(days))


@open_to(Door.SIGNED_IN)
@require_GET
def one(request: HttpRequest, statement_id: int) -> HttpResponse:
    """GET /bank-statements/{id}: what is in it, how far its posting is, or what came of it."""
    asked = of(request)
    row = statements.statement_of(asked.actor, statement_id)
    if not row.account:
        return _columns(asked, row)
    made = statements.read_statement(row)
    job = Job.objects.filter(pk=row.job_id).first() if row.job_id else None
    busy = row.state == "posting" and job is not None and job.state in service.ACTIVE
    context: dict[str, Any] = {
        "row": row, "days": _days(row), "busy": busy, "bar": bar(job) if busy and job else None, "job": job,
        "badge": {"text": row.get_state_display(), "hue": HUES[row.state]},
        "failed": job.message if job is not None and job.state == "failed" else "",
        "troubles": [_trouble(t) for t in made.troubles[: statements.SHOWN]], "trouble_count": len(made.troubles),
        "payments_url": list_url("payment", {"field": "statement", "op": "eq", "value": row.pk}),
    }  # fmt: skip
    if not busy and row.state in {"preview", "stopped", "posting"}:
        found = statements.look(asked.actor, made)
        context |= {"look": found, "lines": [_line(j, known=k) for j, k in found.lines]}
    return show(request, "payments/statement.html", active=PLACE.key, **context)


def _trouble(found: Any) -> dict[str, Any]:
    return {"line": found.line, "why": TROUBLES.get(found.code, found.code), "detail": found.detail}


def _line(judged: Judged, *, known: bool) -> dict[str, Any]:
    paper, client = judged.paper, judged.client
    said = [s.bill.title for s in judged.found.sure]
    return {
        "day": format_date(paper.paid_on, lang()), "number": paper.number, "name": paper.other_name, "inn": paper.other_inn,
        "sum": format_money(paper.amount if paper.direction == "in" else -paper.amount, currency_of(paper.account), lang()),
        "purpose": paper.purpose, "client": {"title": client.title, "url": f"/party/{client.id}"} if client else None,
        "what": _("Here already") if known else _("Pays {invoices}").format(invoices=", ".join(said)) if said else _("To be allocated"),
        "hue": "gray" if known else "green" if said else "yellow",
    }  # fmt: skip


def _columns(asked: Request, row: BankStatement, error: str = "") -> HttpResponse:
    """What the columns of a table are: as they seem, to be put right."""
    info, guessed = statements.columns_of(bytes(row.content), row.name)
    posted = asked.POST
    options = [{"value": n, "label": name} for n, name in enumerate(info.header)]
    fields = [
        {"type": "select", "name": key, "label": MEANINGS[key], "options": options, "value": posted.get(key, guessed.get(key, "")), "required": False}
        for key in COLUMNS
    ]  # fmt: skip
    accounts = companies_by_account(asked.actor)
    account = {
        "type": "select", "name": "own_account", "label": _("Account of the statement"), "required": True,
        "value": posted.get("own_account", next(iter(accounts), "")),
        "options": [{"value": a, "label": f"{ref.title} · {a}"} for a, ref in accounts.items()],
    }  # fmt: skip
    return show(
        asked, "payments/columns.html", status=422 if error else 200, active=PLACE.key, row=row, fields=fields, account=account, error=error,
        header=info.header, sample=[[str(c) for c in r.cells] for r in info.sample[:8]],
    )  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_POST
def columns(request: HttpRequest, statement_id: int) -> HttpResponse:
    """POST /bank-statements/{id}/columns: what the columns of a table mean, and of which account it is."""
    asked = of(request)
    row = statements.statement_of(asked.actor, statement_id)
    chosen = {
        key: place for key in COLUMNS if (place := number(asked.POST.get(key))) is not None and place < 1000
    }
    try:
        layout = statements.checked_layout(chosen, asked.POST.get("own_account", ""))
        statements.settle_table(asked.actor, row.pk, layout)
    except Invalid as refused:
        return _columns(asked, row, str(refused.errors[0].message))
    return HttpResponseRedirect(f"/bank-statements/{row.pk}")


@open_to(Door.SIGNED_IN)
@require_POST
def start(request: HttpRequest, statement_id: int) -> HttpResponse:
    """POST /bank-statements/{id}/post: begin to post it; the page shows how far it is."""
    post(of(request).actor, statement_id)
    return HttpResponseRedirect(f"/bank-statements/{statement_id}")


@open_to(Door.SIGNED_IN)
@require_POST
def stop(request: HttpRequest, statement_id: int) -> HttpResponse:
    """POST /bank-statements/{id}/stop: stop after the payments being written now; the rest can be posted later."""
    asked = of(request)
    row = statements.statement_of(asked.actor, statement_id)
    if row.job_id:
        service.cancel(asked.actor, row.job_id)
    return HttpResponseRedirect(f"/bank-statements/{statement_id}")


@open_to(Door.SIGNED_IN)
@require_POST
def forget(request: HttpRequest, statement_id: int) -> HttpResponse:
    """POST /bank-statements/{id}/forget: throw a file away that was not posted."""
    statements.forget(of(request).actor, statement_id)
    return HttpResponseRedirect("/bank-statements")


@open_to(Door.SIGNED_IN)
@require_GET
def file(request: HttpRequest, statement_id: int) -> HttpResponse:
    """GET /bank-statements/{id}/file: the file as it came."""
    row = statements.statement_of(of(request).actor, statement_id)
    return made(bytes(row.content), "application/octet-stream", row.name)


def commands(request: HttpRequest) -> list[dict[str, Any]]:
    """The pages of money for the palette."""
    actor, shape = of(request).actor, shape_of("payment")
    found = []
    if may(actor, shape, "import"):
        found.append({"label": _("Bank statements"), "icon": "landmark", "url": "/bank-statements"})
    if may(actor, shape, "edit"):
        found.append({"label": str(MATCHING), "icon": "link", "url": "/matching"})
    return found


MATCHING: Final = pgettext_lazy("page", "Allocation of payments")
