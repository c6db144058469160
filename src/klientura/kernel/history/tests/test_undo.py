"""Taking bulk acts back: what is still as the act left it returns, what somebody changed since stays."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.errors import BadRequest
from klientura.kernel.events.outbox import deliver
from klientura.kernel.history.undo import spans, take_back_span, undo
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import bulk, operations, read, write
from klientura.kernel.store.generated import parts_of
from klientura.kernel.store.models import Operation
from klientura.kernel.testing.company import found_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor() -> Actor:
    return SystemActor("test")


@pytest.fixture
def shape() -> Shape:
    return shape_of("organisation")


@pytest.fixture
def five(actor: Actor, shape: Shape) -> tuple[int, ...]:
    values = [{"name": f"Организация {n}", "city": "Уфа", "phone": "8 902 927-35-77"} for n in range(5)]
    return tuple(write.create_many(actor, shape, values))


def test_only_values_that_are_still_the_operations_return(actor: Actor, shape: Shape, five: tuple[int, ...]):
    done = bulk.edit(actor, shape, bulk.Selection(ids=five), {"city": "Омск", "roles": ["dealer", "client"]})
    assert done.changed == 5
    write.update(actor, shape, five[0], {"city": "Томск"})

    undo(actor, done.operation_id)

    rows = [read.get(actor, shape, number) for number in five]
    assert [row["city"] for row in rows] == ["Томск", "Уфа", "Уфа", "Уфа", "Уфа"]
    assert [row["roles"] for row in rows] == [None] * 5


def test_a_record_put_back_in_part_is_counted_among_what_stayed(
    actor: Actor, shape: Shape, five: tuple[int, ...]
):
    done = bulk.edit(actor, shape, bulk.Selection(ids=five[:2]), {"city": "Омск", "note": "важный"})
    write.update(actor, shape, five[0], {"city": "Томск"})

    result = undo(actor, done.operation_id)

    assert (result.restored, result.kept) == (2, [five[0]])
    assert [read.get(actor, shape, n)["note"] for n in five[:2]] == [None, None]


def test_a_value_that_somebody_put_back_by_hand_is_no_change_left(
    actor: Actor, shape: Shape, five: tuple[int, ...]
):
    done = bulk.edit(actor, shape, bulk.Selection(ids=five[:1]), {"city": "Омск"})
    write.update(actor, shape, five[0], {"city": "Уфа"})

    assert undo(actor, done.operation_id).kept == []


def test_what_could_not_be_undone_can_be_later(actor: Actor, shape: Shape):
    first, second = (operations.start(actor, "import", "organisation") for _n in range(2))
    ids = write.create_many(actor, shape, [{"name": f"Импорт {n}"} for n in range(3)], operation_id=first.pk)
    for number in ids[:2]:
        write.update(actor, shape, number, {"city": "Уфа"}, operation_id=second.pk)
    write.update(actor, shape, ids[0], {"note": "Звонили"})
    for operation in (first, second):
        operations.finish(operation, records=3)

    assert undo(actor, first.pk).kept == list(ids[:2])
    assert undo(actor, second.pk).kept == []
    again = undo(actor, first.pk)

    assert (again.restored, again.kept) == (1, [ids[0]])
    assert [r["id"] for r in read.page(actor, shape).rows] == [ids[0]]
    with pytest.raises(BadRequest):
        undo(actor, second.pk)


def test_trashed_records_come_back(actor: Actor, shape: Shape, five: tuple[int, ...]):
    done = bulk.trash(actor, shape, bulk.Selection(ids=five))
    assert read.count(actor, shape).number == 0

    result = undo(actor, done.operation_id)

    assert (result.restored, result.kept) == (5, [])
    assert read.count(actor, shape).number == 5


def test_lines_follow_the_record(actor: Actor, shape: Shape, five: tuple[int, ...]):
    done = bulk.edit(actor, shape, bulk.Selection(ids=five), {"phone": "+7 495 000-11-22"})
    assert read.parts_of(actor, shape, five)[five[0]]["contact_points"][0]["value"] == "+74950001122"

    undo(actor, done.operation_id)

    assert read.get(actor, shape, five[0])["phone"] == "+79029273577"
    assert read.parts_of(actor, shape, five)[five[0]]["contact_points"][0]["value"] == "+79029273577"


def test_records_of_several_tables_are_counted_and_announced_apart(actor: Actor, shape: Shape):
    operation = operations.start(actor, "demo", "party")
    with connection.cursor() as cursor:  # the same numbers in both tables
        for table in ("party", "pipeline"):
            cursor.execute("select setval(pg_get_serial_sequence(%s, 'id'), 700)", [table])
    party = write.create(actor, shape, {"name": "Альфа"}, operation_id=operation.pk)
    lead = write.create(actor, shape_of("person"), {"last_name": "Ёлкин"}, operation_id=operation.pk)
    pipeline = write.create(actor, shape_of("pipeline"), {"name": "Продажи"}, operation_id=operation.pk)
    second = write.create(actor, shape_of("pipeline"), {"name": "Сервис"}, operation_id=operation.pk)
    operations.finish(operation, records=4)

    result = undo(actor, operation.pk)

    assert (result.restored, result.kept) == (4, [])
    with connection.cursor() as cursor:
        cursor.execute(
            "select object, record_ids from kernel_event where right(kind, 7) = '.undone' and operation_id = %s order by 1",
            [result.operation_id],
        )
        assert cursor.fetchall() == [
            ("party", sorted([party, lead])),
            ("pipeline", sorted([pipeline, second])),
        ]


def test_a_record_taken_back_keeps_its_lines_in_the_trash(actor: Actor, shape: Shape):
    operation = operations.start(actor, "import", "organisation")
    made = write.create(
        actor, shape, {"name": "Альфа", "phone": "8 902 927-35-77"}, operation_id=operation.pk
    )
    operations.finish(operation, records=1)

    assert undo(actor, operation.pk).restored == 1
    write.restore(actor, shape, [made])

    assert read.parts_of(actor, shape, [made])[made]["contact_points"][0]["value"] == "+79029273577"


def test_removed_lines_come_back_behind_the_others(actor: Actor, shape: Shape):
    points = [{"kind": "phone", "value": f"+7495000112{n}"} for n in range(3)]
    made = write.create(actor, shape, {"name": "Альфа", "contact_points": points})
    operation = operations.start(actor, "edit", "organisation")
    stored = read.parts_of(actor, shape, [made])[made]["contact_points"]
    write.update(actor, shape, made, {"contact_points": [dict(stored[2])]}, operation_id=operation.pk)
    operations.finish(operation, records=1)
    assert len(read.parts_of(actor, shape, [made])[made]["contact_points"]) == 1

    assert undo(actor, operation.pk).restored == 1

    after = read.parts_of(actor, shape, [made])[made]["contact_points"]
    assert [line["value"] for line in after] == ["+74950001122", "+74950001120", "+74950001121"]
    assert [line["id"] for line in after] == [stored[2]["id"], stored[0]["id"], stored[1]["id"]]


def test_what_left_the_actors_reach_stays(shape: Shape):
    company = found_company()
    mine, boss = company.actor("employee"), company.actor("administrator")
    ids = tuple(write.create(mine, shape, {"name": f"Организация {n}", "city": "Уфа"}) for n in range(2))
    done = bulk.edit(mine, shape, bulk.Selection(ids=ids), {"city": "Омск"})
    far = {"owner": company.users["outsider"].pk, "team": company.teams["far"].pk}
    write.update(boss, shape, ids[0], far)

    result = undo(mine, done.operation_id)

    assert (result.restored, result.kept) == (1, [ids[0]])
    assert [read.get(boss, shape, i)["city"] for i in ids] == ["Омск", "Уфа"]


def test_a_changed_line_that_was_changed_again_stays_and_is_told(actor: Actor, shape: Shape):
    line = {"kind": "legal", "city": "Уфа", "street": "Мира, 1"}
    number = write.create(actor, shape, {"name": "Альфа", "addresses": [line]})
    operation = operations.start(actor, "import", "organisation")

    def street(text: str, operation_id: int | None) -> None:
        stored = read.parts_of(actor, shape, [number])[number]["addresses"][0]
        given = {"id": stored["id"], **line, "street": text}
        write.update(actor, shape, number, {"addresses": [given]}, operation_id=operation_id)

    street("Мира, 2", operation.pk)
    street("Мира, 3", None)
    operations.finish(operation, records=1)
    version = read.get(actor, shape, number)["version"]

    result = undo(actor, operation.pk)

    assert (result.restored, result.kept) == (0, [number])
    assert read.parts_of(actor, shape, [number])[number]["addresses"][0]["street"] == "Мира, 3"
    assert read.get(actor, shape, number)["version"] == version, "nothing was written"


def test_lines_that_a_colleague_completed_stay(actor: Actor, shape: Shape, five: tuple[int, ...]):
    number = five[0]
    operation = operations.start(actor, "edit", "organisation")
    known = read.parts_of(actor, shape, [number])[number]["contact_points"]
    added = [*known, {"kind": "mobile", "value": "+79030001122"}]
    write.update(
        actor, shape, number, {"contact_points": added, "addresses": [{"kind": "legal", "street": "Мира, 1"}]},
        operation_id=operation.pk,
    )  # fmt: skip
    operations.finish(operation, records=1)
    now = read.parts_of(actor, shape, [number])[number]
    now["contact_points"][1]["note"] = "звонить вечером"
    now["addresses"][0]["city"] = "Уфа"
    given = {
        key: [{k: v for k, v in line.items() if k != "uncertain"} for line in now[key]]
        for key in ("contact_points", "addresses")
    }
    write.update(actor, shape, number, given)

    result = undo(actor, operation.pk)

    assert (result.restored, result.kept) == (0, [number])
    parts = read.parts_of(actor, shape, [number])[number]
    assert [line["note"] for line in parts["contact_points"]] == [None, "звонить вечером"]
    assert [line["city"] for line in parts["addresses"]] == ["Уфа"]


def test_clients_that_others_have_built_upon_outlive_the_import_that_made_them(actor: Actor, shape: Shape):
    operation = operations.start(actor, "import", "organisation")
    make = [{"name": f"Импорт {n}"} for n in range(4)]
    used, talked, employer, unused = write.create_many(actor, shape, make, operation_id=operation.pk)
    person, mate = (
        write.create(
            actor, shape_of("person"), {"last_name": name, "employer": of}, operation_id=operation.pk
        )
        for name, of in (("Ёлкин", employer), ("Сосна", used))
    )
    operations.finish(operation, records=6)
    pipeline = write.create(actor, shape_of("pipeline"), {"name": "Продажи"})
    write.create(actor, shape_of("stage"), {"name": "Первый", "pipeline": pipeline, "kind": "open"})
    write.create(actor, shape_of("opportunity"), {"name": "Мука", "party": used})
    write.create(actor, shape_of("interaction"), {"kind": "call", "party": talked, "body": "Говорили"})
    write.create(actor, shape_of("task"), {"name": "Позвонить", "party": person})

    result = undo(actor, operation.pk)

    assert result.restored == 1
    assert set(result.kept) == {used, talked, employer, person, mate}
    assert [r["id"] for r in read.page(actor, shape, trashed=True).rows] == [unused]


def test_the_main_phone_follows_the_lines_that_an_undo_leaves(actor: Actor, shape: Shape):
    number = write.create(actor, shape, {"name": "Альфа"})
    done = bulk.edit(actor, shape, bulk.Selection(ids=(number,)), {"phone": "+7 495 000-11-22"})
    line = read.parts_of(actor, shape, [number])[number]["contact_points"][0]
    completed = {"id": line["id"], "kind": "phone", "value": line["value"], "note": "приёмная"}
    write.update(actor, shape, number, {"contact_points": [completed]})

    undo(actor, done.operation_id)
    deliver()

    assert read.parts_of(actor, shape, [number])[number]["contact_points"][0]["note"] == "приёмная"
    assert read.get(actor, shape, number)["phone"] == "+74950001122"


def test_records_that_an_import_made_go_whole_or_stay_whole(actor: Actor, shape: Shape):
    operation = operations.start(actor, "import", "organisation")
    make = [{"name": f"Импорт {n}"} for n in range(3)]
    untouched, restored, edited = ids = write.create_many(actor, shape, make, operation_id=operation.pk)
    for number in ids:  # a later row of the same file
        write.update(
            actor, shape, number, {"inn": "7827763273", "note": "из файла"}, operation_id=operation.pk
        )
    operations.finish(operation, records=3)
    group = bulk.edit(
        actor, shape, bulk.Selection(ids=(restored,)), {"city": "Уфа", "phone": "8 902 927-35-77"}
    )
    undo(actor, group.operation_id)
    write.update(actor, shape, edited, {"city": "Омск"})

    result = undo(actor, operation.pk)

    assert (result.restored, result.kept) == (2, [edited])
    assert {r["id"] for r in read.page(actor, shape, trashed=True).rows} == {untouched, restored}
    row = read.get(actor, shape, edited)
    assert (row["inn"], row["note"], row["city"]) == ("7827763273", "из файла", "Омск")


def test_a_span_is_asked_once_what_was_done_to_it_and_to_which_columns(
    actor: Actor, shape: Shape, five: tuple[int, ...]
):
    done = bulk.edit(
        actor,
        shape,
        bulk.Selection(ids=five),
        {"city": "Омск", "phone": "+7 495 000-11-22", "roles": ["client"]},
    )
    span = next(spans(Operation.objects.get(pk=done.operation_id)))
    mine = operations.start(actor, "undo", shape.key, undoes_id=done.operation_id)
    with CaptureQueriesContext(connection) as asked:
        moved, kept = take_back_span(actor, span, mine.pk, set())
    assert (moved, kept) == (set(five), [])
    texts = [q["sql"] for q in asked.captured_queries]
    assert sum("select distinct c.action, c.record_id" in text for text in texts) == 1
    columns = [text for text in texts if "jsonb_object_keys" in text]
    assert len(columns) == 1 + len(parts_of([shape])), "once for the records, once for the lines of each part"
    assert len(texts) == 39
