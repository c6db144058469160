"""Contracts: signed, prolonged, terminated, and come to their end by the clock; what is sold on them names them."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.approvals import deciding, routes, sending, standing
from klientura.kernel.errors import BadRequest, Invalid, NotFound
from klientura.kernel.events.outbox import deliver
from klientura.kernel.history.undo import undo
from klientura.kernel.notify.models import Notification
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import bulk, read, write
from klientura.kernel.testing.company import found_company
from klientura.modules.documents.models import PaperCounter
from klientura.modules.orders.queries.printed import act_data, invoice_data, order_data
from klientura.modules.orders.services import beginnings
from klientura.modules.orders.services.contracts import follow_ends, prolong, sign, terminate

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
LINE = {"name": "Двери", "quantity": "2", "given_price": "500"}


def make(key: str, **values: Any) -> int:
    return write.create(ACTOR, shape_of(key), values)


def row(key: str, number: int) -> dict[str, Any]:
    return read.get(ACTOR, shape_of(key), number)


@pytest.fixture
def firm() -> dict[str, int]:
    return {
        "company": make("own_company", name="Наша", inn="7700000016", prefix="Н-"),
        "client": make("organisation", name="Ромашка", inn="7707083893"),
    }


def contract(firm: dict[str, int], *, signed: str | None = "2026-02-01", **more: Any) -> int:
    number = make("contract", name="Поставка дверей", company=firm["company"], party=firm["client"], **more)
    if signed:
        sign(ACTOR, number, {"signed_on": dt.date.fromisoformat(signed)})
    return number


def clock(day: str) -> int:
    today = dt.date.fromisoformat(day)
    return follow_ends(dt.datetime.combine(today, dt.time(9), tzinfo=dt.UTC), today)


def test_a_contract_gets_its_number_when_it_is_signed_and_only_once(firm: dict[str, int]) -> None:
    first, second = contract(firm, signed=None), contract(firm, signed=None, number="77/А")
    assert row("contract", first)["status"] == "draft"
    for _time in range(2):
        sign(ACTOR, first, {"signed_on": dt.date(2026, 2, 1)})
    sign(ACTOR, second, {"signed_on": dt.date(2026, 2, 2)})
    found = row("contract", first)
    assert (found["number"], found["status"], found["starts_on"].isoformat()) == (
        "Н-1",
        "signed",
        "2026-02-01",
    )
    assert row("contract", second)["number"] == "77/А"
    assert PaperCounter.objects.get(kind="contract").last == 1, "a number of the client takes none of ours"
    theirs = contract(firm, signed=None)
    sign(ACTOR, theirs, {"signed_on": dt.date(2026, 3, 1), "number": "К-5"})
    assert row("contract", theirs)["number"] == "К-5"
    typed, after = contract(firm, number="Н-2"), contract(firm)
    assert (row("contract", typed)["number"], row("contract", after)["number"]) == ("Н-2", "Н-3")


@pytest.mark.parametrize(
    ("days", "ends", "field"),
    [(1, None, "signed_on"), (-1, -2, "signed_on")],
)
def test_it_is_not_signed_tomorrow_nor_after_its_end(
    firm: dict[str, int], days: int, ends: int | None, field: str
) -> None:
    today = timezone.localdate()
    more = {"ends_on": (today + dt.timedelta(days=ends)).isoformat()} if ends is not None else {}
    number = contract(firm, signed=None, **more)
    with pytest.raises(Invalid) as refused:
        sign(ACTOR, number, {"signed_on": today + dt.timedelta(days=days)})
    assert [e.field for e in refused.value.errors] == [field]
    assert row("contract", number)["status"] == "draft"


def test_what_was_signed_keeps_whom_it_is_with_and_is_not_thrown_away(firm: dict[str, int]) -> None:
    number = contract(firm)
    shape, other = shape_of("contract"), make("organisation", name="Лютик")
    for values in ({"party": other}, {"number": "1"}, {"currency": "USD"}):
        with pytest.raises(Invalid):
            write.update(ACTOR, shape, number, values)
    write.update(ACTOR, shape, number, {"payment_terms": "Аванс 30 %"})
    with pytest.raises(BadRequest):
        bulk.trash(ACTOR, shape, bulk.Selection(ids=(number,)))
    assert bulk.trash(ACTOR, shape, bulk.Selection(ids=(contract(firm, signed=None),))).changed == 1


def test_prolonged_and_terminated_with_a_reason(firm: dict[str, int]) -> None:
    today = timezone.localdate()
    number = contract(firm, ends_on=(today + dt.timedelta(days=5)).isoformat())
    for wrong in (today + dt.timedelta(days=5), today - dt.timedelta(days=1)):
        with pytest.raises(Invalid):
            prolong(ACTOR, number, {"ends_on": wrong})
    prolong(ACTOR, number, {"ends_on": today + dt.timedelta(days=400)})
    assert row("contract", number)["ends_on"] == today + dt.timedelta(days=400)
    with pytest.raises(Invalid):
        terminate(ACTOR, number, {"ended_on": dt.date(2026, 1, 31), "end_reason": "Рано"})
    terminate(ACTOR, number, {"ended_on": today, "end_reason": "Не платят"})
    assert (row("contract", number)["status"], row("contract", number)["end_reason"]) == (
        "ended",
        "Не платят",
    )
    with pytest.raises(Invalid):
        prolong(ACTOR, number, {"ends_on": today + dt.timedelta(days=900)})


def test_by_the_clock_one_runs_out_and_one_goes_on_by_itself(firm: dict[str, int]) -> None:
    over = contract(firm, ends_on="2026-06-30")
    goes_on = contract(firm, ends_on="2026-01-31", renews=True, renewal_months=1, signed="2026-01-10")
    open_end, waiting = contract(firm), contract(firm, ends_on="2027-01-31")
    assert clock("2026-06-30") == 1, "it holds on its last day"
    assert row("contract", goes_on)["ends_on"].isoformat() == "2026-06-30", (
        "by whole months, from end to end of a month"
    )
    assert clock("2026-07-01") == 2
    assert clock("2026-07-01") == 0
    assert [row("contract", n)["status"] for n in (over, goes_on, open_end, waiting)] == [
        "over",
        *["signed"] * 3,
    ]
    assert row("contract", goes_on)["ends_on"].isoformat() == "2026-07-31"


def test_its_owner_is_reminded_once_before_its_end(firm: dict[str, int]) -> None:
    company = found_company()
    owner = company.users["employee"].pk
    contract(firm, ends_on="2026-12-31", notice_days=10, owner=owner)
    contract(firm, ends_on="2026-12-31", notice_days=0, owner=owner)
    assert clock("2026-12-20") == 0
    assert [clock("2026-12-21"), clock("2026-12-21"), clock("2026-12-22")] == [1, 0, 0]
    told = Notification.objects.get(user_id=owner)
    late = contract(firm, ends_on="2026-12-31", notice_days=60, owner=owner)
    assert [clock("2026-12-23"), clock("2026-12-24")] == [1, 0], "signed when it was time already"
    assert Notification.objects.filter(user_id=owner, record_id=late).count() == 1
    assert (told.object, told.payload) == ("contract", {"about": "ends", "day": "2026-12-31"})


def test_what_goes_on_by_itself_says_until_when(firm: dict[str, int]) -> None:
    with pytest.raises(Invalid) as refused:
        contract(firm, signed=None, renews=True)
    assert [e.field for e in refused.value.errors] == ["ends_on"]


def test_papers_stand_on_the_contract_of_their_client(firm: dict[str, int]) -> None:
    number = contract(firm)
    given, lines = beginnings.order_of_contract(ACTOR, number)
    assert (given["party"].id, given["contract"].id, lines) == (firm["client"], number, {"lines": []})
    terms = {"company": firm["company"], "party": firm["client"], "contract": number, "lines": [LINE]}
    order = make("order", **terms)
    assert {"label": "Основание", "text": "Договор № Н-1 от 1\xa0февраля 2026\xa0г."} in order_data(
        ACTOR, order, "ru"
    )["facts"]
    invoice = make("invoice", **terms)
    assert invoice_data(ACTOR, invoice, "ru")["basis"] == "Договор № Н-1 от 1\xa0февраля 2026\xa0г."
    closing, _lines = beginnings.closing_of_order(ACTOR, order)
    assert closing["basis"] == "Договор № Н-1 от 1\xa0февраля 2026\xa0г."
    paper = make("closing_paper", **terms, kind="act", basis=closing["basis"])
    assert "Договор № Н-1" in str(act_data(ACTOR, paper, "ru")["facts"])
    other = contract({**firm, "client": make("organisation", name="Лютик")})
    for key in ("order", "invoice", "closing_paper"):
        with pytest.raises(Invalid) as refused:
            make(key, **{**terms, "contract": other})
        assert [e.field for e in refused.value.errors] == ["contract"]


def test_a_contract_closed_to_the_reader_is_named_nowhere(firm: dict[str, int]) -> None:
    company = found_company()
    colleague = company.actor("employee")
    number = contract(firm, owner=company.users["administrator"].pk, team=company.teams["far"].pk)
    mine = {"owner": company.users["employee"].pk, "team": company.teams["near"].pk}
    write.update(ACTOR, shape_of("organisation"), firm["client"], mine)
    order = make(
        "order", company=firm["company"], party=firm["client"], contract=number, lines=[LINE], **mine
    )
    assert "Н-1" not in str(order_data(colleague, order, "ru")["facts"])
    assert "basis" not in beginnings.closing_of_order(colleague, order)[0]
    with pytest.raises(NotFound):
        terminate(colleague, number, {"ended_on": timezone.localdate(), "end_reason": "Ы"})


def test_many_end_by_as_many_statements_as_two(firm: dict[str, int]) -> None:
    def counted(many: int) -> int:
        for _one in range(many):
            contract(firm, ends_on="2026-06-30")
        with CaptureQueriesContext(connection) as seen:
            assert clock("2026-07-01") == many
        return len(seen)

    counted(2)
    assert counted(9) == counted(2)


def test_what_the_clock_did_is_an_operation_of_its_own(firm: dict[str, int]) -> None:
    number = contract(firm, ends_on="2026-06-30")
    clock("2026-07-01")
    with connection.cursor() as cursor:
        cursor.execute("select operation_id from contract where id = %s", [number])
        operation = cursor.fetchone()[0]
    assert operation is not None
    undo(ACTOR, operation)
    assert row("contract", number)["status"] == "over", "what was signed is not turned back by an undo"


def test_a_required_route_holds_back_the_signature_and_signing_ends_no_approval(
    firm: dict[str, int],
) -> None:
    company, shape = found_company(), shape_of("contract")
    employee = company.actor("employee")
    route = {"name": "Договоры", "filter": {}, "steps": [{"who": "head", "needed": 1}], "is_active": True, "mandatory": True}  # fmt: skip
    routes.create(company.actor("administrator"), "contract", route)
    client = write.create(employee, shape_of("organisation"), {"name": "Ромашка"})
    values = {"name": "Поставка", "company": firm["company"], "party": client}
    number = write.create(employee, shape, values)
    with pytest.raises(Invalid):
        sign(employee, number, {"signed_on": dt.date(2026, 2, 1)})
    approval = sending.send(employee, shape, number)
    deciding.decide(company.actor("manager"), approval.pk, "agreed")
    sign(employee, number, {"signed_on": dt.date(2026, 2, 1)})
    deliver()
    assert standing.stands(shape, number) is not None, (
        "what the verb writes is no change of what was approved"
    )
    write.update(employee, shape, number, {"amount": "5"})
    assert standing.stands(shape, number) is None
