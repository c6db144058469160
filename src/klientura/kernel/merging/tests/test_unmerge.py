"""Taking a merge apart: at once, after others worked on, after further merges."""

import pytest
from django.db import connection

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.history.read import history_of
from klientura.kernel.history.undo import Undone, undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.merging.models import Merge
from klientura.kernel.merging.tests.support import (
    change,
    events,
    lines,
    make,
    organisation,
    person,
    settle,
    stored,
    values_of_lines,
)
from klientura.kernel.merging.trails import merged_into
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import operations, read, write
from klientura.kernel.store.models import Operation
from klientura.kernel.testing.company import Company


def joined(actor: Actor, kept: int, *gone: int, **values: object) -> int:
    """Merge organisations; the number of the operation."""
    return merge(actor, shape_of("organisation"), kept, gone, values).operation_id


def test_everything_goes_back(actor: Actor, shape: Shape) -> None:
    kept = organisation("Ромашка", phone="+7 495 000-11-22")
    gone = organisation("Лютик", phone="+7 495 000-33-44", city="Уфа")
    worker = person("Ёлкин", employer=gone)
    tie = make(
        "relation", party=kept, kind=shape_of("relation").fields["kind"].params.choices[0].code, to_party=gone
    )
    call = make("interaction", kind="call", body="О поставке", party=gone, at="2026-01-11T10:00:00Z")
    operation = joined(actor, kept, gone, phone="+74950003344")
    settle()

    done = undo(actor, operation)

    settle()
    assert [stored("organisation", i, "title") for i in (kept, gone)] == ["Ромашка", "Лютик"]
    assert (stored("organisation", kept, "city"), stored("organisation", kept, "phone")) == (
        None,
        "+74950001122",
    )
    assert values_of_lines("organisation", kept) == ["+74950001122"]
    assert (stored("person", worker, "employer"), stored("interaction", call, "party")) == (gone, gone)
    assert stored("relation", tie, "to_party") == gone
    assert stored("organisation", kept, "last_contact_at") is None
    assert stored("organisation", gone, "last_contact_at") is not None
    assert merged_into(actor, shape, gone) is None
    assert Operation.objects.get(pk=operation).state == "undone"
    assert (done.kept, done.text) == (
        [],
        "Records of their own again: “Ромашка”, “Лютик”. 2 links went back.",
    )
    assert {"party.undone", "organisation.unmerged", "interaction.undone", "relation.undone"} <= set(
        events(done.operation_id)
    )


def test_later_edits_stay_and_are_told(actor: Actor, shape: Shape) -> None:
    kept = organisation("Ромашка")
    gone = organisation(
        "Лютик", city="Уфа", note="Звонить", contact_points=[{"kind": "email", "value": "a@example.org"}]
    )
    elsewhere = organisation("Другая")
    turned, moved = person("Ёлкин", employer=gone), person("Пихтин", employer=gone)
    operation = joined(actor, kept, gone)
    change("organisation", kept, city="Омск", employees=5)
    line = read.parts_of(actor, shape, [kept])[kept]["contact_points"][0]
    change("organisation", kept, contact_points=[{**line, "note": "личная"}])
    change("person", moved, employer=elsewhere)
    later = person("Новый", employer=kept)

    done = undo(actor, operation)

    row = read.get(actor, shape, kept)
    assert (row["city"], row["employees"], row["note"]) == ("Омск", 5, None)
    assert [stored("person", i, "employer") for i in (turned, moved, later)] == [gone, elsewhere, kept]
    assert [x["note"] for x in lines("organisation", kept, "contact_points")] == ["личная"]
    assert [x["note"] for x in lines("organisation", gone, "contact_points")] == [None]
    assert done.kept == [kept]
    assert "Changed since the merge, so left in “Ромашка”: City, Contact points." in done.text


def test_it_can_be_done_once(actor: Actor) -> None:
    operation = joined(actor, organisation("А"), organisation("Б"))
    undo(actor, operation)
    with pytest.raises(BadRequest) as refused:
        undo(actor, operation)
    assert refused.value.code == "state"


def test_the_history_of_both_tells_it(actor: Actor, shape: Shape) -> None:
    kept, gone = organisation("А"), organisation("Б")
    undo(actor, joined(actor, kept, gone))

    def told(number: int) -> list[str]:
        return [e.text for e in history_of(actor, shape, number).entries if e.text]

    assert told(kept) == ["took apart again: “Б”", "merged this with: “Б”"]
    assert told(gone) == ["took this apart from: “А”", "merged this into: “А”"]


class TestSeveralMerges:
    """One after the other, and taken apart in either order where that is sound."""

    def test_the_kept_record_was_merged_into_another(self, actor: Actor) -> None:
        a, b, c = organisation("А"), organisation("Б"), organisation("В")
        worker = person("Ёлкин", employer=b)
        first = joined(actor, a, b)
        second = joined(actor, c, a)
        assert stored("person", worker, "employer") == c

        with pytest.raises(BadRequest) as refused:
            undo(actor, first)
        assert refused.value.code == "merged_later"
        assert str(refused.value.message) == "“А” was merged into “В” later. Take that merge apart first."
        assert refused.value.details["operation"] == second

        undo(actor, second)
        assert stored("person", worker, "employer") == a
        undo(actor, first)
        assert stored("person", worker, "employer") == b

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_two_merges_into_one_record_in_either_order(
        self, actor: Actor, shape: Shape, order: tuple[int, int]
    ) -> None:
        a = organisation("А")
        b = organisation("Б", city="Уфа", phone="+7 495 000-33-44")
        c = organisation("В", note="Звонить", phone="+7 495 000-55-66")
        workers = [person("Ёлкин", employer=b), person("Пихтин", employer=c)]
        both = [joined(actor, a, b), joined(actor, a, c)]

        undo(actor, both[order[0]])
        settle()
        assert stored("person", workers[order[0]], "employer") == (b, c)[order[0]]
        assert stored("person", workers[order[1]], "employer") == a
        undo(actor, both[order[1]])
        settle()

        row = read.get(actor, shape, a)
        assert (row["city"], row["note"], row["phone"]) == (None, None, None)
        assert values_of_lines("organisation", a) == []
        assert [stored("person", w, "employer") for w in workers] == [b, c]

    def test_what_another_merged_record_knows_too_stays(self, actor: Actor, shape: Shape) -> None:
        a = organisation("А")
        b = organisation("Б", city="Уфа", phone="+7 495 000-33-44")
        c = organisation("В", city="Омск", phone="+7 495 000-33-44")
        first, second = joined(actor, a, b), joined(actor, a, c)

        undo(actor, first)
        settle()
        assert (stored("organisation", a, "city"), values_of_lines("organisation", a)) == (
            "Омск",
            ["+74950003344"],
        )

        undo(actor, second)
        settle()
        assert (stored("organisation", a, "city"), values_of_lines("organisation", a)) == (None, [])

    def test_a_record_restored_by_hand_and_merged_again(self, actor: Actor, shape: Shape) -> None:
        a, b, c = organisation("А"), organisation("Б"), organisation("В")
        worker = person("Ёлкин", employer=b)
        first = joined(actor, a, b)
        write.restore(actor, shape, [b])
        assert merged_into(actor, shape, b) is None
        second = joined(actor, c, b)

        with pytest.raises(BadRequest) as refused:
            undo(actor, first)
        assert refused.value.details["operation"] == second
        undo(actor, second)
        undo(actor, first)

        assert stored("person", worker, "employer") == b
        assert not Merge.objects.filter(undone_at=None).exists()

    def test_a_turned_record_that_was_merged_itself(self, actor: Actor) -> None:
        a, b = organisation("А"), organisation("Б")
        one, two = person("Ёлкин", employer=b), person("Елкин")
        first = joined(actor, a, b)
        second = merge(actor, shape_of("person"), two, [one]).operation_id
        assert stored("person", two, "employer") == a

        undo(actor, first)

        assert stored("person", one, "employer", trashed=True) == b
        assert stored("person", two, "employer") == a
        undo(actor, second)
        assert (stored("person", one, "employer"), stored("person", two, "employer")) == (b, None)


def test_the_kept_record_lies_in_the_trash(actor: Actor, shape: Shape) -> None:
    kept, gone = organisation("А"), organisation("Б")
    operation = joined(actor, kept, gone)
    write.trash(actor, shape, [kept])

    with pytest.raises(BadRequest) as refused:
        undo(actor, operation)

    assert refused.value.code == "trashed"
    write.restore(actor, shape, [kept])
    assert undo(actor, operation).restored == 2


def test_a_record_that_was_deleted_for_good(actor: Actor) -> None:
    kept, gone = organisation("А"), organisation("Б")
    operation = joined(actor, kept, gone)
    with connection.cursor() as cursor:
        cursor.execute("delete from party where id = %s", [gone])

    with pytest.raises(BadRequest) as refused:
        undo(actor, operation)

    assert refused.value.code == "gone"


def test_a_colleagues_merge_is_not_ones_own(actor: Actor, company: Company) -> None:
    operation = joined(actor, organisation("А"), organisation("Б"))
    with pytest.raises(NotFound):
        undo(company.actor("manager"), operation)


def test_undoing_the_import_of_a_merged_record(actor: Actor, shape: Shape) -> None:
    brought = operations.start(actor, "import", "organisation")
    gone = write.create(actor, shape, {"name": "Из файла"}, operation_id=brought.pk)
    operations.finish(brought, records=1)
    kept = organisation("А")
    worker = person("Ёлкин", employer=gone)
    operation = joined(actor, kept, gone)

    assert isinstance(undo(actor, brought.pk), Undone)

    assert stored("person", worker, "employer") == kept
    undo(actor, operation)
    assert stored("person", worker, "employer") == gone
