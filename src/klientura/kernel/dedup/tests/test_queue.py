"""Who sees a pair, and who decides about it."""

from typing import Any

import orjson
import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.dedup import queue, scan
from klientura.kernel.dedup.models import Pair
from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.history.undo import undo
from klientura.kernel.jobs import service
from klientura.kernel.merging.merge import merge
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company

SYSTEM = SystemActor("test")
pytestmark = pytest.mark.django_db
TWIN = {"last_name": "Петров", "first_name": "Иван", "phone": "+7 916 123-45-67", "city": "Казань"}


@pytest.fixture
def company() -> Company:
    return found_company()


def entered(company: Company, *owners: str, **more: Any) -> list[int]:
    """The same person, entered by each of these; then a search."""
    shape = shape_of("person")
    rows = [{**TWIN, **more, "owner": company.users[o].pk} for o in owners]
    made = write.create_many(SYSTEM, shape, rows)
    service.run_inline(scan.start(SYSTEM, shape, queue=False))
    return made


def seen(company: Company, who: str) -> list[tuple[int, int]]:
    found = queue.pairs(company.actor(who), shape_of("person")).pairs
    assert queue.count(company.actor(who), shape_of("person")).number == len(found)
    return [(p.a, p.b) for p in found]


def test_a_pair_is_seen_by_those_who_read_both_records(company: Company):
    mine, colleagues, far = entered(company, "employee", "colleague", "outsider")
    assert sorted(seen(company, "administrator")) == [(mine, colleagues), (mine, far), (colleagues, far)]
    assert seen(company, "outsider") == []
    assert (mine, far) not in seen(company, "employee")
    assert (colleagues, far) not in seen(company, "employee")


def test_a_pair_with_a_record_out_of_reach_does_not_exist(company: Company):
    entered(company, "employee", "outsider")
    pair, shape = Pair.objects.get().pk, shape_of("person")
    with pytest.raises(NotFound):
        queue.one(company.actor("employee"), shape, pair)
    with pytest.raises(NotFound):
        queue.decide(company.actor("employee"), shape, pair, "different")
    assert Pair.objects.get().state == "new"
    for path in (f"/duplicates/person/{pair}/different", f"/duplicates/person/{pair}/again"):
        assert company.client("employee").post(path).status_code == 404
    assert company.api("employee").post(f"/api/v1/duplicates/person/{pair}/different").status_code == 404


def test_only_who_may_change_both_records_decides(company: Company):
    entered(company, "employee", "employee")
    pair, shape = Pair.objects.get().pk, shape_of("person")
    with pytest.raises(Denied):
        queue.decide(company.actor("observer"), shape, pair, "different")
    queue.decide(company.actor("employee"), shape, pair, "different")
    decided = Pair.objects.get()
    assert (decided.state, decided.decided_by) == ("different", company.users["employee"].pk)
    assert seen(company, "employee") == []
    queue.decide(company.actor("employee"), shape, pair, "new")
    again = Pair.objects.get()
    assert (again.state, again.decided_by, again.decided_at) == ("new", None, None)


def test_a_trashed_record_takes_its_pairs_out_of_the_queue(company: Company):
    one, _two = entered(company, "employee", "employee")
    write.trash(SYSTEM, shape_of("person"), [one])
    assert seen(company, "administrator") == []


def test_reasons_say_nothing_of_hidden_fields(company: Company):
    entered(company, "employee", "employee")
    company.hide("employee", "person", "phone")
    found = queue.pairs(company.actor("employee"), shape_of("person")).pairs
    roles = {r.role for r in found[0].reasons}
    assert "phone" not in roles
    assert {"last_name", "first_name", "city"} <= roles
    page = company.client("employee").get("/duplicates/person").content.decode()
    assert "916" not in page
    assert "Петров" in page


@pytest.mark.django_db(transaction=True)
def test_merging_settles_the_pairs_among_the_records_and_taking_apart_opens_them(company: Company):
    one, two, three = entered(company, "employee", "employee", "employee")
    boss, shape = company.actor("administrator"), shape_of("person")
    merged = merge(boss, shape, one, [two])
    assert Pair.objects.get(a=one, b=two).state == "merged"
    assert seen(company, "employee") == [(one, three)]
    with pytest.raises(NotFound):  # one of the two lies in the trash
        queue.decide(boss, shape, Pair.objects.get(a=one, b=two).pk, "different")
    undo(boss, merged.operation_id)
    assert sorted(seen(company, "employee")) == [(one, two), (one, three), (two, three)]


def test_pages_of_the_queue_go_on_where_the_last_one_ended(company: Company):
    entered(company, *["employee"] * 5)
    actor, shape = company.actor("employee"), shape_of("person")
    met: list[int] = []
    after = None
    while True:
        page = queue.pairs(actor, shape, after=after, limit=3)
        met += [p.id for p in page.pairs]
        after = page.next
        if after is None:
            break
    assert len(met) == len(set(met)) == 10
    for bad in ("x", "1_", "nan_4", "1_99999999999999999999", "_", "inf_1x"):
        with pytest.raises(BadRequest):
            queue.pairs(actor, shape, after=bad)


def test_an_object_without_a_declaration_has_no_queue(company: Company):
    assert company.client("administrator").get("/duplicates/opportunity").status_code == 404
    assert company.api("administrator").get("/api/v1/duplicates/opportunity").status_code == 404


def test_programs_read_the_queue_search_and_decide(company: Company):
    one, two = entered(company, "employee", "employee")
    api = company.api("employee")
    body = orjson.loads(api.get("/api/v1/duplicates/person").content)
    assert [(i["a"]["id"], i["b"]["id"]) for i in body["items"]] == [(one, two)]
    assert body["next"] is None
    pair = body["items"][0]["id"]
    answer = api.post(f"/api/v1/duplicates/person/{pair}/different")
    assert (answer.status_code, orjson.loads(answer.content)["state"]) == (200, "different")
    assert orjson.loads(api.get("/api/v1/duplicates/person").content)["items"] == []
    assert len(orjson.loads(api.get("/api/v1/duplicates/person?state=different").content)["items"]) == 1
    assert api.get("/api/v1/duplicates/person?state=nonsense").status_code == 400
    assert api.get("/api/v1/duplicates/person?after=%00x").status_code == 400
    started = api.post("/api/v1/duplicates/person/scan", {"whole": True}, content_type="application/json")
    assert started.status_code == 202
    refused = api.post("/api/v1/duplicates/person/scan", {"when": 1}, content_type="application/json")
    assert refused.status_code == 400
    assert (
        company.api("observer")
        .post("/api/v1/duplicates/person/scan", {}, content_type="application/json")
        .status_code
        == 403
    )
