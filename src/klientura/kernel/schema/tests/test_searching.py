"""A field that begins or ceases to be searched: what records held before is found, or no longer, once the work is done."""

from itertools import count
from typing import Any

import pytest

from klientura.kernel.access.actor import Actor
from klientura.kernel.history.read import history_of
from klientura.kernel.jobs import service
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.models import AddedField
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema import fields, objects, searching
from klientura.kernel.search.query import understand
from klientura.kernel.store import read, write

CRAFT: dict[str, Any] = {
    "label": {"ru": "Борт", "en": "Craft"},
    "plural": {"ru": "Борта", "en": "Crafts"},
    "new_label": {"ru": "Новый борт", "en": "New craft"},
    "icon": "file-text",
}
FIELD = {"type": "text", "label": {"ru": "Позывной", "en": "Call sign"}}


def waiting() -> list[Job]:
    return list(Job.objects.filter(kind=searching.KIND, state="queued").order_by("pk"))


def switch(admin: Actor, row: AddedField, *, searched: bool) -> AddedField:
    row.refresh_from_db()
    return fields.change_field(admin, row.pk, {**FIELD, "searched": searched}, expected_version=row.version)


def found(admin: Actor, words: str, key: str = "organisation") -> set[int]:
    shape, understood = shape_of(key), understand(admin, shape_of(key), words)
    assert understood is not None
    return {r["id"] for r in read.page(admin, shape, more=[understood.predicate]).rows}


@pytest.fixture
def row(admin: Actor) -> AddedField:
    return fields.add_field(admin, "organisation", FIELD)


@pytest.fixture
def ids(admin: Actor, row: AddedField) -> list[int]:
    firms: list[dict[str, Any]] = [{"name": f"Фирма {n}", row.key: f"беркут{n}"} for n in range(7)]
    return write.create_many(admin, shape_of("organisation"), [*firms, {"name": "Без позывного"}])


def test_old_values_are_found_and_nothing_else_changes(admin: Actor, row: AddedField, ids: list[int]) -> None:
    assert found(admin, "беркут3") == set()
    switch(admin, row, searched=True)
    [job] = waiting()
    before = read.get(admin, shape_of("organisation"), ids[3])
    done = service.run_inline(job)
    assert (done.state, (done.result or {})["records"]) == ("done", 7)
    assert found(admin, "беркут3") == {ids[3]}
    assert read.get(admin, shape_of("organisation"), ids[3]) == before
    assert len(history_of(admin, shape_of("organisation"), ids[3]).entries) == 1
    switch(admin, row, searched=False)
    service.run_inline(waiting()[0])
    assert found(admin, "беркут3") == set()
    assert found(admin, "Фирма 3") == {ids[3]}


def test_it_goes_on_where_it_broke_off(
    admin: Actor, row: AddedField, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "BATCH", 2)
    switch(admin, row, searched=True)
    [job] = waiting()
    asked = count()
    service.execute(job.pk, stopping=lambda: next(asked) >= 2)
    job.refresh_from_db()
    assert (job.state, job.checkpoint) == ("queued", {"after": ids[3], "done": 4})
    assert (found(admin, "беркут3"), found(admin, "беркут4")) == ({ids[3]}, set())
    service.run_inline(job)
    job.refresh_from_db()
    assert (job.state, (job.result or {})["records"]) == ("done", 7)
    assert [found(admin, f"беркут{n}") for n in range(7)] == [{i} for i in ids[:7]]


def test_somebody_may_stop_it(admin: Actor, row: AddedField, ids: list[int]) -> None:
    switch(admin, row, searched=True)
    [job] = waiting()
    Job.objects.filter(pk=job.pk).update(cancel_requested=True, checkpoint={"after": ids[1], "done": 2})
    service.run_inline(job)
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert found(admin, "беркут5") == set()


def test_a_removed_field_is_no_longer_found_by_and_a_restored_one_is(
    admin: Actor, row: AddedField, ids: list[int]
) -> None:
    row = switch(admin, row, searched=True)
    service.run_inline(waiting()[0])
    fields.remove_field(admin, row.pk)
    service.run_inline(waiting()[0])
    assert found(admin, "беркут3") == set()
    fields.restore_field(admin, row.pk)
    service.run_inline(waiting()[0])
    assert found(admin, "беркут3") == {ids[3]}
    fields.remove_field(admin, row.pk)
    fields.purge_field(admin, row.pk)
    assert service.run_inline(waiting()[0]).state == "done"
    assert found(admin, "беркут3") == set()


def test_objects_of_ones_own_and_other_settings(admin: Actor, row: AddedField) -> None:
    row.refresh_from_db()
    fields.change_field(admin, row.pk, {**FIELD, "hint": {"ru": "x"}}, expected_version=row.version)
    assert waiting() == []
    made = objects.add_object(admin, CRAFT)
    own = fields.add_field(admin, made.key, FIELD)
    one = write.create(admin, shape_of(made.key), {"name": "Ту", own.key: "сокол"})
    assert found(admin, "сокол", made.key) == set()
    switch(admin, own, searched=True)
    service.run_inline(waiting()[0])
    assert found(admin, "сокол", made.key) == {one}
