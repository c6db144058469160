"""The history names the rule that changed a record, and tells why to whoever sees the record."""

import pytest

from klientura.kernel.rules.models import Rule, Run
from klientura.kernel.rules.tests.support import made, organisation, settle
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company()


def test_the_history_leads_to_the_reason(company: Company) -> None:
    made(company, name="Заметка новым")
    number = organisation(company)
    settle()
    run = Run.objects.get()
    address = f"/organisation/{number}/why/{run.pk}"
    browser = company.client("employee")
    history = browser.get(f"/organisation/{number}/history").content.decode()
    assert "Заметка новым" in history
    assert address in history
    told = browser.get(address).content.decode()
    assert "Заметка новым" in told
    assert "Анна Ким" in told
    assert "/settings/rules" not in told, "only administrators are led further"
    assert (
        f"/settings/rules/{Rule.objects.get().pk}"
        in company.client("administrator").get(address).content.decode()
    )
    assert company.client("outsider").get(address).status_code == 404
    assert browser.get(f"/organisation/{number}/why/999999").status_code == 404
    other = organisation(company, "Бета")
    assert browser.get(f"/organisation/{other}/why/{run.pk}").status_code == 404
