"""Following, favourites and what was opened last: everybody's own, of records they may read."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.notify import favourites, following, merged
from klientura.kernel.notify.models import Favourite, Follow, Visit
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World

KEY = "organisation"


def heed(company: Company, who: str, number: int) -> tuple[bool, bool, int]:
    found = following.attention(company.actor(who), shape_of(KEY), number)
    return found.favourite, found.follows, found.comments


def hearing(company: Company, number: int, *, besides: str = "administrator") -> set[str]:
    found = following.concerned(shape_of(KEY), [number], besides=company.users[besides].pk)
    return {k for k, u in company.users.items() if number in found.get(u.pk, ())}


def test_the_owner_follows_by_owning_and_may_stop(company: Company, ours: int) -> None:
    assert heed(company, "employee", ours) == (False, True, 0)
    assert hearing(company, ours) == {"employee"}
    following.follow(company.actor("employee"), shape_of(KEY), ours, wanted=False)
    assert heed(company, "employee", ours) == (False, False, 0)
    assert hearing(company, ours) == set()


@pytest.mark.parametrize("who", ["administrator", "manager", "colleague", "observer"])
def test_whoever_reads_may_follow(company: Company, ours: int, who: str) -> None:
    following.follow(company.actor(who), shape_of(KEY), ours, wanted=True)
    assert heed(company, who, ours) == (False, True, 0)
    assert hearing(company, ours, besides="disabled") == {who, "employee"}
    assert hearing(company, ours, besides=who) == {"employee"}


def test_nobody_follows_keeps_or_opens_what_they_do_not_see(company: Company, ours: int) -> None:
    outsider, shape = company.actor("outsider"), shape_of(KEY)
    for act in (
        lambda: following.follow(outsider, shape, ours, wanted=True),
        lambda: favourites.keep(outsider, shape, ours, wanted=True),
        lambda: favourites.opened(outsider, shape, ours),
    ):
        with pytest.raises(NotFound):
            act()
    assert not (Follow.objects.exists() or Favourite.objects.exists() or Visit.objects.exists())


def test_who_has_said_no_is_not_made_to_follow(company: Company, ours: int) -> None:
    colleague, observer = company.users["colleague"].pk, company.users["observer"].pk
    following.follow(company.actor("colleague"), shape_of(KEY), ours, wanted=False)
    following.join("party", ours, [colleague, observer])
    following.join("party", ours, [observer])
    assert hearing(company, ours) == {"employee", "observer"}


def test_favourites_keep_their_order(company: Company, world: World) -> None:
    boss = company.actor("administrator")
    numbers = [world.create(KEY, n) for n in (1, 2, 3)]
    for number in numbers:
        favourites.keep(boss, shape_of(KEY), number, wanted=True)
        favourites.keep(boss, shape_of(KEY), number, wanted=True)

    def order() -> list[int]:
        return [name.id for _row, name in favourites.favourites_of(boss)]

    assert order() == numbers
    last = Favourite.objects.get(record_id=numbers[2]).pk
    favourites.step(boss, last, -1)
    assert order() == [numbers[0], numbers[2], numbers[1]]
    favourites.step(boss, last, -5)
    assert order() == [numbers[2], numbers[0], numbers[1]]
    favourites.step(boss, 999_999, 1)
    favourites.keep(boss, shape_of(KEY), numbers[0], wanted=False)
    assert order() == [numbers[2], numbers[1]]
    assert favourites.favourites_of(company.actor("manager")) == []


def test_what_is_no_longer_open_is_not_named(company: Company, ours: int) -> None:
    colleague, shape = company.actor("colleague"), shape_of(KEY)
    favourites.keep(colleague, shape, ours, wanted=True)
    favourites.opened(colleague, shape, ours)
    assert [name.title for _row, name in favourites.favourites_of(colleague)] == ["Ромашка"]
    write.update(
        company.actor("administrator"), shape, ours,
        {"owner": company.users["outsider"].pk, "team": company.teams["far"].pk},
    )  # fmt: skip
    assert favourites.favourites_of(colleague) == []
    assert favourites.recent_of(colleague) == []


def test_there_is_an_end_of_favourites(company: Company, ours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(favourites, "MOST", 1)
    other = World(actor=company.actor("administrator")).create(KEY, 5)
    favourites.keep(company.actor("administrator"), shape_of(KEY), ours, wanted=True)
    with pytest.raises(BadRequest):
        favourites.keep(company.actor("administrator"), shape_of(KEY), other, wanted=True)


def test_the_last_opened_come_first_and_old_ones_are_forgotten(
    company: Company, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(favourites, "KEPT_VISITS", 3)
    boss = company.actor("administrator")
    numbers = [world.create(KEY, n) for n in range(1, 6)]
    for number in [*numbers, numbers[0]]:
        favourites.opened(boss, shape_of(KEY), number)
    assert next(name.id for _v, name in favourites.recent_of(boss)) == numbers[0]
    assert Visit.objects.filter(user_id=boss.user_id or 0).count() <= 4


def test_many_favourites_cost_what_few_do(company: Company, world: World) -> None:
    boss = company.actor("administrator")
    costs = []
    for n in range(1, 6):
        favourites.keep(boss, shape_of(KEY), world.create(KEY, n), wanted=True)
        with CaptureQueriesContext(connection) as asked:
            favourites.favourites_of(boss)
        costs.append(len(asked))
    assert len(set(costs)) == 1


def test_what_one_follows_and_keeps_goes_through_merges_and_back(company: Company, world: World) -> None:
    boss, shape = company.actor("administrator"), shape_of(KEY)
    kept, gone = world.create(KEY, 1), world.create(KEY, 2)
    following.follow(company.actor("observer"), shape, gone, wanted=True)
    favourites.keep(company.actor("observer"), shape, gone, wanted=True)
    operation = merge(boss, shape, kept, [gone]).operation_id
    assert heed(company, "observer", kept) == (True, True, 0)
    undo(boss, operation)
    assert heed(company, "observer", kept) == (False, False, 0)
    assert heed(company, "observer", gone) == (True, True, 0)


def test_purged_records_are_forgotten(company: Company, world: World, ours: int) -> None:
    task = world.create("task", 1)
    for key, number in (("task", task), (KEY, ours)):
        following.follow(company.actor("administrator"), shape_of(key), number, wanted=True)
    with connection.cursor() as cursor:
        cursor.execute("delete from task where id = %s", [task])
    assert merged.forget_purged() == 1
    assert [f.object for f in Follow.objects.all()] == ["party"]


@pytest.mark.parametrize("who", ["administrator", "manager", "employee", "colleague", "observer"])
def test_the_card_says_and_changes_what_it_is_to_its_reader(company: Company, ours: int, who: str) -> None:
    browser, place = company.client(who), f"/{KEY}/{ours}"
    assert browser.post(f"{place}/opened").status_code == 204
    made = browser.post(f"{place}/favourite", {"on": "1"})
    assert made.content.decode().count('aria-pressed="true"') == (2 if who == "employee" else 1)
    assert "Ромашка" in browser.get("/favourites").content.decode()
    assert browser.get("/").content.decode().count("Ромашка") >= 2
    browser.post(f"{place}/favourite", {"on": "0"})
    browser.post(f"{place}/follow", {"on": "0"})
    head, _rest = browser.get(place).content.decode().split("</header>", 1)[1].split("</header>", 1)
    assert head.count('aria-pressed="false"') == 2


def test_a_record_of_others_is_not_there(company: Company, ours: int) -> None:
    browser = company.client("outsider")
    for act in ("opened", "favourite", "follow"):
        assert browser.post(f"/{KEY}/{ours}/{act}", {"on": "1"}).status_code == 404


def test_programs_follow_keep_and_arrange(company: Company, world: World, ours: int) -> None:
    api, place = company.api("observer"), f"/api/v1/{KEY}/{ours}/attention"
    assert api.get(place).json() == {"favourite": False, "follows": False}
    changed = api.patch(place, '{"favourite": true, "follows": true}', content_type="application/json")
    assert changed.json() == {"favourite": True, "follows": True}
    other = world.create(KEY, 7, name="Другая")
    api.patch(f"/api/v1/{KEY}/{other}/attention", '{"favourite": true}', content_type="application/json")
    kept = api.get("/api/v1/favourites").json()["items"]
    assert [k["record"]["title"] for k in kept] == ["Ромашка", "Другая"]
    order = json.dumps({"order": [kept[1]["id"]]})
    arranged = api.put("/api/v1/favourites", order, content_type="application/json").json()["items"]
    assert [k["record"]["title"] for k in arranged] == ["Другая", "Ромашка"]
    favourites.opened(company.actor("observer"), shape_of(KEY), ours)
    assert [o["record"]["id"] for o in api.get("/api/v1/favourites/opened").json()["items"]] == [ours]
    for bad in ('{"favourite": 1}', '{"more": true}', "[]"):
        assert api.patch(place, bad, content_type="application/json").status_code == 400
    assert company.api("outsider").get(place).status_code == 404


def test_the_order_is_changed_on_the_page(company: Company, world: World) -> None:
    browser, boss = company.client("administrator"), company.actor("administrator")
    for n, name in enumerate(("Первая", "Вторая"), start=1):
        favourites.keep(boss, shape_of(KEY), world.create(KEY, n, name=name), wanted=True)
    second = Favourite.objects.order_by("-position")[0].pk
    page = browser.post(f"/favourites/{second}/up").content.decode()
    assert page.index("Вторая") < page.index("Первая")
    assert browser.post(f"/favourites/{second}/sideways").status_code == 404
