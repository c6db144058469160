"""Two people edit one record: what each did stands, what both did is refused with both values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.errors import BadRequest, Conflict
from klientura.kernel.history.undo import undo
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import bulk, read, write
from klientura.kernel.store.late_edits import join_lines

KEYS = frozenset({"kind", "value"})


@pytest.fixture
def actor() -> Actor:
    return SystemActor("test")


@pytest.fixture
def shape() -> Shape:
    return shape_of("organisation")


@pytest.fixture
def record(actor: Actor, shape: Shape, db: None) -> int:
    points = [{"kind": "phone", "value": "+74951112233"}, {"kind": "email", "value": "one@example.org"}]
    return write.create(actor, shape, {"name": "Альфа", "city": "Уфа", "contact_points": points})


def lines(actor: Actor, shape: Shape, record: int) -> list[dict[str, Any]]:
    found = read.parts_of(actor, shape, [record])[record]["contact_points"]
    return [{k: line[k] for k in ("id", "kind", "value")} for line in found]


def values(actor: Actor, shape: Shape, record: int) -> list[str]:
    return [line["value"] for line in lines(actor, shape, record)]


def save(
    actor: Actor, shape: Shape, record: int, points: list[dict[str, Any]], version: int, **more: Any
) -> int:
    return write.update(actor, shape, record, {"contact_points": points, **more}, expected_version=version)


def test_a_phone_added_by_a_colleague_outlives_a_late_form(actor: Actor, shape: Shape, record: int) -> None:
    seen = lines(actor, shape, record)
    assert save(actor, shape, record, [*seen, {"kind": "mobile", "value": "+79030001122"}], 1) == 2

    assert save(actor, shape, record, seen, 1, city="Омск") == 3

    assert values(actor, shape, record) == ["+74951112233", "one@example.org", "+79030001122"]
    assert read.get(actor, shape, record)["city"] == "Омск"


def test_each_changes_another_line(actor: Actor, shape: Shape, record: int) -> None:
    phone, mail = lines(actor, shape, record)
    save(actor, shape, record, [{**phone, "value": "+74959998877"}, mail], 1)

    save(actor, shape, record, [phone, {**mail, "value": "two@example.org"}], 1)

    assert values(actor, shape, record) == ["+74959998877", "two@example.org"]


def test_both_change_one_line(actor: Actor, shape: Shape, record: int) -> None:
    phone, mail = lines(actor, shape, record)
    save(actor, shape, record, [{**phone, "value": "+74959998877"}, mail], 1)
    mine = [{**phone, "value": "+74955554433"}, mail, {"kind": "site", "value": "https://alfa.example"}]

    with pytest.raises(Conflict) as refused:
        save(actor, shape, record, mine, 1, city="Омск")

    assert [c.field for c in refused.value.conflicts] == ["contact_points"]
    assert [line["value"] for line in refused.value.conflicts[0].theirs] == [
        "+74959998877",
        "one@example.org",
    ]
    assert values(actor, shape, record) == ["+74959998877", "one@example.org"]
    assert read.get(actor, shape, record)["city"] == "Уфа", "nothing is half-written"
    joined = [dict(line) for line in refused.value.lines["contact_points"]]
    save(actor, shape, record, joined, refused.value.version)
    assert values(actor, shape, record) == ["+74955554433", "one@example.org", "https://alfa.example"]


def test_one_removes_what_the_other_changes(actor: Actor, shape: Shape, record: int) -> None:
    phone, mail = lines(actor, shape, record)
    save(actor, shape, record, [mail], 1)
    with pytest.raises(Conflict):
        save(actor, shape, record, [{**phone, "value": "+74955554433"}, mail], 1)
    assert save(actor, shape, record, [mail], 1) == 2, "both removed it"


def test_a_value_left_as_it_was_seen_is_not_written_over_the_colleagues(
    actor: Actor, shape: Shape, record: int
) -> None:
    write.update(actor, shape, record, {"city": "Томск"}, expected_version=1)
    write.update(actor, shape, record, {"city": "Омск"}, expected_version=2)

    write.update(actor, shape, record, {"city": "Уфа", "name": "Бета"}, expected_version=1)

    row = read.get(actor, shape, record)
    assert (row["city"], row["name"]) == ("Омск", "Бета")


def test_lines_put_back_by_an_undo_are_seen_as_a_change(actor: Actor, shape: Shape, record: int) -> None:
    done = bulk.edit(actor, shape, bulk.Selection(ids=(record,)), {"phone": "+74950001122"})
    version = read.get(actor, shape, record)["version"]
    seen = lines(actor, shape, record)
    undo(actor, done.operation_id)

    with pytest.raises(Conflict):
        save(actor, shape, record, [{**seen[0], "value": "+74957776655"}, *seen[1:]], version)
    save(actor, shape, record, seen, version, name="Бета")
    assert read.get(actor, shape, record)["phone"] == "+74951112233"


def test_a_version_that_never_was(actor: Actor, shape: Shape, record: int) -> None:
    for version in (0, -1, 2, 10**9):
        with pytest.raises(BadRequest):
            write.update(actor, shape, record, {"city": "Омск"}, expected_version=version)


line = st.fixed_dictionaries({"kind": st.sampled_from("ab"), "value": st.sampled_from("xyz")})
stored = st.lists(line, max_size=4).map(lambda found: [{"id": n, **x} for n, x in enumerate(found, 1)])


@st.composite
def edited(draw: st.DrawFn, base: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What somebody may make of these lines: some removed, some changed, some added."""
    kept = [{**x, **draw(st.one_of(st.just({}), line))} for x in base if draw(st.booleans())]
    return kept + draw(st.lists(line, max_size=2))


@given(st.data())
def test_join_keeps_what_one_side_alone_did(data: st.DataObject) -> None:
    base = data.draw(stored)
    mine, theirs = data.draw(edited(base)), data.draw(edited(base))
    theirs = [x if "id" in x else {"id": 100 + n, **x} for n, x in enumerate(theirs)]

    assert join_lines(base, base, theirs, KEYS)[1] is False
    assert sorted(x["id"] for x in join_lines(base, base, theirs, KEYS)[0]) == sorted(x["id"] for x in theirs)
    alone, clash = join_lines(base, mine, base, KEYS)
    assert (alone, clash) == (mine, False)

    joined, clash = join_lines(base, mine, theirs, KEYS)
    content = [(x["kind"], x["value"]) for x in joined]
    for x in (*mine, *theirs):
        new = x.get("id") is None or x["id"] > 99
        assert not new or (x["kind"], x["value"]) in content, "nothing added by either side is lost"
    mine_by, theirs_by = ({x["id"]: x for x in side if "id" in x} for side in (mine, theirs))
    if not clash:
        for x in base:
            sides = [side.get(x["id"]) for side in (mine_by, theirs_by)]
            if None in sides:
                assert x["id"] not in [j.get("id") for j in joined]
