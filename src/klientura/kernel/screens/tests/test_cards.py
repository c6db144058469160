"""A card offers what its reader may do with this very record, and no more."""

import html
import json
import re

import pytest
from django.utils import translation

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.sales.services.pipelines import ensure_default_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company()


def test_a_colleagues_record_is_shown_without_a_single_pencil(company: Company) -> None:
    number = write.create(
        company.actor("colleague"), shape_of("organisation"), {"name": "Альфа", "city": "Уфа"}
    )

    mine = company.client("colleague").get(f"/organisation/{number}").content.decode()
    seen = company.client("employee").get(f"/organisation/{number}").content.decode()

    assert "data-fact-edit" in mine
    assert f"/organisation/{number}/edit" in mine
    assert "data-fact-edit" not in seen
    assert f"/organisation/{number}/edit" not in seen
    browser = company.client("employee")
    for path in ("edit", "fact/city"):
        assert browser.get(f"/organisation/{number}/{path}").status_code == 403
    assert browser.get(f"/organisation/{number}/fact/city?view=1").status_code == 200


def test_what_is_shared_for_reading_can_be_handed_over_by_a_manager_only(company: Company) -> None:
    number = write.create(company.actor("colleague"), shape_of("organisation"), {"name": "Альфа"})
    trash = f"/organisation/{number}/trash"

    assert trash not in company.client("colleague").get(f"/organisation/{number}").content.decode()
    assert trash in company.client("manager").get(f"/organisation/{number}").content.decode()


def test_a_saved_fact_tells_the_page(company: Company) -> None:
    number = write.create(company.actor("employee"), shape_of("organisation"), {"name": "Альфа"})
    saved = company.client("employee").post(
        f"/organisation/{number}/fact/city", {"city": "Уфа", "version": "1"}
    )
    assert json.loads(saved["HX-Trigger"]) == {"recordChanged": True}
    page = company.client("employee").get(f"/organisation/{number}").content.decode()
    assert 'hx-trigger="recordChanged from:body"' in page
    for place in ("page-head", "card-lines", "timeline"):
        assert f'id="{place}"' in page


def test_an_extension_is_read_and_dialled(company: Company) -> None:
    values = {"name": "Альфа", "phone": "+7 4012 33-44-55 доб. 12"}
    number = write.create(company.actor("employee"), shape_of("organisation"), values)
    page = company.client("employee").get(f"/organisation/{number}").content.decode()
    assert page.count('href="tel:+74012334455;ext=12">+7 4012 33-44-55 доб. 12</a>') == 3


def test_whom_to_contact_is_told_once_and_by_the_first_field_that_names_them(company: Company) -> None:
    boss = company.actor("administrator")
    ensure_default_pipeline(boss)
    deal = shape_of("opportunity")
    person = write.create(boss, shape_of("person"), {"last_name": "Ёлкин", "phone": "+7 495 123-45-69"})
    number = write.create(boss, deal, {"name": "Станки", "party": person, "person": person})
    page = html.unescape(company.client("administrator").get(f"/opportunity/{number}").content.decode())
    items = re.findall(r'<li class="related-item contact-item">(.*?)</li>', page)
    assert len(items) == 1
    with translation.override("ru"):
        first = str(deal.fields["party"].heading)
    assert f'<span class="related-sub">{first}</span>' in items[0]
