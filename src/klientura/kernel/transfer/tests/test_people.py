"""People of one name: told apart by patronymic, phone and employer; what is trashed or handed over on the way."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.transfer.plan import ImportPlan, default_match, match_choices
from klientura.kernel.transfer.run import Unwatched
from klientura.kernel.transfer.tests.support import actor, bring, make_plan, write_file
from klientura.modules.parties.models import ContactPoint, Party

pytestmark = pytest.mark.django_db
NAMES = ("last_name", "first_name")
PEOPLE = [
    ["ФИО", "Телефон"],
    ["Иванов Иван Петрович", "+7 902 927-35-77"],
    ["Иванов Иван Сергеевич", "+7 902 927-35-78"],
]


def people() -> list[tuple[str | None, str | None]]:
    return list(Party.objects.filter(kind="person").order_by("id").values_list("middle_name", "phone"))


@pytest.mark.parametrize("match", [(NAMES,), ((*NAMES, "phone"),), ()])
def test_namesakes_with_other_patronymics_stay_two(tmp_path, match):
    path = write_file(tmp_path, PEOPLE)
    result = bring(actor(), path, tmp_path, make_plan(actor(), path, "person", match=match))
    assert people() == [("Петрович", "+79029273577"), ("Сергеевич", "+79029273578")]
    assert result.report["counts"] == {"created": 2}


def test_stored_namesake_is_not_changed(tmp_path):
    who = actor()
    write.create(
        who,
        shape_of("person"),
        {"last_name": "Иванов", "first_name": "Иван", "middle_name": "Петрович", "phone": "89029273577"},
    )
    path = write_file(tmp_path, [PEOPLE[0], PEOPLE[2]])
    result = bring(who, path, tmp_path, make_plan(who, path, "person", match=(NAMES,)))
    assert result.report["counts"] == {"created": 1}
    assert people() == [("Петрович", "+79029273577"), ("Сергеевич", "+79029273578")]


def test_initial_of_a_patronymic_contradicts_nothing(tmp_path):
    path = write_file(
        tmp_path, [PEOPLE[0], ["Иванов Иван П.", ""], ["Иванов Иван Петрович", "+7 902 927-35-77"]]
    )
    bring(actor(), path, tmp_path, make_plan(actor(), path, "person", match=(NAMES,)))
    assert len(people()) == 1


def test_mere_name_is_offered_and_never_chosen():
    who, person = actor(), shape_of("person")
    columns = ("whole_name", "contact_points[phone]")
    assert NAMES in match_choices(who, person, columns)
    assert default_match(who, person, columns) == ((*NAMES, "phone"),)
    assert default_match(who, person, ("whole_name", "position")) == ()


def test_people_with_phones_brought_again_change_nothing(tmp_path):
    who = actor()
    path = write_file(tmp_path, PEOPLE)
    bring(who, path, tmp_path, make_plan(who, path, "person"))
    again = bring(who, path, tmp_path, make_plan(who, path, "person"))
    assert again.report["counts"] == {"unchanged": 2}
    assert ContactPoint.objects.count() == 2


class Meanwhile(Unwatched):
    """Somebody works on while the file comes in: an act after the first chunk."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act: Callable[[], object] | None = act

    def progress(self, done: int) -> None:
        if self.act is not None:
            self.act()
        self.act = None


def test_record_trashed_between_chunks_is_not_written_to(tmp_path):
    who, shape = actor(), shape_of("organisation")
    known = write.create(who, shape, {"name": "Альфа", "inn": "7827763273"})
    path = write_file(
        tmp_path,
        [["Название", "ИНН", "Город", "Сайт"], ["Альфа", "7827763273", "Казань", ""],
         ["Альфа", "7827763273", "", "alfa.ru"]],
    )  # fmt: skip
    watch = Meanwhile(lambda: write.trash(who, shape, [known]))
    bring(who, path, tmp_path, chunk=1, watch=watch)
    trashed, fresh = Party.objects.order_by("id")
    assert (trashed.deleted_at is None, trashed.city, trashed.website) == (False, "Казань", None)
    assert (fresh.deleted_at, fresh.website) == (None, "https://alfa.ru")


def test_record_handed_over_between_chunks_is_not_written_to(tmp_path):
    boss, who = actor(), actor("manager", team="А")
    other = actor("employee", team="Б")
    shape = shape_of("organisation")
    known = write.create(who, shape, {"name": "Альфа", "inn": "7827763273"})
    path = write_file(
        tmp_path,
        [["Название", "ИНН", "Город", "Сайт"], ["Альфа", "7827763273", "Казань", ""],
         ["Альфа", "7827763273", "", "alfa.ru"]],
    )  # fmt: skip
    watch = Meanwhile(
        lambda: write.update(boss, shape, known, {"owner": other.user_id, "team": other.team_id})
    )
    bring(who, path, tmp_path, chunk=1, watch=watch)
    assert Party.objects.get(pk=known).website is None


def test_member_who_left_between_chunks_is_another_person_there(tmp_path):
    who, person = actor(), shape_of("person")
    path = write_file(
        tmp_path,
        [["Организация", "ИНН", "Контактное лицо", "E-mail"], ["Альфа", "7827763273", "Волков Пётр", ""],
         ["Альфа", "7827763273", "Волков Пётр", "volkov@alfa.ru"]],
    )  # fmt: skip
    watch = Meanwhile(lambda: write.trash(who, person, [Party.objects.get(kind="person").pk]))
    bring(who, path, tmp_path, chunk=1, watch=watch)
    left, fresh = Party.objects.filter(kind="person").order_by("id")
    assert (left.deleted_at is None, left.email) == (False, None)
    assert (fresh.deleted_at, fresh.email) == (None, "volkov@alfa.ru")


class Broken(Unwatched):
    """Breaks off after the first chunk, keeping its checkpoint."""

    def __init__(self) -> None:
        self.kept: Mapping[str, Any] = {}

    def checkpoint(self, data: Mapping[str, Any]) -> None:
        self.kept = dict(data)

    def progress(self, done: int) -> None:
        raise InterruptedError


def test_resumed_import_that_seeks_nothing_still_knows_its_own(tmp_path):
    who = actor()
    write.create(who, shape_of("organisation"), {"name": "Альфа", "inn": "7827763273"})
    path = write_file(
        tmp_path,
        [["Название", "ИНН", "Город"], ["Альфа", "7827763273", ""], ["Альфа", "7827763273", "Казань"]],
    )
    plan = ImportPlan("organisation", ("name", "inn", "city"), (("inn",),), on_match="create")
    broken = Broken()
    with pytest.raises(InterruptedError):
        bring(who, path, tmp_path, plan, chunk=1, watch=broken)
    bring(who, path, tmp_path, plan, chunk=1, resume=broken.kept)
    assert list(Party.objects.order_by("id").values_list("city", flat=True)) == [None, "Казань"]


def test_person_found_by_a_key_and_among_the_members_keeps_both_rows(tmp_path):
    who = actor()
    firm = write.create(who, shape_of("organisation"), {"name": "Альфа", "inn": "7827763273"})
    write.create(
        who,
        shape_of("person"),
        {"last_name": "Волков", "first_name": "Пётр", "email": "volkov@alfa.ru", "employer": firm},
    )
    path = write_file(
        tmp_path,
        [["ФИО", "Компания", "E-mail", "Должность", "Мобильный"],
         ["Волков Пётр", "Альфа", "volkov@alfa.ru", "директор", ""],
         ["Волков Пётр", "Альфа", "", "", "89029273577"]],
    )  # fmt: skip
    bring(who, path, tmp_path, make_plan(who, path, "person"))
    person = Party.objects.get(kind="person")
    assert (person.position, person.phone) == ("директор", "+79029273577")


def test_a_row_whose_other_record_changes_is_not_called_unchanged(tmp_path):
    who = actor()
    head = ["Организация", "ИНН", "Город", "Контактное лицо", "Телефон"]
    row = ["Альфа", "7827763273", "", "Иванов Иван Петрович", "8 902 927-35-77"]
    bring(who, write_file(tmp_path, [head, row]), tmp_path)
    again = bring(who, write_file(tmp_path, [head, row]), tmp_path)
    assert again.report["counts"] == {"unchanged": 1}

    row[2] = "Казань"
    third = bring(who, write_file(tmp_path, [head, row]), tmp_path)

    assert third.report["counts"] == {"updated": 1}, (third.made, third.report)
    assert {k: n["updated"] for k, n in third.made.items() if n.get("updated")} == {"organisation": 1}


def test_rows_that_contradict_each_other_are_told(tmp_path):
    who = actor()
    rows = [
        ["Организация", "ИНН", "Оборот", "Город"],
        ["Альфа", "7827763273", "1000", "Казань"],
        ["Альфа", "7827763273", "2000", "Казань"],
    ]
    result = bring(who, write_file(tmp_path, rows), tmp_path)
    told = [(i["row"], i["column"], i["value"], i["code"]) for i in result.report["issues"]]
    assert told == [(3, "Оборот", "2\u202f000,00", "otherwise")]
    assert Party.objects.get().turnover == 1000


class After(Unwatched):
    """Somebody works on while the file comes in: an act after so many chunks."""

    def __init__(self, chunks: int, act: Callable[[], object]) -> None:
        self.left, self.act = chunks, act

    def progress(self, done: int) -> None:
        self.left -= 1
        if not self.left:
            self.act()


@pytest.mark.parametrize("others", [(), (["Сидоров", "Иван", "s@alfa.ru", "Альфа", "7827763273", "Сторож"],)])
def test_member_trashed_between_chunks_is_made_anew_whatever_else_the_file_holds(tmp_path, others):
    who, person = actor(), shape_of("person")
    firm = write.create(who, shape_of("organisation"), {"name": "Альфа", "inn": "7827763273"})
    known = write.create(who, person, {"last_name": "Яковлев", "first_name": "Пётр", "employer": firm})
    path = write_file(
        tmp_path,
        [["Фамилия", "Имя", "E-mail", "Организация", "ИНН организации", "Должность"], *others,
         ["Яковлев", "Пётр", "p@alfa.ru", "Альфа", "7827763273", "Директор"],
         ["Яковлев", "Пётр", "p@alfa.ru", "Альфа", "7827763273", "Бухгалтер"]],
    )  # fmt: skip
    plan = make_plan(who, path, "person")
    watch = After(len(others) + 1, lambda: write.trash(who, person, [known]))
    result = bring(who, path, tmp_path, plan, chunk=1, watch=watch)
    assert (result.state, result.report["counts"].get("rejected", 0)) == ("done", 0)
    trashed = Party.objects.get(pk=known)
    assert (trashed.deleted_at is None, trashed.position) == (False, "Директор")
    fresh = Party.objects.get(last_name="Яковлев", deleted_at=None)
    assert (fresh.email, fresh.position, fresh.employer_id) == ("p@alfa.ru", "Бухгалтер", firm)


def test_member_met_by_the_name_is_found_by_the_keys_of_later_rows(tmp_path):
    who = actor()
    firm = write.create(who, shape_of("organisation"), {"name": "Альфа", "inn": "7827763273"})
    write.create(who, shape_of("person"), {"last_name": "Яковлев", "first_name": "Пётр", "employer": firm})
    path = write_file(
        tmp_path,
        [["Фамилия", "Имя", "E-mail", "Организация", "ИНН организации"],
         ["Яковлев", "Пётр", "p@alfa.ru", "Альфа", "7827763273"], ["Яковлев", "П.", "p@alfa.ru", "", ""]],
    )  # fmt: skip
    bring(who, path, tmp_path, make_plan(who, path, "person", match=(("email",),)), chunk=1)
    assert Party.objects.filter(kind="person").count() == 1
