"""The pages of the funnel: every number opens just its deals, rights hold everywhere, and the way to them is short."""

import csv
import html
import io
import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.segments.keeping import create
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.analytics.tests.selling import ACTOR, make_pipeline, sell

pytestmark = pytest.mark.django_db
VIEWS = ("way", "now", "times", "by", "change")
FIGURE = re.compile(r'<a class="link" href="(/funnel/rows\?[^"]+)">([\d\u202f]+)</a>')
SUM = "777,77"


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def sold(company: Company) -> dict[str, int]:
    """Deals of two people, won, lost and open ones."""
    _pipeline, s = make_pipeline()
    client = write.create(
        ACTOR,
        shape_of("organisation"),
        {"name": "Ромашка", "city": "Казань", "owner": company.users["employee"].pk},
    )
    mine = {"owner": company.users["employee"].pk, "amount": "777.77", "source": "Сайт", "party": client}
    others = {"owner": company.users["outsider"].pk, "amount": "5000"}
    return {
        "open": sell([(s["first"], 30), (s["second"], 20)], **mine),
        "won": sell([(s["first"], 30), (s["third"], 20), (s["won"], 10)], **mine),
        "lost": sell([(s["first"], 30), (s["second"], 25), (s["lost"], 20)], **mine),
        "theirs": sell([(s["first"], 30), (s["won"], 20)], **others),
    }


def page(company: Company, who: str = "administrator", path: str = "/funnel", **query: Any) -> str:
    answer = company.client(who).get(path, {"from": "2020-01-01", **query})
    assert answer.status_code == 200, answer.content[:300]
    return html.unescape(answer.content.decode())


def number_behind(company: Company, url: str, who: str) -> int:
    answer = company.client(who).get(html.unescape(url))
    assert answer.status_code == 200, url
    found = re.search(r"([\d\u202f]+) сдел", html.unescape(answer.content.decode()))
    assert found is not None, url
    return int(found[1].replace("\u202f", ""))


@pytest.mark.parametrize("who", ["administrator", "employee"])
@pytest.mark.parametrize(
    "asked",
    [*({"view": v} for v in VIEWS), {"view": "now", "on": "2026-01-01"},
        *({"view": "by", "by": d} for d in ("team", "source", "city", "product", "segment"))],
    ids=lambda asked: "-".join(asked.values()),
)  # fmt: skip
def test_every_number_opens_just_its_deals(
    company: Company, sold: Mapping[str, int], who: str, asked: Mapping[str, str]
) -> None:
    _segment(company)
    shown = page(company, who, **asked)
    if asked["view"] in ("way", "by", "change", "times"):
        assert FIGURE.findall(shown)
    for url, text in FIGURE.findall(shown):
        assert number_behind(company, url, who) == int(text.replace("\u202f", "")), url


def _segment(company: Company) -> None:
    rule = {"field": "name", "op": "eq", "value": "Ромашка"}
    admin = company.actor("administrator")
    create(admin, shape_of("organisation"), name="Цветы", rule=rule, visibility="everyone")


def test_people_see_figures_of_their_own_deals_only(company: Company, sold: Mapping[str, int]) -> None:
    assert ">4<" in page(company)
    employee = page(company, "employee")
    assert ">3<" in employee
    assert "Дина Юсупова" not in page(company, "employee", view="by", by="owner")
    assert "Дина Юсупова" in page(company, view="by", by="owner")


@pytest.mark.parametrize("view", VIEWS)
def test_where_sums_are_hidden_there_is_no_money_anywhere(
    company: Company, sold: Mapping[str, int], view: str
) -> None:
    company.grant("employee", "opportunity", "export", "own")
    if view != "times":
        assert "₽" in page(company, "employee", view=view)
    company.hide("employee", "opportunity", "amount")
    shown = page(company, "employee", view=view)
    assert "₽" not in shown
    assert SUM not in shown
    for url, _text in FIGURE.findall(shown):
        behind = html.unescape(company.client("employee").get(html.unescape(url)).content.decode())
        assert "₽" not in behind
        assert SUM not in behind
    for kind in ("csv", "xlsx"):
        answer = company.client("employee").get(
            "/funnel", {"view": view, "format": kind, "from": "2020-01-01"}
        )
        assert answer.status_code == 200
        assert b"777" not in answer.content


def test_a_hidden_reason_and_a_hidden_likelihood_are_told_nowhere(
    company: Company, sold: Mapping[str, int]
) -> None:
    assert "Причины проигрыша" in page(company, "employee")
    company.hide("employee", "opportunity", "loss_reason")
    company.hide("employee", "opportunity", "probability")
    assert "Причины проигрыша" not in page(company, "employee")
    refused = company.client("employee").get("/funnel/rows", {"figure": "lost", "reason": "price"})
    assert refused.status_code == 404
    assert "с учётом вероятности" not in page(company, "employee", view="now")


def test_whoever_may_not_see_the_owner_does_not_compare_by_them(
    company: Company, sold: Mapping[str, int]
) -> None:
    company.hide("employee", "opportunity", "owner")
    assert "По ответственным" not in page(company, "employee", view="by")
    asked = {"figure": "all", "dim": "owner", "key": str(company.users["employee"].pk)}
    assert company.client("employee").get("/funnel/rows", asked).status_code == 404


def test_whoever_may_not_see_stages_is_told_so(company: Company, sold: Mapping[str, int]) -> None:
    company.hide("employee", "opportunity", "stage")
    assert "Воронка вам недоступна" in page(company, "employee")
    assert company.client("employee").get("/funnel/rows", {"figure": "all"}).status_code == 404
    assert company.client(None).get("/funnel").status_code in (302, 403)


def test_the_tables_go_out_as_files_to_whoever_may_export(company: Company, sold: Mapping[str, int]) -> None:
    answer = company.client("administrator").get(
        "/funnel", {"view": "way", "format": "csv", "from": "2020-01-01"}
    )
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert table[0] == ["Как далеко дошли сделки"]
    assert table[2][:3] == ["Продажи: first", "4", "7333.31"] or table[2][1] == "4"
    assert (
        company.client("administrator").get("/funnel", {"view": "by", "format": "xlsx"}).content[:2] == b"PK"
    )
    company.grant("employee", "opportunity", "export", "none")
    assert (
        company.client("employee").get("/funnel", {"format": "csv", "from": "2020-01-01"}).status_code == 403
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"pipeline": "999999"}, {"pipeline": "x"}, {"from": "2026-13-45", "to": "вчера"}, {"from": "9999-12-31"}, {"to": "0001-01-01"},
        {"owner": "-1"}, {"owner": "99999999999999999999"}, {"currency": "XXX"}, {"view": "none"}, {"by": "none", "view": "by"},
        {"city": "'%s", "source": "%(x)s\""}, {"entered": "1"}, {"on": "zzz", "view": "now"}, {"compare": "1"}, {"product": "77", "team": "5"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_in_an_address_is_as_usual(
    company: Company, sold: Mapping[str, int], asked: Mapping[str, str]
) -> None:
    for view in VIEWS:
        assert company.client("administrator").get("/funnel", {"view": view, **asked}).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [{"figure": "none"}, {"figure": "change"}, {"figure": "reached"}, {"figure": "stays", "stage": "x"}],
)
def test_what_is_no_figure_is_not_there(
    company: Company, sold: Mapping[str, int], asked: Mapping[str, str]
) -> None:
    assert company.client("administrator").get("/funnel/rows", asked).status_code == 404


def test_rows_of_nothing_lead_to_the_funnel(company: Company) -> None:
    assert company.client("administrator").get("/funnel/rows")["Location"] == "/funnel"


def test_a_segment_that_is_not_there_is_told(company: Company, sold: Mapping[str, int]) -> None:
    assert company.client("administrator").get("/funnel", {"segment": "12345"}).status_code == 400


def test_a_period_is_compared_with_the_one_before(company: Company) -> None:
    _pipeline, s = make_pipeline()
    for days in (100, 100, 20):
        sell([(s["first"], float(days)), (s["won"], days - 5.0)])
    from django.utils import timezone

    today = timezone.localdate()
    first = today.replace(year=today.year - 1) if (today.month, today.day) != (2, 29) else today
    shown = page(company, compare="1", **{"from": first.isoformat()})
    assert "к прошлому периоду" in shown


def test_an_empty_company_is_told_what_will_stand_there(company: Company) -> None:
    assert "Воронок пока нет" in page(company)
    make_pipeline()
    for view in VIEWS:
        assert "Сделок пока нет" in page(company, view=view)


@pytest.mark.parametrize("view", VIEWS)
def test_the_way_to_the_figures_is_as_short_for_many_deals(company: Company, view: str) -> None:
    _pipeline, s = make_pipeline()
    browser = company.client("administrator")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert browser.get("/funnel", {"view": view, "from": "2020-01-01"}).status_code == 200
        return len(seen)

    sell([(s["first"], 30), (s["second"], 25)], owner=company.users["employee"].pk)
    queries()
    few = queries()
    for number in range(6):
        sell(
            [(s["first"], 30), (s["won"], 5 + number)],
            owner=company.users["colleague"].pk,
            source=f"Источник {number}",
        )
    assert queries() == few
