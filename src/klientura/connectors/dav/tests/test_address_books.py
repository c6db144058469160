"""Address books on devices: what stands in them, what is written back, and what nobody gets to see."""

from collections.abc import Callable
from typing import Any

import pytest

from klientura.connectors.dav.models import DavCollection
from klientura.connectors.dav.storage import Records
from klientura.connectors.dav.tests.asking import CARD, SYNC, Machine, machine
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company()


def person(company: Company, who: str = "employee", **values: object) -> int:
    given = {"last_name": "Иванов", "first_name": "Иван", **values}
    return write.create(company.actor(who), shape_of("person"), given)


def only(device: Machine, book: str = "people") -> str:
    (name,) = device.names(book)
    return name


def stored(company: Company, number: int) -> dict[str, object]:
    actor = company.actor("administrator")
    row = read.get(actor, shape_of("person"), number)
    points = read.parts_of(actor, shape_of("person"), [number])[number]["contact_points"]
    return {**row, "points": [(p["kind"], str(p["value"])) for p in points]}


def test_ones_own_people_with_all_that_a_card_tells(company: Company) -> None:
    boss = company.actor("employee")
    firm = write.create(boss, shape_of("organisation"), {"name": "ООО «Ромашка»"})
    person(
        company, employer=firm, position="Директор; главный", birthday="1980-05-06", note="Звонить\nутром",
        contact_points=[{"kind": "mobile", "value": "+7 916 123-45-67"}, {"kind": "email", "value": "i@example.org"}],
    )  # fmt: skip
    person(company, "outsider", last_name="Чужой")
    device = machine(company, "employee")
    text = device.text("people", only(device))
    for line in (
        "N:Иванов;Иван;;;", "FN:Иванов Иван", "ORG:ООО «Ромашка»", "TITLE:Директор\\; главный", "BDAY:1980-05-06",
        "NOTE:Звонить\\nутром", "TEL;TYPE=CELL,VOICE:+79161234567", "EMAIL;TYPE=INTERNET:i@example.org",
    ):  # fmt: skip
        assert line in text
    assert "Ромашка" in device.text("organisations", only(device, "organisations"))


def test_a_card_made_on_a_phone_becomes_a_person_once(company: Company) -> None:
    device = machine(company, "employee")
    card = CARD.format(
        uid="A-1", last="Новая", first="Анна", more="TEL;TYPE=CELL:89161112233\r\nX-SPOUSE:Пётр\r\n"
    )
    assert device.put("people", "a-1.vcf", card, if_none_match="*") == 201
    assert device.put("people", "a-1.vcf", card, if_none_match="*") == 412
    assert device.put("people", "other.vcf", card) == 409  # the same UID under another name
    assert list(device.names("people")) == ["a-1.vcf"]
    rows = read.page(company.actor("employee"), shape_of("person")).rows
    assert [r["title"] for r in rows] == ["Новая Анна"]
    assert stored(company, rows[0]["id"])["points"] == [("mobile", "+79161112233")]
    text = device.text("people", "a-1.vcf")
    assert "UID:A-1" in text
    assert "X-SPOUSE:Пётр" in text


def test_what_was_changed_on_a_phone_changes_and_the_rest_stays(company: Company) -> None:
    number = person(
        company, note="Секрет", contact_points=[
            {"kind": "mobile", "value": "+7 916 123-45-67", "note": "после шести"}, {"kind": "telegram", "value": "@ivanov"},
            {"kind": "phone", "value": "+7 495 111-22-33"},
        ],
    )  # fmt: skip
    device = machine(company, "employee")
    name = only(device)
    mark = device.names("people")[name]
    text = device.text("people", name).replace(
        "TEL;TYPE=WORK,VOICE:+74951112233", "TEL;TYPE=WORK:8 (495) 111-22-33\r\nTEL;TYPE=CELL:+79997776655"
    )
    text = text.replace("N:Иванов;Иван;", "N:Иванов;Пётр;")
    assert device.put("people", name, text, if_match=mark) == 204
    now = stored(company, number)
    assert (now["first_name"], now["note"]) == ("Пётр", "Секрет")
    assert sorted(now["points"]) == [  # type: ignore[call-overload]
        ("mobile", "+79161234567"), ("mobile", "+79997776655"), ("phone", "+74951112233"), ("telegram", "@ivanov"),
    ]  # fmt: skip
    points = read.parts_of(company.actor("administrator"), shape_of("person"), [number])[number][
        "contact_points"
    ]
    assert [p["note"] for p in points if p["value"] == "+79161234567"] == ["после шести"]
    assert (
        device.put("people", name, text, if_match=mark) == 412
    )  # somebody else's change would have been lost


def test_a_text_that_says_nothing_new_writes_nothing(company: Company) -> None:
    number = person(company, contact_points=[{"kind": "phone", "value": "234-56", "uncertain": True}])
    device = machine(company, "employee")
    before = stored(company, number)["version"]
    assert device.put("people", only(device), device.text("people", only(device))) == 204
    assert stored(company, number)["version"] == before


def test_clients_are_not_deleted_from_a_phone(company: Company) -> None:
    person(company)
    device = machine(company, "employee")
    name = only(device)
    assert device.ask("DELETE", f"people/{name}").status_code in {400, 403, 500}
    assert list(device.names("people")) == [name]
    assert device.ask("DELETE", "people/").status_code == 403


def test_hidden_fields_are_neither_told_nor_lost(company: Company) -> None:
    number = person(company, note="Секрет", position="Директор")
    company.hide("employee", "person", "note")
    device = machine(company, "employee")
    text = device.text("people", only(device))
    assert "Секрет" not in text
    assert device.put("people", only(device), text.replace("Директор", "Начальник")) == 204
    now = stored(company, number)
    assert (now["note"], now["position"]) == ("Секрет", "Начальник")


def test_a_name_covers_nobody_elses_record(company: Company) -> None:
    number = person(company)
    mine, other = machine(company, "employee"), machine(company, "colleague")
    assert other.put("people", only(mine), CARD.format(uid="x", last="Чужой", first="", more="")) == 403
    boss = machine(company, "administrator")
    DavCollection.objects.create(user_id=boss.user_id, collection="people", whose="all")
    assert [boss.text("people", n).count("Иванов") > 0 for n in boss.names("people")] == [True]
    assert stored(company, number)["last_name"] == "Иванов"


def test_what_a_device_notes_besides_is_its_users_alone(company: Company) -> None:
    mine, boss = machine(company, "employee"), machine(company, "administrator")
    assert (
        mine.put("people", "a.vcf", CARD.format(uid="a", last="Ким", first="А", more="X-PRIVATE:тайна\r\n"))
        == 201
    )
    DavCollection.objects.create(user_id=boss.user_id, collection="people", whose="all")
    (name,) = boss.names("people")
    assert "тайна" not in boss.text("people", name)
    assert "X-PRIVATE:тайна" in mine.text("people", "a.vcf")
    assert mine.put("people", "б" * 300 + ".vcf", CARD.format(uid="b", last="Ли", first="", more="")) == 400
    assert mine.put("people", "c.vcf", CARD.format(uid="c" * 300, last="Ли", first="", more="")) == 400


def test_a_change_made_since_the_mark_was_compared_is_not_lost(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = person(company)
    device = machine(company, "employee")
    name = only(device)
    mark, text = device.names("people")[name], device.text("people", name)
    put = Records.upload

    def slowly(self: Records, href: str, item: Any) -> Any:
        _ = self.listed
        write.update(company.actor("manager"), shape_of("person"), number, {"note": "Из браузера"})
        return put(self, href, item)

    monkeypatch.setattr(Records, "upload", slowly)
    changed = text.replace("END:VCARD", "NOTE:С телефона\r\nEND:VCARD")
    assert device.put("people", name, changed, if_match=mark) == 412
    assert stored(company, number)["note"] == "Из браузера"


@pytest.mark.parametrize("who", ["colleague", "outsider", "observer"])
def test_nobody_gets_at_what_is_not_theirs(company: Company, who: str) -> None:
    person(company, "employee")
    mine, other = machine(company, "employee"), machine(company, who)
    name = only(mine)
    assert name not in other.names("people")
    assert other.ask("GET", f"people/{name}").status_code == 404
    for method in ("GET", "PROPFIND", "REPORT", "PUT", "DELETE"):
        answer = other.ask(
            method,
            f"/dav/{mine.user_id}/people/{name}",
            CARD.format(uid="x", last="Взлом", first="", more=""),
        )
        assert answer.status_code in {403, 404, 409}, (method, answer.status_code)
        assert "Иванов" not in answer.content.decode()
    if who != "observer":
        assert other.put("people", name, CARD.format(uid="x", last="Взлом", first="", more="")) == 403
    assert "Иванов" in mine.text("people", name)


def test_who_may_only_read_is_refused(company: Company) -> None:
    device = machine(company, "observer")
    assert device.put("people", "x.vcf", CARD.format(uid="x", last="Новый", first="", more="")) == 403
    assert read.page(company.actor("administrator"), shape_of("person")).rows == []


def test_a_machine_hears_what_changed_and_what_is_gone(company: Company) -> None:
    first, second = person(company), person(company, last_name="Петров")
    device = machine(company, "employee")
    token, names, gone = device.sync("people")
    assert (len(names), gone) == (2, set())
    assert device.sync("people", token) == (token, set(), set())
    write.update(company.actor("employee"), shape_of("person"), first, {"position": "Директор"})
    newer, changed, gone = device.sync("people", token)
    assert (len(changed), gone) == (1, set())
    write.trash(company.actor("manager"), shape_of("person"), [second])
    write.update(
        company.actor("administrator"), shape_of("person"), first, {"owner": company.users["outsider"].pk}
    )
    _newest, changed, gone = device.sync("people", newer)
    assert (changed, gone) == (set(), names)
    # A token of another machine that lagged behind still works; one that nobody was given does not.
    assert device.sync("people", token)[2] == names
    assert device.ask("REPORT", "people/", SYNC.format(token="urn:klientura:sync:zz")).status_code in {
        403,
        409,
    }


def test_a_book_costs_the_same_however_many_stand_in_it(
    company: Company, django_assert_max_num_queries: Callable[..., object]
) -> None:
    device = machine(company, "employee")
    for number in range(30):
        person(company, last_name=f"Номер{number}")
    with django_assert_max_num_queries(18):  # type: ignore[attr-defined]
        device.sync("people")
    body = (
        '<C:addressbook-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><prop><getetag/><C:address-data/></prop>'
        "</C:addressbook-query>"
    )
    with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
        answer = device.ask("REPORT", "people/", body, depth="1")
    assert answer.content.decode().count("BEGIN:VCARD") == 30


def test_bad_cards_are_refused_and_break_nothing(company: Company) -> None:
    device = machine(company, "employee")
    for text in ("", "x", "BEGIN:VCARD\r\nEND:VCARD\r\n", CARD.format(uid="q", last="Ким", first="А", more="TEL:" + "9" * 900 + "\r\n"),
                 "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", CARD.format(uid="q", last="\x00", first="", more="")):  # fmt: skip
        assert device.put("people", "q.vcf", text) in {400, 403, 409, 412}, text[:40]
    assert device.names("people") == {}
