"""Segments through the pages: made of a list, changed, put together, filled, shown on cards, closed to others."""

import html
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.jobs.models import Job
from klientura.kernel.jobs.service import execute
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.segments import keeping, members, picture
from klientura.kernel.segments.models import Member, Segment
from klientura.kernel.store import write
from klientura.kernel.store.bulk import Selection
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
RULE = {"and": [{"field": "city", "op": "eq", "value": "Уфа"}]}
UFA = json.dumps(RULE, ensure_ascii=False)


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def clients(company: Company) -> list[int]:
    owner, team = company.users["employee"].pk, company.teams["near"].pk
    rows = [
        {"name": n, "city": c, "owner": owner, "team": team}
        for n, c in (("Альфа", "Уфа"), ("Бета", "Казань"), ("Гамма", "Уфа"))
    ]
    return write.create_many(SystemActor("test"), shape_of("organisation"), rows)


def page(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, answer.content
    return html.unescape(answer.content.decode())


def make(browser: Client, query: dict[str, str], **form: Any) -> Segment:
    answer = browser.post(f"/organisation/segments/new?{urlencode(query)}", {"name": "Уфа", **form})
    assert answer.status_code == 204, answer.content.decode()
    made = Segment.objects.latest("pk")
    assert answer["HX-Redirect"] == f"/segments/{made.pk}"
    return made


def test_a_filtered_list_becomes_a_rule_or_a_list(company: Company, clients: list[int]) -> None:
    browser = company.client("employee")
    offered = page(browser, f"/organisation?{urlencode({'filter': UFA})}")
    assert "/organisation/segments/new?filter=" in offered
    assert "/organisation/segments/new" not in page(browser, "/organisation")
    assert 'value="live"' in page(browser, f"/organisation/segments/new?{urlencode({'filter': UFA})}")
    live = make(browser, {"filter": UFA}, kind="live", visibility="everyone")
    assert (live.kind, live.rule) == ("live", RULE)
    execute(Job.objects.get(kind="segments.picture").pk)
    static = make(browser, {"filter": UFA}, kind="static")
    assert sorted(Member.objects.filter(segment=static).values_list("record_id", flat=True)) == [
        clients[0],
        clients[2],
    ]
    searched = make(browser, {"q": "Бета"})
    assert (searched.kind, Member.objects.get(segment=searched).record_id) == ("static", clients[1])
    for each, size in ((live, "2"), (static, "2"), (searched, "1")):
        assert browser.get(f"/segments/{each.pk}/count").content.decode() == size
        assert each.name in page(browser, "/segments")
    listed = re.search(r'href="(/organisation\?filter=[^"]+)"', page(browser, f"/segments/{live.pk}"))
    assert listed is not None
    shown = page(browser, listed[1])
    assert [n for n in ("Альфа", "Бета", "Гамма") if f">{n}</a>" in shown] == ["Альфа", "Гамма"]
    fields = re.search(r'id="filter-fields">(.*?)</script>', shown, re.DOTALL)
    assert fields is not None
    assert [f["names"] for f in json.loads(fields[1]) if f["key"] == "@segment"] == [{str(live.pk): "Уфа"}]


def test_a_refused_segment_says_why_in_its_dialog(company: Company, clients: list[int]) -> None:
    browser = company.client("employee")
    address = f"/organisation/segments/new?{urlencode({'filter': UFA})}"
    assert browser.post(address, {"name": "", "kind": "live"}).status_code == 422
    mine = urlencode({"filter": json.dumps({"field": "owner", "op": "me"})})
    answer = browser.post(f"/organisation/segments/new?{mine}", {"name": "Мои", "kind": "live"})
    assert answer.status_code == 400
    assert "Is me" in html.unescape(answer.content.decode()) or "Это я" in html.unescape(
        answer.content.decode()
    )
    assert company.client("observer").get(address).status_code == 403
    assert not Segment.objects.exists()


def test_a_rule_is_changed_on_the_page_of_the_segment(company: Company, clients: list[int]) -> None:
    browser = company.client("employee")
    segment = make(browser, {"filter": UFA}, kind="live", visibility="everyone")
    kazan = json.dumps({"and": [{"field": "city", "op": "eq", "value": "Казань"}]}, ensure_ascii=False)
    address = f"/segments/{segment.pk}"
    assert "segment-keep" not in page(browser, address)
    assert "segment-keep" in page(browser, f"{address}?{urlencode({'filter': kazan})}")
    assert "segment-keep" not in page(
        company.client("colleague"), f"{address}?{urlencode({'filter': kazan})}"
    )
    assert browser.post(f"{address}/rule", {"filter": kazan, "version": "1"}).status_code == 204
    assert browser.post(f"{address}/rule", {"filter": UFA, "version": "1"}).status_code == 409
    assert browser.get(f"{address}/count").content.decode() == "1"
    assert company.client("colleague").post(f"{address}/rule", {"filter": UFA}).status_code == 403
    for wrong in ("{", "[]", "", '{"field": "nothing"}'):
        assert browser.post(f"{address}/rule", {"filter": wrong, "version": "2"}).status_code == 400


def test_segments_are_put_together(company: Company, clients: list[int]) -> None:
    browser, actor = company.client("employee"), company.actor("employee")
    assert browser.get("/segments/compose")["Location"] == "/segments"
    assert browser.get("/segments/compose/count").content.decode() == "0"
    first = make(browser, {"filter": UFA}, kind="live")
    second = keeping.create(actor, shape_of("organisation"), name="Список", kind="static")
    members.add(actor, second.pk, Selection(ids=tuple(clients[:2])))
    for how, size in (("union", "3"), ("intersection", "1"), ("difference", "1")):
        query = f"a={first.pk}&b={second.pk}&how={how}"
        assert browser.get(f"/segments/compose/count?{query}").content.decode() == size
        assert f"/segments/compose/count?a={first.pk}&b={second.pk}" in page(
            browser, f"/segments/compose?{query}"
        )
        assert browser.post(f"/segments/compose?{query}", {"name": ""}).status_code == 422
        assert browser.post(f"/segments/compose?{query}", {"name": how}).status_code == 204
        assert browser.get(f"/segments/{Segment.objects.latest('pk').pk}/count").content.decode() == size
    assert browser.post(f"/segments/compose?a={first.pk}", {"name": "Один"}).status_code == 422
    other = keeping.create(actor, shape_of("person"), name="Люди", kind="static")
    assert browser.get(f"/segments/compose?a={first.pk}&b={other.pk}").status_code == 400
    assert company.client("colleague").get(f"/segments/compose?a={first.pk}&b={second.pk}").status_code == 404


def test_selected_records_go_into_a_list_and_out_again(company: Company, clients: list[int]) -> None:
    browser = company.client("employee")
    put = "/organisation/segments/put"
    assert "Альфа" not in page(browser, "/segments")
    dialog = browser.post("/organisation/segments/fill", {"ids": clients[:2]})
    assert dialog.status_code == 200
    assert browser.post(put, {"ids": clients[:2], "name": ""}).status_code == 422
    answer = browser.post(put, {"ids": clients[:2], "name": "Рассылка"})
    assert answer.status_code == 200
    segment = Segment.objects.get()
    assert sorted(Member.objects.values_list("record_id", flat=True)) == clients[:2]
    undo = json.loads(answer["HX-Trigger"])["toast"]["undoUrl"]
    assert browser.post(put, {"ids": clients[:1], "segment": segment.pk, "how": "remove"}).status_code == 200
    assert list(Member.objects.values_list("record_id", flat=True)) == clients[1:2]
    sealed = re.search(
        r'name="list" value="([^"]+)"', page(browser, f"/organisation?{urlencode({'filter': UFA})}")
    )
    assert sealed is not None
    everything = {"all_matching": "1", "list": sealed[1], "segment": segment.pk}
    assert browser.post(put, everything).status_code == 200
    assert Member.objects.count() == 3
    assert browser.post(undo).status_code == 200
    assert Member.objects.count() == 2
    assert browser.post(put, {"ids": clients, "how": "remove"}).status_code == 400
    assert browser.post(put, {"segment": segment.pk}).status_code == 400
    for who, status in (("observer", 404), ("colleague", 404)):
        assert company.client(who).post(put, {"ids": clients, "segment": segment.pk}).status_code == status
    assert company.client("observer").post("/organisation/segments/fill", {"ids": clients}).status_code == 403


def test_a_list_is_pasted(company: Company, clients: list[int]) -> None:
    browser = company.client("employee")
    segment = keeping.create(
        company.actor("employee"), shape_of("organisation"), name="Список", kind="static"
    )
    address = f"/segments/{segment.pk}/paste"
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"entries": "нет такого"}).status_code == 422
    answer = browser.post(address, {"entries": f"{clients[0]}\n№ {clients[1]}\nнет такого"})
    assert answer.status_code == 200
    assert "нет такого" in answer.content.decode()
    assert browser.post(address, {"entries": str(clients[2])}).status_code == 204
    assert Member.objects.count() == 3
    assert company.client("colleague").get(address).status_code == 404


def test_a_card_tells_in_which_segments_it_is(company: Company, clients: list[int]) -> None:
    browser = company.client("employee")
    live = make(browser, {"filter": UFA}, kind="live", visibility="everyone")
    assert f"/organisation/{clients[0]}/segments" in page(browser, f"/organisation/{clients[0]}")
    assert f"/segments/{live.pk}" in page(browser, f"/organisation/{clients[0]}/segments")
    assert f"/segments/{live.pk}" not in page(browser, f"/organisation/{clients[1]}/segments")
    assert f"/segments/{live.pk}" in page(company.client("observer"), f"/organisation/{clients[0]}/segments")
    page(company.client("outsider"), f"/organisation/{clients[0]}/segments", status=404)


def test_a_hidden_field_closes_the_segment_by_it(company: Company, clients: list[int]) -> None:
    segment = make(company.client("manager"), {"filter": UFA}, kind="live", visibility="everyone")
    company.hide("employee", "organisation", "city")
    browser = company.client("employee")
    found = page(browser, f"/segments/{segment.pk}")
    assert "Казань" not in found
    assert "Уфа" not in found.replace(">Уфа<", "").replace("<title>Уфа", "").replace("“Уфа”", "").replace(
        "«Уфа»", ""
    )
    assert browser.get(f"/segments/{segment.pk}/count").content.decode() == "—"
    assert browser.get("/segments/compose/count", {"a": segment.pk, "b": segment.pk}).content.decode() != "2"
    inside = json.dumps({"segment": segment.pk})
    assert browser.get("/organisation", {"filter": inside}).status_code == 400
    assert browser.get("/organisation/count", {"filter": inside}).status_code == 400
    page(browser, "/segments")
    page(browser, f"/segments/{segment.pk}/moves")
    assert f"/segments/{segment.pk}" not in page(browser, f"/organisation/{clients[0]}/segments")


def test_a_number_of_the_whole_is_for_those_who_see_the_whole(company: Company, clients: list[int]) -> None:
    segment = make(company.client("manager"), {"filter": UFA}, kind="live", visibility="everyone")
    picture.look(segment.pk)
    known = '<span class="num">2</span>'
    assert known in page(company.client("observer"), "/segments")
    assert known not in page(company.client("employee"), "/segments")  # they see not all organisations
    company.hide("observer", "organisation", "city")
    assert known not in page(company.client("observer"), "/segments")
    told = company.api("observer").get(f"/api/v1/segments/{segment.pk}").json()
    assert (told["counted"], told["rule"]) == (None, None)


def test_settings_looking_deleting_and_bringing_back(company: Company, clients: list[int]) -> None:
    browser = company.client("employee")
    segment = make(browser, {"filter": UFA}, kind="live", visibility="everyone")
    place = f"/segments/{segment.pk}"
    assert browser.get(f"{place}/settings").status_code == 200
    assert browser.post(f"{place}/settings", {"name": "", "version": "1"}).status_code == 422
    given = {"name": "Из Уфы", "description": "Все", "visibility": "team", "version": "1"}
    assert browser.post(f"{place}/settings", given).status_code == 204
    assert browser.post(f"{place}/settings", given).status_code == 409
    assert browser.post(f"{place}/look").status_code == 204
    assert "segment-work" in page(browser, place)
    for job in Job.objects.filter(state="queued"):
        execute(job.pk)
    assert browser.get(f"{place}?work=1", headers={"HX-Request": "true"})["HX-Redirect"] == place
    for act in ("settings", "delete"):
        assert company.client("colleague").post(f"{place}/{act}").status_code == 403
    assert company.client("observer").post(f"{place}/look").status_code == 404  # it is of the team
    assert browser.post(f"{place}/delete")["HX-Redirect"] == f"/segments?gone={segment.pk}"
    assert f"{place}/bring-back" in page(browser, f"/segments?gone={segment.pk}")
    page(browser, place, status=404)
    assert browser.post(f"{place}/bring-back")["HX-Redirect"] == place
    page(browser, place)


def test_segments_to_choose_from(company: Company, clients: list[int]) -> None:
    make(company.client("employee"), {"filter": UFA}, kind="live")
    assert "Уфа" in page(company.client("employee"), "/search/segments/organisation?q=уф")
    assert "Уфа" in page(company.client("employee"), "/search/segments/party")
    assert "Уфа" not in page(company.client("employee"), "/search/segments/organisation?q=казань")
    assert "Уфа" not in page(company.client("employee"), "/search/segments/person")
    assert "Уфа" not in page(company.client("colleague"), "/search/segments/organisation")


def test_the_palette_finds_segments(company: Company, clients: list[int]) -> None:
    segment = make(company.client("employee"), {"filter": UFA}, kind="live")
    assert f"/segments/{segment.pk}" in page(company.client("employee"), "/search/palette?q=уфа")
    assert f"/segments/{segment.pk}" not in page(company.client("colleague"), "/search/palette?q=уфа")


def test_the_list_of_segments_costs_the_same_however_many(company: Company, clients: list[int]) -> None:
    browser, actor = company.client("administrator"), company.actor("administrator")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(browser, "/segments")
        return len(seen)

    part = keeping.create(actor, shape_of("organisation"), name="Часть", rule=RULE)
    keeping.create(actor, shape_of("organisation"), name="Целое", rule={"segment": part.pk})
    few = queries()
    for n in range(12):
        keeping.create(
            actor, shape_of("organisation"), name=f"Ещё {n}", rule={"or": [RULE, {"segment": part.pk}]}
        )
    assert queries() == few
