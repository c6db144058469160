"""Saved views through the pages: keeping, changing, sharing, pinning, deleting, and what the list then shows."""

import html
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.views import habits, saving
from klientura.kernel.views.models import View

pytestmark = pytest.mark.django_db
UFA = json.dumps({"and": [{"field": "city", "op": "eq", "value": "Уфа"}]}, ensure_ascii=False)


@pytest.fixture
def company() -> Company:
    company = found_company()
    owner, team = company.users["employee"].pk, company.teams["near"].pk
    rows = [
        {"name": n, "city": c, "owner": owner, "team": team}
        for n, c in (("Альфа", "Уфа"), ("Бета", "Казань"))
    ]
    write.create_many(SystemActor("test"), shape_of("organisation"), rows)
    return company


def page(browser: Client, address: str) -> str:
    answer = browser.get(address, follow=True)
    assert answer.status_code == 200, answer.content
    return html.unescape(answer.content.decode())


def shown(browser: Client, address: str) -> set[str]:
    found = page(browser, address)
    return {n for n in ("Альфа", "Бета") if f">{n}</a>" in found}


def bar_of(found: str) -> str:
    return found[found.index('id="views-bar"') : found.index('class="list-search"')]


def keep(browser: Client, query: dict[str, str], **form: Any) -> View:
    answer = browser.post(f"/organisation/views/new?{urlencode(query)}", {"name": "Уфа", **form})
    assert answer.status_code == 204, answer.content
    made = View.objects.latest("pk")
    assert answer["HX-Redirect"] == f"/organisation?saved={made.pk}&view_kept=1"
    return made


def test_a_kept_list_opens_as_it_was(company: Company) -> None:
    browser = company.client("employee")
    offered = page(browser, f"/organisation?{urlencode({'filter': UFA})}")
    assert "/organisation/views/new?filter=" in bar_of(offered)
    view = keep(browser, {"filter": UFA, "columns": "name,city", "sort": "-city"}, pin="1")
    assert shown(browser, f"/organisation?saved={view.pk}") == {"Альфа"}
    found = page(browser, f"/organisation?saved={view.pk}")
    assert "<title>Уфа" in found
    assert 'aria-current="page">Уфа</a>' in bar_of(found)
    assert "views-changed" not in found
    assert f'<a class="nav-link is-view" href="/organisation?saved={view.pk}" aria-current="page">' in found
    assert browser.get(f"/organisation/count?saved={view.pk}").content.decode().startswith("1")
    assert shown(browser, "/organisation") == {"Альфа", "Бета"}


def test_the_address_says_more_than_the_view_and_may_take_its_filter_away(company: Company) -> None:
    browser = company.client("employee")
    view = keep(browser, {"filter": UFA, "columns": "name,city"})
    for further in ("filter=", "filter=&sort=name"):
        address = f"/organisation?saved={view.pk}&{further}"
        assert shown(browser, address) == {"Альфа", "Бета"}
        assert "views-changed" in page(browser, address)
    found = page(browser, f"/organisation?saved={view.pk}&q=Альфа")
    assert re.search(rf'href="/organisation\?saved={view.pk}&q=[^"]*&sort=name"', found)
    assert f'<input type="hidden" name="saved" value="{view.pk}">' in found
    assert shown(browser, f"/organisation?saved={view.pk}&q=Бета") == set()


def test_saving_again_keeps_what_is_shown_now(company: Company) -> None:
    browser = company.client("employee")
    view = keep(browser, {"filter": UFA})
    address = f"/organisation?saved={view.pk}&filter=&sort=-name"
    save = re.search(r'hx-post="(/views/\d+/save\?[^"]*)"', bar_of(page(browser, address)))
    assert save is not None
    assert browser.post(save[1]).status_code == 204
    view.refresh_from_db()
    assert (view.state, view.version) == ({"sort": "-name"}, 2)
    assert company.client("colleague").post(save[1]).status_code == 404


def test_who_may_not_change_a_shared_view_may_keep_it_under_another_name(company: Company) -> None:
    view = keep(company.client("employee"), {"filter": UFA}, visibility="everyone")
    found = bar_of(page(company.client("colleague"), f"/organisation?saved={view.pk}&sort=name"))
    assert f"/views/{view.pk}/save" not in found
    assert f"/organisation/views/new?saved={view.pk}&sort=name" in found
    for act in ("save", "delete", "settings"):
        assert company.client("colleague").post(f"/views/{view.pk}/{act}").status_code == 403


def test_a_shared_view_widens_no_rights(company: Company) -> None:
    view = keep(company.client("employee"), {"filter": UFA}, visibility="everyone")
    assert shown(company.client("observer"), f"/organisation?saved={view.pk}") == {"Альфа"}
    assert shown(company.client("outsider"), f"/organisation?saved={view.pk}") == set()


def test_a_view_by_a_hidden_field_shows_nothing_and_says_why(company: Company) -> None:
    view = keep(company.client("manager"), {"filter": UFA, "columns": "name,city"}, visibility="everyone")
    company.hide("employee", "organisation", "city")
    browser, address = company.client("employee"), f"/organisation?saved={view.pk}"
    found = page(browser, address)
    assert shown(browser, address) == set()
    assert "«город»" in found
    assert "Уфа" not in found.replace("<title>Уфа", "").replace(">Уфа</a>", "").replace("“Уфа”", "").replace(
        "«Уфа»", ""
    )
    assert browser.get(f"/organisation/count?saved={view.pk}").content.decode().startswith("0")
    assert shown(browser, f"{address}&q=Альфа") == set()
    sealed = re.search(r'name="list" value="([^"]+)"', found)
    assert sealed is None
    assert f"saved={view.pk}&filter=" in found
    assert shown(browser, f"{address}&filter=") == {"Альфа", "Бета"}
    assert browser.get(f"/organisation/views/new?saved={view.pk}").status_code == 400


def test_an_act_over_the_whole_list_keeps_to_what_was_shown(company: Company) -> None:
    """The view is changed by somebody between the page and the click."""
    manager = company.client("manager")
    view = keep(manager, {"filter": UFA})
    sealed = re.search(r'name="list" value="([^"]+)"', page(manager, f"/organisation?saved={view.pk}"))
    assert sealed is not None
    saving.change(company.actor("manager"), view.pk, {"state": {}})
    sent = {"all_matching": "1", "list": sealed[1], "sure": "1"}
    assert manager.post("/organisation/bulk/trash", sent).status_code == 200
    assert shown(manager, "/organisation") == {"Бета"}


def test_the_settings_of_a_view(company: Company) -> None:
    browser = company.client("employee")
    view = keep(browser, {"filter": UFA})
    place = f"/views/{view.pk}/settings"
    assert "Уфа" in page(browser, place)
    assert browser.post(place, {"name": "", "version": "1"}).status_code == 422
    assert browser.post(place, {"name": "Все наши", "visibility": "team", "version": "1"}).status_code == 204
    assert browser.post(place, {"name": "Поздно", "visibility": "team", "version": "1"}).status_code == 409
    view.refresh_from_db()
    assert (view.name, view.visibility, view.team_id) == ("Все наши", "team", company.teams["near"].pk)
    assert "Все наши" in bar_of(page(company.client("colleague"), "/organisation"))
    assert "Все наши" not in page(company.client("outsider"), "/organisation")


def test_pinning_ordering_deleting_and_bringing_back(company: Company) -> None:
    browser = company.client("employee")
    first, second = (
        keep(browser, {"filter": UFA}, name="Первый"),
        keep(browser, {"sort": "name"}, name="Второй"),
    )
    for view in (first, second):
        assert browser.post(f"/views/{view.pk}/pin")["HX-Refresh"] == "true"
    assert browser.post(f"/views/{second.pk}/left").status_code == 204
    tabs = re.findall(r'class="tab"[^>]*>([^<]+)</a>', bar_of(page(browser, "/organisation")))
    assert tabs[1:] == ["Второй", "Первый"]
    browser.post(f"/views/{second.pk}/right")
    browser.post(f"/views/{first.pk}/unpin")
    assert re.findall(r'class="tab"[^>]*>([^<]+)</a>', bar_of(page(browser, "/organisation")))[1:] == [
        "Второй"
    ]
    gone = browser.post(f"/views/{second.pk}/delete")
    assert "Второй" not in page(browser, "/organisation")
    assert f'data-undo-url="/views/{second.pk}/bring-back"' in page(browser, gone["HX-Redirect"])
    assert browser.get(f"/organisation?saved={second.pk}").status_code == 404
    assert browser.post(f"/views/{second.pk}/bring-back").status_code == 204
    assert "Второй" in bar_of(page(browser, "/organisation"))
    assert browser.get(f"/person?saved={second.pk}").status_code == 404


def test_the_list_opens_with_the_view_of_the_role(company: Company) -> None:
    admin = company.client("administrator")
    dialog = page(admin, "/organisation/views/new?sort=name")
    assert [w in dialog for w in ("Руководитель", "manager</label>")] == [True, False]
    assert 'name="roles"' not in page(company.client("manager"), "/organisation/views/new?sort=name")
    view = keep(admin, {"filter": UFA}, visibility="everyone", roles=["employee"])
    browser = company.client("employee")
    answer = browser.get("/organisation?gone=5")
    assert (answer.status_code, answer["Location"]) == (302, f"/organisation?gone=5&saved={view.pk}")
    assert shown(browser, "/organisation") == {"Альфа"}
    assert shown(browser, "/organisation?saved=all") == {"Альфа", "Бета"}
    assert 'href="/organisation?saved=all"' in bar_of(page(browser, "/organisation"))
    assert shown(browser, "/organisation?sort=name") == {"Альфа", "Бета"}
    assert shown(company.client("manager"), "/organisation") == {"Альфа", "Бета"}


def test_the_last_columns_and_order_return(company: Company) -> None:
    browser, actor = company.client("employee"), company.actor("employee")
    assert browser.post("/organisation/remember", {"columns": "city", "sort": "-city"}).status_code == 204
    assert habits.habit_of(actor, shape_of("organisation"))[:2] == (("city",), "-city")
    found = page(browser, "/organisation")
    heads = [re.sub(r"<[^>]+>", "", h).strip() for h in re.findall(r"<th[^>]*>(.*?)</th>", found, re.DOTALL)]
    assert [h for h in heads if h] == ["Название", "Город"]
    assert found.index(">Альфа</a>") < found.index(">Бета</a>")  # Уфа before Казань, as one orders downwards
    view = keep(browser, {"columns": "name", "sort": "name"})
    again = page(browser, f"/organisation?saved={view.pk}")
    assert re.findall(r'<th scope="col" data-key="(\w+)"', again) == ["name"]
    for bad in ({"columns": "nothing"}, {"sort": "nothing"}):
        assert browser.post("/organisation/remember", bad).status_code == 400
    browser.post("/organisation/remember", {"columns": "", "sort": ""})
    assert habits.habit_of(actor, shape_of("organisation"))[:2] == ((), "")


def test_the_palette_finds_views_by_name(company: Company) -> None:
    view = keep(company.client("employee"), {"filter": UFA}, name="Ждут звонка")
    assert f"/organisation?saved={view.pk}" in page(company.client("employee"), "/search/palette?q=звонк")
    assert f"/organisation?saved={view.pk}" not in page(company.client("manager"), "/search/palette?q=звонк")


def test_a_board_is_kept_as_a_board(company: Company) -> None:
    browser = company.client("manager")
    answer = browser.post("/opportunity/views/new?view=board&sort=name", {"name": "Доска"})
    view = View.objects.get()
    assert (view.kind, view.state, answer.status_code) == ("board", {"sort": "name"}, 204)
    found = page(browser, f"/opportunity?saved={view.pk}")
    assert 'id="board-area"' in found
    assert f"saved={view.pk}&view=list" in found
    assert 'id="board-area"' not in page(browser, f"/opportunity?saved={view.pk}&view=list")


@pytest.mark.parametrize("key", ["0", "x", "9" * 30, "-1", "all", "999999"])
def test_a_number_that_names_no_view(company: Company, key: str) -> None:
    expected = 404 if key in {"0", "999999"} else 200
    assert company.client("employee").get(f"/organisation?saved={key}").status_code == expected
