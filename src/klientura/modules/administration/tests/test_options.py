"""Options of the product's own choice fields in the company's words, and lists of ten thousand options."""

import json
import re
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Denied, Invalid, NotFound, Stale
from klientura.kernel.objects.models import AddedField
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema import fields, options
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
PAGE = "/settings/objects/organisation/options/industry"


@pytest.fixture
def company(db: None):
    return found_company()


@pytest.fixture
def boss(company: Company) -> Actor:
    return company.actor("administrator")


@pytest.fixture
def admin(company: Company) -> Client:
    return company.client("administrator")


def industries() -> list[dict[str, Any]]:
    shape = shape_of("organisation")
    return [
        {"code": line["code"], "label": {"ru": line["ru"], "en": line["en"]}, "hue": line["hue"]}
        for line in options.lines(shape, shape.fields["industry"])
    ]


def labels(key: str, field: str, language: str = "ru") -> dict[str, str]:
    with translation.override(language):
        return {c.code: str(c.label) for c in shape_of(key).fields[field].params.choices}


def test_options_are_worded_coloured_ordered_added_and_taken_away(boss: Actor, admin: Client):
    held = write.create(boss, shape_of("organisation"), {"name": "Ферма", "industry": "agriculture"})
    before = labels("organisation", "industry")
    wanted = [o for o in industries() if o["code"] not in {"agriculture", "it"}]
    it = next(o for o in industries() if o["code"] == "it")
    wanted = [
        {**it, "label": {"ru": "Айти", "en": "Tech"}, "hue": "blue"},
        *wanted,
        {"label": {"ru": "Космос"}, "hue": "red"},
    ]
    options.change_options(boss, "organisation", "industry", wanted)
    choices = shape_of("organisation").fields["industry"].params.choices
    assert next(c.code for c in choices) == "it"
    assert labels("organisation", "industry")["it"] == "Айти"
    assert labels("organisation", "industry", "en")["it"] == "Tech"
    assert labels("organisation", "industry")["retail"] == before["retail"]
    assert (choices.by_code["kosmos"].hue, choices.by_code["agriculture"].active) == ("red", False)
    assert read.get(boss, shape_of("organisation"), held)["industry"] == "agriculture"
    assert before["agriculture"] in admin.get(f"/organisation/{held}").content.decode()
    form = admin.get("/organisation/new").content.decode()
    assert 'value="kosmos"' in form
    assert 'value="agriculture"' not in form
    made = write.create(boss, shape_of("organisation"), {"name": "Рог", "industry": "Космос"})
    assert read.get(boss, shape_of("organisation"), made)["industry"] == "kosmos"
    options.as_at_first(boss, "organisation", "industry")
    assert labels("organisation", "industry") == {**before, "kosmos": "Космос"}


def test_kinds_of_record_that_share_a_column_share_its_options(boss: Actor):
    _shape, field = options.choice_field("organisation", "roles")
    wanted = [{"code": c.code, "label": options.in_both_languages(c)} for c in field.params.choices]
    options.change_options(
        boss, "organisation", "roles", [*wanted, {"label": {"ru": "Инвестор", "en": "Investor"}}]
    )
    for key in ("organisation", "person", "party"):
        assert labels(key, "roles", "en")["investor"] == "Investor"
    person = write.create(boss, shape_of("person"), {"last_name": "Ким", "roles": ["Инвестор"]})
    assert read.get(boss, shape_of("person"), person)["roles"] == ["investor"]


def test_new_codes_fit_the_column(boss: Actor):
    _shape, field = options.choice_field("organisation", "roles")
    wanted = [{"code": c.code, "label": options.in_both_languages(c)} for c in field.params.choices]
    long = [{"label": {"ru": f"Очень длинное название роли {n}"}} for n in range(12)]
    options.change_options(boss, "organisation", "roles", [*wanted, *long])
    codes = [c.code for c in shape_of("organisation").fields["roles"].params.choices]
    assert len(set(codes)) == len(wanted) + 12
    assert max(map(len, codes)) <= 12


def test_what_the_product_needs_stays_and_says_why(boss: Actor, company: Company):
    _shape, field = options.choice_field("organisation", "status")
    wanted = [{"code": c.code, "label": options.in_both_languages(c)} for c in field.params.choices]
    with pytest.raises(Invalid) as refused:
        options.change_options(boss, "organisation", "status", [o for o in wanted if o["code"] != "active"])
    assert [(e.field, e.code) for e in refused.value.errors] == [("options", "kept")]
    deal = options.choice_field("opportunity", "status")[1]
    stages = [{"code": c.code, "label": {"ru": f"{c.label}!"}} for c in deal.params.choices]
    options.change_options(boss, "opportunity", "status", stages)
    assert all(label.endswith("!") for label in labels("opportunity", "status").values())
    for bad in ([*stages, {"label": "Ничья"}], stages[:2]):
        with pytest.raises(Invalid) as refused:
            options.change_options(boss, "opportunity", "status", bad)
        assert {e.code for e in refused.value.errors} <= {"closed", "kept"}
    with pytest.raises(Invalid):
        options.change_options(boss, "organisation", "status", [*wanted, wanted[0]])
    with pytest.raises(Denied):
        options.change_options(company.actor("employee"), "organisation", "status", wanted)
    for key in ("name", "tags", "nothing"):
        with pytest.raises(NotFound):
            options.change_options(boss, "organisation", key, wanted)


def test_two_administrators_do_not_overwrite_each_other(boss: Actor):
    shape, field = options.choice_field("organisation", "industry")
    mark = options.mark_of(shape, field)
    options.change_options(boss, "organisation", "industry", industries()[::-1], mark=mark)
    with pytest.raises(Stale):
        options.change_options(boss, "organisation", "industry", industries(), mark=mark)


def test_the_page_of_the_options(admin: Client, company: Company):
    page = admin.get(PAGE).content.decode()
    mark = re.search(r'name="mark" value="([^"]+)"', page)
    assert mark
    assert PAGE in admin.get("/settings/objects/organisation").content.decode()
    lines = industries()
    sent = {"mark": mark[1], "options-present": "1"}
    for n, line in enumerate(lines):
        sent |= {
            f"options-{n}-code": line["code"],
            f"options-{n}-ru": f"{line['label']['ru']}.",
            f"options-{n}-en": "",
            f"options-{n}-hue": "teal",
        }
    assert admin.post(PAGE, sent).status_code == 302
    assert all(label.endswith(".") for label in labels("organisation", "industry").values())
    assert admin.post(PAGE, sent).status_code == 409
    assert admin.post(PAGE, {"options-present": "1", "mark": ""}).status_code == 422
    assert admin.post(f"{PAGE}/reset").status_code == 302
    assert not any(label.endswith(".") for label in labels("organisation", "industry").values())
    assert company.client("employee").get(PAGE).status_code == 403
    assert admin.get("/settings/objects/organisation/options/name").status_code == 404


def test_ten_thousand_options_weigh_no_more_than_a_few(boss: Actor, admin: Client):
    def wish(kind: str, name: str, number: int) -> dict[str, Any]:
        made = [{"label": {"ru": f"Вариант {n}", "en": f"Option {n}"}} for n in range(number)]
        return {"type": kind, "label": {"ru": name, "en": name}, "options": made}

    def weigh(address: str, **data: str) -> tuple[int, int]:
        admin.get(address, data)
        with CaptureQueriesContext(connection) as queries:
            answer = admin.get(address, data)
        assert answer.status_code == 200
        return len(answer.content), len(queries)

    one = write.create(boss, shape_of("organisation"), {"name": "Завод"})
    places = (
        "/organisation/new",
        "/organisation",
        f"/organisation/{one}/edit",
        "/organisation/filter-fields",
    )
    fields.add_fields(
        boss,
        [("organisation", wish("option", "few", 2)), ("organisation", wish("multi_option", "few many", 2))],
    )
    light = [weigh(place) for place in places]
    begun = time.monotonic()
    fields.add_fields(
        boss,
        [
            ("organisation", wish("option", "long", 10_000)),
            ("organisation", wish("multi_option", "long many", 10_000)),
        ],
    )
    assert time.monotonic() - begun < 30
    row = AddedField.objects.get(key="x_long")
    made = wish("option", "long", 10_000)["options"]
    again = [{**o, "code": f"option_{n}"} for n, o in enumerate(made)]
    begun = time.monotonic()
    fields.change_field(
        boss, row.pk, {"label": "long", "options": again[:9_999]}, expected_version=row.version
    )
    assert time.monotonic() - begun < 15
    heavy = [weigh(place) for place in places]
    for (bytes_few, queries_few), (bytes_many, queries_many) in zip(light, heavy, strict=True):
        assert bytes_many < bytes_few + 6000
        assert queries_many == queries_few
    write.update(
        boss,
        shape_of("organisation"),
        one,
        {"x_long": "Вариант 9998", "x_long_many": ["option_7", "Вариант 8"]},
    )
    held = read.get(boss, shape_of("organisation"), one)
    assert (held["x_long"], held["x_long_many"]) == ("option_9998", ["option_7", "option_8"])
    tree = json.dumps(
        {
            "and": [
                {"field": "x_long", "op": "in", "value": ["option_9998"]},
                {"field": "x_long_many", "op": "all", "value": ["option_7"]},
            ]
        }
    )
    page = admin.get("/organisation", {"filter": tree}).content.decode()
    assert f"/organisation/{one}" in page
    assert "Вариант 9998" in page
    found = admin.get("/search/values/organisation/x_long", {"q": "вариант 99"}).content.decode()
    assert re.findall(r'data-value="([^"]+)"', found)[:2] == ["option_99", "option_990"]
    assert found.count("data-value") == 20
    editor = admin.get(f"/organisation/{one}/fact/x_long").content.decode()
    assert len(editor) < 4000
    assert "Вариант 9998" in editor
    bulk = admin.post(
        "/organisation/bulk/form", {"ids": [one], "field": "x_long_many"}, headers={"HX-Request": "true"}
    )
    assert bulk.status_code == 200
    assert b"option_77" not in bulk.content
    with CaptureQueriesContext(connection) as queries:
        assert admin.get(f"/organisation/{one}").status_code == 200
    assert len(queries) < 45
