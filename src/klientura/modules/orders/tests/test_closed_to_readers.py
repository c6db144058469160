"""Papers, and what they are made of, for those who see a part of it only."""

import pytest

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.orders.services.papers import PAPERS
from klientura.modules.orders.tests.test_papers import ACTOR, firm, make, paper

__all__ = ["firm"]
pytestmark = pytest.mark.django_db
HELD = (*PAPERS, "organisation", "party", "product", "own_company")


def reader() -> Company:
    """A company whose manager reads everything."""
    company = found_company()
    for key in HELD:
        company.grant("manager", key, "read", "all")
    return company


@pytest.mark.parametrize("key", list(PAPERS))
def test_a_paper_is_printed_whole_or_not_at_all(firm: dict[str, int], key: str) -> None:
    number, company = paper(firm, key, note="Секрет"), reader()
    company.hide("manager", key, "note")
    company.hide("manager", key, "opportunity")
    browser = company.client("manager")
    assert browser.get(f"/{key}/{number}/pdf").status_code == 200
    for field in ("amount", "lines"):
        company.hide("manager", key, field)
        assert browser.get(f"/{key}/{number}/pdf").status_code == 403


@pytest.mark.parametrize("field", ["number", "issued_on", "company", "note", "lines", "amount"])
@pytest.mark.parametrize("key", list(PAPERS))
def test_papers_begin_with_what_is_open_of_others(firm: dict[str, int], key: str, field: str) -> None:
    number, company = paper(firm, key), reader()
    company.hide("manager", key, field)
    browser = company.client("manager")
    assert {browser.get(f"/{other}/new?from={key}-{number}").status_code for other in PAPERS} == {200}


def test_hidden_requisites_of_ours_are_left_out(firm: dict[str, int]) -> None:
    company = reader()
    for field in ("phone", "email", "full_name", "director", "director_position", "accountant", "address", "accounts"):  # fmt: skip
        company.hide("manager", "own_company", field)
    browser = company.client("manager")
    for key in PAPERS:
        assert browser.get(f"/{key}/{paper(firm, key)}/pdf").status_code == 200


def test_a_form_tells_no_price_of_what_is_closed(firm: dict[str, int]) -> None:
    company, fields = (
        found_company(),
        {"lines-present": "1", "lines-0-quantity": "2", "party": firm["client"]},
    )
    secret = make("price_list", name="Для поставщиков", roles=["supplier"])
    prices = [{"price_list": secret, "price": "777"}]
    write.update(ACTOR, shape_of("product"), firm["saw"], {"prices": prices})
    browser = company.client("employee")
    asked = {**fields, "lines-0-product": firm["saw"], "price_list": secret}
    assert (
        "777,00"
        in browser.post("/invoice/lines/lines", asked).json()["lines"][0]["placeholders"]["given_price"]
    )
    company.grant("employee", "price_list", "read", "none")
    assert "777" not in browser.post("/invoice/lines/lines", asked).content.decode()
    company.grant("employee", "product", "read", "none")
    answer = browser.post("/invoice/lines/lines", asked)
    assert "Пила" not in str(answer.json())
    assert "1000" not in answer.content.decode()
    assert "product" in answer.json()["lines"][0]["errors"]


@pytest.mark.parametrize("key", ["invoice", "closing_paper"])
def test_characters_that_no_font_has(firm: dict[str, int], key: str) -> None:
    number = paper(firm, key, lines=[{"product": firm["saw"], "name": "Пила 木工锯 \ufffe"}])
    browser = found_company().client("administrator")
    assert browser.get(f"/{key}/{number}/pdf").status_code == 200
    answer = browser.get(f"/{key}/{number}/pdf?archive=1")
    assert answer.status_code == 400
    assert "PDF/A" in answer.content.decode()


@pytest.mark.parametrize(
    "raw", ["offer-999999999999999999", "offer-99999999999999999999999", "offer--1", "offer-", "offer-١", "-"]
)
def test_odd_beginnings(firm: dict[str, int], raw: str) -> None:
    assert found_company().client("administrator").get(f"/invoice/new?from={raw}").status_code in {200, 404}
