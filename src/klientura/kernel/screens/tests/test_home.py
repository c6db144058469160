"""The start page: what is mine today, only what is open to the reader, and how to begin with an empty base."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import FieldGrant, Grant, User
from klientura.kernel.access.users import create_user, role_of
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.settings.installation import change, rights_changed
from klientura.kernel.store import read, write
from klientura.modules.sales.services.pipelines import ensure_default_pipeline

pytestmark = pytest.mark.django_db

ACTOR = SystemActor("test")


def person(email: str, role: str) -> User:
    return create_user(email=email, name=email.partition("@")[0], password=None, role=role, language="en")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def boss() -> User:
    change(set_up_at=timezone.now())
    return person("boss@example.org", "administrator")


def task(owner: User, name: str, days: float) -> int:
    due = timezone.now() + dt.timedelta(days=days)
    return write.create(
        ACTOR,
        shape_of("task"),
        {"name": name, "owner": owner.pk, "due_at": due.isoformat(timespec="seconds")},
    )


def test_fresh_base_offers_ways_to_begin(boss: User):
    page = signed_in(boss).get("/").content.decode()
    assert "What shall we begin with?" in page
    assert 'href="/imports/new"' in page
    assert 'href="/organisation/new"' in page
    observer = signed_in(person("guest@example.org", "observer")).get("/").content.decode()
    assert 'href="/imports/new"' not in observer
    assert "As soon as records are opened to you" in observer


def test_who_sees_a_part_is_not_told_that_the_base_is_empty(boss: User):
    write.create(ACTOR, shape_of("organisation"), {"name": "Альфа", "owner": boss.pk})
    browser = signed_in(person("new@example.org", "employee"))
    for path in ("/", "/organisation"):
        page = browser.get(path).content.decode()
        assert "No record is open to you yet" in page, path
        assert "ask an administrator to add you to a team" in page
        assert "/imports/new" not in page
        assert "Nothing here yet" not in page
        assert "bring the list you have" not in page
    assert 'href="/organisation/new"' in browser.get("/organisation").content.decode()
    # Where the rights say «own», no team would help.
    for shape in all_shapes().values():
        Grant.objects.create(role=role_of("employee"), object=shape.key, action="read", scope="own")
    rights_changed()
    for path in ("/", "/organisation"):
        page = browser.get(path).content.decode()
        assert "that you are responsible for. If something is missing, ask an administrator." in page, path
        assert "to a team" not in page
    imports = browser.get("/imports").content.decode()
    assert "Importing files is not open to you" in imports
    assert "Bring your clients" not in imports


def test_an_empty_list_offers_what_its_reader_may_do(boss: User):
    assert "bring the list you have" in signed_in(boss).get("/organisation").content.decode()
    observer = signed_in(person("guest@example.org", "observer")).get("/organisation").content.decode()
    assert "As soon as somebody adds a record" in observer
    assert "bring the list you have" not in observer
    Grant.objects.create(role=role_of("observer"), object="organisation", action="create", scope="all")
    rights_changed()
    author = signed_in(User.objects.get(email="guest@example.org")).get("/organisation").content.decode()
    assert "Add the first record by hand." in author


def test_tasks_of_mine_are_done_in_place(boss: User):
    other = person("other@example.org", "manager")
    late, _far = task(boss, "Call the plant", -1), task(boss, "Sometime", 30)
    task(other, "Not mine", -1)
    client = signed_in(boss)
    page = client.get("/").content.decode()
    assert "Call the plant" in page
    assert "Not mine" not in page
    assert "Sometime" not in page
    assert "Later: 1" in page
    response = client.post(f"/task/{late}/done", headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert f"/task/{late}/not-done" in response.headers["HX-Trigger"]
    assert "Call the plant" not in client.get("/").content.decode()
    assert client.post(f"/task/{late}/not-done").status_code == 204
    assert read.get(ACTOR, shape_of("task"), late)["status"] == "open"
    assert "Call the plant" in client.get("/").content.decode()


def test_every_number_leads_to_its_rows(boss: User):
    ensure_default_pipeline(ACTOR)
    task(boss, "Call the plant", -1)
    soon = timezone.localdate().isoformat()
    for name, currency in (("Lathe", "RUB"), ("Press", "RUB"), ("Mill", "USD")):
        values = {
            "name": name,
            "owner": boss.pk,
            "amount": "1000.50",
            "currency": currency,
            "close_date": soon,
        }
        write.create(ACTOR, shape_of("opportunity"), values)
    client = signed_in(boss)
    page = client.get("/").content.decode()
    for said in (
        "Without a next step",
        "To close by the end of the week",
        "₽2,001",
        "and 1 in another currency",
    ):
        assert said in page, page[page.find("stats") : page.find("today-side")]
    links = {
        part.split('"')[0]
        for part in page.split('href="')[1:]
        if part.startswith(("/opportunity?", "/task?"))
    }
    assert len(links) >= 6
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link


def test_only_what_is_open_to_the_reader(boss: User):
    ensure_default_pipeline(ACTOR)
    write.create(ACTOR, shape_of("organisation"), {"name": "Secret Ltd", "owner": boss.pk})
    write.create(ACTOR, shape_of("opportunity"), {"name": "Secret deal", "owner": boss.pk, "amount": "5"})
    employee = person("anna@example.org", "employee")
    mine = write.create(ACTOR, shape_of("organisation"), {"name": "Mine Ltd", "owner": employee.pk})
    write.create(
        ACTOR,
        shape_of("opportunity"),
        {"name": "My deal", "owner": employee.pk, "amount": "7", "party": mine},
    )
    client = signed_in(employee)
    page = client.get("/").content.decode()
    assert "Mine Ltd" in page
    assert "My deal" in page
    assert "Secret" not in page
    assert '<span class="stat-value">1</span>' in page
    Grant.objects.create(role=role_of("employee"), object="task", action="read", scope="none")
    FieldGrant.objects.create(role=role_of("employee"), object="opportunity", field="amount", level="none")
    FieldGrant.objects.create(
        role=role_of("employee"), object="opportunity", field="close_date", level="none"
    )
    FieldGrant.objects.create(
        role=role_of("employee"), object="organisation", field="updated_at", level="none"
    )
    rights_changed()
    page = client.get("/").content.decode()
    assert "My tasks" not in page
    assert "My clients" not in page
    assert "₽7" not in page
    assert "Open deals" in page


def test_more_records_ask_no_more_queries(boss: User, django_assert_max_num_queries):
    ensure_default_pipeline(ACTOR)

    def add(number: int) -> None:
        for n in range(number):
            task(boss, f"Task {n}", -1)
            write.create(ACTOR, shape_of("organisation"), {"name": f"Firm {n}", "owner": boss.pk})
            write.create(
                ACTOR, shape_of("opportunity"), {"name": f"Deal {n}", "owner": boss.pk, "amount": "5"}
            )

    client = signed_in(boss)
    add(1)
    client.get("/")
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    add(8)
    with django_assert_max_num_queries(len(few)):
        client.get("/")
