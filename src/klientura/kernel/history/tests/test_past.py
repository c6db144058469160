"""A record as it stood at a moment, and one change put back however long ago it was made."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Denied, Invalid, NotFound
from klientura.kernel.history.past import NothingLeft, as_of, put_back
from klientura.kernel.history.read import history_of
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


@pytest.fixture
def admin(company: Company) -> Actor:
    return company.actor("administrator")


SHAPE = shape_of("organisation")


def make(actor: Actor, **values: Any) -> int:
    return write.create(actor, SHAPE, {"name": "Альфа", "city": "Омск", **values})


def aged(record: int, days: int) -> None:
    """Have everything that was written about a record so far lie some days back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update kernel_change set at = at - make_interval(days => %s) where root_id = %s", [days, record]
        )


def newest(actor: Actor, record: int) -> int:
    return history_of(actor, SHAPE, record).entries[0].id


def ago(days: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def test_a_record_stands_as_it_did(admin: Actor) -> None:
    made = make(admin, industry="construction")
    write.update(admin, SHAPE, made, {"city": "Томск", "roles": ["client"]})
    aged(made, 10)
    write.update(admin, SHAPE, made, {"city": "Казань", "industry": None, "roles": ["client", "partner"]})
    aged(made, 10)
    write.update(admin, SHAPE, made, {"city": "Тверь"})
    now = as_of(admin, SHAPE, made, timezone.now())
    assert now == {}
    five = as_of(admin, SHAPE, made, ago(5))
    assert {k: c.old for k, c in five.items()} == {"city": "Казань"}
    fifteen = as_of(admin, SHAPE, made, ago(15))
    assert {k: c.old for k, c in fifteen.items()} == {
        "city": "Томск", "industry": "construction", "roles": ["client"],
    }  # fmt: skip
    assert {k: c.old for k, c in as_of(admin, SHAPE, made, ago(30)).items()}["city"] == "Омск"


def test_what_is_kept_from_a_reader_was_never_otherwise_for_them(company: Company, admin: Actor) -> None:
    actor = company.actor("employee")
    made = make(admin, owner=actor.user_id)
    aged(made, 10)
    write.update(admin, SHAPE, made, {"city": "Казань", "name": "Бета"})
    company.hide("employee", "organisation", "city")
    assert set(as_of(company.actor("employee"), SHAPE, made, ago(5))) == {"name"}
    foreign = make(admin)
    with pytest.raises(NotFound):
        as_of(company.actor("outsider"), SHAPE, foreign, ago(5))


def test_one_change_is_put_back_and_later_ones_stay(admin: Actor) -> None:
    made = make(admin, roles=["client"])
    write.update(admin, SHAPE, made, {"city": "Казань", "industry": "construction", "roles": ["partner"]})
    wrong = newest(admin, made)
    write.update(admin, SHAPE, made, {"industry": "retail", "name": "Бета"})
    done = put_back(admin, SHAPE, made, wrong)
    assert {f.key for f in done.fields} == {"city", "roles"} and [f.key for f in done.left] == ["industry"]
    row = read.get(admin, SHAPE, made)
    assert (row["city"], row["roles"], row["industry"], row["name"]) == ("Омск", ["client"], "retail", "Бета")
    assert row["version"] == done.version
    with pytest.raises(NothingLeft):
        put_back(admin, SHAPE, made, wrong)


def test_moments_references_and_emptiness_come_back_exactly(company: Company, admin: Actor) -> None:
    shape = shape_of("task")
    values = {"name": "Звонок", "due_at": "2026-05-01T10:00:00.123456+03:00"}
    made = write.create(admin, shape, values)
    before = read.get(admin, shape, made)
    write.update(admin, shape, made, {"due_at": None, "owner": company.users["employee"].pk})
    change = history_of(admin, shape, made).entries[0].id
    put_back(admin, shape, made, change)
    after = read.get(admin, shape, made)
    assert (after["due_at"], after["owner"].id) == (before["due_at"], before["owner"].id)


def test_rules_and_rights_hold_for_putting_back(company: Company, admin: Actor) -> None:
    actor = company.actor("employee")
    made = make(admin, owner=actor.user_id)
    write.update(admin, SHAPE, made, {"name": "Бета"})
    change = newest(admin, made)
    company.hide("employee", "organisation", "name", level="read")
    with pytest.raises(Denied):
        put_back(company.actor("employee"), SHAPE, made, change)
    with pytest.raises((Denied, NotFound)):
        put_back(company.actor("observer"), SHAPE, made, change)
    other = make(admin)
    with pytest.raises(NotFound):
        put_back(admin, SHAPE, other, change)
    write.update(admin, SHAPE, other, {"inn": "7707083893"})
    changed = newest(admin, other)
    write.update(admin, SHAPE, other, {"inn": None})
    first = history_of(admin, SHAPE, other).entries[0].id
    assert first != changed
    put_back(admin, SHAPE, other, first)
    assert read.get(admin, SHAPE, other)["inn"] == "7707083893"


def test_a_value_that_is_refused_today_is_not_put_back(admin: Actor) -> None:
    made = make(admin)
    write.update(admin, SHAPE, made, {"name": "Бета"})
    change = newest(admin, made)
    with connection.cursor() as cursor:
        cursor.execute(
            "update kernel_change set changes = jsonb_set(changes, '{name,0}', 'null') where id = %s",
            [change],
        )
    with pytest.raises(Invalid):
        put_back(admin, SHAPE, made, change)
    assert read.get(admin, SHAPE, made)["name"] == "Бета"


def test_the_screens(company: Company, admin: Actor) -> None:
    made = make(admin)
    aged(made, 10)
    with connection.cursor() as cursor:
        cursor.execute("update party set created_at = created_at - interval '10 days' where id = %s", [made])
    write.update(admin, SHAPE, made, {"city": "Казань"})
    browser = company.client("administrator")
    day = ago(5).date().isoformat()
    page = browser.get(f"/organisation/{made}/past?on={day}").content.decode()
    assert "Омск" in page and "Казань" in page and "data-differs" in page
    assert browser.get(f"/organisation/{made}/past").status_code == 200
    early = browser.get(f"/organisation/{made}/past?on=2001-01-01").content.decode()
    assert "data-differs" not in early and "Омск" not in early
    assert browser.get(f"/organisation/{made}/past?on=yesterday").status_code == 400
    change = newest(admin, made)
    tab = browser.get(f"/organisation/{made}?tab=history").content.decode()
    assert f"/organisation/{made}/changes/{change}/back" in tab
    watching = company.client("observer").get(f"/organisation/{made}?tab=history").content.decode()
    assert "/changes/" not in watching
    answer = browser.post(f"/organisation/{made}/changes/{change}/back")
    assert answer.status_code == 200 and read.get(admin, SHAPE, made)["city"] == "Омск"
    version = read.get(admin, SHAPE, made)["version"]
    assert browser.post(f"/organisation/{made}/changes/undo?version={version}").status_code == 200
    assert read.get(admin, SHAPE, made)["city"] == "Казань"
    assert company.client("observer").post(f"/organisation/{made}/changes/{change}/back").status_code == 403
