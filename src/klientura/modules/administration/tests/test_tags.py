"""Tags on the screens, in files and in the API: chosen, made, renamed, merged, put on many records at once."""

import json
import re

import pytest
from django.test import Client

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema import fields
from klientura.kernel.store import read, write
from klientura.kernel.tags.models import KnownTag
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
KEY = "x_labels"
TAGS = f"/settings/objects/organisation/tags/{KEY}"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def company(db: None):
    company = found_company()
    fields.add_field(
        company.actor("administrator"),
        "organisation",
        {"type": "tags", "label": {"ru": "Метки", "en": "Labels"}, "listed": True},
    )
    return company


@pytest.fixture
def boss(company: Company) -> Actor:
    return company.actor("administrator")


@pytest.fixture
def admin(company: Company) -> Client:
    return company.client("administrator")


def made(boss: Actor, *tags: str, name: str = "Завод") -> int:
    return write.create(boss, shape_of("organisation"), {"name": name, KEY: list(tags)})


def labels(boss: Actor, record_id: int) -> list[str]:
    return [t.label for t in read.get(boss, shape_of("organisation"), record_id)[KEY] or ()]


def test_the_form_the_card_and_the_list_show_tags_and_take_new_ones(admin: Client, boss: Actor):
    one = made(boss, "ВИП")
    form = admin.get(f"/organisation/{one}/edit").content.decode()
    assert 'name="x_labels" value="vip"' in form
    assert f"/search/values/organisation/{KEY}" in form
    editor = admin.get(f"/organisation/{one}/fact/{KEY}").content.decode()
    assert "data-picks" in editor
    sent = {"present": KEY, KEY: ["vip", "Новая"], "version": "1"}
    saved = admin.post(f"/organisation/{one}/fact/{KEY}", sent, headers=HTMX)
    assert (saved.status_code, labels(boss, one)) == (200, ["ВИП", "Новая"])
    assert "Новая" in saved.content.decode()
    assert "Новая" in admin.get("/organisation").content.decode()
    assert "Новая" in admin.get(f"/organisation/{one}/history", headers=HTMX).content.decode()
    emptied = admin.post(f"/organisation/{one}/fact/{KEY}", {"present": KEY, "version": "2"}, headers=HTMX)
    assert (emptied.status_code, labels(boss, one)) == (200, [])


def test_a_refused_form_gives_back_what_was_typed(admin: Client, boss: Actor):
    made(boss, "ВИП")
    sent = {"name": "", "present": KEY, KEY: ["vip", "Новая"]}
    answer = admin.post("/organisation/new", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="vip" data-label="ВИП"' in page
    assert 'value="Новая" data-label="Новая"' in page


def test_tags_are_looked_for_and_new_ones_offered_to_those_who_may(company: Company, boss: Actor):
    made(boss, "Оптовый", "Опт", "100 %")
    page = company.client("employee").get(f"/search/values/organisation/{KEY}?q=опт").content.decode()
    assert re.findall(r'data-title="([^"]+)"', page) == ["Опт", "Оптовый"]
    page = company.client("employee").get(f"/search/values/organisation/{KEY}?q=опт2").content.decode()
    assert 'data-create data-value=";опт2"' in page
    assert (
        "data-create"
        not in company.client("observer").get(f"/search/values/organisation/{KEY}?q=опт2").content.decode()
    )
    percent = (
        company.client("employee").get(f"/search/values/organisation/{KEY}", {"q": "%"}).content.decode()
    )
    assert re.findall(r'data-value="([^"]+)"', percent)[:1] == ["100"]
    assert company.client("employee").get("/search/values/organisation/name").status_code == 404


def test_the_filter_of_a_list_names_its_tags(admin: Client, boss: Actor):
    one, other = made(boss, "ВИП"), made(boss, "Прочее", name="Депо")
    tree = json.dumps({"field": KEY, "op": "any", "value": ["vip"]})
    page = admin.get("/organisation", {"filter": tree}).content.decode()
    assert f"/organisation/{one}" in page
    assert f"/organisation/{other}" not in page
    known = admin.get("/organisation/filter-fields").json()
    field = next(f for f in known if f["key"] == KEY)
    assert {o["op"]: o["value"] for o in field["ops"]} == {
        "any": "refs", "all": "refs", "none": "refs", "empty": "none", "not_empty": "none",
    }  # fmt: skip
    assert "ВИП" in page


def test_tags_are_put_on_and_taken_off_many_records(admin: Client, boss: Actor):
    ids = [made(boss, "А", name="Завод"), made(boss, "Б", name="Депо")]
    bar = admin.get("/organisation").content.decode()
    assert "&#34;field&#34;: &#34;tags&#34;" in bar or '"field": "tags"' in bar
    dialog = admin.post("/organisation/bulk/form", {"ids": ids, "field": KEY}, headers=HTMX).content.decode()
    assert 'name="how"' in dialog
    sent = {"ids": ids, "field": KEY, "present": KEY, "how": "add", KEY: ["Общий"]}
    answer = admin.post("/organisation/bulk/edit", sent, headers=HTMX)
    assert [labels(boss, i) for i in ids] == [["А", "Общий"], ["Б", "Общий"]]
    undo = re.search(r"/operations/\d+/undo", answer.content.decode() + str(answer.headers))
    assert undo
    assert admin.post(undo[0], headers=HTMX).status_code == 200
    assert [labels(boss, i) for i in ids] == [["А"], ["Б"]]
    admin.post("/organisation/bulk/edit", {**sent, "how": "remove", KEY: ["a"]}, headers=HTMX)
    assert [labels(boss, i) for i in ids] == [[], ["Б"]]
    admin.post("/organisation/bulk/edit", {**sent, "how": "set", KEY: ["В"]}, headers=HTMX)
    assert [labels(boss, i) for i in ids] == [["В"], ["В"]]


def test_the_administrator_keeps_the_dictionary(admin: Client, company: Company, boss: Actor):
    one = made(boss, "Опт")
    assert admin.post(TAGS, {"label": "Оптовый"}).status_code == 302
    assert admin.post(TAGS, {"label": "ОПТОВЫЙ"}).status_code == 422
    assert "Оптовый" in admin.get(TAGS).content.decode()
    assert TAGS in admin.get("/settings/objects/organisation").content.decode()
    assert admin.get(f"{TAGS}/opt").status_code == 200
    assert admin.get(f"{TAGS}/nothing").status_code == 404
    changed = {"label": "Крупный опт", "hue": "red", "active": "1"}
    assert admin.post(f"{TAGS}/opt", changed).status_code == 302
    assert labels(boss, one) == ["Крупный опт"]
    assert admin.post(f"{TAGS}/opt", {**changed, "hue": "plaid"}).status_code == 422
    assert admin.post(f"{TAGS}/opt/merge", {"into": "optovyy"}).status_code == 302
    assert labels(boss, one) == ["Оптовый"]
    assert admin.post(f"{TAGS}/opt/merge", {"into": "optovyy"}).status_code == 400
    assert "Part them" in admin.get(f"{TAGS}/opt", headers={"Accept-Language": "en"}).content.decode() or "merge" not in (
        admin.get(f"{TAGS}/opt").content.decode()
    )  # fmt: skip
    assert admin.post(f"{TAGS}/opt/part").status_code == 302
    assert labels(boss, one) == ["Крупный опт"]
    assert admin.post(f"{TAGS}/opt", {"label": "Крупный опт", "hue": "red"}).status_code == 302
    assert not KnownTag.objects.get(code="opt").active
    assert "Крупный опт" not in admin.get(f"/search/values/organisation/{KEY}?q=круп").content.decode()
    assert company.client("employee").post(TAGS, {"label": "x"}).status_code == 403


def test_a_long_dictionary_is_shown_by_pages(admin: Client, boss: Actor):
    for n in range(3):
        made(boss, *(f"метка {n * 60 + k:03}" for k in range(60)))
    page = admin.get(TAGS).content.decode()
    assert page.count('class="tree-item"') == 100
    more = re.search(r'href="([^"]+after=[^"]+)"', page)
    assert more
    assert admin.get(more[1].replace("&amp;", "&")).content.decode().count('class="tree-item"') == 80
    assert admin.get(f"{TAGS}?q=метка 17").content.decode().count('class="tree-item"') == 10


def test_programs_read_and_write_tags(company: Company, boss: Actor):
    one, api = made(boss, "Опт"), company.api("employee")
    write.update(boss, shape_of("organisation"), one, {"owner": company.users["employee"].pk})
    got = api.get(f"/api/v1/organisation/{one}").json()
    assert got[KEY] == ["opt"]
    sent = {KEY: {"add": ["Новый клиент"]}}
    answer = api.patch(
        f"/api/v1/organisation/{one}", json.dumps(sent), content_type="application/json", headers={"If-Match": '"2"'}
    )  # fmt: skip
    assert (answer.status_code, answer.json()[KEY]) == (200, ["novyy_klient", "opt"])
    values = api.get(f"/api/v1/organisation/values/{KEY}").json()
    assert [(v["code"], v["label"]) for v in values["items"]] == [
        ("novyy_klient", "Новый клиент"),
        ("opt", "Опт"),
    ]
    assert values["next"] is None
    tree = json.dumps({"field": KEY, "op": "all", "value": ["opt", "Новый клиент"]})
    assert [r["id"] for r in api.get("/api/v1/organisation", {"filter": tree}).json()["items"]] == [one]
    assert api.get("/api/v1/organisation/values/name").status_code == 404
    branches = api.get("/api/v1/organisation/values/industry").json()["items"]
    assert branches
    assert branches == sorted(branches, key=lambda v: v["code"])
