"""A list shows what was chosen, and always leads to the cards."""

import html
import re

import pytest

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    company = found_company()
    write.create(company.actor("employee"), shape_of("organisation"), {"name": "Альфа", "city": "Уфа"})
    return company


def columns(page: str) -> list[str]:
    return re.findall(r'value="(\w+)"[^>]*data-column', page)


def test_the_name_stands_in_front_whatever_was_chosen(company: Company) -> None:
    page = company.client("employee").get("/organisation?columns=owner,first_contact_on").content.decode()
    heads = [
        html.unescape(re.sub(r"<[^>]+>", "", h)).strip()
        for h in re.findall(r"<th[^>]*>(.*?)</th>", page, re.DOTALL)
    ]
    assert [h for h in heads if h][:3] == ["Название", "Ответственный", "Первый контакт"]
    offered = columns(page)
    assert offered[:3] == ["name", "owner", "first_contact_on"]
    assert len(offered) == len(set(offered)) > 20


def test_a_group_change_offers_nothing_that_tells_records_apart(company: Company) -> None:
    browser = company.client("employee")
    number = re.search(
        r'data-select-row[^>]*value="(\d+)"|value="(\d+)"[^>]*data-select-row',
        browser.get("/organisation").content.decode(),
    )
    assert number is not None
    form = browser.post(
        "/organisation/bulk/form", {"ids": number.group(1) or number.group(2)}
    ).content.decode()
    offered = set(re.findall(r'<option value="(\w+)"', form))
    assert {"city", "owner", "status"} <= offered
    assert not offered & {"name", "inn", "kpp", "ogrn", "phone", "email"}


def test_a_refused_order_is_told_by_the_name_of_the_field(company: Company) -> None:
    shape = shape_of("organisation")
    field = next(f for f in shape.fields.values() if not f.sortable and f.heading != f.key)
    answer = company.client("employee").get(f"/organisation?sort={field.key}")
    assert answer.status_code == 400
    assert f"«{field.heading}»" in html.unescape(answer.content.decode())
    assert "«nonsense»" in company.client("employee").get("/organisation?sort=nonsense").content.decode()
