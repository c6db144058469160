"""Imports through their services, on an extract of what a first user drops in and on small files."""

import csv
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection

from klientura.kernel.access.models import FieldGrant, Grant, Role, User
from klientura.kernel.access.sessions import actor_of
from klientura.kernel.errors import BadRequest, Denied
from klientura.kernel.history.undo import undo
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current, rights_changed
from klientura.kernel.store import read, write
from klientura.kernel.store.models import Operation
from klientura.kernel.transfer import matching
from klientura.kernel.transfer.plan import ImportPlan
from klientura.kernel.transfer.run import Unwatched
from klientura.kernel.transfer.tests.support import (
    SAMPLE,
    actor,
    bring,
    contents,
    make_plan,
    picture,
    write_file,
)
from klientura.modules.parties.models import Address, ContactPoint, Party
from klientura.modules.sales.models import Opportunity, Pipeline, Stage

pytestmark = pytest.mark.django_db

HEADER = ["Организация", "ИНН", "Город", "Контактное лицо", "Телефон", "E-mail", "Примечание"]


def test_sample_maps_itself():
    plan = make_plan(actor(), SAMPLE)
    assert plan.columns == (
        "name", "legal_form", "inn", "kpp", "city", "addresses[actual].street", "person.whole_name", "person.position",
        "contact_points[phone]", "contact_points[email]", "website", "first_contact_on", "turnover", "owner",
        "note",
    )  # fmt: skip
    assert plan.match == (("inn",), ("name", "city"))


def test_sample_imports(tmp_path):
    who = actor(name="Ирина Шленин")
    result = bring(who, SAMPLE, tmp_path)
    counts = result.report["counts"]
    assert result.state == "done"
    assert counts.get("rejected", 0) <= 3
    organisations = Party.objects.filter(kind="organisation")
    people = Party.objects.filter(kind="person")
    assert organisations.count() == counts["created"] == result.made["organisation"]["created"]
    assert people.count() == result.made["person"]["created"]
    assert not people.filter(employer=None).exists()
    assert organisations.get(inn="2312107666").name == "Альфахолдинг 17"
    alfa = organisations.get(inn="1638022945")
    assert (alfa.name, alfa.legal_form, alfa.kpp, alfa.city) == ("Альфагрупп", "ooo", "165101001", "Казань")
    assert str(alfa.turnover) == "43467.00"
    assert str(alfa.first_contact_on) == "2016-12-06"
    assert alfa.website == "https://alfagrupp.ru"
    darya = people.get(employer=alfa, last_name="Григорьева")
    assert (darya.first_name, darya.middle_name, darya.gender) == ("Дарья", "Николаевна", "female")
    assert (darya.position, darya.phone, darya.email) == (
        "Коммерческий директор", "+74012812120", "d.grigoreva96@alfagrupp.ru",
    )  # fmt: skip
    assert (alfa.phone, alfa.email) == (darya.phone, darya.email)
    assert Address.objects.get(party=alfa).street == "ул. Заречная, 146"


def test_sample_says_what_it_could_not_read(tmp_path):
    result = bring(actor(), SAMPLE, tmp_path)
    codes = result.report["codes"]
    assert codes["warning:checksum"] == 11
    assert codes["warning:date"] == 10
    assert codes["warning:number"] == 9
    assert codes["warning:corrected"] == 28
    stroy = Party.objects.get(kind="organisation", inn="7810972818")
    assert stroy.note
    wrong = [i["value"] for i in result.report["issues"] if i["code"] == "checksum"]
    assert all(Party.objects.filter(note__contains=f"ИНН: {inn}").exists() for inn in wrong)
    with (tmp_path / "remarks.csv").open(encoding="cp1251", newline="") as stream:
        remarks = list(csv.reader(stream, delimiter=";"))
    assert sorted({r[2] for r in remarks if r[1] == "Дата первого контакта"}) == ["31.02.2025"]


def test_manager_becomes_owner(tmp_path):
    who, manager = actor(name="Ирина Грознецкая"), actor("manager", name="Пётр Манчинский", team="Продажи")
    bring(who, SAMPLE, tmp_path)
    alfa = Party.objects.get(kind="organisation", inn="2312107666")
    assert alfa.owner_id == manager.user_id
    assert alfa.team_id == manager.team_id
    assert Party.objects.filter(owner_id=who.user_id).exists()
    assert "Менеджер: Манчинский" not in (alfa.note or "")


def test_dry_run_writes_nothing_and_counts_the_same(tmp_path):
    who = actor()
    before = picture()
    dry = bring(who, SAMPLE, tmp_path, dry=True)
    assert picture() == before
    assert dry.operation_id is None
    real = bring(who, SAMPLE, tmp_path)
    assert (dry.report, dry.made) == (real.report, real.made)


def test_again_changes_nothing(tmp_path):
    who = actor()
    path = write_file(
        tmp_path,
        [HEADER,
         ["ООО Ёлка", "7827763273", "г. Казань", "Петров Иван Ильич", "89029273577, 281-21-20", "a@elka.ru", "важный"],
         ["Ёлка", "7827763273", "Казань", "Сидорова А.", "", "", ""]],
    )  # fmt: skip
    bring(who, path, tmp_path)
    before = contents()
    history = picture(("kernel_change",))
    again = bring(who, path, tmp_path)
    assert contents() == before
    assert picture(("kernel_change",)) == history
    assert again.report["counts"] == {"unchanged": 2}


class Crash(Exception):
    """The machine stops."""


class Fragile(Unwatched):
    """Breaks off at the given checkpoint, before or after its commit."""

    def __init__(self, at: int, *, inside: bool) -> None:
        self.at, self.inside = at, inside
        self.kept: dict[str, Any] = {}
        self.seen = 0

    def checkpoint(self, data: Mapping[str, Any]) -> None:
        self.seen += 1
        if self.inside and self.seen == self.at:
            raise Crash
        self.kept = dict(data)

    def progress(self, done: int) -> None:
        if not self.inside and self.seen == self.at:
            raise Crash


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("at", [2, 5, 7])
def test_crash_and_resume_equal_one_run(tmp_path, at, inside):
    who = actor()
    whole = tmp_path / "whole"
    whole.mkdir()
    bring(who, SAMPLE, whole, chunk=50)
    expected = contents()
    rejected = (whole / "rejected.csv").read_bytes() if (whole / "rejected.csv").exists() else b""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("truncate party, kernel_change cascade")
    fragile = Fragile(at, inside=inside)
    with pytest.raises(Crash):
        bring(who, SAMPLE, tmp_path, chunk=50, watch=fragile)
    result = bring(who, SAMPLE, tmp_path, chunk=50, resume=fragile.kept)
    assert contents() == expected
    assert result.report["rows"] == 300
    assert ((tmp_path / "rejected.csv").read_bytes() if rejected else b"") == rejected
    assert Operation.objects.get(pk=result.operation_id or 0).state == "done"


class Impatient(Unwatched):
    """Cancels after some rows."""

    def __init__(self) -> None:
        self.done = 0

    def progress(self, done: int) -> None:
        self.done = done

    def cancelled(self) -> bool:
        return self.done >= 100


def test_cancel_keeps_what_was_written_and_can_be_undone(tmp_path):
    who = actor()
    before = contents()
    result = bring(who, SAMPLE, tmp_path, chunk=50, watch=Impatient())
    assert result.state == "cancelled"
    assert result.report["rows"] == 100
    assert len(contents()) > 50
    undo(who, result.operation_id or 0)
    assert contents() == before


def test_undo_brings_the_former_state_back(tmp_path):
    who = actor()
    organisation = shape_of("organisation")
    known = write.create(
        who,
        organisation,
        {"name": "Альфагрупп", "inn": "1638022945", "city": "Самара", "phone": "89029273577"},
    )
    before = contents()
    result = bring(who, SAMPLE, tmp_path, make_plan(who, SAMPLE, fill="overwrite"))
    row = read.get(who, organisation, known)
    assert (row["city"], row["legal_form"]) == ("Казань", "ooo")
    undo(who, result.operation_id or 0)
    assert contents() == before
    assert read.get(who, organisation, known)["city"] == "Самара"


def test_found_record_gets_only_what_it_lacks(tmp_path):
    who = actor()
    shape = shape_of("organisation")
    known = write.create(who, shape, {"name": "Альфа", "inn": "7827763273", "city": "Самара"})
    path = write_file(
        tmp_path, [HEADER, ["Альфа-М", "7827763273", "Казань", "", "89029273577", "a@alfa.ru", "да"]]
    )
    result = bring(who, path, tmp_path)
    row = read.get(who, shape, known)
    assert (row["name"], row["city"], row["phone"], row["note"]) == ("Альфа", "Самара", "+79029273577", "да")
    assert result.made["organisation"] == {"created": 0, "updated": 1}


def test_skip_leaves_found_records_alone(tmp_path):
    who = actor()
    write.create(who, shape_of("organisation"), {"name": "Альфа", "inn": "7827763273"})
    path = write_file(
        tmp_path,
        [
            HEADER,
            ["Альфа", "7827763273", "Казань", "Петров Иван", "", "", ""],
            ["Бета", "1638022945", "", "", "", "", ""],
        ],
    )
    result = bring(who, path, tmp_path, make_plan(who, path, on_match="skip"))
    assert result.report["counts"] == {"skipped": 1, "created": 1}
    assert Party.objects.get(inn="7827763273").city is None
    assert not Party.objects.filter(kind="person").exists()


def test_create_looks_for_nothing_in_the_base(tmp_path):
    who = actor()
    write.create(who, shape_of("organisation"), {"name": "Альфа", "inn": "7827763273"})
    path = write_file(tmp_path, [HEADER, ["Альфа", "7827763273", "", "", "", "", ""]])
    bring(who, path, tmp_path, make_plan(who, path, on_match="create"))
    assert Party.objects.filter(inn="7827763273").count() == 2


def test_several_candidates_are_reported_not_guessed(tmp_path):
    who = actor()
    for inn in ("7827763273", "1638022945"):
        write.create(who, shape_of("organisation"), {"name": "Альфа", "city": "Казань", "inn": inn})
    path = write_file(tmp_path, [HEADER, ["Альфа", "", "Казань", "", "", "", "важно"]])
    result = bring(who, path, tmp_path)
    assert result.report["counts"] == {"rejected": 1}
    assert [i["code"] for i in result.report["issues"]] == ["several"]
    assert not Party.objects.filter(note="важно").exists()


def test_rejected_rows_can_be_corrected_and_dropped_again(tmp_path):
    who = actor()
    path = write_file(
        tmp_path,
        [HEADER, ["Альфа", "7827763274", "Казань", "", "", "", ""], ["", "", "Омск", "", "", "", ""],
         ["Бета", "1638022945", "", "", "", "нет", "=2+2"]],
        encoding="cp1251",
    )  # fmt: skip
    plan = make_plan(who, path, bad_values="reject")
    first = bring(who, path, tmp_path, plan)
    assert first.report["counts"] == {"rejected": 3}
    rejected = tmp_path / "rejected.csv"
    text = rejected.read_text(encoding="cp1251")
    assert text.splitlines()[0].startswith("Организация;ИНН;")
    rejected.write_text(
        text.replace("7827763274", "7827763273").replace(";нет;", ";;"), encoding="cp1251", newline=""
    )
    again = bring(who, rejected, tmp_path / "..", make_plan(who, rejected, bad_values="reject"))
    assert again.report["counts"] == {"created": 2, "rejected": 1}
    assert str(Party.objects.get(inn="1638022945").note).startswith("=2+2")


def test_several_phones_extension_and_local_number(tmp_path):
    who = actor()
    path = write_file(
        tmp_path,
        [HEADER, ["Альфа", "", "г. Казань", "", "+7 401 261-71-99 доб. 850, 281-21-20; 8 902 927 35 77", "", ""],
         ["Бета", "", "Нигдеград", "", "281-21-20", "", ""]],
    )  # fmt: skip
    bring(who, path, tmp_path)
    alfa, beta = Party.objects.get(name="Альфа"), Party.objects.get(name="Бета")
    points = (
        ContactPoint.objects.filter(party=alfa).order_by("position").values_list("kind", "value", "uncertain")
    )
    assert list(points) == [
        ("phone", "+74012617199 доб. 850", False), ("phone", "+78432812120", False), ("mobile", "+79029273577", False),
    ]  # fmt: skip
    assert ContactPoint.objects.get(party=beta).uncertain is True
    assert beta.phone == "281-21-20"


def test_people_are_told_apart_within_their_organisation(tmp_path):
    who = actor()
    path = write_file(
        tmp_path,
        [HEADER,
         ["Альфа", "7827763273", "", "Волков А.П.", "", "", ""],
         ["Альфа", "7827763273", "", "Алексей Волков", "", "volkov@alfa.ru", ""],
         ["Альфа", "7827763273", "", "Volkov Aleksey", "89029273577", "", ""],
         ["Альфа", "7827763273", "", "Вокров Алексей Петрович", "", "volkov@alfa.ru", ""],
         ["Бета", "1638022945", "", "Волков Алексей Петрович", "", "", ""]],
    )  # fmt: skip
    bring(who, path, tmp_path)
    people = (
        Party.objects.filter(kind="person")
        .order_by("id")
        .values_list("employer__name", "last_name", "first_name")
    )
    assert list(people) == [("Альфа", "Волков", "Алексей"), ("Бета", "Волков", "Алексей")]
    volkov = Party.objects.get(kind="person", employer__name="Альфа")
    assert (volkov.phone, volkov.email) == ("+79029273577", "volkov@alfa.ru")


def test_people_with_their_organisations(tmp_path):
    who = actor()
    path = write_file(
        tmp_path,
        [["ФИО", "Компания", "Должность", "Мобильный", "E-mail"],
         ["Петров Иван Ильич", 'ЗАО "Бета"', "директор", "89029273577", "petrov@beta.ru"],
         ["Сидорова Анна", "Бета", "бухгалтер", "", "sidorova@beta.ru"],
         ["Одинцов Олег", "", "", "", ""]],
    )  # fmt: skip
    plan = make_plan(who, path, "person")
    assert plan.columns == (
        "whole_name",
        "organisation.name",
        "position",
        "contact_points[mobile]",
        "contact_points[email]",
    )
    result = bring(who, path, tmp_path, plan)
    assert result.report["counts"] == {"created": 3}
    beta = Party.objects.get(kind="organisation")
    assert (beta.name, beta.legal_form) == ("Бета", "zao")
    assert Party.objects.filter(employer=beta).count() == 2
    assert Party.objects.get(last_name="Одинцов").employer_id is None


def test_deals_refer_to_clients_and_stages(tmp_path):
    who = actor()
    pipeline = write.create(who, shape_of("pipeline"), {"name": "Продажи"})
    stage = write.create(
        who, shape_of("stage"), {"pipeline": pipeline, "name": "Переговоры", "probability": 40}
    )
    client = write.create(who, shape_of("organisation"), {"name": "Альфа"})
    path = write_file(
        tmp_path,
        [["Сделка", "Клиент", "Сумма", "Воронка", "Этап"],
         ["Поставка", "ООО «Альфа»", "1 200 500,50", "Продажи", "Переговоры"], ["Ремонт", "Гамма", "10", "Продажи", ""]],
    )  # fmt: skip
    result = bring(who, path, tmp_path, make_plan(who, path, "opportunity"))
    assert result.report["counts"]["created"] == 2
    deal = Opportunity.objects.get(name="Поставка")
    assert (deal.party_id, deal.stage_id, str(deal.amount), deal.probability) == (
        client,
        stage,
        "1200500.50",
        40,
    )
    assert [i["code"] for i in result.report["issues"]] == ["not_found"]
    assert "Клиент: Гамма" in str(Opportunity.objects.get(name="Ремонт").description)
    assert Pipeline.objects.count() == Stage.objects.count() == 1


def test_without_the_right_nothing_happens(tmp_path):
    employee = actor("employee", team="Продажи")
    before = picture()
    with pytest.raises(Denied):
        bring(employee, SAMPLE, tmp_path, make_plan(employee, SAMPLE))
    assert picture() == before


def test_hidden_and_locked_fields_cannot_be_filled(tmp_path):
    who = actor("manager", team="Продажи")
    path = write_file(tmp_path, [["Название", "Оборот", "Сайт"], ["Альфа", "100", "alfa.ru"]])
    role = Role.objects.get(key="manager")
    FieldGrant.objects.create(role=role, object="organisation", field="turnover", level="none")
    rights_changed()
    who = actor_of(User.objects.get(pk=who.user_id or 0), current().access_version)
    assert "turnover" not in make_plan(who, path).columns
    with pytest.raises(BadRequest):
        bring(who, path, tmp_path, ImportPlan("organisation", ("name", "turnover", "")))
    assert not Party.objects.exists()


def test_others_records_are_not_changed(tmp_path):
    boss = actor()
    write.create(boss, shape_of("organisation"), {"name": "Альфа", "inn": "7827763273"})
    role = Role.objects.get(key="manager")
    Grant.objects.create(role=role, object="organisation", action="read", scope="all")
    who = actor("manager", team="Продажи")
    path = write_file(tmp_path, [HEADER, ["Альфа", "7827763273", "Казань", "", "", "", ""]])
    result = bring(who, path, tmp_path)
    assert [i["code"] for i in result.report["issues"]] == ["not_yours"]
    assert Party.objects.get(inn="7827763273").city is None


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        (("", "", ""), ()),
        (("inn", "", ""), ()),
        (("name", "no_such", ""), ()),
        (("name", "id", ""), ()),
        (("name", "created_at", ""), ()),
        (("name", "", ""), (("inn",),)),
    ],
)
def test_plans_that_cannot_be(tmp_path, columns, match):
    path = write_file(tmp_path, [["Название", "Б", "В"], ["Альфа", "1", "2"]])
    with pytest.raises(BadRequest):
        bring(actor(), path, tmp_path, ImportPlan("organisation", columns, match))
    assert not Party.objects.exists()


def test_bad_cells_keep_their_place(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_bytes("Название;ИНН\r\nАльфа;1;лишнее\r\nБе\x00та;2\r\nГамма;\r\n".encode())
    result = bring(actor(), path, tmp_path)
    assert {(i["row"], i["code"]) for i in result.report["issues"]} >= {(2, "ragged"), (3, "nul")}
    assert set(Party.objects.values_list("name", flat=True)) == {"Альфа", "Гамма"}


def test_address_book_imports(tmp_path):
    path = tmp_path / "book.vcf"
    path.write_text(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Петров;Иван;Ильич;;\r\nFN:Иван Петров\r\nORG:ООО «Бета»;Закупки\r\nTITLE:Директор\r\n"
        "TEL;TYPE=CELL:+79029273577\r\nTEL:+74012617199\r\nEMAIL:petrov@beta.ru\r\nADR:;;ул. Мира, 1;Казань;;420000;Россия\r\n"
        "BDAY:1980-05-07\r\nURL:https://beta.ru\r\nNOTE:важный\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Сидорова Анна\r\nEND:VCARD\r\n",
        encoding="utf-8",
    )
    who = actor()
    result = bring(who, path, tmp_path, make_plan(who, path, "person"))
    assert result.report["counts"]["created"] == 2
    ivan = Party.objects.get(last_name="Петров")
    assert (ivan.first_name, ivan.middle_name, ivan.position, str(ivan.birthday)) == (
        "Иван", "Ильич", "Директор", "1980-05-07",
    )  # fmt: skip
    assert ivan.employer and ivan.employer.name == "Бета"
    assert (ivan.phone, ivan.email) == ("+79029273577", "petrov@beta.ru")
    assert ivan.note == "department: Закупки\nважный"
    assert Party.objects.get(last_name="Сидорова").first_name == "Анна"


def test_what_is_forgotten_is_found_again(tmp_path, monkeypatch):
    who = actor()
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    first = bring(who, SAMPLE, whole, chunk=50)
    expected = contents()
    undo(who, first.operation_id or 0)

    monkeypatch.setattr(matching, "MOST_REMEMBERED", 40)
    second = bring(who, SAMPLE, parts, chunk=50)

    assert contents() == expected
    assert second.made == first.made
