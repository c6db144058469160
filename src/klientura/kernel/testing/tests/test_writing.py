"""Every object: create, change, equal values, conflicts, trash, bulk acts and their undo, and what history says of it."""

from typing import Any

import pytest
from django.db import connection

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Conflict, NotFound
from klientura.kernel.history.read import history_of
from klientura.kernel.history.undo import undo
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store import bulk, read, write
from klientura.kernel.store.read import Ref
from klientura.kernel.testing import evaluation
from klientura.kernel.testing.additions import CREATABLE_KEYS
from klientura.kernel.testing.digest import changed, digest
from klientura.kernel.testing.factories import World, plain_field

objects = pytest.mark.parametrize("key", CREATABLE_KEYS)


def plain(value: Any) -> Any:
    return value.id if isinstance(value, Ref) else value


def stored(world: World, shape: Shape, record_id: int) -> dict[str, Any]:
    return {k: plain(v) for k, v in read.get(world.actor, shape, record_id).items()}


def other_value(field: FieldShape, suffix: str = "иначе") -> str:
    return f"Записано {suffix}"[: field.params.max_length or 100]


@objects
def test_what_is_sent_is_what_is_stored(world: World, key: str) -> None:
    shape = shape_of(key)
    for number in range(3):
        raw = world.values(key, number, full=True)
        row = stored(world, shape, write.create(world.actor, shape, raw))
        for name, value in raw.items():
            if name in shape.fields:
                field = shape.fields[name]
                assert evaluation.kept(field, row[name], value), name


def in_history(shape: Shape, record_id: int) -> set[str]:
    """The columns that the last change of a record touched, as its history has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select jsonb_object_keys(changes) from kernel_change where id ="
            " (select max(id) from kernel_change where object = %s and record_id = %s)",
            [shape.base, record_id],
        )
        return {row[0] for row in cursor.fetchall()}


@objects
def test_each_field_can_be_changed_and_emptied(world: World, key: str) -> None:
    shape = shape_of(key)
    record_id = world.create(key, 1)
    other = world.values(key, 6, full=True)
    for name, value in other.items():
        field = shape.fields.get(name)
        if field is None or field.by_verb or field.once:
            continue
        was = stored(world, shape, record_id)[name]
        write.update(world.actor, shape, record_id, {name: value})
        became = stored(world, shape, record_id)[name]
        assert evaluation.kept(field, became, value), name
        assert was == became or not field.tracked or field.column in in_history(shape, record_id), name
        if (
            field.nullable
            and not field.required
            and name not in {"first_name", "last_name", "at", "issued_on", "party", "to_party", "typst"}
        ):
            write.update(world.actor, shape, record_id, {name: None})
            assert stored(world, shape, record_id)[name] is None, name


@objects
def test_equal_values_write_nothing(world: World, key: str) -> None:
    shape = shape_of(key)
    record_id = world.create(key, 3)
    row = read.get(world.actor, shape, record_id)
    same = {
        k: evaluation.raw_of(f, row[k])
        for k, f in shape.fields.items()
        if f.writable and (not f.required or row[k] is not None)
    }
    lines = read.parts_of(world.actor, shape, [record_id])[record_id]
    same |= {
        part: [
            {k: v for k, v in line.items() if k == "id" or not shape.parts[part].fields[k].read_only}
            for line in found
        ]
        for part, found in lines.items()
        if not shape.parts[part].by_verb
    }
    before = digest()
    assert write.update(world.actor, shape, record_id, same, expected_version=1) == 1
    assert changed(before, digest()) == []


@objects
def test_only_a_change_of_the_same_field_is_a_conflict(world: World, key: str) -> None:
    shape = shape_of(key)
    record_id = world.create(key, 2)
    field = plain_field(shape)
    version = read.get(world.actor, shape, record_id)["version"]
    write.update(
        world.actor, shape, record_id, {field.key: other_value(field, "первым")}, expected_version=version
    )
    before = digest()
    with pytest.raises(Conflict) as refused:
        write.update(
            world.actor, shape, record_id, {field.key: other_value(field, "вторым")}, expected_version=version
        )
    assert [c.field for c in refused.value.conflicts] == [field.key]
    assert refused.value.conflicts[0].theirs == other_value(field, "первым")
    assert changed(before, digest()) == []
    elsewhere = {"owner": world.users[2]}
    assert write.update(world.actor, shape, record_id, elsewhere, expected_version=version) == version + 2
    # The same value that somebody else has written meanwhile is no conflict either.
    assert (
        write.update(
            world.actor, shape, record_id, {field.key: other_value(field, "первым")}, expected_version=version
        )
        == version + 2
    )


@objects
def test_trash_and_restore(world: World, key: str) -> None:
    shape = shape_of(key)
    record_id = world.create(key, 4)
    row = stored(world, shape, record_id)
    assert write.trash(world.actor, shape, [record_id]) == 1
    mine = {"field": "id", "op": "eq", "value": record_id}
    with pytest.raises(NotFound):
        read.get(world.actor, shape, record_id)
    with pytest.raises(NotFound):
        write.update(world.actor, shape, record_id, {plain_field(shape).key: "поздно"})
    with pytest.raises(NotFound):
        write.trash(world.actor, shape, [record_id])
    assert read.page(world.actor, shape, tree=mine).rows == []
    assert [r["id"] for r in read.page(world.actor, shape, tree=mine, trashed=True).rows] == [record_id]
    assert write.restore(world.actor, shape, [record_id]) == 1
    again = stored(world, shape, record_id)
    assert {k: v for k, v in again.items() if k not in {"version", "updated_at"}} == {
        k: v for k, v in row.items() if k not in {"version", "updated_at"}
    }
    actions = [e.action for e in history_of(world.actor, shape, record_id).entries if e.part is None]
    assert actions == ["restore", "trash", "create"]


@objects
def test_history_tells_the_change_and_nothing_else(world: World, key: str) -> None:
    shape = shape_of(key)
    record_id = world.create(key, 5)
    field = plain_field(shape)
    old = read.get(world.actor, shape, record_id)[field.key]
    someone = SystemActor("conformance", world.users[1])
    write.update(someone, shape, record_id, {field.key: other_value(field)})
    latest = history_of(world.actor, shape, record_id).entries[0]
    assert (latest.action, latest.actor_id, latest.part, latest.version) == (
        "update",
        world.users[1],
        None,
        2,
    )
    assert [(c.field.key, c.old, c.new) for c in latest.fields] == [(field.key, old, other_value(field))]


@objects
def test_a_bulk_edit_and_its_undo(world: World, key: str) -> None:
    shape = shape_of(key)
    ids = world.create_many(key, 6)
    field = plain_field(shape)
    before = {i: stored(world, shape, i) for i in ids}
    boss = SystemActor("conformance", world.users[0])
    outcome = bulk.edit(boss, shape, bulk.Selection(ids=tuple(ids[:5])), {field.key: other_value(field)})
    assert (outcome.changed, outcome.refused) == (5, {})
    assert {read.get(boss, shape, i)[field.key] for i in ids[:5]} == {other_value(field)}
    assert stored(world, shape, ids[5]) == before[ids[5]]
    write.update(boss, shape, ids[0], {field.key: other_value(field, "потом")})
    write.update(boss, shape, ids[1], {"owner": world.users[2]})
    done = undo(boss, outcome.operation_id)
    assert (done.restored, done.kept) == (4, [ids[0]])
    assert read.get(boss, shape, ids[0])[field.key] == other_value(field, "потом")
    assert plain(read.get(boss, shape, ids[1])["owner"]) == world.users[2]
    for i in ids[1:5]:
        assert read.get(boss, shape, i)[field.key] == before[i][field.key]
    assert history_of(boss, shape, ids[2]).entries[0].operation_id == done.operation_id


@objects
def test_a_bulk_deletion_and_its_undo(world: World, key: str) -> None:
    shape = shape_of(key)
    ids = world.create_many(key, 4)
    boss = SystemActor("conformance", world.users[0])
    outcome = bulk.trash(boss, shape, bulk.Selection(tree={"field": "id", "op": "in", "value": ids[:3]}))
    assert outcome.changed == 3
    assert read.count(boss, shape, tree={"field": "id", "op": "in", "value": ids}).number == 1
    done = undo(boss, outcome.operation_id)
    assert (done.restored, done.kept) == (3, [])
    assert read.count(boss, shape, tree={"field": "id", "op": "in", "value": ids}).number == 4


@objects
def test_an_event_leaves_with_every_write_and_with_no_refused_one(world: World, key: str) -> None:
    shape = shape_of(key)
    field = plain_field(shape)

    def events() -> list[tuple[str, list[int]]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "select kind, record_ids from kernel_event where object = %s order by id", [shape.base]
            )
            return list(cursor.fetchall())

    record_id = world.create(key, 0)
    at = len(events())
    write.update(world.actor, shape, record_id, {field.key: other_value(field)})
    write.trash(world.actor, shape, [record_id])
    write.restore(world.actor, shape, [record_id])
    assert events()[at:] == [
        (f"{key}.changed", [record_id]),
        (f"{key}.trashed", [record_id]),
        (f"{key}.restored", [record_id]),
    ]
