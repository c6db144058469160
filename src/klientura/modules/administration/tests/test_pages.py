"""The settings pages: open to administrators only, in both languages; company, pipelines, past operations."""

import re

import pytest
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current
from klientura.kernel.store import bulk, read, write
from klientura.modules.administration.tests.conftest import MakeUser, signed_in

pytestmark = pytest.mark.django_db

ADMIN_PAGES = (
    "/settings", "/settings/company", "/settings/users", "/settings/users/new", "/settings/teams", "/settings/teams/new",
    "/settings/rights/manager", "/settings/rights/employee/task", "/settings/tokens", "/settings/operations",
)  # fmt: skip
OWN_PAGES = ("/me", "/me/tokens")


@pytest.mark.parametrize("address", [*ADMIN_PAGES, *OWN_PAGES])
def test_doors_and_languages(address: str, user_of: MakeUser, boss: User):
    assert Client().get(address).headers["Location"].startswith("/sign-in")
    for role in ("manager", "employee", "observer"):
        wanted = 200 if address in OWN_PAGES else 403
        assert signed_in(user_of(role)).get(address).status_code == wanted
    russian = signed_in(user_of("administrator", language="ru")).get(address).content.decode()
    main = russian[russian.index("<main") : russian.index("</main>")]
    english = signed_in(boss).get(address).content.decode()
    assert "Настройки" in main
    assert "Настройки" not in english
    assert "Settings" not in re.sub(r"/settings", "", main)


def test_an_administrator_finds_the_pages_by_groups_others_their_own_few(admin: Client, user_of: MakeUser):
    page = admin.get("/settings/teams").content.decode()
    nav = page[page.index('class="settings-nav') : page.index('class="settings-body')]
    assert re.findall(r'<h2 class="nav-title"[^>]*>([^<]+)<', nav) == [
        "Company and people", "Records and data", "Catalogue and papers", "Automation and connections", "For you alone",
    ]  # fmt: skip
    assert nav.count('class="nav-link"') == 34
    assert 'class="link settings-back" href="/settings"' in page
    overview = admin.get("/settings").content.decode()
    assert overview.count('class="panel settings-card"') == 34
    assert "settings-back" not in overview
    mine = signed_in(user_of("employee")).get("/me").content.decode()
    assert "nav-title" not in mine[mine.index('class="settings-nav') :]
    assert "settings-back" not in mine


def test_an_arrangement_of_cards_says_whose_it_is(admin: Client):
    address = "/settings/objects/organisation/layout"
    everybody, some = (
        admin.get(address).content.decode(),
        admin.get(f"{address}?role=manager").content.decode(),
    )
    assert "<h1>Card and form: Organisations</h1>" in everybody
    assert "<h1>Card and form: Organisations, Manager</h1>" in some
    for page in (everybody, some):
        trail = page[page.index('class="breadcrumbs"') :]
        assert 'href="/settings/objects/organisation"' in trail[: trail.index("</ol>")]
    assert f'href="{address}"' in some[some.index('class="breadcrumbs"') : some.index("</ol>")]


def test_company(admin: Client):
    values = {"company": "Лютик", "city": "Пермь", "time_zone": "Asia/Omsk", "currency": "KZT"}
    assert admin.post("/settings/company", values).headers["Location"] == "/settings/company?saved=1"
    settings = current()
    assert (settings.company, settings.area_code, settings.time_zone, settings.currency) == (
        "Лютик",
        "342",
        "Asia/Omsk",
        "KZT",
    )
    assert 'value="Пермь"' in admin.get("/settings/company").content.decode()
    for changes in (
        {"company": "\x00"},
        {"city": "12"},
        {"city": "Нигде"},
        {"time_zone": "x"},
        {"currency": "x"},
    ):
        assert admin.post("/settings/company", {**values, **changes}).status_code == 422
    assert current() == settings


def test_past_operations_are_listed_and_undone(admin: Client, user_of: MakeUser, boss: User):
    actor = SystemActor("test", boss.pk)
    ids = write.create_many(
        actor, shape_of("organisation"), [{"name": f"Орг {n}", "city": "Уфа"} for n in range(3)]
    )
    outcome = bulk.edit(actor, shape_of("organisation"), bulk.Selection(ids=tuple(ids)), {"city": "Омск"})
    page = admin.get("/settings/operations").content.decode()
    assert "Борис Босс" in page
    assert "records: 3" in page
    undo = f"/operations/{outcome.operation_id}/undo"
    assert undo in page
    assert signed_in(user_of("manager")).post(undo).status_code == 404
    assert admin.post(undo).status_code == 200
    assert {r["city"] for r in read.page(actor, shape_of("organisation"), keys=["city"]).rows} == {"Уфа"}
    assert undo not in admin.get("/settings/operations").content.decode()
    assert admin.get("/settings/operations?before=x").status_code == 200
    assert "Nothing yet" in admin.get("/settings/operations?before=1").content.decode()
