"""Acts over many rows: exactly those that the list showed, never more."""

import re

import pytest
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import found_company

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
HTMX = {"HX-Request": "true"}
OF_UFA = '/organisation?filter={"field":"city","op":"eq","value":"Уфа"}'


@pytest.fixture
def admin() -> Client:
    write.create_many(
        ACTOR, shape_of("organisation"), [{"name": f"Фирма {n}", "city": "Уфа" if n < 3 else "Омск"} for n in range(8)]
    )  # fmt: skip
    return found_company().client("administrator")


def seal_of(page: str) -> str:
    found = re.search(r'name="list" value="([^"]*)"', page)
    assert found
    return found.group(1)


def cities() -> list[str]:
    rows = read.page(ACTOR, shape_of("organisation"), sort="id", keys=["city"]).rows
    return [row["city"] for row in rows]


def test_all_that_match_are_those_of_the_list(admin: Client):
    seal = seal_of(admin.get(OF_UFA).content.decode())
    sent = {"all_matching": "1", "list": seal}
    question = admin.post("/organisation/bulk/trash", sent, headers=HTMX)
    assert (question.status_code, question["HX-Retarget"]) == (200, "#dialog-body")
    assert "Переместить 3 записи" in question.content.decode()
    assert len(cities()) == 8  # a whole list does not go by one click
    answer = admin.post("/organisation/bulk/trash", {**sent, "sure": "1"}, headers=HTMX)
    assert answer.status_code == 200
    assert cities() == ["Омск"] * 5


def test_the_dialog_of_a_change_hands_the_list_on(admin: Client):
    seal = seal_of(admin.get(OF_UFA).content.decode())
    asked = {"all_matching": "1", "list": seal, "field": "city"}
    dialog = admin.post("/organisation/bulk/form", asked, headers=HTMX).content.decode()
    sent = {"all_matching": "1", "list": seal_of(dialog), "field": "city", "city": "Казань"}
    assert admin.post("/organisation/bulk/edit", sent, headers=HTMX).status_code == 200
    assert sorted(cities()) == ["Казань"] * 3 + ["Омск"] * 5


@pytest.mark.parametrize("verb", ["trash", "form", "edit"])
@pytest.mark.parametrize("seal", ["", "filter=", "other"])
def test_without_the_list_nothing_is_taken_for_everything(admin: Client, verb: str, seal: str):
    if seal == "other":
        write.create(ACTOR, shape_of("person"), {"last_name": "Иванов"})
        seal = seal_of(admin.get("/person").content.decode())
    sent = {"all_matching": "1", "list": seal, "field": "city", "city": "Казань"}
    headers = {**HTMX, "HX-Current-URL": f"http://testserver{OF_UFA}"}
    answer = admin.post(f"/organisation/bulk/{verb}", sent, headers=headers)
    assert answer.status_code == 400
    assert cities() == ["Уфа"] * 3 + ["Омск"] * 5
