"""The trash: what lies there, taking one or many out, and what the address of a trashed record says."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.access.users import create_user
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import change
from klientura.kernel.store import read, write

pytestmark = pytest.mark.django_db

ACTOR = SystemActor("test")
HTMX = {"HX-Request": "true"}


def user(role: str) -> User:
    change(set_up_at=timezone.now())
    return create_user(email=f"{role}@example.org", name=role, password=None, role=role, language="en")


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in(user("administrator"))


def organisations(number: int, **values: object) -> list[int]:
    shape = shape_of("organisation")
    ids = write.create_many(ACTOR, shape, [{"name": f"Firm {n}.", **values} for n in range(number)])
    write.trash(ACTOR, shape, ids)
    return list(ids)


def test_from_card_to_trash_and_back(admin: Client):
    shape = shape_of("organisation")
    number = write.create(ACTOR, shape, {"name": "Alpha <b>"})
    gone = admin.post(f"/organisation/{number}/trash", headers=HTMX).headers["HX-Redirect"]
    page = admin.get(gone).content.decode()
    assert f'data-undo-url="/organisation/{number}/restore"' in page
    response = admin.get(f"/organisation/{number}")
    page = response.content.decode()
    assert response.status_code == 404
    assert "“Alpha &lt;b&gt;” is in the trash" in page
    assert f'action="/organisation/{number}/restore"' in page
    assert admin.get(f"/organisation/{number}?peek=1", headers=HTMX).status_code == 404
    assert "Alpha" in admin.get("/organisation/trash").content.decode()
    back = admin.post(f"/organisation/{number}/restore").headers["Location"]
    assert back == f"/organisation/{number}?restored=1"
    assert 'data-once="restored"' in admin.get(back).content.decode()
    assert admin.get(f"/organisation/{number}").status_code == 200
    assert "The trash is empty" in admin.get("/organisation/trash").content.decode()


def test_many_at_once(admin: Client):
    ids = organisations(3)
    shown = admin.get("/organisation/trash").content.decode()
    assert shown.count('hx-post="/organisation/trash/restore"') == len(ids) + 1, "each row, and the bar below"
    response = admin.post("/organisation/trash/restore", {"ids": ids[:2]}, headers=HTMX)
    assert response.status_code == 204
    assert json.loads(response.headers["HX-Trigger"])["toast"]["text"] == "2 records restored"
    assert read.count(ACTOR, shape_of("organisation")).number == 2
    response = admin.post("/organisation/trash/restore", {"ids": ids}, headers=HTMX)
    assert response.status_code == 404
    assert read.count(ACTOR, shape_of("organisation"), trashed=True).number == 1
    for bad in ({}, {"ids": ["x", "-1", "1" * 40]}):
        assert admin.post("/organisation/trash/restore", bad).status_code == 400


def test_the_buttons_of_the_rows_say_what_they_restore(admin: Client):
    organisations(2)
    shown = admin.get("/organisation/trash").content.decode()
    assert 'aria-label="Restore: Firm 0."' in shown
    assert 'aria-label="Restore: Firm 1."' in shown


def test_pages_of_the_trash(admin: Client):
    organisations(60)
    page = admin.get("/organisation/trash").content.decode()
    assert page.count("<tr data-row") == 50
    following = page.split('hx-get="/organisation/trash?after=')[1].split('"')[0]
    assert admin.get(f"/organisation/trash?after={following}").content.decode().count("<tr data-row") == 10


def test_rights():
    owner = user("employee")
    number = organisations(1, owner=owner.pk)[0]
    other = organisations(1)[0]
    employee = signed_in(owner)
    assert employee.get("/organisation/trash").status_code == 403
    response = employee.get(f"/organisation/{number}")
    assert response.status_code == 404
    assert "is in the trash" in response.content.decode()
    assert "/restore" not in response.content.decode()
    response = employee.get(f"/organisation/{other}")
    assert response.status_code == 404
    assert "Firm" not in response.content.decode()
    assert employee.post(f"/organisation/{number}/restore").status_code == 403
    assert employee.post("/organisation/trash/restore", {"ids": [number]}).status_code == 403


@pytest.mark.parametrize("key", ["party", "nothing"])
def test_no_such_trash(admin: Client, key: str):
    assert admin.get(f"/{key}/trash").status_code == 404
