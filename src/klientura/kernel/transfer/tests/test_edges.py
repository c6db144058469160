"""The edges: bank accounts, owners out of sight, hostile texts, columns without meaning, wide and odd files."""

import datetime as dt

import pytest

from klientura.kernel.access.models import FieldGrant, Grant, Role, User
from klientura.kernel.access.sessions import actor_of
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current, rights_changed
from klientura.kernel.store import read, write
from klientura.kernel.transfer.plan import ImportPlan, default_match
from klientura.kernel.transfer.suggest import header_key, suggest
from klientura.kernel.transfer.tests.support import actor, bring, contents, make_plan, write_file
from klientura.kit.tabular.reading import sniff
from klientura.kit.tabular.writing import Value, write_xlsx
from klientura.modules.parties.models import BankAccount, ContactPoint, Party

pytestmark = pytest.mark.django_db
BIC, ACCOUNT = "044525225", "40702810838000000001"


def good_account() -> str:
    """An account whose key fits the bank."""
    weights = (7, 1, 3) * 7 + (7, 1)
    for key in range(10):
        account = f"40702810{key}38000000001"
        if sum(w * int(d) for w, d in zip(weights, BIC[6:] + account, strict=True)) % 10 == 0:
            return account
    raise AssertionError


def test_bank_account_is_checked_and_a_wrong_one_goes_to_the_note(tmp_path):
    good = good_account()
    wrong = good[:8] + str((int(good[8]) + 1) % 10) + good[9:]
    path = write_file(
        tmp_path,
        [["Название", "БИК", "Р/с"], ["Альфа", BIC, good], ["Бета", BIC, wrong], ["Гамма", "12", good]],
    )
    who = actor()
    plan = make_plan(who, path)
    assert plan.columns == ("name", "bank_accounts[].bic", "bank_accounts[].account")
    result = bring(who, path, tmp_path, plan)
    assert result.report["counts"]["created"] == 3
    assert [(b.party.name, b.account) for b in BankAccount.objects.select_related("party")] == [
        ("Альфа", good)
    ]
    assert wrong in str(Party.objects.get(name="Бета").note)
    assert good in str(Party.objects.get(name="Гамма").note)
    assert result.report["counts"]["with_remarks"] == 2


def test_owner_out_of_sight_leaves_the_record_with_its_bringer(tmp_path):
    other = actor("employee", name="Иван Дальний", team="Б")
    who = actor("employee", name="Анна Близкая", team="А")
    role = Role.objects.get(key="employee")
    Grant.objects.create(role=role, object="organisation", action="import", scope="own")
    Grant.objects.create(role=role, object="organisation", action="read", scope="own")
    rights_changed()
    who = actor_of(User.objects.get(pk=who.user_id or 0), current().access_version)
    path = write_file(tmp_path, [["Название", "Менеджер"], ["Альфа", "Дальний"], ["Бета", "Близкая"]])
    result = bring(who, path, tmp_path)
    assert result.report["counts"]["created"] == 2
    assert other.user_id not in Party.objects.values_list("owner_id", flat=True)
    assert Party.objects.filter(owner_id=who.user_id).count() == 2
    assert [i["code"] for i in result.report["issues"]] == ["reach"]


@pytest.mark.parametrize(
    "text",
    ["'; drop table party; --", "<script>alert(1)</script>", "{{7*7}}", "%s %(x)s", "\\N", "\\.", "a\\tb", "🙂 ёЁ",
     "\u202eabc", "ﬁ Ⅳ", "null", "=1+1", "И" * 255],
)  # fmt: skip
def test_hostile_texts_are_kept_as_they_are(tmp_path, text):
    path = write_file(
        tmp_path, [["Название", "Город", "Примечание"], ["Альфа", "Казань", text], [text, "x", ""]]
    )
    who = actor()
    result = bring(
        who, path, tmp_path, ImportPlan("organisation", ("name", "city", "note"), (("name", "city"),))
    )
    assert result.report["counts"] == {"created": 2}
    notes = [n for n in Party.objects.values_list("note", flat=True) if n]
    assert notes == [text.replace("\u202e", "")]
    page = read.page(who, shape_of("organisation"), limit=10)
    assert len(page.rows) == 2


def test_value_that_does_not_fit_its_field_is_not_cut_silently(tmp_path):
    path = write_file(tmp_path, [["Название", "Источник"], ["Альфа", "и" * 121], ["Б" * 256, "x"]])
    who = actor()
    result = bring(who, path, tmp_path)
    assert result.report["counts"] == {"created": 1, "with_remarks": 1, "rejected": 1}
    assert f"Источник: {'и' * 121}" in str(Party.objects.get().note)


def test_local_number_is_the_end_of_a_full_one(tmp_path):
    path = write_file(
        tmp_path,
        [["Название", "Город", "ФИО", "Телефон"],
         ["Альфа", "Казань", "Петров Иван", "413-24-56"], ["Альфа", "Казань", "Петров Иван", "8(979)4132456"],
         ["Альфа", "Казань", "Петров Иван", "+7 979 413-24-56 доб. 12"]],
    )  # fmt: skip
    bring(actor(), path, tmp_path)
    person = Party.objects.get(kind="person")
    assert list(ContactPoint.objects.filter(party=person).values_list("value", flat=True)) == [
        "+79794132456 доб. 12"
    ]


def test_excel_numbers_and_lost_zeros(tmp_path):
    path = tmp_path / "clients.xlsx"
    rows: list[list[Value]] = [
        ["Альфа", 7827763273, dt.date(2020, 5, 7), 1500.5, 79029273577],
        ["Бета", 105071305, None, 3, None],
    ]
    write_xlsx(
        path,
        ["Название", "ИНН", "Клиент с", "Оборот", "Телефон"],
        rows,
        ["text", "integer", "date", "decimal"],
    )
    who = actor()
    bring(who, path, tmp_path)
    alfa = Party.objects.get(name="Альфа")
    assert (alfa.inn, str(alfa.first_contact_on), str(alfa.turnover), alfa.phone) == (
        "7827763273", "2020-05-07", "1500.50", "+79029273577",
    )  # fmt: skip
    assert Party.objects.get(name="Бета").inn == "0105071305"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "cp866", "koi8-r", "utf-16"])
def test_encodings(tmp_path, encoding):
    rows = [["Название организации", "Город", "Примечание"]]
    rows += [
        [f"Общество с названием {n}", "Нижний Новгород", "Постоянный покупатель, звонить утром"]
        for n in range(5)
    ]
    path = write_file(tmp_path, rows, encoding=encoding)
    bring(actor(), path, tmp_path)
    assert Party.objects.filter(city="Нижний Новгород").count() == 5


def test_values_tell_the_column_when_its_title_does_not(tmp_path):
    rows = [["Название", "Код 1", "Код 2", "Код 3", "Код 4"]]
    rows += [[f"Фирма {n}", "7827763273", f"a{n}@firma.ru", "8 902 927 35 77", "жёлтый"] for n in range(5)]
    path = write_file(tmp_path, rows)
    columns = suggest(actor(), shape_of("organisation"), sniff(path))
    assert columns == ("name", "inn", "contact_points[email]", "contact_points[phone]", "+note")


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("ИНН ", "inn"), ("Электронная почта", "contact_points[email]"), ("Тел.", "contact_points[phone]"),
        ("Моб. тел.", "contact_points[mobile]"), ("Юр. адрес", "addresses[legal].street"),
        ("Phone 2", "contact_points[phone]"), ("Ответственный", "owner"), ("Выручка, руб.", "turnover"),
        ("Расчётный счёт", "bank_accounts[].account"), ("JOB TITLE", "person.position"), ("ФИО контактного лица", "person.whole_name"),
    ],
)  # fmt: skip
def test_titles_of_columns(tmp_path, title, path):
    file = write_file(tmp_path, [["Название", title], ["Альфа", "x"]])
    columns = suggest(actor(), shape_of("organisation"), sniff(file))
    assert columns[1] == path


@pytest.mark.parametrize("title", ["Выручка, тыс. руб.", "Оборот, USD", "Выручка, млн"])
def test_sums_in_other_units_are_not_taken_for_sums(tmp_path, title):
    file = write_file(tmp_path, [["Company name", title], ["Альфа", "12"], ["Бета", "15"]])
    assert suggest(actor(), shape_of("organisation"), sniff(file)) == ("name", "+note")


def test_header_key_ignores_signs_case_and_units():
    assert header_key("Оборот, РУБ.") == header_key("оборот") == "оборот"
    assert header_key("E-mail") == header_key("e_mail")


def test_locked_note_leaves_no_note(tmp_path):
    who = actor("manager", team="А")
    FieldGrant.objects.create(
        role=Role.objects.get(key="manager"), object="organisation", field="note", level="read"
    )
    rights_changed()
    who = actor_of(User.objects.get(pk=who.user_id or 0), current().access_version)
    path = write_file(tmp_path, [["Название", "ИНН", "Разное"], ["Альфа", "123", "x"]])
    plan = make_plan(who, path)
    assert plan.columns == ("name", "inn", "")
    result = bring(who, path, tmp_path, plan)
    assert result.report["counts"] == {"created": 1, "with_remarks": 1}
    assert Party.objects.get().note is None


def test_overwriting_keeps_other_contacts(tmp_path):
    who = actor()
    shape = shape_of("organisation")
    known = write.create(
        who,
        shape,
        {"name": "Альфа", "inn": "7827763273", "city": "Омск", "phone": "89029273577", "note": "старое"},
    )
    path = write_file(
        tmp_path,
        [
            ["Название", "ИНН", "Город", "Телефон", "Примечание"],
            ["Альфа-М", "7827763273", "Казань", "2812120", "новое"],
        ],
    )
    columns = suggest(who, shape, sniff(path))
    plan = ImportPlan("organisation", columns, default_match(who, shape, columns), fill="overwrite")
    bring(who, path, tmp_path, plan)
    row = read.get(who, shape, known)
    assert (row["name"], row["city"], row["phone"], row["note"]) == (
        "Альфа-М",
        "Казань",
        "+79029273577",
        "старое\nновое",
    )
    values = {p["value"] for p in read.parts_of(who, shape, [known])[known]["contact_points"]}
    assert values == {"+79029273577", "+78432812120"}
    assert len(contents()) == 1


@pytest.mark.parametrize(
    ("cells", "path"),
    [
        (("350 000,00", "90000"), "amount"),
        (("Планируется", "Нет"), "budget_known"),
        (("", ""), "budget_known"),
    ],
)
def test_a_title_that_fits_two_fields_goes_to_the_one_that_takes_its_values(tmp_path, cells, path):
    file = write_file(tmp_path, [["Название", "Бюджет, руб."], ["Первый", cells[0]], ["Второй", cells[1]]])
    assert suggest(actor(), shape_of("lead"), sniff(file))[1] == path
