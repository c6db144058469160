"""Writing consents down: what is fixed, which verbs there are, who may do what, and what the card of a person says."""

import datetime as dt
import html
from threading import Thread

import orjson
import pytest
from django.db import connection, transaction
from django.test import Client

from klientura.kernel.access.models import User
from klientura.kernel.errors import BadRequest, Invalid
from klientura.kernel.history.take_back import ChangedSince, take_back
from klientura.kernel.history.undo import undo
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_today
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.consents.models import Consent, ConsentText
from klientura.modules.consents.services import giving, texts
from klientura.modules.consents.tests.given import ACTOR, ago, consent, person, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company()


def refused(values: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as wrong:
        write.create(ACTOR, shape_of("consent"), values)
    return [(e.field, e.code) for e in wrong.value.errors]


def test_the_purpose_is_that_of_the_text():
    number = consent(person(), purpose=None, text=text("tracking"))
    row = read.get(ACTOR, shape_of("consent"), number)
    assert (row["purpose"], row["status"], row["title"]) == (
        "tracking",
        "given",
        "Отслеживание открытия писем",
    )
    assert refused({"person": person(), "purpose": "advertising", "text": text("transfer")}) == [
        ("text", "purpose")
    ]
    assert refused({"person": person()}) == [("purpose", "required")]


def test_what_cannot_have_been_is_refused():
    mine = {"person": person(), "purpose": "advertising"}
    soon = ago(days=-2)
    assert refused({**mine, "given_at": soon}) == [("given_at", "future")]
    assert refused({**mine, "valid_until": "2020-01-01"}) == [("valid_until", "order")]
    assert refused({**mine, "withdrawn_at": ago(days=9)}) == [("withdrawn_at", "order")]
    assert refused({**mine, "ip": "не адрес"}) == [("ip", "ip")]
    late = text(in_force_from=company_today().isoformat())
    assert refused({**mine, "text": late, "given_at": ago(days=9)}) == [("text", "early")]


@pytest.mark.parametrize(
    "key", ["person", "purpose", "channel", "given_at", "how", "valid_until", "proof", "ip"]
)
def test_a_consent_is_never_made_into_another(company: Company, key: str):
    number = consent(person(), given_at=ago(days=2))
    other = {"person": person("Иная"), "purpose": "transfer", "channel": "sms", "given_at": ago(days=1), "how": "word",
             "valid_until": "2099-01-01", "proof": "иначе", "ip": "203.0.113.9"}[key]  # fmt: skip
    with pytest.raises(Invalid) as wrong:
        write.update(ACTOR, shape_of("consent"), number, {key: other})
    assert [(e.field, e.code) for e in wrong.value.errors] == [(key, "once")]
    admin = company.client("administrator")
    assert admin.get(f"/consent/{number}/fact/{key}").status_code == 404
    page = admin.get(f"/consent/{number}/edit").content.decode()
    assert f'name="{key}"' not in page
    assert 'name="note"' in page


def test_what_is_withdrawn_only_a_verb_withdraws_and_only_once():
    number, shape = consent(person()), shape_of("consent")
    with pytest.raises(Invalid) as wrong:
        write.update(ACTOR, shape, number, {"withdrawn_at": ago(minutes=1)})
    assert [e.code for e in wrong.value.errors] == ["by_verb"]
    giving.withdraw(ACTOR, number)
    assert read.get(ACTOR, shape, number)["status"] == "withdrawn"
    for verb in (giving.withdraw, giving.replace):
        with pytest.raises(giving.Over):
            verb(ACTOR, number)


def test_nobody_throws_a_consent_away(company: Company):
    number = consent(person())
    admin = company.client("administrator")
    assert admin.post(f"/consent/{number}/trash").status_code == 403
    assert admin.post("/consent/bulk/trash", {"ids": [number], "sure": "1"}).status_code == 403
    assert "/trash" not in admin.get(f"/consent/{number}").content.decode()
    assert company.api("administrator").delete(f"/api/v1/consent/{number}").status_code == 403
    assert Consent.objects.filter(pk=number, deleted_at=None).exists()


def test_a_text_that_somebody_has_consented_to_stays_and_has_a_new_edition():
    number, shape = text(), shape_of("consent_text")
    write.update(ACTOR, shape, number, {"text": "Я согласна."})
    consent(person(), text=number)
    with pytest.raises(Invalid) as wrong:
        write.update(ACTOR, shape, number, {"text": "Иное"})
    assert [(e.field, e.code) for e in wrong.value.errors] == [("text", "in_use")]
    with pytest.raises(BadRequest):
        write.trash(ACTOR, shape, [number])
    texts.new_edition(ACTOR, number, {"text": "Иное"})
    assert list(ConsentText.objects.order_by("edition").values_list("edition", "text")) == [
        (1, "Я согласна."),
        (2, "Иное"),
    ]


def test_no_two_texts_of_a_purpose_are_of_one_edition():
    shape = shape_of("consent_text")
    first, second, english = text(), text(name="Другой текст"), text(language="en")
    other = text("transfer", edition=5)
    editions = dict(ConsentText.objects.values_list("pk", "edition"))
    assert editions == {first: 1, second: 2, english: 1, other: 5}
    for deed in (
        lambda: text(edition=2),
        lambda: write.update(ACTOR, shape, first, {"edition": 2}),
        lambda: write.update(ACTOR, shape, english, {"language": "ru"}),
    ):
        with pytest.raises(Invalid) as wrong:
            deed()
        assert [(e.field, e.code) for e in wrong.value.errors] == [("edition", "taken")]
    write.update(ACTOR, shape, first, {"edition": 7})
    texts.new_edition(ACTOR, second, {"text": "Иное"})
    assert ConsentText.objects.get(text="Иное").edition == 8


def test_a_program_replaces_no_consent_by_that_of_somebody_else_and_makes_no_edition_for_another_purpose(
    company: Company,
):
    number, other, words, api = consent(person()), person("Иная"), text(), company.api("administrator")
    for address, wrong in (
        (f"/api/v1/consent/{number}/actions/replace", {"person": other}),
        (f"/api/v1/consent/{number}/actions/replace", {"purpose": "transfer"}),
        (f"/api/v1/consent_text/{words}/actions/new_edition", {"purpose": "transfer", "text": "Иное"}),
    ):
        answer = api.post(address, orjson.dumps(wrong), content_type="application/json")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown")
    assert (Consent.objects.count(), ConsentText.objects.count()) == (1, 1)
    good = api.post(
        f"/api/v1/consent/{number}/actions/replace",
        orjson.dumps({"channel": "email"}),
        content_type="application/json",
    )
    assert good.json()["status"] == "replaced"


def test_a_new_edition_of_words_that_its_author_may_not_see_is_refused(company: Company):
    number = text()
    for action in ("create", "edit"):
        company.grant("manager", "consent_text", action, "all")
    company.hide("manager", "consent_text", "text")
    answer = company.client("manager").post(
        f"/consent_text/{number}/actions/new_edition", {"name": "Новая", "text": "Иное"}
    )
    assert answer.status_code == 403
    assert ConsentText.objects.count() == 1


def test_whoever_reads_their_own_consents_alone_is_not_told_what_follows_from_all(company: Company):
    number = person(owner=company.users["employee"].pk, team=company.teams["near"].pk)
    consent(number, owner=company.users["administrator"].pk)
    company.grant("employee", "consent", "read", "own")
    assert "разрешено" not in card(company.client("employee"), number)
    assert "разрешено" in card(company.client("observer"), number)


def test_no_undo_puts_other_words_under_a_consent(company: Company):
    number, shape, admin = text(), shape_of("consent_text"), company.actor("administrator")
    done = company.api("administrator").post(
        "/api/v1/consent_text/bulk",
        orjson.dumps({"ids": [number], "set": {"text": "Я согласна."}}),
        content_type="application/json",
    )
    version = write.update(admin, shape, number, {"name": "Реклама"})
    consent(person(), text=number)
    undone = undo(admin, done.json()["operation"])
    assert (undone.restored, undone.kept) == (0, [number])
    with pytest.raises(ChangedSince):
        take_back(admin, shape, number, version)
    row = ConsentText.objects.get()
    assert (row.name, row.text) == ("Реклама", "Я согласна.")


def test_nothing_is_missing_in_a_text_or_a_consent_that_could_be_filled_in(company: Company):
    admin, number = company.client("administrator"), person()
    for key, made in (("consent_text", text()), ("consent", consent(number))):
        assert "Заполнено" not in admin.get(f"/{key}/{made}/quality").content.decode()
    assert "Заполнено" in admin.get(f"/person/{number}/quality").content.decode()


@pytest.mark.django_db(transaction=True)
def test_words_are_not_changed_while_somebody_consents_to_them():
    number, refused = text(), list[str]()

    def edit() -> None:
        try:
            write.update(ACTOR, shape_of("consent_text"), number, {"text": "Иное"})
        except Invalid as wrong:
            refused.extend(e.code for e in wrong.errors)
        finally:
            connection.close()

    with transaction.atomic():
        consent(person(), text=number)
        other = Thread(target=edit)
        other.start()
        other.join(1)
    other.join()
    assert (refused, ConsentText.objects.get().text) == (["in_use"], "Я согласен.")


@pytest.mark.django_db(transaction=True)
def test_editions_that_two_make_at_once_have_two_numbers():
    first, second = text(), text(name="Для сайта")

    def edit() -> None:
        try:
            texts.new_edition(ACTOR, second, {"text": "Иное"})
        finally:
            connection.close()

    with transaction.atomic():
        texts.new_edition(ACTOR, first, {"text": "Другое"})
        other = Thread(target=edit)
        other.start()
        other.join(1)
    other.join()
    assert sorted(ConsentText.objects.values_list("edition", flat=True)) == [1, 2, 3, 4]


def test_days_are_those_of_the_company_wherever_their_reader_is(company: Company):
    User.objects.filter(pk=company.users["employee"].pk).update(time_zone="Asia/Kamchatka")
    number = person(owner=company.users["employee"].pk)
    consent(number, channel="email", given_at="2026-03-04T15:00Z")
    page = card(company.client("employee"), number)
    assert "Эл. почта: разрешено с 04.03.2026" in page
    assert "Эл. почта, с 04.03.2026" in page


def test_what_is_past_its_day_is_marked_by_the_clock():
    numbers = [
        consent(person(f"Ёлкина {n}"), given_at=ago(days=9), valid_until=company_today().isoformat())
        for n in range(2)
    ]
    Consent.objects.filter(pk=numbers[0]).update(valid_until=company_today() - dt.timedelta(days=1))
    assert giving.expire() == 1
    assert giving.expire() == 0
    assert {c.pk: c.status for c in Consent.objects.all()} == {numbers[0]: "expired", numbers[1]: "given"}


def test_a_purpose_that_an_administrator_adds_is_one_of_consents_too(company: Company):
    api = company.api("administrator")
    listed = orjson.loads(api.get("/api/v1/schema/objects/consent_text/options/purpose").content)
    options = [
        {"code": o["code"], "label": o["label"], "hue": o["hue"], "active": True} for o in listed["items"]
    ]
    body = {
        "mark": listed["mark"],
        "options": [*options, {"label": {"ru": "Съёмка", "en": "Filming"}, "hue": "pink"}],
    }
    address = "/api/v1/schema/objects/consent_text/options/purpose"
    assert api.put(address, orjson.dumps(body), content_type="application/json").status_code == 200
    assert api.get("/api/v1/schema/objects/consent/options/purpose").status_code == 404
    number = person()
    page = html.unescape(
        company.client("administrator").get(f"/person/{number}?tab=consents").content.decode()
    )
    assert "Съёмка" in page


def card(client: Client, number: int) -> str:
    answer = client.get(f"/person/{number}?tab=consents")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_card_of_a_person_says_what_stands(company: Company):
    number = person(owner=company.users["employee"].pk, team=company.teams["near"].pk)
    made = consent(number, channel="email", valid_until="2099-12-31", proof="Бланк в папке 7")
    page = card(company.client("employee"), number)
    assert "Эл. почта: разрешено с" in page
    assert "до 31.12.2099" in page
    assert "SMS: нет согласия" in page
    assert "Бланк в папке 7" in page
    assert f"/consent/{made}/actions/withdraw" in page
    done = company.client("employee").post(f"/consent/{made}/actions/withdraw", {"withdrawn_how": "word"})
    assert done.status_code == 200
    page = card(company.client("employee"), number)
    assert f"Эл. почта: отозвано {company_today():%d.%m.%Y}" in page
    assert f"/consent/{made}/actions/withdraw" not in page


def test_consents_are_read_by_who_reads_the_person_and_by_nobody_else(company: Company):
    number = person(owner=company.users["outsider"].pk, team=company.teams["far"].pk)
    made = consent(number, owner=company.users["employee"].pk)
    stranger = consent(
        person("Чужая", owner=company.users["outsider"].pk, team=company.teams["far"].pk),
        owner=company.users["outsider"].pk,
    )
    assert company.client("employee").get(f"/consent/{stranger}").status_code == 404
    assert company.client("employee").post(
        f"/consent/{stranger}/actions/withdraw", {"withdrawn_how": "word"}
    ).status_code in {403, 404}
    assert Consent.objects.get(pk=stranger).status == "given"
    assert company.client("observer").get(f"/consent/{made}").status_code == 200
    assert (
        company.client("observer")
        .post(f"/consent/{made}/actions/withdraw", {"withdrawn_how": "word"})
        .status_code
        == 403
    )
    company.hide("observer", "consent", "valid_until")
    page = card(company.client("observer"), number)
    assert "Согласия закрыты для вашей роли" in page
    assert "разрешено" not in page


def test_a_form_writes_a_consent_down_with_its_person_filled_in(company: Company):
    number = person("Ёлкина", first_name="Зоя", owner=company.users["manager"].pk)
    paper = text("advertising")
    client = company.client("manager")
    form = html.unescape(
        client.get(f"/consent/new?dialog=1&stay=1&person={number}&purpose=advertising").content.decode()
    )
    assert "Ёлкина Зоя" in form
    sent = {"person": number, "text": paper, "channel": "email", "how": "paper", "proof": "Бланк"}
    answer = client.post("/consent/new?dialog=1&stay=1", sent, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    made = Consent.objects.get()
    assert (made.purpose, made.channel, made.name) == (
        "advertising",
        "email",
        "Рекламные сообщения: Эл. почта",
    )


def test_consents_stand_in_no_navigation_and_are_found_all_the_same(company: Company) -> None:
    page = company.client("administrator").get("/").content.decode()
    assert 'class="nav-link" href="/consent"' not in page
    assert '<a href="/consent" data-command=' in page  # the palette leads there
    assert company.client("administrator").get("/consent").status_code == 200
