"""The form of a record: what it is sent is what is kept, and what was not touched stays as it was."""

import datetime as dt
import html
import json
import re
from typing import Any

import pytest
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import change
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import found_company
from klientura.modules.sales.services.pipelines import ensure_default_pipeline

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def admin() -> Client:
    return found_company().client("administrator")


def as_shown(page: str) -> dict[str, Any]:
    """What a browser would send of the form of a page nobody has touched."""
    form = page[page.index('<form class="form') :]
    form = form[: form.index("</form>")]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = {k: html.unescape(v) for k, v in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        ticked = given.get("type") not in {"checkbox", "radio"} or " checked" in tag
        if "name" in given and ticked:
            sent.setdefault(given["name"], []).append(given.get("value", ""))
    for name, inner in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inner) or re.search(r'value="([^"]*)"', inner)
        sent[name] = [chosen.group(1) if chosen else ""]
    for name, text in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = [html.unescape(text)]
    return sent


def organisation(lines: int) -> int:
    points = [{"kind": "email", "value": f"a{n}@example.org"} for n in range(lines)]
    return write.create(ACTOR, shape_of("organisation"), {"name": "Альфа", "contact_points": points})


def values_of(number: int) -> list[str]:
    return [
        x["value"] for x in read.parts_of(ACTOR, shape_of("organisation"), [number])[number]["contact_points"]
    ]


def test_saving_an_untouched_form_keeps_every_line(admin: Client):
    number = organisation(60)
    page = admin.get(f"/organisation/{number}/edit").content.decode()
    assert admin.post(f"/organisation/{number}/edit", as_shown(page)).status_code == 302
    assert values_of(number) == [f"a{n}@example.org" for n in range(60)]


def test_a_line_is_read_however_high_its_number(admin: Client):
    number = organisation(1)
    sent = as_shown(admin.get(f"/organisation/{number}/edit").content.decode())
    sent |= {"contact_points-12345-kind": "email", "contact_points-12345-value": "late@example.org"}
    assert admin.post(f"/organisation/{number}/edit", sent).status_code == 302
    assert values_of(number) == ["a0@example.org", "late@example.org"]


def test_too_many_lines_are_refused_and_stay_in_the_form(admin: Client):
    number = organisation(2)
    sent = as_shown(admin.get(f"/organisation/{number}/edit").content.decode())
    for n in range(2, 203):
        sent |= {f"contact_points-{n}-kind": "email", f"contact_points-{n}-value": f"b{n}@example.org"}
    answer = admin.post(f"/organisation/{number}/edit", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "200" in page[page.index("data-error-summary") : page.index("</ul>")]
    assert 'href="#part-contact_points"' in page
    assert all(f'value="b{n}@example.org"' in page for n in range(2, 203)), "what was typed is still there"
    assert len(values_of(number)) == 2


def test_an_untouched_moment_keeps_its_seconds(admin: Client):
    shape = shape_of("task")
    due = dt.datetime(2026, 3, 5, 10, 20, 31, 123456, tzinfo=dt.UTC)
    number = write.create(ACTOR, shape, {"name": "Позвонить", "due_at": due})
    page = admin.get(f"/task/{number}/edit").content.decode()
    assert admin.post(f"/task/{number}/edit", as_shown(page)).status_code == 302
    row = read.get(ACTOR, shape, number)
    assert (row["due_at"], row["version"]) == (due, 1)

    fact = {"due_at": "2026-03-05T13:20", "due_at-exact": "2026-03-05T10:20:31.123456Z", "version": "1"}
    assert admin.post(f"/task/{number}/fact/due_at", fact, headers=HTMX).status_code == 200
    assert read.get(ACTOR, shape, number)["version"] == 1

    sent = as_shown(page) | {"due_at": "2026-03-05T13:21"}
    assert admin.post(f"/task/{number}/edit", sent).status_code == 302
    assert read.get(ACTOR, shape, number)["due_at"] == dt.datetime(2026, 3, 5, 10, 21, tzinfo=dt.UTC)


def test_an_untouched_moment_is_no_conflict(admin: Client):
    shape = shape_of("task")
    due = dt.datetime(2026, 3, 5, 10, 20, 31, tzinfo=dt.UTC)
    number = write.create(ACTOR, shape, {"name": "Позвонить", "due_at": due})
    sent = as_shown(admin.get(f"/task/{number}/edit").content.decode())
    later = due + dt.timedelta(days=1)
    write.update(ACTOR, shape, number, {"due_at": later})
    assert admin.post(f"/task/{number}/edit", sent | {"name": "Написать"}).status_code == 302
    row = read.get(ACTOR, shape, number)
    assert (row["name"], row["due_at"]) == ("Написать", later)


def test_a_spoilt_exact_moment_changes_nothing_about_what_was_typed(admin: Client):
    shape = shape_of("task")
    number = write.create(ACTOR, shape, {"name": "Позвонить"})
    fact = {"due_at": "2026-03-05T13:20", "due_at-exact": "когда-нибудь", "version": "1"}
    assert admin.post(f"/task/{number}/fact/due_at", fact, headers=HTMX).status_code == 200
    assert read.get(ACTOR, shape, number)["due_at"] == dt.datetime(2026, 3, 5, 10, 20, tzinfo=dt.UTC)


def test_a_fact_sent_without_its_value_is_refused(admin: Client):
    shape = shape_of("organisation")
    number = write.create(ACTOR, shape, {"name": "Альфа", "city": "Уфа"})
    answer = admin.post(f"/organisation/{number}/fact/city", {"version": "1"}, headers=HTMX)
    assert answer.status_code == 400
    assert read.get(ACTOR, shape, number)["city"] == "Уфа"


def test_a_record_made_for_a_field_goes_into_the_field(admin: Client):
    options = admin.get("/search/reference/party?q=Иванов Пётр").content.decode()
    offers = [html.unescape(x) for x in re.findall(r'data-create data-url="([^"]*)"', options)]
    assert [o.partition("?")[0] for o in offers] == ["/organisation/new", "/person/new"], (
        "a party has two kinds"
    )
    form = admin.get(offers[1]).content.decode()
    assert 'name="last_name"' in form
    assert 'value="Иванов"' in form
    assert 'value="Пётр"' in form, "what was typed is not typed twice"
    assert 'id="d-last_name"' in form, "no two controls of one page share an id"
    action = html.unescape(re.search(r'hx-post="(/person/new[^"]*)"', form).group(1))  # type: ignore[union-attr]

    refused = admin.post(action, {"last_name": ""}, headers=HTMX)
    assert refused.status_code == 422
    assert html.escape(action) in refused.content.decode(), "the second attempt knows what it is for"

    made = admin.post(action, {"last_name": "Иванов", "first_name": "Пётр"}, headers=HTMX)
    events = json.loads(made.headers["HX-Trigger"])
    assert "HX-Redirect" not in made.headers
    person = read.page(ACTOR, shape_of("person"), keys=["title"]).rows[0]
    assert events["recordCreated"] == {"id": person["id"], "title": person["title"]}
    assert list(events) == ["recordCreated", "closeDialog"]


def test_a_record_made_from_the_menu_opens_its_card(admin: Client):
    made = admin.post(
        "/person/new?dialog=1",
        {"last_name": "Иванов"},
        headers={**HTMX, "HX-Current-URL": "http://testserver/"},
    )
    assert re.fullmatch(r"/person/\d+", made.headers["HX-Redirect"])
    assert "HX-Trigger" not in made.headers


def test_sums_stand_in_the_currency_they_are_in(admin: Client):
    ensure_default_pipeline(ACTOR)
    change(currency="EUR")
    party = organisation(0)
    deal = write.create(
        ACTOR, shape_of("opportunity"), {"name": "Станки", "party": party, "amount": "100", "currency": "USD"}
    )
    write.update(ACTOR, shape_of("opportunity"), deal, {"amount": "200"})
    for address in (
        f"/opportunity/{deal}?tab=history",
        f"/opportunity/{deal}/history",
        f"/opportunity/{deal}",
    ):
        page = admin.get(address).content.decode()
        assert "$" in page, address
        assert "₽" not in page, address
        assert "€" not in page, address


def test_a_conflict_names_who_was_faster_marks_the_field_and_offers_their_value():
    company = found_company()
    shape = shape_of("organisation")
    number = write.create(company.actor("manager"), shape, {"name": "Альфа", "city": "Уфа"})
    mine = company.client("administrator")
    sent = as_shown(mine.get(f"/organisation/{number}/edit").content.decode())
    write.update(company.actor("manager"), shape, number, {"city": "Пермь"})
    answer = mine.post(f"/organisation/{number}/edit", sent | {"city": "Тверь"})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    assert company.actor("manager").name in page
    city = re.search(r'<input[^>]*name="city"[^>]*>', page)
    assert city is not None
    assert 'value="Тверь"' in city[0]
    assert 'aria-invalid="true"' in city[0]
    taken = re.search(r'data-take="city" data-taken="({.*?})"', page)
    assert taken is not None
    assert json.loads(taken[1])["value"] == "Пермь"


def test_filled_lines_lead_to_where_they_are_changed(admin: Client):
    number = organisation(1)
    page = admin.get(f"/organisation/{number}").content.decode()
    assert f'href="/organisation/{number}/edit#part-contact_points"' in page
