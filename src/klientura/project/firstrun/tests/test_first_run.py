"""The first run in both languages, with bad input, and with a second browser."""

import pytest
from django.test import Client
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current
from klientura.kernel.store import write
from klientura.kernel.store.models import Operation
from klientura.modules.administration.queries import find_demo
from klientura.modules.sales.models import Pipeline, Stage
from klientura.project.demo.generate import Volume, generate
from klientura.project.demo.team import Owner

pytestmark = pytest.mark.django_db

PASSWORD = "Верблюд-и-море-7"
COMPANY = {"company": "Ромашка", "city": "Казань", "time_zone": "", "currency": "RUB"}
BOSS = {"name": "Анна Ким", "email": "Anna@Example.org", "password": PASSWORD}


def through_company(client: Client, language: str = "ru", **changes: str) -> None:
    assert client.post("/setup", {"language": language}).headers["Location"] == "/setup/company"
    assert client.post("/setup/company", {**COMPANY, **changes}).headers["Location"] == "/setup/administrator"


@pytest.mark.parametrize(
    ("language", "heading", "stage"),
    [("ru", "С чего начнём?", "Новая заявка"), ("en", "What shall we begin with?", "New request")],
)
def test_whole(client: Client, language: str, heading: str, stage: str):
    assert client.get("/").headers["Location"] == "/setup"
    assert client.get("/setup").status_code == 200
    through_company(client, language, city="г. Екатеринбург")
    response = client.post("/setup/administrator", BOSS, follow=True)
    assert response.redirect_chain == [("/setup/begin", 302)]
    assert heading in response.content.decode()
    settings = current()
    assert (settings.company, settings.language, settings.currency) == ("Ромашка", language, "RUB")
    assert (settings.area_code, settings.time_zone) == ("343", "Asia/Yekaterinburg")
    user = User.objects.get()
    assert (user.email, user.name, user.role.key) == ("anna@example.org", "Анна Ким", "administrator")
    assert (user.language, user.time_zone) == (language, "Asia/Yekaterinburg")
    assert user.check_password(PASSWORD)
    assert Pipeline.objects.count() == 1
    assert Stage.objects.order_by("place").values_list("name", flat=True)[0] == stage
    assert client.get("/organisation").status_code == 200
    assert client.get("/setup").status_code == 404


def test_the_chosen_language_is_spoken_at_once(client: Client):
    assert client.post("/setup", {"language": "en"}).cookies["language"].value == "en"
    assert "Your company" in client.get("/setup/company").content.decode()
    client.post("/setup", {"language": "ru"})
    assert "Ваша компания" in client.get("/setup/company").content.decode()
    assert client.post("/setup", {"language": "xx"}).status_code == 200


def test_refused_values_stay_as_typed(client: Client):
    client.post("/setup", {"language": "en"})
    response = client.post(
        "/setup/company", {"company": "", "city": "Атлантида", "time_zone": "Mars/Base", "currency": "XXX"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="Атлантида"' in page
    for message in ("Fill this in.", "This city is not in our list.", "Choose one from the list."):
        assert message in page
    assert current().company == ""


@pytest.mark.parametrize("bad", ["a\x00b", "x" * 201, "x" * 20_000, "a\x1bb", "a\nb"])
def test_hostile_company_names(client: Client, bad: str):
    response = client.post("/setup/company", {**COMPANY, "company": bad})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"password": "короче"}, "too short"),
        ({"password": "1234567890"}, "too common"),
        ({"password": "9876504321"}, "entirely numeric"),
        ({"password": "Пароль\x00Пароль"}, "invisible character"),
        ({"password": "д" * 5000}, "128 characters at most"),
        ({"email": "anna"}, "not an e-mail address"),
        ({"email": "a\x00@example.org"}, "invisible character"),
        ({"email": "a" * 300 + "@example.org"}, "254 characters at most"),
        ({"name": " "}, "Fill this in."),
        ({"name": "Ann\x00"}, "invisible character"),
    ],
)
def test_refused_administrator(client: Client, changes: dict[str, str], message: str):
    through_company(client, "en")
    response = client.post("/setup/administrator", {**BOSS, **changes})
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    assert PASSWORD not in page
    assert User.objects.count() == 0
    assert current().set_up_at is None
    assert client.post("/setup/administrator", BOSS).headers["Location"] == "/setup/begin"


def test_administrator_needs_the_company_first(client: Client):
    assert client.get("/setup/administrator").headers["Location"] == "/setup/company"
    assert client.post("/setup/administrator", BOSS).headers["Location"] == "/setup/company"


def test_second_browser_is_told_what_happened():
    first, second = Client(), Client()
    through_company(first, "en")
    through_company(second, "en", company="Other")
    assert first.post("/setup/administrator", BOSS).status_code == 302
    response = second.post("/setup/administrator", {**BOSS, "email": "other@example.org"})
    assert response.status_code == 404
    assert "The first start is over" in response.content.decode()
    assert User.objects.count() == 1
    assert current().company == "Ромашка"


def test_beginning_is_for_the_administrator(client: Client):
    assert client.get("/setup/begin").headers["Location"] == "/setup"
    through_company(client)
    client.post("/setup/administrator", BOSS)
    assert Client().get("/setup/begin").headers["Location"].startswith("/sign-in")
    page = client.get("/setup/begin").content.decode()
    assert "/imports/new" in page
    assert 'action="/setup/begin"' in page


@pytest.mark.parametrize("state", ["running", "done", "failed"])
def test_demo_data_are_offered_once(client: Client, state: str):
    through_company(client)
    client.post("/setup/administrator", BOSS)
    demo = Operation.objects.create(
        kind="demo", object="party", started_at="2026-01-01T00:00:00Z", state=state
    )
    page = client.get("/setup/begin").content.decode()
    forms = 0 if state == "running" else 1
    assert (page.count('action="/setup/begin"'), page.count('name="empty"')) == (forms, forms)
    taking_out = f"/operations/{demo.pk}/undo"
    assert (taking_out in client.get("/settings").content.decode()) == (state != "running")
    assert client.post("/setup/begin").headers["Location"] == "/"
    assert Operation.objects.count() == 1


def test_demo_data_that_stand_already_are_told_and_can_be_taken_out(client: Client):
    """Loaded from the command line before anybody set the product up."""
    company = Volume(organisations=3, people=4, deals=2, interactions=2)
    generate(SystemActor("test"), company, (Owner(None, None),), language="ru", now=timezone.now())
    assert Stage.objects.order_by("place").values_list("name", flat=True)[0] == "Новая заявка"
    through_company(client, "en")
    client.post("/setup/administrator", BOSS)
    page = client.get("/setup/begin").content.decode()
    assert "organisations – 3, people – 4" in page
    assert page.count("/setup/begin") == 1
    assert 'name="empty" value="1"' in page
    assert client.post("/setup/begin", {"empty": "1"}).headers["Location"] == "/"
    assert find_demo() is None
    emptied = client.get("/setup/begin").content.decode()
    assert "organisations –" not in emptied
    assert 'name="empty"' not in emptied
    assert client.post("/setup/begin", {"empty": "1"}).headers["Location"] == "/"
    assert Operation.objects.filter(kind="demo").count() == 1


def test_demo_data_are_never_put_among_real_clients(client: Client):
    through_company(client, "en")
    client.post("/setup/administrator", BOSS)
    write.create(SystemActor("test"), shape_of("organisation"), {"name": "Ромашка"})
    assert client.post("/setup/begin").headers["Location"] == "/setup/begin"
    assert find_demo() is None
    assert not Operation.objects.filter(kind="demo").exists()


def test_own_records_that_stand_already_are_not_called_an_empty_base(client: Client):
    write.create(SystemActor("test"), shape_of("organisation"), {"name": "Ромашка"})
    through_company(client, "en")
    client.post("/setup/administrator", BOSS)
    page = client.get("/setup/begin").content.decode()
    assert "organisations – 1." in page
    assert "<form" not in page


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("короче", "Пароль слишком короткий: нужно не меньше 10 символов."),
        ("1234567890", "Пароль слишком распространённый"),
        ("9876504321", "Пароль состоит из одних цифр"),
        ("anna@example.org", "Пароль слишком похож на ваше имя или адрес эл. почты."),
    ],
)
def test_passwords_are_refused_in_our_own_words(client: Client, password: str, message: str):
    through_company(client)
    page = client.get("/setup/administrator").content.decode()
    assert "Не короче 10 символов." in page
    response = client.post("/setup/administrator", {**BOSS, "password": password})
    assert response.status_code == 422
    assert message in response.content.decode()
