"""News for open pages: only of what they show, only what their reader sees, and never of the reader's own acts."""

from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.comments import writing
from klientura.kernel.events.outbox import deliver
from klientura.kernel.notify import live
from klientura.kernel.notify.live import News, Watcher
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import bulk, write
from klientura.kernel.store.bulk import Selection
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World

KEY = "organisation"
STAFF = ("administrator", "manager", "employee", "colleague", "observer", "outsider")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, company: Company, ours: int, theirs: int) -> list[str]:
    """What goes out over the channel, from here on."""
    deliver()
    texts: list[str] = []
    out = live._notify

    def kept(text: bytes) -> None:
        texts.append(text.decode())
        out(text)

    monkeypatch.setattr(live, "_notify", kept)
    return texts


def told(
    company: Company, said: list[str], base: str, record_id: int | None, *who: str
) -> dict[str, dict[str, Any]]:
    """By user: what their page is told of all that was said."""
    deliver()
    news, _users = live.heard(said)
    names = who or STAFF
    watchers = [Watcher(n, company.users[k].pk, base, record_id) for n, k in enumerate(names)]
    found = live.judge(news, watchers)
    return {names[n]: what for n, what in found.items()}


def test_an_open_record_hears_of_its_change(company: Company, ours: int, said: list[str]) -> None:
    write.update(company.actor("manager"), shape_of(KEY), ours, {"city": "Уфа"})
    found = told(company, said, "party", ours)
    assert set(found) == {"administrator", "employee", "colleague", "observer"}
    assert found["employee"] == {"record": "changed", "by": "Борис Лось"}


def test_another_record_hears_nothing(company: Company, ours: int, theirs: int, said: list[str]) -> None:
    write.update(company.actor("manager"), shape_of(KEY), ours, {"city": "Уфа"})
    assert told(company, said, "party", theirs) == {}
    assert told(company, said, "task", ours) == {}


def test_who_does_not_see_the_record_hears_nothing(company: Company, theirs: int, said: list[str]) -> None:
    write.update(company.actor("administrator"), shape_of(KEY), theirs, {"city": "Уфа"})
    assert set(told(company, said, "party", theirs)) == {"observer", "outsider"}
    assert set(told(company, said, "party", None)) == {"observer", "outsider"}


def test_a_change_of_what_is_hidden_is_no_news(company: Company, ours: int, said: list[str]) -> None:
    company.hide("employee", KEY, "city")
    write.update(company.actor("manager"), shape_of(KEY), ours, {"city": "Уфа"})
    assert set(told(company, said, "party", ours)) == {"administrator", "observer"}
    assert set(told(company, said, "party", None)) == {"administrator", "observer"}


def test_of_many_records_nothing_uncertain_is_told(
    company: Company, ours: int, world: World, said: list[str]
) -> None:
    company.hide("employee", KEY, "city")
    near = {"owner": company.users["employee"].pk, "team": company.teams["near"].pk}
    ids = (ours, world.create(KEY, 7, **near))
    deliver()
    said.clear()
    bulk.edit(
        company.actor("administrator"), shape_of(KEY), Selection(ids=ids), {"city": "Уфа", "note": "Да"}
    )
    assert set(told(company, said, "party", ours)) == {"manager", "observer"}, (
        "it may have been the hidden city alone"
    )


def test_lists_hear_of_new_records(company: Company, world: World, said: list[str]) -> None:
    write.create(
        company.actor("administrator"),
        shape_of("task"),
        {"name": "Новая", "owner": company.users["employee"].pk},
    )
    found = told(company, said, "task", None)
    assert found["employee"] == {"list": True}
    assert "administrator" not in found
    assert "outsider" not in found


def test_a_comment_is_news_for_the_card_only(company: Company, ours: int, said: list[str]) -> None:
    writing.write(company.actor("manager"), shape_of(KEY), ours, "Тайна")
    assert told(company, said, "party", ours, "employee") == {
        "employee": {"record": "commented", "by": "Борис Лось"}
    }
    assert told(company, said, "party", None, "employee") == {}
    assert "Тайна" not in "".join(said)


def test_bells_are_rung_of_those_who_are_told(company: Company, ours: int, said: list[str]) -> None:
    write.update(company.actor("manager"), shape_of(KEY), ours, {"city": "Уфа"})
    deliver()
    assert live.heard(said)[1] == {company.users["employee"].pk}


def test_a_page_says_what_it_shows_by_its_kind() -> None:
    assert live.page_of(KEY, 5) == ("party", 5)
    assert live.page_of("person", None) == ("party", None)
    assert live.page_of("nothing", 5) is None


def test_many_pages_cost_what_few_do(company: Company, ours: int) -> None:
    news = [News("organisation.changed", "party", (ours,), None, ("city",), ())]
    costs: list[int] = []
    live.judge(
        news, [Watcher(0, company.users["employee"].pk, "party", ours)]
    )  # what a process reads once is read now
    for number in (2, 60):
        watchers = [Watcher(n, company.users[STAFF[n % 5]].pk, "party", ours) for n in range(number)]
        with CaptureQueriesContext(connection) as asked:
            assert len(live.judge(news, watchers)) == number
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_what_is_too_long_for_the_channel_is_shortened(company: Company, said: list[str]) -> None:
    from klientura.kernel.events.outbox import emit

    emit(
        "organisation.changed",
        "party",
        range(1, 5000),
        actor_id=None,
        payload={"columns": [f"x_{n:0>40}" for n in range(300)]},
    )
    deliver()
    news = next(orjson.loads(t) for t in said if '"k"' in t)
    assert (news["c"], len(news["i"])) == (None, live.MOST_IDS)
    assert all(len(t.encode()) < 8000 for t in said)


@pytest.mark.django_db(transaction=True)
def test_it_is_heard_after_the_commit_only(transactional_db: None) -> None:
    import psycopg
    from django.db import transaction

    from klientura.kernel.events.outbox import emit

    known = {
        k: v
        for k, v in connection.get_connection_params().items()
        if k in {"dbname", "host", "port", "user", "password"}
    }
    with psycopg.connect(**known, autocommit=True) as listening:
        listening.execute(f"listen {live.CHANNEL}")
        with transaction.atomic():
            emit("organisation.changed", "party", [5], actor_id=None, payload={"columns": ["city"]})
            assert [*listening.notifies(timeout=0.2)] == []
        heard = [*listening.notifies(timeout=1, stop_after=1)]
    assert orjson.loads(heard[0].payload)["i"] == [5]
