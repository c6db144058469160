"""Making one record of several: what it says, what hangs on it, what becomes of the others."""

import pytest

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Invalid, NotFound
from klientura.kernel.history.read import history_of
from klientura.kernel.merging.choosing import ChangedMeanwhile, Unmergeable
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
from klientura.kernel.store import read, write
from klientura.kernel.store.models import Operation


def test_empty_values_are_filled_and_own_ones_stay(actor: Actor, shape: Shape) -> None:
    kept = organisation("Ромашка", city="Казань")
    first = organisation("Ромашка ООО", city="Уфа", note="Звонить утром")
    second = organisation("Ромашка", importance="high", note="Другое", employees=12)

    merge(actor, shape, kept, [first, second])

    row = read.get(actor, shape, kept)
    assert (row["name"], row["city"], row["note"], row["employees"]) == (
        "Ромашка",
        "Казань",
        "Звонить утром",
        12,
    )
    assert row["importance"] == "high"


def test_chosen_values_win(actor: Actor, shape: Shape) -> None:
    kept, gone = organisation("Ромашка", city="Казань"), organisation("Лютик", city="Уфа")

    merge(actor, shape, kept, [gone], {"city": "Уфа", "name": "Лютик"})

    assert (stored("organisation", kept, "city"), stored("organisation", kept, "title")) == ("Уфа", "Лютик")


def test_lines_are_united_without_doubles(actor: Actor, shape: Shape) -> None:
    kept = organisation(
        "Ромашка",
        contact_points=[
            {"kind": "phone", "value": "8 (495) 000-11-22"},
            {"kind": "email", "value": "a@example.org"},
        ],
        addresses=[{"kind": "legal", "city": "Казань", "street": "улица Баумана, 1"}],
    )
    gone = organisation(
        "Ромашка",
        contact_points=[
            {"kind": "mobile", "value": "+7 495 000-11-22", "note": "секретарь"},
            {"kind": "email", "value": "A@Example.org"},
            {"kind": "phone", "value": "+7 495 000-33-44"},
        ],
        addresses=[
            {"kind": "legal", "city": "казань", "street": "Улица  Баумана, 1", "postcode": "420111"},
            {"kind": "actual", "city": "Уфа"},
        ],
    )

    merge(actor, shape, kept, [gone])

    points = lines("organisation", kept, "contact_points")
    assert [(p["kind"], p["value"], p["note"]) for p in points] == [
        ("phone", "+74950001122", "секретарь"),
        ("email", "a@example.org", None),
        ("phone", "+74950003344", None),
    ]
    addresses = lines("organisation", kept, "addresses")
    assert [(a["kind"], a["city"], a["postcode"]) for a in addresses] == [
        ("legal", "Казань", "420111"),
        ("actual", "Уфа", None),
    ]


def test_the_main_value_that_was_chosen_comes_first_and_no_line_is_lost(actor: Actor, shape: Shape) -> None:
    kept, gone = (
        organisation("Ромашка", phone="+7 495 000-11-22"),
        organisation("Лютик", phone="+7 495 000-33-44"),
    )

    merge(actor, shape, kept, [gone], {"phone": "+74950003344"})

    assert values_of_lines("organisation", kept) == ["+74950003344", "+74950001122"]
    assert stored("organisation", kept, "phone") == "+74950003344"


def test_everything_that_pointed_at_the_gone_points_at_the_kept(actor: Actor, shape: Shape) -> None:
    kept, gone = organisation("Ромашка"), organisation("Ромашка 2")
    daughter, worker = organisation("Дочка", parent=gone), person("Ёлкин", employer=gone)
    make("stage", name="Новая", kind="open", place=1, pipeline=make("pipeline", name="Продажи"))
    deal = make("opportunity", name="Поставка", party=gone)
    call = make("interaction", kind="call", body="О поставке", party=gone, at="2026-01-11T10:00:00Z")
    task = make("task", name="Позвонить", party=gone)
    about = make("task", name="Позвонить ещё", subject_object="organisation", subject_id=gone)
    tie = (
        make("relation", party=worker, kind="client", to_party=gone)
        if "client" in kinds()
        else make("relation", party=worker, kind=kinds()[0], to_party=gone)
    )
    away = make("task", name="В корзине", party=gone)
    write.trash(actor, shape_of("task"), [away])

    done = merge(actor, shape, kept, [gone])

    settle()
    found = [
        stored("organisation", daughter, "parent"),
        stored("person", worker, "employer"),
        stored("opportunity", deal, "party"),
        stored("interaction", call, "party"),
        stored("task", task, "party"),
        stored("task", about, "subject_id"),
        stored("relation", tie, "to_party"),
        stored("task", away, "party", trashed=True),
    ]
    assert found == [kept] * 8
    assert done.relinked == 8
    assert stored("organisation", kept, "last_contact_at") is not None
    assert {
        "organisation.merged",
        "organisation.changed",
        "organisation.trashed",
        "person.changed",
        "task.changed",
    } <= set(events(done.operation_id))


def kinds() -> list[str]:
    return [c.code for c in shape_of("relation").fields["kind"].params.choices]


def test_the_gone_lie_in_the_trash_and_lead_to_the_kept(actor: Actor, shape: Shape) -> None:
    kept, gone, further = organisation("А"), organisation("Б"), organisation("В")

    done = merge(actor, shape, kept, [gone])

    with pytest.raises(NotFound):
        read.get(actor, shape, gone)
    assert merged_into(actor, shape, gone) == kept
    assert Merge.objects.get(gone_id=gone).kept_id == kept
    assert Operation.objects.get(pk=done.operation_id).kind == "merge"

    merge(actor, shape, further, [kept])

    assert [merged_into(actor, shape, i) for i in (gone, kept, further)] == [further, further, None]


def test_the_history_of_both_tells_of_the_merge(actor: Actor, shape: Shape) -> None:
    kept, gone = organisation("А"), organisation("Б")

    merge(actor, shape, kept, [gone])

    notes = [e for e in history_of(actor, shape, kept).entries if e.action == "merge"]
    assert [(e.text, e.actor) for e in notes] == [("merged this with: “Б”", "Анна Ким")]


def test_a_history_of_several_pages_tells_it_once(actor: Actor, shape: Shape) -> None:
    kept, gone = organisation("А"), organisation("Б")
    for number in range(4):
        change("organisation", kept, note=f"раз {number}")
    merge(actor, shape, kept, [gone], {"city": "Уфа"})
    for number in range(4):
        change("organisation", kept, note=f"два {number}")

    found, before = [], None
    while True:
        page = history_of(actor, shape, kept, before=before, limit=2)
        found += [e.action for e in page.entries]
        if page.next is None:
            break
        before = page.next

    assert found == ["update"] * 4 + ["merge"] + ["update"] * 5 + ["create"]


class TestLinksBetweenTheMerged:
    """A link from one of them to another dissolves; a way round over a third is refused."""

    def test_a_daughter_merged_with_its_parent_belongs_to_the_grandparent(
        self, actor: Actor, shape: Shape
    ) -> None:
        above = organisation("Холдинг")
        parent = organisation("Завод", parent=above)
        kept = organisation("Завод", parent=parent)

        merge(actor, shape, kept, [parent])

        assert stored("organisation", kept, "parent") == above

    def test_a_parent_merged_with_its_daughter_belongs_to_nobody(self, actor: Actor, shape: Shape) -> None:
        kept = organisation("Завод")
        daughter = organisation("Завод", parent=kept)

        merge(actor, shape, kept, [daughter])

        assert stored("organisation", kept, "parent") is None

    def test_a_chain_within_the_merged_dissolves(self, actor: Actor, shape: Shape) -> None:
        top = organisation("А")
        middle = organisation("Б", parent=top)
        bottom = organisation("В", parent=middle)

        merge(actor, shape, bottom, [top, middle])

        assert stored("organisation", bottom, "parent") is None

    @pytest.mark.parametrize("keep_the_lower", [True, False])
    def test_a_third_between_them_is_a_circle(self, actor: Actor, shape: Shape, keep_the_lower: bool) -> None:
        upper = organisation("Верх")
        between = organisation("Середина", parent=upper)
        lower = organisation("Низ", parent=between)
        kept, gone = (lower, upper) if keep_the_lower else (upper, lower)

        with pytest.raises(Invalid) as refused:
            merge(actor, shape, kept, [gone])

        assert [(e.field, e.code) for e in refused.value.errors] == [("parent", "circle")]
        assert "Середина" in str(refused.value.message)
        assert stored("organisation", lower, "parent") == between
        assert not Operation.objects.filter(kind="merge").exists()

    def test_a_chosen_parent_can_break_the_circle(self, actor: Actor, shape: Shape) -> None:
        upper, other = organisation("Верх"), organisation("Другая")
        between = organisation("Середина", parent=upper)
        lower = organisation("Низ", parent=between)

        merge(actor, shape, lower, [upper], {"parent": other})

        assert (stored("organisation", lower, "parent"), stored("organisation", between, "parent")) == (
            other,
            lower,
        )

    def test_a_record_cannot_be_chosen_to_belong_to_itself(self, actor: Actor, shape: Shape) -> None:
        kept, gone = organisation("А"), organisation("Б")

        with pytest.raises(Invalid) as refused:
            merge(actor, shape, kept, [gone], {"parent": gone})

        assert [(e.field, e.code) for e in refused.value.errors] == [("parent", "self")]

    def test_a_tie_between_them_goes_to_the_trash(self, actor: Actor, shape: Shape) -> None:
        kept, gone, other = organisation("А"), organisation("Б"), organisation("В")
        tie = make("relation", party=kept, kind=kinds()[0], to_party=gone)
        harmless = make("relation", party=gone, kind=kinds()[0], to_party=other)

        done = merge(actor, shape, kept, [gone])

        assert done.loosened == {"relation": [tie]}
        assert stored("relation", tie, "to_party", trashed=True) == gone
        assert stored("relation", harmless, "party") == kept

    def test_a_record_whose_two_links_may_meet_is_turned(self, actor: Actor) -> None:
        kept, gone = person("Ёлкин"), person("Елкин")
        call = make(
            "interaction", kind="call", body="О деле", party=kept, person=gone, at="2026-01-11T10:00:00Z"
        )

        done = merge(actor, shape_of("person"), kept, [gone])

        assert done.loosened == {}
        assert (stored("interaction", call, "party"), stored("interaction", call, "person")) == (kept, kept)


class TestRefused:
    """What cannot be merged stays wholly as it is, and the reason is said."""

    def test_different_kinds(self, actor: Actor, shape: Shape) -> None:
        with pytest.raises(Unmergeable) as refused:
            merge(actor, shape, organisation("А"), [person("Ёлкин")])
        assert refused.value.code == "kinds"

    def test_parties_are_merged_as_one_of_their_kinds(self, actor: Actor) -> None:
        with pytest.raises(BadRequest) as refused:
            merge(actor, shape_of("party"), organisation("А"), [organisation("Б")])
        assert refused.value.code == "abstract"

    def test_itself_none_and_too_many(self, actor: Actor, shape: Shape) -> None:
        kept = organisation("А")
        for gone, code in (([kept], "self"), ([], "too_few"), (range(kept + 1, kept + 11), "too_many")):
            with pytest.raises(BadRequest) as refused:
                merge(actor, shape, kept, list(gone))
            assert refused.value.code == code

    def test_what_lies_in_the_trash(self, actor: Actor, shape: Shape) -> None:
        kept, gone = organisation("А"), organisation("Б")
        write.trash(actor, shape, [gone])
        with pytest.raises(Unmergeable) as refused:
            merge(actor, shape, kept, [gone])
        assert refused.value.code == "trashed"

    def test_what_was_merged_before(self, actor: Actor, shape: Shape) -> None:
        kept, gone, other = organisation("А"), organisation("Б"), organisation("В")
        merge(actor, shape, kept, [gone])
        with pytest.raises(Unmergeable) as refused:
            merge(actor, shape, other, [gone])
        assert refused.value.code == "merged"

    def test_what_is_not_there(self, actor: Actor, shape: Shape) -> None:
        with pytest.raises(NotFound):
            merge(actor, shape, organisation("А"), [999_999])

    def test_what_somebody_changed_meanwhile(self, actor: Actor, shape: Shape) -> None:
        kept, gone = organisation("А"), organisation("Б")
        change("organisation", gone, city="Уфа")
        with pytest.raises(ChangedMeanwhile):
            merge(actor, shape, kept, [gone], {}, {kept: 1, gone: 1})
        assert merge(actor, shape, kept, [gone], {}, {kept: 1, gone: 2}).kept_id == kept

    def test_stages_of_two_pipelines_that_deals_stand_on(self, actor: Actor) -> None:
        kept = make("stage", name="Новая", kind="open", place=1, pipeline=make("pipeline", name="Продажи"))
        service = make("pipeline", name="Сервис")
        gone = make("stage", name="Новая", kind="open", place=1, pipeline=service)
        near = make("stage", name="Новая 2", kind="open", place=2, pipeline=service)
        deal = make("opportunity", name="Поставка", pipeline=service)
        assert stored("opportunity", deal, "stage") == gone

        with pytest.raises(Unmergeable) as refused:
            merge(actor, shape_of("stage"), kept, [gone])
        assert refused.value.code == "meaning"
        assert (stored("opportunity", deal, "stage"), stored("opportunity", deal, "pipeline")) == (
            gone,
            service,
        )

        merge(actor, shape_of("stage"), near, [gone])
        assert stored("opportunity", deal, "stage") == near

    def test_a_refusal_in_the_end_leaves_everything(self, actor: Actor, shape: Shape) -> None:
        pipeline = make("pipeline", name="Продажи")
        kept = make("stage", name="Новая", kind="open", place=1, pipeline=pipeline)
        gone = make("stage", name="Новая 2", kind="open", place=2, pipeline=make("pipeline", name="Сервис"))
        deal = make("opportunity", name="Поставка", stage=gone)

        with pytest.raises(Invalid):
            merge(actor, shape_of("stage"), kept, [gone], {"probability": 101})

        assert stored("opportunity", deal, "stage") == gone
        assert stored("stage", gone, "name") == "Новая 2"

    def test_a_value_that_the_field_does_not_take(self, actor: Actor, shape: Shape) -> None:
        with pytest.raises(Invalid) as refused:
            merge(actor, shape, organisation("А"), [organisation("Б")], {"inn": "123", "unknown": 1})
        assert {e.field for e in refused.value.errors} == {"inn", "unknown"}


def test_a_sum_comes_with_its_currency(actor: Actor) -> None:
    make("stage", name="Новая", kind="open", place=1, pipeline=make("pipeline", name="Продажи"))
    kept = make("opportunity", name="Поставка")
    gone = make("opportunity", name="Поставка", amount="100.50", currency="USD")

    merge(actor, shape_of("opportunity"), kept, [gone])

    assert (str(stored("opportunity", kept, "amount")), stored("opportunity", kept, "currency")) == (
        "100.50",
        "USD",
    )


def test_a_link_to_something_in_the_trash_is_kept(actor: Actor, shape: Shape) -> None:
    away = organisation("Холдинг")
    kept, gone = organisation("А"), organisation("Б", parent=away)
    write.trash(actor, shape, [away])

    merge(actor, shape, kept, [gone])

    assert stored("organisation", kept, "parent") == away
