"""A form that was refused, or that somebody else was faster than: what was chosen in it is still there, by its name."""

import html
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.tests.test_forms import as_shown
from klientura.kernel.store import read, write
from klientura.kernel.store.operations import start
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def company() -> Company:
    return found_company()


def chosen(page: str, name: str) -> tuple[str, str]:
    """What a reference field holds, and what it shows."""
    held = re.search(
        rf'<input type="hidden" name="{name}" value="([^"]*)">\s*<input[^>]*role="combobox"[^>]*? value="([^"]*)"',
        page,
    )
    assert held is not None, f"no field {name}"
    return html.unescape(held[1]), html.unescape(held[2])


def organisation(**values: Any) -> int:
    return write.create(ACTOR, shape_of("organisation"), {"name": "Альфа", **values})


def test_a_refused_form_keeps_whom_one_chose(company: Company) -> None:
    mine, other = company.client("administrator"), company.users["colleague"]
    sent = as_shown(mine.get("/organisation/new").content.decode())
    refused = mine.post("/organisation/new", sent | {"name": "", "owner": str(other.pk)})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert chosen(page, "owner") == (str(other.pk), other.name)
    assert mine.post("/organisation/new", as_shown(page) | {"name": "Альфа"}).status_code == 302
    made = read.page(ACTOR, shape_of("organisation"), keys=["owner"]).rows[0]
    assert made["owner"].id == other.pk


def test_a_refused_form_shows_the_record_one_chose_and_what_one_emptied(company: Company) -> None:
    mine, party = company.client("administrator"), organisation()
    sent = as_shown(mine.get("/opportunity/new").content.decode())
    refused = mine.post("/opportunity/new", sent | {"name": "", "party": str(party), "owner": ""})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert chosen(page, "party") == (str(party), "Альфа")
    assert chosen(page, "owner") == ("", "")


def test_a_refused_form_tells_no_name_that_is_not_open(company: Company) -> None:
    hidden = write.create(
        ACTOR, shape_of("organisation"), {"name": "Тайна", "owner": company.users["outsider"].pk}
    )
    mine = company.client("employee")
    sent = as_shown(mine.get("/opportunity/new").content.decode())
    refused = mine.post("/opportunity/new", sent | {"name": "", "party": str(hidden), "owner": "987654"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Тайна" not in page
    assert chosen(page, "party") == (str(hidden), f"№ {hidden}")
    assert chosen(page, "owner") == ("987654", "№ 987654")


def test_names_are_read_once_for_a_kind_and_only_for_what_was_refused(company: Company) -> None:
    mine, one, other = company.client("administrator"), organisation(), organisation(name="Бета")
    sent = as_shown(mine.get("/opportunity/new").content.decode())
    colleague = str(company.users["colleague"].pk)

    def asked(**values: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            answer = mine.post("/opportunity/new", sent | {"name": "", "owner": ""} | values)
        assert answer.status_code == 422
        return len(caught)

    # The writer looks each kind up once, and so does the form.
    assert asked(party=str(one), owner=colleague) == asked() + 4
    assert asked(party=str(other), owner=colleague) == asked(party=str(one), owner=colleague)


def test_a_conflict_over_the_owner_keeps_mine_through_the_second_save(company: Company) -> None:
    shape, users = shape_of("organisation"), company.users
    mine = company.client("administrator")
    number = organisation(owner=users["administrator"].pk)
    sent = as_shown(mine.get(f"/organisation/{number}/edit").content.decode())
    write.update(ACTOR, shape, number, {"owner": users["colleague"].pk})
    answer = mine.post(f"/organisation/{number}/edit", sent | {"owner": str(users["employee"].pk)})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert chosen(page, "owner") == (str(users["employee"].pk), users["employee"].name)
    shown = html.unescape(page)
    assert f"«{users['colleague'].name}»" in shown, "theirs"
    assert f"«{users['employee'].name}»" in shown, "mine"
    taken = re.search(r'data-take="owner" data-taken="({.*?})"', shown)
    assert taken is not None
    assert json.loads(taken[1])["value"] == users["colleague"].pk
    assert mine.post(f"/organisation/{number}/edit", as_shown(page)).status_code == 302
    assert read.get(ACTOR, shape, number)["owner"].id == users["employee"].pk


def test_a_conflict_over_a_reference_keeps_mine_through_the_second_save(company: Company) -> None:
    shape, mine = shape_of("person"), company.client("administrator")
    old, theirs, ours = organisation(), organisation(name="Бета"), organisation(name="Гамма")
    number = write.create(ACTOR, shape, {"last_name": "Ким", "employer": old})
    sent = as_shown(mine.get(f"/person/{number}/edit").content.decode())
    write.update(ACTOR, shape, number, {"employer": theirs})
    answer = mine.post(f"/person/{number}/edit", sent | {"employer": str(ours)})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert chosen(page, "employer") == (str(ours), "Гамма")
    assert "«Бета»" in page
    assert "«Гамма»" in page
    assert mine.post(f"/person/{number}/edit", as_shown(page)).status_code == 302
    assert read.get(ACTOR, shape, number)["employer"].id == ours


def test_a_fact_that_was_refused_keeps_what_was_chosen(company: Company) -> None:
    number, gone = organisation(owner=company.users["administrator"].pk), company.users["disabled"]
    answer = company.client("administrator").post(
        f"/organisation/{number}/fact/owner", {"owner": str(gone.pk), "version": "1"}, headers=HTMX
    )
    assert answer.status_code == 422
    assert chosen(answer.content.decode(), "owner") == (str(gone.pk), gone.name)


def fact_conflict(company: Company, shape_key: str, number: int, key: str, value: Any) -> str:
    answer = company.client("administrator").post(
        f"/{shape_key}/{number}/fact/{key}", {key: value, "version": "1"}, headers=HTMX
    )
    assert answer.status_code == 409
    return answer.content.decode()


def test_a_conflict_over_a_fact_says_both_by_name(company: Company) -> None:
    users, shape = company.users, shape_of("organisation")
    number = organisation(owner=users["administrator"].pk)
    write.update(ACTOR, shape, number, {"owner": users["colleague"].pk})
    page = fact_conflict(company, "organisation", number, "owner", str(users["employee"].pk))
    assert users["colleague"].name in page
    assert users["employee"].name in page
    assert f'name="owner" value="{users["employee"].pk}"' in page


def test_who_was_faster_is_the_last_one_and_after_what_was_seen(company: Company) -> None:
    shape, boss = shape_of("organisation"), company.actor("administrator")
    mine = company.client("administrator")
    number = write.create(boss, shape, {"name": "Альфа", "city": "Уфа"})
    write.update(boss, shape, number, {"city": "Тула"})
    sent = as_shown(mine.get(f"/organisation/{number}/edit").content.decode())
    write.update(ACTOR, shape, number, {"city": "Пермь"})
    page = html.unescape(mine.post(f"/organisation/{number}/edit", sent | {"city": "Тверь"}).content.decode())
    said = re.search(r'role="alert".*?</strong>', page)
    assert said is not None
    assert boss.name not in said[0]
    assert "Кто-то" in said[0]

    answer = mine.post(f"/organisation/{number}/fact/city", {"city": "Тверь", "version": "2"}, headers=HTMX)
    assert answer.status_code == 409
    assert boss.name not in answer.content.decode()


def test_ones_own_other_window_is_called_so(company: Company) -> None:
    shape, actor = shape_of("organisation"), company.actor("administrator")
    number = write.create(actor, shape, {"name": "Альфа", "city": "Уфа"})
    write.update(actor, shape, number, {"city": "Омск"})
    refused = company.client("administrator").post(
        f"/organisation/{number}/edit", {"name": "Альфа", "city": "Томск", "version": "1"}
    )
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "вы сами, в другом окне" in page
    assert company.users["administrator"].name not in page[page.index('role="alert"') :][:600]


def faster_import(company: Company, actor: Actor) -> str:
    """The refused form of the administrator after an import by somebody."""
    shape, mine = shape_of("organisation"), company.client("administrator")
    number = organisation(city="Уфа", owner=company.users["colleague"].pk)
    sent = as_shown(mine.get(f"/organisation/{number}/edit").content.decode())
    operation = start(actor, "import", "organisation", file="clients.csv")
    write.update(actor, shape, number, {"city": "Пермь"}, operation_id=operation.pk)
    answer = mine.post(f"/organisation/{number}/edit", sent | {"city": "Тверь"})
    assert answer.status_code == 409
    page = html.unescape(answer.content.decode())
    assert "Кто-то" not in page
    assert "в другом окне" not in page
    return page


def test_an_import_that_was_faster_is_called_so(company: Company) -> None:
    with translation.override("ru"):
        called = (_("Your import"), _("An import by {name}"), _("An import"))
    other = company.users["colleague"].name
    assert f"({called[0]})" in faster_import(company, company.actor("administrator"))
    assert f"({called[1].format(name=other)})" in faster_import(company, company.actor("colleague"))
    assert f"({called[2]})" in faster_import(company, ACTOR)


def test_who_was_faster_is_found_behind_many_lines_saved_since(company: Company) -> None:
    shape, mine = shape_of("organisation"), company.client("administrator")
    colleague = company.actor("colleague")
    number = organisation(city="Уфа", owner=colleague.user_id)
    sent = as_shown(mine.get(f"/organisation/{number}/edit").content.decode())
    write.update(colleague, shape, number, {"city": "Пермь"})
    points = [{"kind": "phone", "value": f"+7495111{n:04}"} for n in range(60)]
    write.update(colleague, shape, number, {"contact_points": points})
    answer = mine.post(f"/organisation/{number}/edit", sent | {"city": "Тверь"})
    assert answer.status_code == 409
    page = html.unescape(answer.content.decode())
    assert f"({company.users['colleague'].name})" in page
    assert "Кто-то" not in page


def test_a_conflict_over_options_says_them_in_words_and_saves_them(company: Company) -> None:
    shape = shape_of("organisation")
    number = organisation(importance="high")
    write.update(ACTOR, shape, number, {"importance": "medium"})
    page = fact_conflict(company, "organisation", number, "importance", "low")
    label = {c.code: str(c.label) for c in shape.fields["importance"].params.choices}
    with translation.override("ru"):
        low = str(label["low"])
    assert low in page
    assert 'name="importance" value="low"' in page


def test_a_conflict_over_a_fact_of_many_is_told_in_words_and_saved_as_it_was_meant(company: Company) -> None:
    shape = shape_of("organisation")
    number = organisation(roles=["client"])
    write.update(ACTOR, shape, number, {"roles": ["dealer"]})
    page = fact_conflict(company, "organisation", number, "roles", ["supplier", "partner"])
    assert "Поставщик, Партнёр" in page
    form = page[page.index("<form") : page.index("</form>")]
    again: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        again.setdefault(given["name"], []).append(given["value"])
    answer = company.client("administrator").post(f"/organisation/{number}/fact/roles", again, headers=HTMX)
    assert answer.status_code == 200
    assert read.get(ACTOR, shape, number)["roles"] == ["supplier", "partner"]


def test_every_refused_form_says_so_and_a_part_in_conflict_tells_it(company: Company) -> None:
    shape, mine = shape_of("organisation"), company.client("administrator")
    number = organisation(
        owner=company.users["manager"].pk, contact_points=[{"kind": "phone", "value": "+74951112233"}]
    )
    shown = mine.get(f"/organisation/{number}/edit").content.decode()
    assert "data-refused" not in shown
    line = read.parts_of(ACTOR, shape, [number])[number]["contact_points"][0]
    kept = {k: line[k] for k in ("id", "kind", "value")}
    write.update(company.actor("manager"), shape, number, {"contact_points": [{**kept, "note": "секретарь"}]})
    sent = as_shown(shown) | {"contact_points-0-note": "директор"}
    answer = mine.post(f"/organisation/{number}/edit", sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert refused_form(page)
    part = page[page.index('id="part-contact_points"') :]
    part = part[: part.index("</fieldset>")]
    assert company.actor("manager").name in part
    assert 'class="error field-error"' in part

    twin = {"name": "Гамма", "inn": "7707083893"}
    assert mine.post("/organisation/new", twin).status_code == 302
    for address in ("/organisation/new", "/organisation/new?dialog=1"):
        asked = mine.post(address, twin)
        assert asked.status_code == 422
        assert refused_form(asked.content.decode()), address
        empty = mine.post(address, {"name": ""})
        assert empty.status_code == 422
        assert refused_form(empty.content.decode()), address


def refused_form(page: str) -> bool:
    form = re.search(r"<form[^>]* data-draft=[^>]*>", page)
    return form is not None and " data-refused" in form[0]
