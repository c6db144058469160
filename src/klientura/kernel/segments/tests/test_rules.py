"""Live segments: what their rules mean, what cannot be kept, and that they tell nothing of what is closed."""

from typing import Any

import pytest

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.errors import BadRequest, Denied, Invalid, NotFound, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema.uses import uses_of
from klientura.kernel.segments import counting, keeping, of_record, picture, reading, rules
from klientura.kernel.segments.models import Segment
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
SYSTEM = SystemActor("test")
CITIES = {"Альфа": "Уфа", "Бета": "Казань", "Гамма": "Уфа", "Дельта": None}
UFA = {"field": "city", "op": "eq", "value": "Уфа"}
FILLED = {"field": "city", "op": "not_empty"}


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def clients(company: Company) -> dict[str, int]:
    owner, team = company.users["employee"].pk, company.teams["near"].pk
    shape = shape_of("organisation")
    return {
        n: write.create(
            SYSTEM, shape, {"name": n, "owner": owner, "team": team, **({"city": c} if c else {})}
        )
        for n, c in CITIES.items()
    }


def live(actor: Actor, rule: dict[str, Any], **more: Any) -> Segment:
    return keeping.create(actor, shape_of("organisation"), name="Уфа", rule=rule, **more)


def names(actor: Actor, tree: dict[str, Any], key: str = "organisation") -> set[str]:
    return {r["title"] for r in read.page(actor, shape_of(key), tree=tree, keys=["title"]).rows}


def test_a_rule_is_judged_when_it_is_used(company: Company, clients: dict[str, int]) -> None:
    boss = company.actor("administrator")
    inside = {"segment": live(boss, UFA).pk}
    assert names(boss, inside) == {"Альфа", "Гамма"}
    assert names(boss, {**inside, "op": "in"}) == {"Альфа", "Гамма"}
    assert names(boss, {**inside, "op": "not_in"}) == {"Бета", "Дельта"}
    assert names(boss, {"and": [inside, {"field": "name", "op": "eq", "value": "Альфа"}]}) == {"Альфа"}
    assert names(boss, inside, "party") == {"Альфа", "Гамма"}
    write.update(SYSTEM, shape_of("organisation"), clients["Бета"], {"city": "Уфа"})
    assert names(boss, inside) == {"Альфа", "Бета", "Гамма"}
    assert counting.live_count(boss, Segment.objects.get()) == 3


def test_segments_are_made_of_segments(company: Company, clients: dict[str, int]) -> None:
    boss = company.actor("administrator")
    ufa = live(boss, UFA).pk
    early = live(boss, {"field": "name", "op": "in", "value": ["Альфа", "Бета"]}).pk
    for rule, expected in (
        ({"or": [{"segment": ufa}, {"segment": early}]}, {"Альфа", "Бета", "Гамма"}),
        ({"and": [{"segment": ufa}, {"segment": early}]}, {"Альфа"}),
        ({"and": [{"segment": ufa}, {"segment": early, "op": "not_in"}]}, {"Гамма"}),
    ):
        made = live(boss, rule)
        assert names(boss, {"segment": made.pk}) == expected
        assert names(boss, {"segment": made.pk, "op": "not_in"}) == set(CITIES) - expected


def test_segments_stand_in_conditions_on_related_records(company: Company, clients: dict[str, int]) -> None:
    boss = company.actor("administrator")
    write.create(SYSTEM, shape_of("person"), {"last_name": "Ким", "employer": clients["Альфа"]})
    write.create(SYSTEM, shape_of("person"), {"last_name": "Лось", "employer": clients["Бета"]})
    kim = keeping.create(
        boss, shape_of("person"), name="Ким", rule={"field": "last_name", "op": "eq", "value": "Ким"}
    )
    assert names(boss, {"related": "person.employer", "filter": {"segment": kim.pk}}) == {"Альфа"}
    with_kim = live(boss, {"related": "person.employer", "filter": {"segment": kim.pk}})
    assert names(boss, {"segment": with_kim.pk}) == {"Альфа"}
    with pytest.raises(BadRequest, match="Ким"):
        names(boss, {"segment": kim.pk})


def test_circles_and_depth_are_refused(company: Company, clients: dict[str, int]) -> None:
    boss = company.actor("administrator")
    chain = [live(boss, UFA).pk]
    while len(chain) < 4:
        chain.append(live(boss, {"segment": chain[-1]}).pk)
    assert names(boss, {"segment": chain[-1]}) == {"Альфа", "Гамма"}
    with pytest.raises(BadRequest):
        live(boss, {"segment": chain[-1]})
    for number in chain:
        with pytest.raises(BadRequest):
            keeping.change(boss, chain[0], {"rule": {"or": [UFA, {"segment": number}]}})
    # Two changes at once may close a circle all the same: it is refused when it is used.
    Segment.objects.filter(pk=chain[0]).update(rule={"segment": chain[1]})
    with pytest.raises(BadRequest):
        names(boss, {"segment": chain[1]})


@pytest.mark.parametrize(
    "rule",
    [
        None, {}, [], "x", 5, {"and": []}, {"or": [{}]}, {"field": "nothing"}, {"field": "owner", "op": "me"},
        {"related": "person.employer", "filter": {"field": "owner", "op": "me"}}, {"segment": 999_999}, {"segment": "1"},
        {"segment": True}, {"segment": -1}, {"segment": 10**30}, {"segment": None}, {"and": [UFA] * 61},
        {"field": "name", "op": "in", "value": ["ж" * 1900] * 10},
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_not_kept(company: Company, rule: Any) -> None:
    with pytest.raises(BadRequest):
        live(company.actor("administrator"), rule)
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    "tree",
    [{"segment": 1, "op": "eq"}, {"segment": 1, "op": []}, {"segment": 1, "value": 2}, {"segment": [1]}],
)
def test_a_condition_that_is_none_is_refused(company: Company, tree: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        names(company.actor("administrator"), tree)


def test_values_of_a_segment_are_checked(company: Company) -> None:
    boss = company.actor("administrator")
    for wrong in (
        {"name": ""},
        {"name": "x" * 121},
        {"name": 5},
        {"visibility": "all"},
        {"description": "x" * 501},
    ):
        with pytest.raises(Invalid):
            keeping.create(boss, shape_of("organisation"), **{"name": "Уфа", "rule": UFA, **wrong})
    with pytest.raises(Invalid):
        keeping.create(boss, shape_of("organisation"), name="Уфа", kind="other")
    with pytest.raises(Invalid):
        keeping.create(boss, shape_of("organisation"), name="Уфа", kind="static", rule=UFA)
    with pytest.raises(Denied):
        keeping.create(company.actor("observer"), shape_of("organisation"), name="Уфа", rule=UFA)


def test_who_sees_and_changes_a_segment(company: Company) -> None:
    mine = live(company.actor("employee"), UFA)
    team = live(company.actor("employee"), UFA, visibility="team")
    everyone = live(company.actor("employee"), UFA, visibility="everyone")

    def seen(who: str) -> set[int]:
        return {s.pk for s in reading.open_segments(company.actor(who))}

    assert seen("employee") == {mine.pk, team.pk, everyone.pk}
    assert seen("colleague") == {team.pk, everyone.pk}
    assert seen("manager") == {team.pk, everyone.pk}  # the team lies below theirs
    assert seen("outsider") == seen("observer") == {everyone.pk}
    for who, segment, error in (
        ("colleague", mine, NotFound), ("colleague", team, Denied), ("outsider", team, NotFound),
        ("manager", everyone, Denied), ("administrator", mine, NotFound),
    ):  # fmt: skip
        with pytest.raises(error):
            keeping.change(company.actor(who), segment.pk, {"name": "Другой"})
        with pytest.raises(error):
            keeping.delete(company.actor(who), segment.pk)
    keeping.change(company.actor("administrator"), everyone.pk, {"name": "Другой"})
    with pytest.raises(Stale):
        keeping.change(company.actor("employee"), everyone.pk, {"name": "Третий"}, expected_version=1)


def test_a_private_segment_is_nobody_elses_to_filter_by(company: Company, clients: dict[str, int]) -> None:
    mine = live(company.actor("employee"), UFA)
    for who in ("colleague", "administrator"):
        with pytest.raises(BadRequest) as closed:
            names(company.actor(who), {"segment": mine.pk})
        with pytest.raises(BadRequest) as missing:
            names(company.actor(who), {"segment": 999_999})
        assert str(closed.value) == str(missing.value)
        with pytest.raises(BadRequest):
            live(company.actor(who), {"or": [UFA, {"segment": mine.pk}]})
    # Who shares a segment shares what it is made of, and nothing else.
    shared = live(company.actor("employee"), {"segment": mine.pk}, visibility="everyone")
    assert names(company.actor("colleague"), {"segment": shared.pk}) == {"Альфа", "Гамма"}
    with pytest.raises(BadRequest):
        names(company.actor("colleague"), {"segment": mine.pk})


def test_a_segment_widens_no_scope(company: Company, clients: dict[str, int]) -> None:
    shared = live(company.actor("manager"), FILLED, visibility="everyone")
    assert names(company.actor("employee"), {"segment": shared.pk}) == {"Альфа", "Бета", "Гамма"}
    assert names(company.actor("outsider"), {"segment": shared.pk}) == set()
    assert counting.live_count(company.actor("outsider"), shared) == 0
    assert of_record.segments_of(company.actor("outsider"), shape_of("organisation"), clients["Альфа"]) == []


def test_a_rule_by_a_hidden_field_is_closed_with_it(company: Company, clients: dict[str, int]) -> None:
    shared = live(company.actor("manager"), UFA, visibility="everyone")
    around = live(company.actor("manager"), {"segment": shared.pk, "op": "not_in"}, visibility="everyone")
    company.hide("employee", "organisation", "city")
    actor, shape = company.actor("employee"), shape_of("organisation")
    for segment in (shared, around):
        for ask in (
            lambda s: read.page(actor, shape, tree={"segment": s.pk}),
            lambda s: read.count(
                actor, shape, tree={"or": [{"segment": s.pk}, {"field": "name", "op": "empty"}]}
            ),
            lambda s: read.page(actor, shape, tree={"not": {"segment": s.pk}}),
            lambda s: read.groups(actor, shape, by="status", tree={"segment": s.pk}),
            lambda s: counting.live_count(actor, s),
            lambda s: counting.members(actor, s),
            lambda s: live(actor, {"and": [{"segment": s.pk}, {"field": "name", "op": "not_empty"}]}),
        ):
            with pytest.raises(BadRequest) as refused:
                ask(segment)
            assert "city" not in str(refused.value)
            assert "Уфа" not in str(refused.value).replace("“Уфа”", "").replace("«Уфа»", "")
        assert rules.broken(actor, segment)
        assert not rules.broken(company.actor("manager"), segment)
        assert counting.curve(actor, segment) == []
        assert counting.moves(actor, segment, 30) is None
    assert of_record.segments_of(actor, shape, clients["Альфа"]) == []
    assert {s.pk for s in of_record.segments_of(company.actor("manager"), shape, clients["Альфа"])} == {
        shared.pk
    }


def test_who_sees_all_records_but_not_the_field_is_told_no_number(
    company: Company, clients: dict[str, int]
) -> None:
    shared = live(company.actor("manager"), UFA, visibility="everyone")
    around = live(company.actor("manager"), {"segment": shared.pk, "op": "not_in"}, visibility="everyone")
    picture.look(shared.pk)
    picture.look(around.pk)
    assert company.actor("observer").scope("organisation", "read") == "all"
    for segment in (shared, around):
        segment.refresh_from_db()
        assert segment.counted == 2
        assert rules.sees_whole(company.actor("observer"), segment)
        assert counting.moves(company.actor("observer"), segment, 30) is not None
    company.hide("observer", "organisation", "city")
    for segment in (shared, around):
        assert not rules.sees_whole(company.actor("observer"), segment)
        assert counting.moves(company.actor("observer"), segment, 30) is None
        assert counting.curve(company.actor("observer"), segment) == []


def test_related_records_out_of_reach_count_for_nothing(company: Company, clients: dict[str, int]) -> None:
    pipeline = write.create(SYSTEM, shape_of("pipeline"), {"name": "Продажи"})
    write.create(SYSTEM, shape_of("stage"), {"name": "Первый", "pipeline": pipeline, "kind": "open"})
    write.create(SYSTEM, shape_of("opportunity"), {"name": "Чужая", "party": clients["Альфа"]})
    shared = live(company.actor("administrator"), {"related": "opportunity.party"}, visibility="everyone")
    assert names(company.actor("administrator"), {"segment": shared.pk}) == {"Альфа"}
    company.grant("employee", "opportunity", "read", "own")
    assert names(company.actor("employee"), {"segment": shared.pk}) == set()
    assert not rules.sees_whole(company.actor("employee"), shared)
    assert counting.moves(company.actor("employee"), shared, 30) is None
    assert rules.sees_whole(company.actor("administrator"), shared)


def test_whoever_removes_a_field_is_told(company: Company) -> None:
    live(company.actor("employee"), {"or": [UFA, {"related": "person.employer", "filter": UFA}]})
    assert (
        [str(u) for u in uses_of("organisation", "city")] == [str(u) for u in uses_of("person", "city")] != []
    )
    assert "Вера Ткач" in str(uses_of("person", "employer")[0])
    assert uses_of("organisation", "kpp") == []


def test_deleting_and_bringing_back(company: Company, clients: dict[str, int]) -> None:
    boss = company.actor("administrator")
    part = live(boss, UFA)
    whole = live(boss, {"segment": part.pk})
    with pytest.raises(BadRequest, match="«Уфа»"):
        keeping.delete(boss, part.pk)
    keeping.delete(boss, whole.pk)
    keeping.delete(boss, part.pk)
    with pytest.raises(BadRequest):
        names(boss, {"segment": part.pk})
    assert keeping.forget_deleted() == 0
    keeping.bring_back(boss, part.pk)
    assert names(boss, {"segment": part.pk}) == {"Альфа", "Гамма"}
    with pytest.raises(NotFound):
        keeping.bring_back(company.actor("employee"), whole.pk)


def test_the_number_of_queries_does_not_grow(
    company: Company, clients: dict[str, int], django_assert_num_queries: Any
) -> None:
    boss, shape = company.actor("administrator"), shape_of("organisation")
    first = live(boss, UFA)
    lone = live(boss, {"segment": first.pk})
    with django_assert_num_queries(2):  # the segments, and one statement that judges them all
        of_record.segments_of(boss, shape, clients["Альфа"])
    for _more in range(10):
        live(boss, {"or": [UFA, {"segment": first.pk}, {"segment": lone.pk}]})
    with django_assert_num_queries(2):
        assert len(of_record.segments_of(boss, shape, clients["Альфа"])) == 12
    with django_assert_num_queries(2):
        read.page(boss, shape, tree={"segment": first.pk}, sort="id")
