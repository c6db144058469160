"""Comments: read and written by whoever reads the record, with mentions that tell nobody more than they may know."""

from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.users import create_user
from klientura.kernel.comments import mentions, merged, reading, writing
from klientura.kernel.comments.models import MAX_TEXT, Comment
from klientura.kernel.errors import Denied, Invalid, NotFound
from klientura.kernel.events.models import Event
from klientura.kernel.history.read import history_of
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.sight import seen_by
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World

READERS = ("administrator", "manager", "employee", "colleague", "observer")


def say(
    company: Company, number: int, text: str, *, who: str = "employee", key: str = "organisation"
) -> writing.Written:
    return writing.write(company.actor(who), shape_of(key), number, text)


def payload(event: Event) -> dict[str, Any]:
    return dict(event.payload or {})


def texts(company: Company, number: int, *, who: str = "administrator") -> list[str]:
    return [c.text for c in reading.page(company.actor(who), shape_of("organisation"), number).comments]


@pytest.mark.parametrize("who", READERS)
def test_whoever_reads_a_record_reads_and_writes_comments(company: Company, ours: int, who: str) -> None:
    say(company, ours, f"Слово: {who}", who=who)
    assert texts(company, ours, who=who) == [f"Слово: {who}"]


def test_others_neither_read_nor_write(company: Company, ours: int) -> None:
    made = say(company, ours, "Тайна").comment
    outsider, shape = company.actor("outsider"), shape_of("organisation")
    for act in (
        lambda: reading.page(outsider, shape, ours),
        lambda: writing.write(outsider, shape, ours, "Чужой"),
        lambda: writing.change(outsider, shape, ours, made.pk, "Чужой"),
        lambda: writing.delete(outsider, shape, ours, made.pk),
    ):
        with pytest.raises(NotFound):
            act()
    assert texts(company, ours) == ["Тайна"]


def test_a_comment_is_reached_by_its_own_record_only(company: Company, world: World, ours: int) -> None:
    other = world.create("organisation", 1, owner=company.users["outsider"].pk, team=company.teams["far"].pk)
    made = say(company, other, "О другом", who="outsider").comment
    with pytest.raises(NotFound):
        writing.delete(company.actor("administrator"), shape_of("organisation"), ours, made.pk)


@pytest.mark.parametrize("text", ["", "  \n ", None, 5, "я" * (MAX_TEXT + 1), "а\x00б"])
def test_what_is_no_text_is_refused(company: Company, ours: int, text: str) -> None:
    with pytest.raises(Invalid):
        say(company, ours, text)
    assert not Comment.objects.exists()


def test_one_changes_and_deletes_ones_own(company: Company, ours: int) -> None:
    shape, made = shape_of("organisation"), say(company, ours, "Раз").comment
    with pytest.raises(Denied):
        writing.change(company.actor("administrator"), shape, ours, made.pk, "Иначе")
    with pytest.raises(Denied):
        writing.delete(company.actor("colleague"), shape, ours, made.pk)
    assert (
        writing.change(company.actor("employee"), shape, ours, made.pk, "Два").comment.edited_at is not None
    )
    writing.delete(company.actor("employee"), shape, ours, made.pk)
    trace = reading.page(company.actor("colleague"), shape, ours).comments[0]
    assert (trace.text, trace.author_id, trace.deleted_by_id) == (
        "", company.users["employee"].pk, company.users["employee"].pk,
    )  # fmt: skip
    with pytest.raises(Denied):
        writing.change(company.actor("employee"), shape, ours, made.pk, "Снова")
    other = say(company, ours, "Три").comment
    assert writing.delete(company.actor("administrator"), shape, ours, other.pk).deleted_at is not None


def test_mentions_are_found_by_names(company: Company, ours: int) -> None:
    written = say(company, ours, "@глеб соул, посмотри; @Дина Юсупова тоже, почта a@b.ru, @никто")
    assert [m["name"] for m in written.comment.mentions] == ["Глеб Соул", "Дина Юсупова"]
    assert written.blind == ("Дина Юсупова",)
    told = Event.objects.get(kind="organisation.commented")
    assert payload(told)["mentioned"] == [company.users["colleague"].pk]


def test_of_two_with_one_name_the_chosen_one_is_meant(company: Company, ours: int) -> None:
    twin = create_user(email="twin@example.org", name="Глеб Соул", password=None, role="observer")
    assert mentions.found_in("@Глеб Соул") == []
    assert [m["id"] for m in mentions.found_in("@Глеб Соул", [twin.pk])] == [twin.pk]
    assert mentions.found_in("Глеб Соул", [twin.pk]) == [], "who is chosen has to be named"


def test_the_longest_name_is_meant(company: Company) -> None:
    long = create_user(email="a@example.org", name="Глеб Соулов", password=None, role="observer")
    assert [m["id"] for m in mentions.found_in("Да, @Глеб Соулов.")] == [long.pk]
    assert [m["id"] for m in mentions.found_in("Да, @Глеб Соул.")] == [company.users["colleague"].pk]


def test_a_text_comes_in_pieces(company: Company) -> None:
    named = [{"id": 7, "name": "Глеб Соул"}]
    assert list(mentions.pieces("Да, @Глеб Соул, @Кто и a@Глеб Соул", named)) == [
        ("Да, ", None), ("@Глеб Соул", 7), (", @Кто и a@Глеб Соул", None),
    ]  # fmt: skip


def test_only_new_mentions_of_a_changed_comment_are_told(company: Company, ours: int) -> None:
    made = say(company, ours, "@Глеб Соул").comment
    shape, author = shape_of("organisation"), company.actor("employee")
    writing.change(author, shape, ours, made.pk, "@Глеб Соул и ещё")
    assert Event.objects.filter(kind="organisation.commented").count() == 1
    writing.change(author, shape, ours, made.pk, "@Глеб Соул и @Борис Лось")
    told = Event.objects.filter(kind="organisation.commented").latest("pk")
    assert payload(told)["mentioned"] == [company.users["manager"].pk]
    assert payload(told)["edited"] is True


def test_the_history_tells_of_comments(company: Company, ours: int) -> None:
    made = say(company, ours, "Звонили дважды").comment
    shape = shape_of("organisation")
    told = history_of(company.actor("colleague"), shape, ours).entries[0]
    assert (told.actor, told.text) == ("Вера Ткач", "commented: “Звонили дважды”")
    writing.delete(company.actor("employee"), shape, ours, made.pk)
    entries = history_of(company.actor("colleague"), shape, ours).entries
    assert [e.text for e in entries[:2]] == ["deleted a comment", "commented"]
    assert all("Звонили" not in e.text for e in entries)


def test_pages_go_on_and_cost_the_same(company: Company, ours: int) -> None:
    for n in range(5):
        say(company, ours, str(n))
    actor, shape = company.actor("employee"), shape_of("organisation")
    first = reading.page(actor, shape, ours, limit=2)
    second = reading.page(actor, shape, ours, limit=2, before=first.next)
    third = reading.page(actor, shape, ours, limit=2, before=second.next)
    assert [[c.text for c in p.comments] for p in (first, second, third)] == [["4", "3"], ["2", "1"], ["0"]]
    assert third.next is None
    with CaptureQueriesContext(connection) as asked:
        names = [c.author.name for c in reading.page(actor, shape, ours).comments if c.author]
    assert (len(names), len(asked)) == (5, 2)


def test_comments_go_with_their_record_through_merges_and_back(company: Company, world: World) -> None:
    shape, boss = shape_of("organisation"), company.actor("administrator")
    a, b, c = (world.create("organisation", n) for n in (1, 2, 3))
    for number, text in ((a, "A"), (b, "B"), (c, "C")):
        say(company, number, text, who="administrator")
    first = merge(boss, shape, b, [a]).operation_id
    assert sorted(texts(company, b)) == ["A", "B"]
    second = merge(boss, shape, c, [b]).operation_id
    assert sorted(texts(company, c)) == ["A", "B", "C"]
    say(company, c, "После", who="administrator")
    undo(boss, second)
    assert (sorted(texts(company, b)), sorted(texts(company, c))) == (["A", "B"], ["C", "После"])
    undo(boss, first)
    assert (texts(company, a), texts(company, b)) == (["A"], ["B"])
    assert not Comment.objects.exclude(moves=[]).exists()


def test_what_was_said_about_purged_records_is_forgotten(company: Company, world: World, ours: int) -> None:
    say(company, ours, "Останется")
    gone = world.create("task", 2)
    say(company, gone, "Уйдёт", who="administrator", key="task")
    with connection.cursor() as cursor:
        cursor.execute("delete from task where id = %s", [gone])
    assert merged.forget_purged() == 1
    assert [c.text for c in Comment.objects.all()] == ["Останется"]


def test_sight_asks_once_for_many_users(company: Company, ours: int) -> None:
    wanted = {u.pk: [ours, 999] for u in company.users.values()}
    seen_by(shape_of("organisation"), wanted)
    with CaptureQueriesContext(connection) as asked:
        found = seen_by(shape_of("party"), wanted)
    assert {k for k, u in company.users.items() if found.get(u.pk) == {ours}} == set(READERS)
    assert len(asked) == 3  # the version of the rights, the users, the records


def test_the_event_says_no_word_of_the_comment(company: Company, ours: int) -> None:
    say(company, ours, "Никому ни слова")
    told = Event.objects.get(kind="organisation.commented")
    assert "слова" not in orjson.dumps(told.payload).decode()
