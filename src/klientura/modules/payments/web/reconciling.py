"""The reconciliation statement as a PDF."""

import datetime as dt
from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.language import lang
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.file_answers import printed
from klientura.kernel.web.requests import number, of
from klientura.kit.amount_words import amount_in_words
from klientura.kit.formats import Language, format_date, format_decimal, format_money
from klientura.modules.documents.queries.companies import main_company
from klientura.modules.documents.services.printing import to_pdf
from klientura.modules.payments.queries.reconciliation import Movement, Reconciliation, reconcile
from klientura.modules.payments.web.settlements import default_period

TEMPLATE: Final = Path(__file__).with_name("printed") / "reconciliation.typ"
MOST_DAYS: Final = 3_660


@open_to(Door.SIGNED_IN)
@require_GET
def reconciliation_pdf(request: HttpRequest, record_id: int) -> HttpResponse:
    """GET /reconciliation/{party}?company=&from=&to=&currency=[&archive=1]: the reconciliation statement of a client."""
    asked = of(request)
    read.get(asked.actor, shape_of("party"), record_id, keys=["id"])
    first, last = _period(asked.GET.get("from", ""), asked.GET.get("to", ""))
    company = number(asked.GET.get("company"))
    if company is None:
        usual = main_company(asked.actor).get("company")
        if usual is None:
            raise NotFound(_("There is no company of ours yet."))
        company = usual.id
    currency = asked.GET.get("currency") or asked.installation.currency
    if currency not in Currency.values:
        raise BadRequest(_("There is no such currency."), code="currency")
    data = reconciliation_data(asked.actor, record_id, company, currency, first, last, lang())
    pdf = to_pdf(TEMPLATE, data, archive=bool(asked.GET.get("archive")), title=data["title"])
    return printed(data["title"], pdf)


def _period(since: str, until: str) -> tuple[dt.date, dt.date]:
    first, last = default_period(timezone.localdate())
    try:
        first = dt.date.fromisoformat(since) if since else first
        last = dt.date.fromisoformat(until) if until else max(last, first)
    except ValueError:
        raise BadRequest(_("A day is given as YYYY-MM-DD."), code="day") from None
    if not (1990 <= first.year <= 2100 and 0 <= (last - first).days <= MOST_DAYS):
        raise BadRequest(_("The period ends before it begins, or is longer than ten years."), code="day")
    return first, last


def reconciliation_data(
    actor: Actor, party_id: int, company_id: int, currency: str, first: dt.date, last: dt.date, lang: Language
) -> dict[str, Any]:
    """All texts of the statement, ready to be set. Raises NotFound, Denied."""
    company = read.get(actor, shape_of("own_company"), company_id)
    kind = read.get(actor, shape_of("party"), party_id, keys=["kind"])["kind"]
    client = read.get(actor, shape_of(kind), party_id)
    found = reconcile(actor, party_id, company_id, currency, first, last)
    ours = _whole(str(company.get("full_name") or company["title"]), company)
    theirs = _whole(str(client.get("full_name") or _short(kind, client, lang)), client)
    days = {"first": format_date(first, lang), "last": format_date(last, lang)}
    return {
        "lang": lang,
        "title": _("Reconciliation statement, {first} – {last}").format(**days),
        "heading": _("Reconciliation statement"),
        "between": _("of mutual settlements for the period {first} – {last} between {ours} and {theirs}").format(ours=ours, theirs=theirs, **days),
        "preamble": _(
            "We, the undersigned, {ours}, on the one side, and {theirs}, on the other side, have made this statement that the"
            " mutual settlements by the accounts are as follows:"
        ).format(ours=ours, theirs=theirs),
        "columns": [pgettext("column", "Date"), _("Document"), pgettext("accounts", "Debit"), pgettext("accounts", "Credit")],
        "by_ours": _("By the accounts of {name}, {currency}").format(name=ours, currency=currency),
        "by_theirs": _("By the accounts of {name}, {currency}").format(name=theirs, currency=currency),
        "opening": [_("Opening balance"), *_sides(found.opening, lang)],
        "rows": [_row(m, lang) for m in found.movements],
        "turnover": [_("Turnover for the period"), _sum(found.debit, lang), _sum(found.credit, lang)],
        "closing": [_("Closing balance"), *_sides(found.closing, lang)],
        "result": _result(found, currency, ours, theirs, format_date(last, lang), lang),
        "signed": [
            {"from": _("On behalf of {name}").format(name=ours), "who": company["director_position"] or _("Head"), "name": company["director"] or ""},
            {"from": _("On behalf of {name}").format(name=theirs), "who": _("Head"), "name": ""},
        ],
        "stamp": pgettext("paper", "L. S."),
    }  # fmt: skip


def _whole(name: str, side: Row) -> str:
    """A side as its books name it: with the INN, which alone tells namesakes apart."""
    inn = side.get("inn")
    return _("{name} (INN {inn})").format(name=name, inn=inn) if inn else name


def _short(kind: str, client: Row, lang: Language) -> str:
    """A client as tables name it: the form in letters and the name in quotes; of a person the name."""
    form = shape_of(kind).fields.get("legal_form")
    title = str(client["title"])
    if form is None or not client.get("legal_form") or "«" in title or '"' in title:
        return title
    return f"{form.type.display(client['legal_form'], form.params, lang)} «{title}»"


def _sum(value: Any, lang: Language) -> str:
    return format_decimal(value, lang, places=2) if value else ""


def _sides(balance: Any, lang: Language) -> tuple[str, str]:
    """A balance on its side: what is owed to us is debit."""
    return (_sum(balance, lang), "") if balance >= 0 else ("", _sum(-balance, lang))


def _row(movement: Movement, lang: Language) -> list[str]:
    day = format_date(movement.day, lang)
    names = {
        "upd": _("UPD No. {number} of {day}"),
        "transfer": _("UPD No. {number} of {day}"),
        "waybill": _("Waybill No. {number} of {day}"),
        "act": _("Act No. {number} of {day}"),
        "payment": _("Payment No. {number} of {day}"),
        "refund": _("Refund No. {number} of {day}"),
    }
    said = names[movement.kind].format(number=movement.number or "—", day=day)
    return [day, said, _sum(movement.debit, lang), _sum(movement.credit, lang)]


def _result(found: Reconciliation, currency: str, ours: str, theirs: str, day: str, lang: Language) -> str:
    balance = found.closing
    if not balance:
        return _("On {day} there is no debt.").format(day=day)
    money = format_money(abs(balance), currency, lang)
    words = amount_in_words(abs(balance), currency, lang)
    return _("On {day} the debt to {whom} is {money} ({words}).").format(
        day=day, whom=ours if balance > 0 else theirs, money=money, words=words
    )
