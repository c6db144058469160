"""Many records at once in the background: chunk by chunk, stopped, taken up again, told of, taken back."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.bulk import acts
from klientura.kernel.errors import BadRequest, Invalid
from klientura.kernel.history import undo as here_and_now
from klientura.kernel.history import undoing
from klientura.kernel.jobs import service
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import bulk, write
from klientura.kernel.store.models import Operation
from klientura.kernel.testing.company import Company, found_company

RECORDS = 7


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is many, and what goes in one piece, so small that a test can have more than that."""
    translation.activate("en")
    for module, name, value in (
        (acts, "AT_ONCE", 3),
        (acts, "CHUNK", 2),
        (undoing, "AT_ONCE", 3),
        (here_and_now, "SPAN", 2),
    ):
        monkeypatch.setattr(module, name, value)


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


@pytest.fixture
def shape() -> Shape:
    return shape_of("organisation")


@pytest.fixture
def seven(company: Company, shape: Shape) -> tuple[int, ...]:
    made = [{"name": f"Организация {n}", "city": "Уфа"} for n in range(RECORDS)]
    return tuple(write.create_many(company.actor("administrator"), shape, made))


def cities(ids: tuple[int, ...]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select city from party where id = any(%s) order by id", [list(ids)])
        return [row[0] for row in cursor.fetchall()]


def begun(made: object) -> Job:
    assert isinstance(made, Job)
    return made


def move(company: Company, shape: Shape, ids: tuple[int, ...], city: str = "Омск") -> Job:
    actor = company.actor("administrator")
    return begun(acts.edit(actor, shape, bulk.Selection(ids=ids), {"city": city}))


def test_few_records_are_changed_at_once(company: Company, shape: Shape, seven: tuple[int, ...]):
    done = acts.edit(company.actor("administrator"), shape, bulk.Selection(ids=seven[:3]), {"city": "Омск"})

    assert not isinstance(done, Job)
    assert done.changed == 3


def test_many_are_changed_by_a_job_as_one_operation(company: Company, shape: Shape, seven: tuple[int, ...]):
    job = move(company, shape, seven)
    assert cities(seven) == ["Уфа"] * RECORDS

    ended = service.run_inline(job)

    assert cities(seven) == ["Омск"] * RECORDS
    assert (ended.state, ended.done, ended.total) == ("done", RECORDS, RECORDS)
    assert ended.result == {"state": "done", "changed": RECORDS, "refused": 0, "reasons": {}}
    operation = Operation.objects.get(pk=ended.operation_id or 0)
    assert (operation.kind, operation.state, operation.records) == ("edit", "done", RECORDS)


def test_the_records_are_those_chosen_when_it_was_asked(
    company: Company, shape: Shape, seven: tuple[int, ...]
):
    actor = company.actor("administrator")
    tree = {"field": "city", "op": "eq", "value": "Уфа"}
    job = begun(acts.edit(actor, shape, bulk.Selection(tree=tree), {"city": "Омск"}))
    write.update(actor, shape, seven[0], {"city": "Томск"})
    late = write.create(actor, shape, {"name": "Поздняя", "city": "Уфа"})

    service.run_inline(job)

    assert cities((*seven, late)) == ["Омск"] * RECORDS + ["Уфа"]


def test_what_could_not_be_changed_is_named_with_the_reason(
    company: Company, shape: Shape, seven: tuple[int, ...]
):
    job = move(company, shape, seven)
    write.trash(SystemActor("test"), shape, seven[:1])

    result = service.run_inline(job).result or {}

    assert (result["changed"], result["refused"]) == (RECORDS - 1, 1)
    assert "корзину" in result["reasons"][str(seven[0])]


def test_a_job_that_broke_off_goes_on_where_it_stood(
    company: Company, shape: Shape, seven: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
):
    job = move(company, shape, seven)
    plain, calls = bulk.edit_records, 0

    def breaking(*given: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise SystemExit  # the process is killed
        plain(*given)

    with monkeypatch.context() as patched:
        patched.setattr(bulk, "edit_records", breaking)
        with pytest.raises(SystemExit):
            service.execute(job.pk)
    assert cities(seven).count("Омск") == 4
    Job.objects.filter(pk=job.pk).update(heartbeat_at="2020-01-01T00:00Z")

    ended = service.run_inline(job)

    assert (ended.state, (ended.result or {})["changed"]) == ("done", RECORDS)
    assert cities(seven) == ["Омск"] * RECORDS


def test_a_stopped_one_is_an_operation_that_can_be_undone(
    company: Company, shape: Shape, seven: tuple[int, ...]
):
    job = move(company, shape, seven)
    Job.objects.filter(pk=job.pk).update(
        cancel_requested=True, checkpoint={"operation_id": job.arguments["operation"]}
    )

    ended = service.run_inline(job)

    assert ended.state == "cancelled"
    assert cities(seven).count("Омск") == 2
    undone = here_and_now.undo(company.actor("administrator"), ended.operation_id or 0)
    assert (undone.restored, cities(seven)) == (2, ["Уфа"] * RECORDS)


def test_values_nobody_could_take_are_refused_before_anything_begins(
    company: Company, shape: Shape, seven: tuple[int, ...]
):
    with pytest.raises(Invalid):
        acts.edit(
            company.actor("administrator"), shape, bulk.Selection(ids=seven), {"importance": "нет такой"}
        )
    assert not Job.objects.filter(kind=acts.EDIT).exists()


def test_rights_withdrawn_meanwhile_stop_it(company: Company, shape: Shape, seven: tuple[int, ...]):
    job = move(company, shape, seven)
    User.objects.filter(pk=company.users["administrator"].pk).update(is_active=False)

    ended = service.run_inline(job)

    assert ended.state == "failed"
    assert cities(seven) == ["Уфа"] * RECORDS
    assert Operation.objects.get(pk=job.arguments["operation"]).state == "failed"


def test_many_are_trashed_and_taken_out_again_by_jobs(company: Company, shape: Shape, seven: tuple[int, ...]):
    actor = company.actor("administrator")
    job = service.run_inline(begun(acts.trash(actor, shape, bulk.Selection(ids=seven))))
    assert (job.result or {})["changed"] == RECORDS

    back = service.run_inline(begun(undoing.undo(actor, job.operation_id or 0)))

    assert back.result == {"state": "done", "restored": RECORDS, "kept": 0}
    assert Operation.objects.get(pk=job.operation_id or 0).state == "undone"
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from party where id = any(%s) and deleted_at is null", [list(seven)])
        assert cursor.fetchone()[0] == RECORDS


def test_an_undo_in_the_background_leaves_what_was_changed_since(
    company: Company, shape: Shape, seven: tuple[int, ...]
):
    actor = company.actor("administrator")
    job = service.run_inline(move(company, shape, seven))
    write.update(actor, shape, seven[3], {"city": "Томск"})

    back = service.run_inline(begun(undoing.undo(actor, job.operation_id or 0)))

    assert back.result == {"state": "done", "restored": RECORDS - 1, "kept": 1}
    assert cities(seven) == ["Уфа", "Уфа", "Уфа", "Томск", "Уфа", "Уфа", "Уфа"]
    operation = Operation.objects.get(undoes_id=job.operation_id)
    assert operation.details["kept"] == {"party": [seven[3]]}
    assert Operation.objects.get(pk=job.operation_id or 0).state == "partly_undone"


def test_nothing_is_taken_back_twice_at_once(company: Company, shape: Shape, seven: tuple[int, ...]):
    actor = company.actor("administrator")
    job = service.run_inline(move(company, shape, seven))
    begun(undoing.undo(actor, job.operation_id or 0))

    with pytest.raises(BadRequest, match="already"):
        undoing.undo(actor, job.operation_id or 0)


def test_an_undo_that_was_stopped_can_be_brought_to_its_end(
    company: Company, shape: Shape, seven: tuple[int, ...]
):
    actor = company.actor("administrator")
    number = service.run_inline(move(company, shape, seven)).operation_id or 0
    first = begun(undoing.undo(actor, number))
    Job.objects.filter(pk=first.pk).update(
        cancel_requested=True, checkpoint={"operation_id": first.arguments["mine"]}
    )
    assert service.run_inline(first).state == "cancelled"
    assert cities(seven).count("Уфа") == 2
    assert Operation.objects.get(pk=number).state == "partly_undone"

    service.run_inline(begun(undoing.undo(actor, number)))

    assert cities(seven) == ["Уфа"] * RECORDS
    assert Operation.objects.get(pk=number).state == "undone"


def test_through_the_screen(company: Company, shape: Shape, seven: tuple[int, ...]):
    client: Client = company.client("administrator")
    sent = {"ids": [str(i) for i in seven], "field": "city", "city": "Омск"}

    answer = client.post("/organisation/bulk/edit", sent, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "workBegun" in answer["HX-Trigger"]
    job = service.run_inline(Job.objects.get(kind=acts.EDIT))
    tray = client.get("/progress").content.decode()
    assert f"/operations/{job.operation_id}/undo" in tray
    assert client.post(f"/operations/{job.operation_id}/undo").status_code == 200
    service.run_inline(Job.objects.get(kind=undoing.KIND))
    assert cities(seven) == ["Уфа"] * RECORDS
    assert "/undo" not in client.get("/progress").content.decode()


def test_through_the_api(company: Company, shape: Shape, seven: tuple[int, ...]):
    api: Client = company.api("administrator")
    body = {"ids": list(seven), "set": {"city": "Омск"}}

    answer = api.post("/api/v1/organisation/bulk", body, content_type="application/json")

    assert answer.status_code == 202
    number = answer.json()["operation"]
    assert answer["Location"] == f"/api/v1/operations/{number}"
    service.run_inline(Job.objects.get(kind=acts.EDIT))
    assert api.get(answer["Location"]).json()["state"] == "done"
    assert api.post(f"/api/v1/operations/{number}/undo").status_code == 202
