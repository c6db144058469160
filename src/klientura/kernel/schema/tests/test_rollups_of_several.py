"""Roll-ups over fields of several records: each record pointed at knows it at once, whatever links, unlinks, merges or undoes."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.schema import fields, rollup_work
from klientura.kernel.store import bulk, indexes, read, write
from klientura.kernel.store.bulk import Selection
from klientura.kernel.testing.company import Company

LINK = "x_team_of"
LARGE = {"and": [{"field": "employees", "op": "gte", "value": 100}]}


@pytest.fixture
def shape(admin: Actor) -> Shape:
    """Organisations that know the people of their team."""
    fields.add_field(
        admin, "organisation", {"type": "references", "label": {"ru": "Команда", "en": "Team of"}, "params": {"target": "person"}}
    )  # fmt: skip
    return shape_of("organisation")


@pytest.fixture
def people(admin: Actor, shape: Shape) -> tuple[int, int]:
    made = write.create_many(admin, shape_of("person"), [{"last_name": "Иванов"}, {"last_name": "Ольгина"}])
    return made[0], made[1]


def add(admin: Actor, measure: str, of: str = "", **more: Any) -> str:
    params = {"source": f"organisation.{LINK}", "measure": measure, "of": of, **more}
    return fields.add_field(
        admin, "person", {"type": "rollup", "label": f"{measure} {of}", "params": params}
    ).key


def seen(admin: Actor, record: int, *keys: str) -> tuple[Any, ...]:
    row = read.get(admin, shape_of("person"), record)
    return tuple(row[k] for k in keys)


def test_linking_and_unlinking_is_known_at_once(admin: Actor, shape: Shape, people: tuple[int, int]) -> None:
    count, total = add(admin, "count"), add(admin, "sum", "employees")
    large = add(admin, "count", filter=LARGE)
    low, high = add(admin, "min", "employees"), add(admin, "max", "employees")
    last = add(admin, "last", "name", by="first_contact_on")
    ivan, olga = people
    assert seen(admin, ivan, count, total, large, low, last) == (0, 0, 0, None, None)
    one, two = write.create_many(
        admin, shape,
        [
            {"name": "Завод", "employees": 200, "first_contact_on": "2026-02-01", LINK: [ivan, olga]},
            {"name": "Депо", "employees": 30, "first_contact_on": "2026-03-01", LINK: [ivan]},
        ],
    )  # fmt: skip
    assert seen(admin, ivan, count, total, large, low, high, last) == (2, Decimal(230), 1, 30, 200, "Депо")
    assert seen(admin, olga, count, total, last) == (1, Decimal(200), "Завод")
    write.update(admin, shape, one, {LINK: {"remove": [ivan]}})
    assert seen(admin, ivan, count, total, large, last) == (1, Decimal(30), 0, "Депо")
    assert seen(admin, olga, count) == (1,)
    write.update(admin, shape, two, {LINK: {"add": [olga]}, "employees": 150})
    assert (seen(admin, ivan, total, large), seen(admin, olga, total, high)) == ((150, 1), (350, 200))
    write.trash(admin, shape, [two])
    assert (seen(admin, ivan, count, last), seen(admin, olga, count)) == ((0, None), (1,))
    write.restore(admin, shape, [two])
    assert (seen(admin, ivan, count), seen(admin, olga, count)) == ((1,), (2,))
    write.update(admin, shape, two, {LINK: None})
    assert (seen(admin, ivan, count, total), seen(admin, olga, count)) == ((0, 0), (1,))
    with connection.cursor() as cursor:
        cursor.execute("delete from party where id = any(%s)", [[one, two]])
    assert seen(admin, olga, count, total) == (0, 0)


def test_group_changes_and_their_undoing(admin: Actor, shape: Shape, people: tuple[int, int]) -> None:
    count = add(admin, "count")
    ivan, olga = people
    ids = tuple(write.create_many(admin, shape, [{"name": f"Фирма {n}", LINK: [olga]} for n in range(5)]))
    done = bulk.edit(admin, shape, Selection(ids=ids), {LINK: {"add": [ivan]}})
    assert (seen(admin, ivan, count), seen(admin, olga, count)) == ((5,), (5,))
    undo(admin, done.operation_id or 0)
    assert (seen(admin, ivan, count), seen(admin, olga, count)) == ((0,), (5,))


def test_a_merge_moves_the_links_and_its_undoing_gives_them_back(
    admin: Actor, shape: Shape, people: tuple[int, int]
) -> None:
    count, total = add(admin, "count"), add(admin, "sum", "employees")
    ivan, olga = people
    write.create_many(
        admin, shape,
        [
            {"name": "Оба", "employees": 1, LINK: [ivan, olga]}, {"name": "Иван", "employees": 10, LINK: [ivan]},
            {"name": "Ольга", "employees": 100, LINK: [olga]},
        ],
    )  # fmt: skip
    assert (seen(admin, ivan, count, total), seen(admin, olga, count, total)) == ((2, 11), (2, 101))
    merged = merge(admin, shape_of("person"), ivan, [olga])
    assert seen(admin, ivan, count, total) == (3, 111)
    undo(admin, merged.operation_id)
    assert (seen(admin, ivan, count, total), seen(admin, olga, count, total)) == ((2, 11), (2, 101))


def test_what_is_there_already_is_gathered_and_every_night_looked_over(
    admin: Actor, shape: Shape, people: tuple[int, int]
) -> None:
    write.create_many(admin, shape, [{"name": f"Фирма {n}", LINK: list(people)} for n in range(3)])
    count = add(admin, "count")
    rollup_work.verify()
    assert [seen(admin, p, count) for p in people] == [(3,), (3,)]
    assert rollup_work.verify() == 0
    column = shape_of("person").fields[count].column
    with connection.cursor() as cursor:
        cursor.execute(f"update party set {column} = 7 where id = %s", [people[0]])
    assert rollup_work.verify() == 1
    assert seen(admin, people[0], count) == (3,)


def test_who_does_not_see_the_link_does_not_see_what_is_gathered_by_it(
    admin: Actor, company: Company, shape: Shape, people: tuple[int, int]
) -> None:
    count = add(admin, "count", for_all=True)
    write.create(admin, shape, {"name": "Завод", LINK: [people[0]]})
    company.grant("manager", "person", "read", "all")
    manager = company.actor("manager")
    assert read.get(manager, shape_of("person"), people[0])[count] == 1
    company.hide("manager", "organisation", LINK)
    manager = company.actor("manager")
    assert count not in read.get(manager, shape_of("person"), people[0])
    with pytest.raises(BadRequest):
        read.page(manager, shape_of("person"), tree={"field": count, "op": "gte", "value": 1})


@pytest.mark.parametrize("kind", ["reference", "references"])
def test_what_is_gathered_by_is_indexed_whatever_was_said(admin: Actor, kind: str):
    wish = {"type": kind, "label": {"en": "Guide"}, "indexed": False, "params": {"target": "person"}}
    link = fields.add_field(admin, "organisation", wish)

    def indexed() -> bool:
        return any(f'"{link.column}"' in text for text in indexes.wanted(all_shapes()).values())

    assert not indexed()
    params = {"source": f"organisation.{link.key}", "measure": "count"}
    rollup = fields.add_field(
        admin, "person", {"type": "rollup", "label": {"en": "Guided"}, "params": params}
    )
    assert indexed()
    fields.remove_field(admin, rollup.pk)
    assert not indexed()
