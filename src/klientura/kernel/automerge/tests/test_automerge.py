"""Certain duplicates are merged by themselves only where an administrator has said so, and never what a person took apart."""

from typing import Any

import pytest
from django.db import connection

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.automerge import carrying_out, keeping
from klientura.kernel.automerge.models import Policy
from klientura.kernel.dedup import scan
from klientura.kernel.dedup.models import Pair
from klientura.kernel.errors import Denied, Invalid, Stale
from klientura.kernel.events.outbox import deliver
from klientura.kernel.history.undo import undo
from klientura.kernel.jobs import service
from klientura.kernel.jobs.models import Job
from klientura.kernel.merging.merge import merge
from klientura.kernel.merging.models import Merge
from klientura.kernel.notify.models import Notification
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema.fields import add_field
from klientura.kernel.store import read, write
from klientura.kernel.store.models import Operation
from klientura.kernel.testing.company import Company, found_company

SYSTEM = SystemActor("test")
TWIN = {"last_name": "Петров", "first_name": "Иван", "phone": "+7 916 123-45-67", "city": "Казань"}


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


def enter(company: Company, *rows: dict[str, Any]) -> list[int]:
    owner = company.users["manager"].pk
    return list(
        write.create_many(SYSTEM, shape_of("person"), [{**TWIN, "owner": owner, **row} for row in rows])
    )


def search() -> None:
    """A search, and then what waits for the worker."""
    service.run_inline(scan.start(SYSTEM, shape_of("person"), queue=False))
    for job in Job.objects.filter(kind=carrying_out.KIND, state="queued"):
        ended = service.run_inline(job)
        assert ended.state == "done", ended.message


def choose(company: Company, manner: str, version: int = 0) -> Policy:
    return keeping.choose(company.actor("administrator"), "person", manner, expected_version=version)


def living(ids: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select id from party where id = any(%s) and deleted_at is null order by id", [ids])
        return [row[0] for row in cursor.fetchall()]


def test_without_a_policy_every_pair_waits_for_people(company: Company):
    twins = enter(company, {}, {})
    search()
    assert living(twins) == twins
    choose(company, "ask")
    search()
    assert living(twins) == twins


def test_pairs_that_agree_become_the_older_record_which_takes_what_it_lacks(company: Company):
    choose(company, "agreeing")
    twins = enter(company, {}, {"position": "директор"})
    search()

    assert living(twins) == twins[:1]
    assert read.get(SYSTEM, shape_of("person"), twins[0])["position"] == "директор"
    operation = Operation.objects.get(kind="merge")
    assert operation.actor_id == company.users["administrator"].pk
    assert operation.details["automatic"] is True
    assert Policy.objects.get().merged == 1
    deliver()
    assert Pair.objects.get().state == "merged"


def test_pairs_that_contradict_each_other_wait_unless_all_are_to_be_merged(company: Company):
    choose(company, "agreeing")
    twins = enter(company, {"position": "директор"}, {"position": "бухгалтер"})
    search()
    assert living(twins) == twins

    choose(company, "older", 1)
    search()
    assert living(twins) == twins[:1]
    assert read.get(SYSTEM, shape_of("person"), twins[0])["position"] == "директор"


def test_dates_that_would_stand_in_the_wrong_order_wait_for_people(company: Company):
    admin = company.actor("administrator")
    for key, params in (("x_from", {}), ("x_till", {"not_before": "x_from"})):
        add_field(admin, "person", {"type": "date", "key": key, "label": {"ru": key}, "params": params})
    ids = enter(company, {"x_from": "2026-05-01"}, {"x_till": "2026-04-01"})
    right = {"last_name": "Сидоров", "phone": "+7 916 765-43-21"}
    ids += enter(company, {**right, "x_from": "2026-03-01"}, {**right, "x_till": "2026-04-01"})
    with pytest.raises(Invalid) as refused:
        merge(company.actor("manager"), shape_of("person"), ids[0], [ids[1]])
    assert [(e.field, e.code) for e in refused.value.errors] == [("x_till", "before")]
    choose(company, "older")
    search()
    assert living(ids) == ids[:3]
    chosen = {"x_till": "2026-06-01"}
    merge(admin, shape_of("person"), ids[0], [ids[1]], chosen)
    assert living(ids) == [ids[0], ids[2]]


def test_another_owner_is_a_contradiction(company: Company):
    choose(company, "agreeing")
    twins = enter(company, {}, {"owner": company.users["colleague"].pk})
    search()
    assert living(twins) == twins


def test_what_a_person_took_apart_is_never_merged_again(company: Company):
    choose(company, "agreeing")
    twins = enter(company, {}, {})
    search()
    undo(company.actor("administrator"), Merge.objects.get().operation_id)
    assert living(twins) == twins

    search()
    search()

    assert living(twins) == twins


def test_only_certain_pairs(company: Company):
    choose(company, "older")
    enter(company, {}, {"first_name": "Ирина", "phone": "+7 916 000-00-01"})
    search()
    assert not Merge.objects.exists()


def test_unusually_many_stop_it_until_an_administrator_has_looked(
    company: Company, monkeypatch: pytest.MonkeyPatch
):
    choose(company, "agreeing")
    monkeypatch.setattr(carrying_out, "MANY", 1)
    twins = enter(company, {}, {}, {})
    search()
    assert living(twins) == twins
    assert Policy.objects.get().paused == "many"
    deliver()
    told = Notification.objects.get(kind="paused")
    assert (told.user_id, told.payload["url"]) == (company.users["administrator"].pk, "/duplicates/person")
    assert "/duplicates/person" in company.client("administrator").get("/notifications").content.decode()
    assert "paused" in _page(company).lower() or "приостановлено" in _page(company).lower()

    monkeypatch.setattr(carrying_out, "MANY", 500)
    choose(company, "agreeing", 1)
    search()
    assert living(twins) == twins[:1]


def _page(company: Company) -> str:
    client = company.client("administrator")
    return client.get("/duplicates/person").content.decode()


def test_it_stops_when_its_author_has_left(company: Company):
    choose(company, "agreeing")
    twins = enter(company, {}, {})
    User.objects.filter(pk=company.users["administrator"].pk).update(is_active=False)
    search()
    assert living(twins) == twins
    assert Policy.objects.get().paused == "author"


def test_only_administrators_choose_and_nobody_overwrites_another(company: Company):
    with pytest.raises(Denied):
        keeping.choose(company.actor("manager"), "person", "older", expected_version=0)
    with pytest.raises(Invalid):
        choose(company, "always")
    choose(company, "older")
    with pytest.raises(Stale):
        choose(company, "ask")


def test_through_the_screen_and_the_api(company: Company):
    client, api = company.client("administrator"), company.api("administrator")
    assert client.post("/duplicates/person/policy", {"manner": "agreeing", "version": "0"}).status_code == 302
    assert api.get("/api/v1/duplicates/person/policy").json() == {
        "manner": "agreeing", "version": 1, "merged": 0, "paused": "",
    }  # fmt: skip
    body = {"manner": "ask", "version": 1}
    assert (
        api.put("/api/v1/duplicates/person/policy", body, content_type="application/json").json()["version"]
        == 2
    )
    assert company.client("manager").post("/duplicates/person/policy", {"manner": "ask"}).status_code == 403
    assert company.api("manager").get("/api/v1/duplicates/person/policy").status_code == 403
    assert "Manner" not in company.client("manager").get("/duplicates/person").content.decode()
