"""Packs in the settings: a file is brought, its plan is looked at, and only then anything is done."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.packs.models import Pack
from klientura.kernel.packs.reading import TOO_LARGE
from klientura.kernel.testing.company import Company, found_company

GYM = """
format = 1
key = "gym"
version = "{version}"
name = {{ ru = "Зал", en = "Gym" }}
[[fields]]
object = "person"
key = "x_gym_coach"
type = "text"
label = {{ ru = "тренер", en = "coach" }}
{more}
"""


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


@pytest.fixture
def admin(company: Company) -> Client:
    return company.client("administrator")


def bring(admin: Client, text: str) -> Any:
    return admin.post("/settings/packs", {"file": SimpleUploadedFile("gym.toml", text.encode())})


def page(admin: Client, address: str) -> str:
    answer = admin.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def mark_on(text: str) -> str:
    return text.partition('name="mark" value="')[2].partition('"')[0]


def test_from_the_file_to_the_field_and_away_again(admin: Client):
    brought = bring(admin, GYM.format(version="1.0", more=""))
    assert brought["Location"] == "/settings/packs/gym"
    plan = page(admin, "/settings/packs/gym")
    assert "Тренер (" in plan
    assert "x_gym_coach" not in all_shapes()["person"].fields

    assert admin.post("/settings/packs/gym", {"mark": mark_on(plan)}).status_code == 302
    assert "x_gym_coach" in all_shapes()["person"].fields

    leaving = page(admin, "/settings/packs/gym/uninstall")
    assert admin.post("/settings/packs/gym/uninstall", {"mark": mark_on(leaving)}).status_code == 302
    assert "x_gym_coach" not in all_shapes()["person"].fields
    assert Pack.objects.get().state == "removed"


def test_a_plan_that_is_no_longer_true_is_shown_anew(admin: Client):
    bring(admin, GYM.format(version="1.0", more=""))

    answer = admin.post("/settings/packs/gym", {"mark": "of yesterday"})

    assert answer.status_code == 409
    assert mark_on(answer.content.decode())
    assert "x_gym_coach" not in all_shapes()["person"].fields


def test_a_file_that_was_brought_can_be_put_away(admin: Client):
    bring(admin, GYM.format(version="1.0", more=""))
    assert admin.post("/settings/packs/gym/dismiss").status_code == 302
    assert not Pack.objects.exists()


def test_what_is_wrong_with_a_file_is_said_by_place(admin: Client):
    answer = bring(admin, GYM.format(version="1.0", more="shape = 1"))
    assert answer.status_code == 422
    assert "fields.1.shape" in answer.content.decode()
    assert not Pack.objects.exists()


@pytest.mark.parametrize("data", ["", "format = 99", "<html>", "a" * 2_000_001])
def test_what_is_no_pack_is_refused_with_a_sentence(admin: Client, data: str):
    assert bring(admin, data).status_code == 422


def test_what_is_far_too_large_for_a_pack_is_not_even_read(admin: Client):
    answer = bring(admin, "a" * 3_000_000)
    assert answer.status_code == 413
    assert str(TOO_LARGE) in answer.content.decode()


def test_nothing_chosen(admin: Client):
    assert admin.post("/settings/packs").status_code == 422


def test_the_packs_of_the_product_are_offered(admin: Client):
    assert "fitness" in page(admin, "/settings/packs")
    assert admin.post("/settings/packs/fitness/offer")["Location"] == "/settings/packs/fitness"
    assert "1.1.0" in page(admin, "/settings/packs/fitness")
    assert admin.post("/settings/packs/nothing/offer").status_code == 404
    assert admin.get("/settings/packs/nothing").status_code == 404


def test_only_for_administrators(company: Company):
    client = company.client("manager")
    assert client.get("/settings/packs").status_code == 403
    assert client.post("/settings/packs/fitness/offer").status_code == 403
