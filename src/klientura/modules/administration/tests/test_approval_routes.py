"""Routes of approval in the settings: made, changed, ordered and dropped by forms; what is wrong is said beside its control."""

import pytest
from django.test import Client

from klientura.kernel.approvals.models import Route
from klientura.kernel.testing.company import Company, found_company


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


@pytest.fixture
def admin(company: Company) -> Client:
    return company.client("administrator")


def test_a_route_is_made_changed_ordered_and_dropped(company: Company, admin: Client) -> None:
    place = "/settings/approvals/new/offer"
    assert "Руководитель отправителя" in admin.get(place).content.decode()
    form = {
        "name": "Крупные", "filter": '{"field": "amount", "op": "gte", "value": "1000000"}', "is_active": "1", "mandatory": "1",
        "step": ["0", "1", "2"], "who-0": "head", "needed-0": "1", "hours-0": "8", "who-1": "users",
        "users-1": [str(company.users["observer"].pk), ""], "beside-1": "1", "who-2": "",
    }  # fmt: skip
    assert admin.post(place, form).status_code == 302
    made = Route.objects.get()
    assert made.mandatory and [s["who"] for s in made.steps] == ["head", "users"]
    assert made.steps[1]["users"] == [company.users["observer"].pk] and made.steps[1]["needed"] is None
    assert "Крупные" in admin.get("/settings/approvals").content.decode()
    assert "Егор Чиж" in admin.get(f"/settings/approvals/{made.pk}").content.decode()
    stale = admin.post(f"/settings/approvals/{made.pk}", {**form, "version": "7"})
    assert stale.status_code == 422
    assert (
        admin.post(f"/settings/approvals/{made.pk}", {**form, "name": "Дорогие", "version": "1"}).status_code
        == 302
    )
    admin.post(place, {**form, "name": "Прочие"})
    second = Route.objects.get(name="Прочие")
    assert admin.post(f"/settings/approvals/{second.pk}/up").status_code == 302
    assert list(Route.objects.order_by("position").values_list("name", flat=True)) == ["Прочие", "Дорогие"]
    assert admin.post(f"/settings/approvals/{second.pk}/delete").status_code == 302
    assert admin.post(f"/settings/approvals/{second.pk}/delete").status_code == 404
    assert admin.post(f"/settings/approvals/{made.pk}/paint").status_code == 404
    assert Route.objects.count() == 1


def test_what_is_wrong_is_said_and_what_was_typed_stays(admin: Client) -> None:
    form = {
        "name": "Мой маршрут",
        "step": ["0"],
        "who-0": "users",
        "users-0": "",
        "needed-0": "0",
        "hours-0": "скоро",
    }
    page = admin.post("/settings/approvals/new/offer", form)
    text = page.content.decode()
    assert page.status_code == 422 and "Мой маршрут" in text
    assert text.count("field-error") >= 3
    assert admin.post("/settings/approvals/new/offer", {**form, "filter": "{"}).status_code == 400
    assert admin.get("/settings/approvals/new/stage").status_code == 404
    assert not Route.objects.exists()


@pytest.mark.parametrize("who", ["manager", "employee", "observer"])
def test_nobody_else_comes_here(company: Company, who: str) -> None:
    browser = company.client(who)
    for place in ("/settings/approvals", "/settings/approvals/new/offer"):
        assert browser.get(place).status_code == 403
