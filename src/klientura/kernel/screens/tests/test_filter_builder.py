"""What the filter builder is given: related records with their fields and names, and nothing of what is closed."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company()


def of_page(browser: Client, address: str, **query: str) -> dict[str, dict[str, Any]]:
    page = browser.get(address, {"filter": '{"and": []}', **query}).content.decode()
    block = re.search(r'<script[^>]*id="filter-fields"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert block is not None
    return by_key(json.loads(block[1]))


def by_key(fields: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    assert len({f["key"] for f in fields}) == len(fields)
    return {f["key"]: f for f in fields}


def test_every_link_that_is_offered_can_be_asked_for(company: Company) -> None:
    actor = SystemActor("test")
    for key in ("organisation", "person", "opportunity", "task", "pipeline"):
        shape = shape_of(key)
        links = [f for f in of_page(company.client("administrator"), f"/{key}").values() if "object" in f]
        for link in links:
            for condition in ({}, {"quantifier": "none"}, {"count": {"op": "gte", "value": 2}}):
                read.count(actor, shape, tree={"related": link["key"], **condition})
    labels = {
        f["key"]: f["label"] for f in of_page(company.client("administrator"), "/organisation").values()
    }
    assert labels["opportunity.party"] == "Сделки"
    assert "person.employer" in labels
    assert len({labels[k] for k in labels if "." in k}) == len([k for k in labels if "." in k])


def test_what_points_at_people_only_is_not_offered_for_organisations(company: Company) -> None:
    browser = company.client("administrator")
    assert "opportunity.person" in of_page(browser, "/person")
    assert "opportunity.person" not in of_page(browser, "/organisation")
    assert "person.employer" not in of_page(browser, "/person")


def test_the_fields_of_related_records_come_when_they_are_asked_for(company: Company) -> None:
    browser = company.client("administrator")
    assert "fields" not in of_page(browser, "/organisation")["opportunity.party"]
    boss = company.actor("administrator")
    pipeline = write.create(boss, shape_of("pipeline"), {"name": "Продажи"})
    tree = {
        "and": [
            {
                "related": "opportunity.party",
                "filter": {
                    "or": [
                        {"field": "pipeline", "op": "eq", "value": pipeline},
                        {"related": "task.subject", "filter": {"field": "name", "op": "eq", "value": "x"}},
                    ]
                },
            }
        ]
    }
    found = of_page(browser, "/organisation", filter=json.dumps(tree))["opportunity.party"]
    inner = by_key(found["fields"])
    assert inner["pipeline"]["names"] == {str(pipeline): "Продажи"}
    assert "name" in by_key(inner["task.subject"]["fields"])
    assert not [f for f in inner["task.subject"]["fields"] if "object" in f]
    fetched = by_key(browser.get("/opportunity/filter-fields").json())
    assert set(fetched) == set(inner)


def test_what_is_closed_is_not_offered(company: Company) -> None:
    company.hide("employee", "opportunity", "amount")
    browser = company.client("employee")
    assert "amount" not in by_key(browser.get("/opportunity/filter-fields").json())
    assert "amount" in by_key(company.client("manager").get("/opportunity/filter-fields").json())
    company.hide("employee", "opportunity", "party")
    assert "opportunity.party" not in of_page(company.client("employee"), "/organisation")
    company.grant("employee", "opportunity", "read", "none")
    browser = company.client("employee")
    assert not [k for k in of_page(browser, "/organisation") if k.startswith("opportunity.")]
    assert browser.get("/opportunity/filter-fields").status_code == 403


def test_dates_offer_numbers_of_days(company: Company) -> None:
    created = of_page(company.client("administrator"), "/organisation")["created_at"]
    offered = {o["op"]: o for o in created["ops"]}
    assert offered["last_days"]["value"] == "days"
    assert all(
        "{days}" in offered[op]["said"] for op in ("last_days", "next_days", "before_days", "after_days")
    )
    assert "last_days" not in {
        o["op"] for o in of_page(company.client("administrator"), "/organisation")["name"]["ops"]
    }


def test_the_builder_costs_the_list_no_query(company: Company, django_assert_num_queries: Any) -> None:
    browser = company.client("administrator")
    browser.get("/organisation/filter-fields")
    with django_assert_num_queries(3):  # the session, the user, the installation
        browser.get("/organisation/filter-fields")
