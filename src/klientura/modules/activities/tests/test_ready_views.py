"""Lists open with current records; ready views are there from the first day; what is done is never late."""

import datetime as dt
import json
import re
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company
from klientura.kernel.views import saving
from klientura.modules.activities.services import assignments
from klientura.modules.activities.services.tasks import complete_task

LATE = timezone.now() - dt.timedelta(minutes=5)
SOON = timezone.now() + dt.timedelta(days=3)


@pytest.fixture
def tasks(company: Company) -> dict[str, int]:
    """Tasks of the employee: one late, one to come, one done late; and one of a colleague."""
    me, shape = company.actor("employee"), shape_of("task")
    made = {
        name: write.create(me, shape, {"name": name, "due_at": due})
        for name, due in (("Опоздала", LATE), ("Впереди", SOON), ("Сделана", LATE))
    }
    other = company.users["colleague"].pk
    made["Чужая"] = write.create(company.actor("administrator"), shape, {"name": "Чужая", "owner": other})
    complete_task(me, made["Сделана"], {})
    return made


def shown(company: Company, address: str, who: str = "administrator") -> set[str]:
    page = company.client(who).get(address).content.decode()
    return set(re.findall(r'class="row-link"[^>]*>([^<]+)<', page.split('id="results"')[1]))


def tabs(company: Company, address: str, who: str = "administrator") -> dict[str, bool]:
    """The names of the views above a list, each with whether it is the one that is shown."""
    page = company.client(who).get(address).content.decode()
    line = page.split('id="views-bar"')[1].split("</div>")[0]
    found = re.findall(r"<a([^>]*)>(?:<[^>]*>)*([^<]+)", line)
    return {name: "aria-current" in attrs for attrs, name in found}


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/task", {"Опоздала", "Впереди", "Чужая"}),
        ("/task?view=gallery", {"Опоздала", "Впереди", "Чужая"}),
        ("/task?sort=name", {"Опоздала", "Впереди", "Чужая"}),
        ("/task?saved=current", {"Опоздала", "Впереди", "Чужая"}),
        ("/task?saved=all", {"Опоздала", "Впереди", "Чужая", "Сделана"}),
        ("/task?filter=", {"Опоздала", "Впереди", "Чужая", "Сделана"}),
        ("/task?saved=current&filter=", {"Опоздала", "Впереди", "Чужая", "Сделана"}),
        ("/task?saved=overdue", {"Опоздала"}),
        ("/task?saved=unheard-of", {"Опоздала", "Впереди", "Чужая"}),
        (
            "/task?" + urlencode({"filter": json.dumps({"field": "status", "op": "eq", "value": "done"})}),
            {"Сделана"},
        ),
    ],
)
def test_an_address_says_what_is_shown(
    company: Company, tasks: dict[str, int], address: str, names: set[str]
) -> None:
    assert shown(company, address) == names


def test_own_and_todays_tasks_have_views(company: Company, tasks: dict[str, int]) -> None:
    assert shown(company, "/task?saved=mine", "employee") == {"Опоздала", "Впереди"}
    assert "Впереди" not in shown(company, "/task?saved=today", "employee")


def test_the_line_above_names_the_views_and_which_is_shown(company: Company, tasks: dict[str, int]) -> None:
    expected = ["Текущие", "Мои", "Сегодня", "Просроченные", "Все"]
    for address, active in (
        ("/task", "Текущие"), ("/task?saved=all", "Все"), ("/task?saved=overdue", "Просроченные"), ("/task?filter=", "Все"),
    ):  # fmt: skip
        found = tabs(company, address)
        assert list(found) == expected
        assert [name for name, on in found.items() if on] == [active]
    page = company.client("administrator").get("/task").content.decode()
    assert "data-keeps-empty" in page  # the condition can be taken away by its chip
    assert "Сохранить вид" not in page  # what was there from the first day is not offered to be kept


def test_a_kept_view_wins(company: Company, tasks: dict[str, int]) -> None:
    done = {"filter": {"field": "status", "op": "eq", "value": "done"}}
    admin, shape = company.actor("administrator"), shape_of("task")
    kept = saving.create(admin, shape, name="Готовые", state=done, visibility="everyone")
    assert shown(company, f"/task?saved={kept.pk}") == {"Сделана"}
    saving.change(admin, kept.pk, {"default_roles": ["administrator"]})
    assert company.client("administrator").get("/task")["Location"] == f"/task?saved={kept.pk}"
    assert "Текущие" in tabs(company, "/task?saved=all")


def test_programs_and_files_get_all_there_is(company: Company, tasks: dict[str, int]) -> None:
    assert len(company.api("administrator").get("/api/v1/task").json()["items"]) == 4
    answer = company.client("administrator").get("/task/export?format=csv")
    assert "Сделана" in b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_a_list_without_any_record_says_how_to_begin(company: Company) -> None:
    fresh = company.client("administrator").get("/task").content.decode()
    assert "Запланируйте следующий шаг" in fresh
    number = write.create(company.actor("employee"), shape_of("task"), {"name": "Одна"})
    complete_task(company.actor("employee"), number, {})
    over = company.client("administrator").get("/task").content.decode()
    assert "Запланируйте следующий шаг" not in over
    assert 'href="/task?saved=all"' in over


def test_what_is_done_or_called_off_is_never_late(company: Company, tasks: dict[str, int]) -> None:
    client = company.client("administrator")
    columns = "&columns=name,due_at"  # the status stands in no column
    assert "num error" not in client.get(f"/task?saved=all{columns}&q=Сделана").content.decode()
    assert "num error" in client.get(f"/task?saved=all{columns}&q=Опоздала").content.decode()
    assert "num error" not in client.get(f"/task/{tasks['Сделана']}").content.decode()
    assert "num error" in client.get(f"/task/{tasks['Опоздала']}").content.decode()
    write.update(company.actor("administrator"), shape_of("task"), tasks["Опоздала"], {"status": "cancelled"})
    assert "num error" not in client.get(f"/task?saved=all{columns}").content.decode()


def test_assignments_have_views_for_each_part_in_them(company: Company) -> None:
    boss, doer, shape = company.actor("manager"), company.actor("employee"), shape_of("assignment")
    for name, due in (("Опоздало", LATE), ("Сдано", LATE), ("Закрыто", SOON)):
        number = write.create(boss, shape, {"name": name, "owner": doer.user_id, "due_at": due})
        if name != "Опоздало":
            assignments.report(doer, number, {"report": "Готово"})
        if name == "Закрыто":
            assignments.approve(boss, number, {})
    own = {"name": "Своё", "owner": company.users["colleague"].pk}
    write.create(doer, shape, own)
    assert list(tabs(company, "/assignment")) == [
        "Текущие", "Поручено мне", "Я поручил", "На проверке", "Просроченные", "Все",
    ]  # fmt: skip
    assert shown(company, "/assignment?saved=to-me", "employee") == {"Опоздало", "Сдано"}
    assert shown(company, "/assignment?saved=by-me", "employee") == {"Своё"}
    assert shown(company, "/assignment?saved=by-me", "manager") == {"Опоздало", "Сдано"}
    assert shown(company, "/assignment?saved=to-approve", "manager") == {"Сдано"}
    assert shown(company, "/assignment?saved=to-approve", "employee") == set()
    assert shown(company, "/assignment?saved=overdue", "manager") == {"Опоздало"}
    assert "Закрыто" not in shown(company, "/assignment", "manager")
    assert "Закрыто" in shown(company, "/assignment?saved=all", "manager")


def test_a_view_by_a_field_that_is_closed_to_the_reader_is_not_there(
    company: Company, tasks: dict[str, int]
) -> None:
    company.hide("employee", "task", "due_at")
    assert not {"Сегодня", "Просроченные"} & tabs(company, "/task", "employee").keys()
    assert shown(company, "/task?saved=overdue", "employee") == {"Опоздала", "Впереди", "Чужая"}
    company.hide("employee", "task", "status")
    assert "Сделана" in shown(company, "/task", "employee")
