"""Notifications behind the page, the bell and the API: everybody's own, by days and kinds, read one by one or all."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.notify.models import Notification
from klientura.kernel.notify.telling import Told, tell
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World

STAFF = ("administrator", "manager", "employee", "colleague", "observer")


def put(company: Company, who: str, number: int, *, kind: str = "assigned", times: int = 1) -> None:
    at = timezone.now()
    tell([Told(company.users[who].pk, kind, f"test:{n}", at, "party", [number]) for n in range(times)])


def ids(company: Company, who: str) -> list[int]:
    return list(
        Notification.objects.filter(user=company.users[who]).order_by("pk").values_list("pk", flat=True)
    )


@pytest.mark.parametrize("who", STAFF)
def test_everybody_sees_and_reads_their_own(company: Company, ours: int, who: str) -> None:
    put(company, who, ours)
    other = next(k for k in STAFF if k != who)
    put(company, other, ours)
    browser = company.client(who)
    assert "Ромашка" in browser.get("/notifications").content.decode()
    assert ">1</span>" in browser.get("/notifications/number").content.decode()
    foreign = ids(company, other)[0]
    assert browser.post(f"/notifications/{foreign}/read").status_code == 404
    assert browser.post(f"/notifications/{ids(company, who)[0]}/read").status_code == 200
    assert "bell-number" not in browser.get("/notifications/number").content.decode()
    assert Notification.objects.filter(read_at=None).count() == 1


def test_all_are_read_at_once(company: Company, ours: int) -> None:
    put(company, "employee", ours, times=3)
    put(company, "manager", ours)
    company.client("employee").post("/notifications/read")
    left = Notification.objects.filter(read_at=None).values_list("user_id", flat=True)
    assert [*left] == [company.users["manager"].pk]


def test_the_page_is_narrowed_by_kind_and_to_the_unread(company: Company, ours: int) -> None:
    put(company, "employee", ours)
    put(company, "employee", ours, kind="shared")
    browser = company.client("employee")
    assert len(re.findall(r'id="notice-\d', browser.get("/notifications").content.decode())) == 2
    only = browser.get("/notifications?kind=shared").content.decode()
    assert len(re.findall(r'id="notice-\d', only)) == 1
    browser.post(f"/notifications/{ids(company, 'employee')[0]}/read")
    assert len(re.findall(r'id="notice-\d', browser.get("/notifications?unread=1").content.decode())) == 1
    assert browser.get("/notifications?kind=nonsense").status_code == 400


def test_further_lines_come_by_keyset_and_cost_the_same(company: Company, world: World, ours: int) -> None:
    put(company, "employee", ours, times=5)
    browser = company.client("employee")
    browser.get("/notifications")
    with CaptureQueriesContext(connection) as few:
        browser.get("/notifications")
    put(company, "employee", ours, kind="shared", times=60)
    with CaptureQueriesContext(connection) as many:
        page = browser.get("/notifications").content.decode()
    assert len(few) == len(many)
    more = re.search(r'hx-get="(/notifications\?before=\d+)"', page)
    assert more is not None
    rest = browser.get(more[1]).content.decode()
    shown = [*re.findall(r'id="notice-(\d+)"', page), *re.findall(r'id="notice-(\d+)"', rest)]
    assert [int(n) for n in shown] == sorted(ids(company, "employee"), reverse=True)


def test_the_number_of_the_bell_is_one_short_query(company: Company, ours: int) -> None:
    put(company, "employee", ours, times=130)
    browser = company.client("employee")
    browser.get("/notifications/number")
    with CaptureQueriesContext(connection) as asked:
        page = browser.get("/notifications/number").content.decode()
    assert "99+" in page
    own = [q["sql"] for q in asked if "kernel_notification" in q["sql"]]
    assert len(own) == 1


def test_opening_a_card_tells_the_bell(company: Company, ours: int) -> None:
    put(company, "employee", ours)
    browser = company.client("employee")
    assert browser.post(f"/organisation/{ours}/opened")["HX-Trigger"] == "notified"
    assert "HX-Trigger" not in browser.post(f"/organisation/{ours}/opened")


def test_programs_list_count_and_read(company: Company, ours: int) -> None:
    put(company, "employee", ours, times=3)
    api = company.api("employee")
    first = api.get("/api/v1/notifications?limit=2").json()
    rest = api.get(f"/api/v1/notifications?limit=2&after={first['next']}").json()
    assert [n["id"] for n in first["items"] + rest["items"]] == ids(company, "employee")[::-1]
    assert first["items"][0]["records"] == [{"object": "organisation", "id": ours, "title": "Ромашка"}]
    assert api.get("/api/v1/notifications/count").json() == {"count": 3, "capped": False}
    body = json.dumps({"ids": ids(company, "employee")[:1]})
    assert api.post("/api/v1/notifications/read", body, content_type="application/json").json() == {"read": 1}
    assert len(api.get("/api/v1/notifications?unread=true").json()["items"]) == 2
    assert company.api("manager").post("/api/v1/notifications/read", body, content_type="application/json").json() == {
        "read": 0
    }  # fmt: skip
    assert api.post(
        "/api/v1/notifications/read", '{"all": true}', content_type="application/json"
    ).json() == {"read": 2}
    for bad in ("{}", '{"all": false}', '{"ids": "x"}'):
        assert api.post("/api/v1/notifications/read", bad, content_type="application/json").status_code == 400
    for bad in ("kind=x", "unread=1", "after=x", "limit=0"):
        assert api.get(f"/api/v1/notifications?{bad}").status_code == 400
