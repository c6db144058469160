"""Lists: filled, emptied, taken back, pasted, carried over by merging; and the history of who came and went."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.events.models import Event
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.segments import counting, keeping, members, pasting, picture
from klientura.kernel.segments.models import DayCount, Member, Move, Segment
from klientura.kernel.settings.installation import change
from klientura.kernel.store import read, write
from klientura.kernel.store.bulk import Selection
from klientura.kernel.store.models import Operation
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
SYSTEM = SystemActor("test")
NAMES = ("Альфа", "Бета", "Гамма", "Дельта")


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def clients(company: Company) -> list[int]:
    owner, team = company.users["employee"].pk, company.teams["near"].pk
    rows = [{"name": n, "city": "Уфа", "owner": owner, "team": team} for n in NAMES]
    return write.create_many(SYSTEM, shape_of("organisation"), rows)


def listed(company: Company, who: str = "employee", **more: Any) -> Segment:
    return keeping.create(
        company.actor(who), shape_of("organisation"), name="Рассылка", kind="static", **more
    )


def inside(segment: Segment) -> list[int]:
    return sorted(Member.objects.filter(segment=segment).values_list("record_id", flat=True))


def test_filling_and_emptying(company: Company, clients: list[int]) -> None:
    segment, actor = listed(company), company.actor("employee")
    done = members.add(actor, segment.pk, Selection(ids=(*clients[:2], 999_999)))
    assert (done.chosen, done.changed) == (2, 2)
    assert (
        Operation.objects.get(pk=done.operation_id).get_kind_display() != members.KIND
    )  # it has a name for people
    assert members.add(actor, segment.pk, Selection(ids=tuple(clients[:3]))).changed == 1
    assert members.remove(actor, segment.pk, Selection(ids=(clients[0], clients[3]))).changed == 1
    assert inside(segment) == clients[1:3]
    tree = {"segment": segment.pk}
    assert {r["id"] for r in read.page(actor, shape_of("organisation"), tree=tree).rows} == set(clients[1:3])
    told = Event.objects.filter(kind__startswith="segment.").order_by("id")
    assert [(e.kind, e.object, sorted(e.record_ids), e.payload) for e in told] == [
        ("segment.entered", "party", clients[:2], tree),
        ("segment.entered", "party", clients[2:3], tree),
        ("segment.left", "party", clients[:1], tree),
    ]
    segment.refresh_from_db()
    assert segment.counted == 2
    assert DayCount.objects.get(segment=segment).count == 2
    write.trash(SYSTEM, shape_of("organisation"), [clients[1]])
    assert counting.live_count(actor, segment) == 1


def test_all_that_matches_goes_in(company: Company, clients: list[int]) -> None:
    segment = listed(company)
    tree = {"field": "name", "op": "ne", "value": "Альфа"}
    assert members.add(company.actor("employee"), segment.pk, Selection(tree=tree)).changed == 3


def test_taking_back(company: Company, clients: list[int]) -> None:
    segment, actor = listed(company), company.actor("employee")
    first = members.add(actor, segment.pk, Selection(ids=tuple(clients)))
    gone = members.remove(actor, segment.pk, Selection(ids=tuple(clients[:2])))
    undone = undo(actor, gone.operation_id)
    assert (undone.restored, inside(segment)) == (2, clients)
    # The first two have moved since they were put in: they stay as somebody left them.
    undone = undo(actor, first.operation_id)
    assert (undone.restored, undone.kept, inside(segment)) == (2, clients[:2], clients[:2])
    with pytest.raises(BadRequest):
        undo(actor, gone.operation_id)
    with pytest.raises(NotFound):
        undo(company.actor("colleague"), first.operation_id)


def test_who_fills_a_list(company: Company, clients: list[int]) -> None:
    everything = Selection(ids=tuple(clients))
    mine, shared = listed(company), listed(company, visibility="everyone")
    for who, segment, error in (
        ("colleague", mine, NotFound), ("administrator", mine, NotFound), ("observer", shared, Denied),
    ):  # fmt: skip
        with pytest.raises(error):
            members.add(company.actor(who), segment.pk, everything)
    assert members.add(company.actor("colleague"), shared.pk, everything).changed == 4
    assert (
        members.remove(company.actor("outsider"), shared.pk, everything).changed == 0
    )  # they see none of them
    rule = {"field": "city", "op": "eq", "value": "Уфа"}
    live = keeping.create(company.actor("employee"), shape_of("organisation"), name="Уфа", rule=rule)
    with pytest.raises(BadRequest):
        members.add(company.actor("employee"), live.pk, everything)
    page = counting.members(company.actor("outsider"), shared)
    assert page.items == []
    assert counting.moves(company.actor("outsider"), shared, 30) == (0, 0, [])


def test_members_come_page_by_page(company: Company, clients: list[int]) -> None:
    segment, actor = listed(company), company.actor("employee")
    members.add(actor, segment.pk, Selection(ids=tuple(clients)))
    seen, after = [], None
    while True:
        page = counting.members(actor, segment, after=after, limit=3)
        seen += [m["id"] for m in page.items]
        assert all(m["since"] is not None for m in page.items)
        if not (after := page.next):
            break
    assert seen == clients
    with pytest.raises(BadRequest):
        counting.members(actor, segment, after="nonsense")


def test_merging_carries_a_place_over_and_parting_takes_it_back(company: Company, clients: list[int]) -> None:
    boss = company.actor("administrator")
    segment, full = listed(company, "administrator"), listed(company, "administrator")
    members.add(boss, segment.pk, Selection(ids=(clients[1],)))
    members.add(boss, full.pk, Selection(ids=tuple(clients[:2])))
    done = merge(boss, shape_of("organisation"), clients[0], [clients[1]])
    assert inside(segment) == clients[:2]
    assert counting.live_count(boss, segment) == counting.live_count(boss, full) == 1
    undo(boss, done.operation_id)
    assert inside(segment) == [clients[1]]
    assert inside(full) == clients[:2]
    assert list(Move.objects.filter(segment=segment).order_by("id").values_list("record_id", "entered")) == [
        (clients[1], True), (clients[0], True), (clients[0], False),
    ]  # fmt: skip


def test_a_pasted_list_is_recognised_by_what_people_copy(company: Company, clients: list[int]) -> None:
    actor, shape = company.actor("employee"), shape_of("organisation")
    write.update(SYSTEM, shape, clients[0], {"inn": "7707083893"})
    write.update(SYSTEM, shape, clients[1], {"email": "Sales@Beta.example"})
    lines = [{"kind": "phone", "value": "+7 843 200-00-01"}, {"kind": "phone", "value": "+7 843 200-00-02"}]
    write.update(SYSTEM, shape, clients[2], {"contact_points": lines})
    text = (
        f"7707083893\nsales@BETA.example, 8 (843) 200-00-02;№ {clients[3]}\n\n7707083893\nнет такого\n999999"
    )
    found = pasting.recognise(actor, shape, text)
    assert found.ids == clients
    assert found.unknown == ["нет такого", "999999"]
    assert pasting.recognise(company.actor("outsider"), shape, text).ids == []
    company.hide("employee", "organisation", "inn")
    assert clients[0] not in pasting.recognise(company.actor("employee"), shape, text).ids
    for wrong in ("1\n" * 20_001 + "2", "x" * 1_000_001):
        if wrong.startswith("x"):
            with pytest.raises(BadRequest):
                pasting.recognise(actor, shape, wrong)
    with pytest.raises(BadRequest):
        pasting.recognise(actor, shape, "\n".join(map(str, range(20_001))))


def test_the_picture_tells_who_came_and_went(company: Company, clients: list[int]) -> None:
    boss, shape = company.actor("administrator"), shape_of("organisation")
    rule = {"field": "city", "op": "eq", "value": "Уфа"}
    segment = keeping.create(boss, shape, name="Уфа", rule=rule, visibility="everyone")
    assert picture.look(segment.pk) == 4
    assert inside(segment) == clients
    assert not Move.objects.exists()  # the history begins with the first look
    write.update(SYSTEM, shape, clients[0], {"city": "Казань"})
    write.trash(SYSTEM, shape, [clients[1]])
    newer = write.create(SYSTEM, shape, {"name": "Эпсилон", "city": "Уфа"})
    assert picture.look(segment.pk) == 3
    assert picture.look(segment.pk) == 3
    moved = {(m.record_id, m.entered) for m in Move.objects.all()}
    assert moved == {(clients[0], False), (clients[1], False), (newer, True)}
    assert {(e.kind, tuple(e.record_ids)) for e in Event.objects.filter(kind__startswith="segment.")} == {
        ("segment.entered", (newer,)), ("segment.left", tuple(clients[:2])),
    }  # fmt: skip
    told = counting.moves(boss, segment, 7)
    assert told is not None
    assert (told.entered, told.left) == (1, 1)  # what lies in the trash is nobody's to see
    assert counting.moves(company.actor("employee"), segment, 7) is None
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    DayCount.objects.create(segment=segment, day=yesterday, count=4)
    assert counting.curve(boss, segment) == [(yesterday, 4), (timezone.localdate(), 3)]
    # A new rule begins a new history.
    keeping.change(boss, segment.pk, {"rule": {"field": "city", "op": "eq", "value": "Казань"}})
    assert picture.look(segment.pk) == 1
    assert (inside(segment), Move.objects.count()) == ([clients[0]], 3)


def test_the_days_of_a_rule_are_those_of_the_company(company: Company) -> None:
    """Half past one at night in Kamchatka is still yesterday in Moscow."""
    boss, shape = company.actor("administrator"), shape_of("task")
    midnight = timezone.localtime(timezone.now(), ZoneInfo("Asia/Kamchatka")).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    write.create(SYSTEM, shape, {"name": "Сегодня", "due_at": midnight})
    write.create(SYSTEM, shape, {"name": "Вчера", "due_at": midnight - dt.timedelta(seconds=1)})
    change(time_zone="Asia/Kamchatka")
    rule = {"field": "due_at", "op": "last_days", "value": 1}
    assert picture.look(keeping.create(boss, shape, name="Сегодня", rule=rule).pk) == 1


def test_history_is_kept_for_a_year(company: Company, clients: list[int]) -> None:
    segment = listed(company)
    members.add(company.actor("employee"), segment.pk, Selection(ids=tuple(clients)))
    Move.objects.filter(record_id=clients[0]).update(at=timezone.now() - dt.timedelta(days=401))
    assert keeping.forget_old_history() == 1
    assert Move.objects.count() == 3
    assert inside(segment) == clients


def test_every_night_all_are_looked_at_and_a_broken_one_stops_no_other(
    company: Company, clients: list[int]
) -> None:
    boss, shape = company.actor("administrator"), shape_of("organisation")
    rule = {"field": "city", "op": "eq", "value": "Уфа"}
    broken, whole = (keeping.create(boss, shape, name=n, rule=rule) for n in ("Сломан", "Цел"))
    filled = listed(company, "administrator")
    Segment.objects.filter(pk=broken.pk).update(rule={"field": "gone", "op": "empty"})
    old = keeping.create(boss, shape, name="Старый", rule=rule)
    Segment.objects.filter(pk=old.pk).update(deleted_at=timezone.now() - dt.timedelta(days=31))
    Member.objects.create(segment=old, record_id=clients[0], since=timezone.now())
    assert picture.look_at_all() == 2
    assert keeping.forget_deleted() == 1
    found = {s.name: s.counted for s in Segment.objects.all()}
    assert found == {"Сломан": None, "Цел": 4, "Рассылка": 0}
    assert not Member.objects.filter(segment_id=old.pk).exists()
    assert {whole.pk, filled.pk} == set(DayCount.objects.values_list("segment_id", flat=True))
