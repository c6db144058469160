"""What the API answers where money, rights and repetition meet."""

from typing import Any

import pytest
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


@pytest.fixture
def company() -> Company:
    return found_company()


def get(api: Client, path: str) -> Any:
    answer = api.get(ROOT + path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_roubles_and_dollars_are_not_added_up(company: Company) -> None:
    system = SystemActor("test")
    pipeline = write.create(system, shape_of("pipeline"), {"name": "Продажи"})
    write.create(system, shape_of("stage"), {"name": "Первый", "pipeline": pipeline, "kind": "open"})
    for currency, amount in (("RUB", "1000"), ("RUB", "500"), ("USD", "30")):
        values = {"name": "Мука", "amount": amount, "currency": currency}
        write.create(system, shape_of("opportunity"), values)
    api = company.api("administrator")

    ours = get(api, "/opportunity/groups?by=status&sum=amount")
    theirs = get(api, "/opportunity/groups?by=status&sum=amount&currency=USD")

    assert ours["currency"] == "RUB"
    assert [(g["count"], g["summed"], g["sum"]) for g in ours["groups"]] == [(3, 2, "1500.00")]
    assert [(g["count"], g["summed"], g["sum"]) for g in theirs["groups"]] == [(3, 1, "30.00")]
    assert api.get(f"{ROOT}/opportunity/groups?by=status&sum=amount&currency=rub").status_code == 400


def test_one_groups_by_the_texts_that_a_list_groups_by(company: Company) -> None:
    shape, api = shape_of("organisation"), company.api("employee")
    rows = [{"name": str(n), "city": city} for n, city in enumerate(("Уфа", "Уфа", "Омск"))]
    write.create_many(company.actor("employee"), shape, rows)
    found = get(api, "/organisation/groups?by=city")["groups"]
    assert {g["value"]: g["count"] for g in found} == {"Уфа": 2, "Омск": 1}
    assert api.get(f"{ROOT}/organisation/groups?by=name").status_code == 400
    company.hide("employee", "organisation", "city")
    assert company.api("employee").get(f"{ROOT}/organisation/groups?by=city").status_code == 400


def test_a_repetition_does_not_tell_what_has_been_hidden_since(company: Company) -> None:
    def send() -> Any:
        return company.api("employee").post(
            f"{ROOT}/organisation",
            {"name": "Альфа", "city": "Казань"},
            content_type="application/json",
            HTTP_IDEMPOTENCY_KEY="once",
        )

    first, same = send(), send()
    assert first.json() == same.json()
    company.hide("employee", "organisation", "city")
    later = send()

    assert (later.status_code, later["Location"]) == (201, first["Location"])
    assert later["Idempotent-Replayed"] == "true"
    assert "Казань" not in later.content.decode()
    assert len(get(company.api("administrator"), "/organisation")["items"]) == 1


def test_the_trash_is_for_those_who_may_delete(company: Company) -> None:
    number = write.create(company.actor("employee"), shape_of("organisation"), {"name": "Альфа"})
    write.trash(SystemActor("test"), shape_of("organisation"), [number])

    assert company.api("employee").get(f"{ROOT}/organisation?trashed=true").status_code == 403
    assert len(get(company.api("manager"), "/organisation?trashed=true")["items"]) == 1
