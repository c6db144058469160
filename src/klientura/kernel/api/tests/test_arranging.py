"""What administrators set up, through the API: fields, arrangements, options, tags, packs; nobody else gets anything."""

import contextlib
import itertools
import json
from typing import Any

import pytest
from django.test import Client

from klientura.kernel.api.arranging import WANTED
from klientura.kernel.errors import Invalid
from klientura.kernel.fields.registry import FIELD_TYPES
from klientura.kernel.objects.models import AddedField
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema.rollups import settled
from klientura.kernel.schema.wishes import Complaints, read_field
from klientura.kernel.testing.company import Company, found_company

ROOT = "/api/v1/schema"
OF = "/objects/organisation"
LABEL = {"ru": "Цвет", "en": "Colour"}
COLOUR = {"type": "option", "label": LABEL, "options": [{"label": "Red", "hue": "red"}, {"label": "Blue"}]}
PACK = """
format = 1
key = "colours"
version = "1.0"
name = {ru = "Цвета", en = "Colours"}

[[fields]]
object = "organisation"
key = "x_colours_shade"
type = "text"
label = {ru = "Оттенок", en = "Shade"}
"""


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


@pytest.fixture
def api(company: Company) -> Client:
    return company.api("administrator")


def send(api: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    data = b"" if body is None else json.dumps(body).encode()
    return api.generic(method, ROOT + path, data, content_type="application/json", headers=headers)


def test_a_field_is_added_changed_removed_and_put_back(api: Client) -> None:
    made = send(api, "POST", f"{OF}/fields", COLOUR, **{"Idempotency-Key": "one"})
    assert made.status_code == 201, made.content
    again = send(api, "POST", f"{OF}/fields", COLOUR, **{"Idempotency-Key": "one"})
    assert (again.status_code, again.json()["id"], AddedField.objects.count()) == (201, made.json()["id"], 1)
    field, place = made.json(), f"/fields/{made.json()['id']}"
    assert made["Location"] == ROOT + place
    assert [o["code"] for o in field["options"]] == ["red", "blue"]
    assert send(api, "GET", place).json() == field
    assert send(api, "GET", f"{OF}/fields").json() == {"items": [field]}

    assert send(api, "PATCH", place, {"listed": True}).status_code == 428
    changed = send(api, "PATCH", place, {"listed": True}, **{"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["listed"], changed["ETag"]) == (200, True, '"2"')
    assert (changed.json()["label"], changed.json()["options"]) == (LABEL, field["options"]), "the rest stays"
    assert send(api, "PATCH", place, {"listed": False}, **{"If-Match": '"1"'}).status_code == 409
    assert send(api, "PATCH", place, {"key": "x"}, **{"If-Match": '"2"'}).status_code == 400
    more = {"options": [*field["options"], {"label": "Green"}]}
    assert [o["code"] for o in send(api, "PATCH", place, more, **{"If-Match": '"2"'}).json()["options"]] == [
        "red",
        "blue",
        "green",
    ]

    assert send(api, "POST", place + "/purge").status_code == 400, "what is in use is not deleted for good"
    assert send(api, "DELETE", place).status_code == 204
    assert send(api, "GET", place).json()["state"] == "removed"
    assert send(api, "POST", place + "/restore").json()["state"] == "active"
    assert send(api, "DELETE", place).status_code == 204
    assert send(api, "POST", place + "/purge").status_code == 204
    assert send(api, "GET", place).status_code == 404


OF_TYPE: dict[str, dict[str, Any]] = {
    "text": {"max_length": 20}, "long_text": {"max_length": 500}, "integer": {"minimum": 1, "maximum": 9},
    "decimal": {"places": 3}, "money": {"minimum": 0}, "percent": {"places": 1, "maximum": 100},
    "reference": {"target": "person"}, "references": {"target": "person"}, "tags": {"open_tags": False},
    "location": {"map": "osm"}, "datetime": {"not_before": "created_at"}, "file": {"many": True},
    "formula": {"formula": "employees * 2", "shown": "percent", "places": 1}, "autonumber": {"prefix": "A-", "digits": 4, "yearly": True},
    "rollup": {"source": "person.employer", "measure": "count", "for_all": True},
}  # fmt: skip
EACH = [
    *((kind, OF_TYPE.get(kind, {})) for kind in [*FIELD_TYPES, "formula", "autonumber", "rollup"]),
    ("file", {}),
    ("tags", {}),
]


@pytest.mark.parametrize(("kind", "params"), EACH)
def test_what_was_read_and_sent_back_changes_nothing(api: Client, kind: str, params: dict[str, Any]) -> None:
    options = {"options": [{"label": "One"}]} if kind in {"option", "multi_option"} else {}
    wish = {"type": kind, "label": {"en": "This one"}, "params": params, **options}
    made = send(api, "POST", f"{OF}/fields", wish)
    assert made.status_code == 201, made.content
    place, first = f"/fields/{made.json()['id']}", made.json()
    stored = AddedField.objects.get().params
    listed = send(api, "PATCH", place, {"listed": True}, **{"If-Match": '"1"'}).json()
    assert AddedField.objects.get().params == stored
    assert listed == first | {"listed": True, "version": 2}
    back = {k: v for k, v in first.items() if k in WANTED}
    again = send(api, "PATCH", place, back, **{"If-Match": '"2"'})
    assert (again.status_code, AddedField.objects.get().params) == (200, stored), again.content


def test_particulars_of_no_sense_are_refused_in_words(api: Client) -> None:
    names = {
        "max_length", "places", "digits", "start", "minimum", "maximum", "formula", "shown", "source", "measure", "of", "by",
        "filter", "for_all", "prefix", "yearly", "open_tags", "map", "not_before", "many", "target",
    }  # fmt: skip
    values: list[Any] = [[], [1], {}, {"a": [1]}, None, 7, -1, 2.5, "", "\x00", True]
    whole = shape_of("organisation")
    for kind in [*FIELD_TYPES, "formula", "autonumber", "rollup"]:
        options: dict[str, Any] = (
            {"options": [{"label": "One"}]} if kind in {"option", "multi_option"} else {}
        )
        for name, value in itertools.product(sorted(names), values):
            raw: dict[str, Any] = {
                "label": {"en": "F"},
                **options,
                "params": {**OF_TYPE.get(kind, {}), name: value},
            }
            wish = read_field(raw, kind, Complaints())  # notes what is wrong, and raises nothing
            if kind == "rollup":
                with contextlib.suppress(Invalid):
                    settled(whole, wish.params, "")
    for kind, params in (
        ("location", {"map": []}),
        ("tags", {"open_tags": "no"}),
        ("date", {"not_before": {}}),
    ):
        refused = send(api, "POST", f"{OF}/fields", {"type": kind, "label": LABEL, "params": params})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid"), refused.content


def test_card_and_form_are_arranged_for_everybody_and_for_some(api: Client) -> None:
    stands = send(api, "GET", f"{OF}/layout").json()
    assert stands["version"] == 0
    wanted = {
        "sections": [{"key": "", "label": {"en": "First"}, "fields": ["name", "city"]}],
        "hidden": ["note"],
    }
    assert send(api, "PUT", f"{OF}/layout", wanted).status_code == 428
    made = send(api, "PUT", f"{OF}/layout", wanted, **{"If-Match": '"0"'})
    assert (made.status_code, made.json()["sections"][0]["fields"]) == (200, ["name", "city"])
    own = send(api, "PUT", f"{OF}/layout?role=employee", wanted, **{"If-Match": '"0"'})
    assert (own.status_code, own.json()["role"]) == (200, "employee")
    assert send(api, "PUT", f"{OF}/layout?role=nobody", wanted, **{"If-Match": '"0"'}).status_code == 422
    assert send(api, "PUT", f"{OF}/layout", wanted, **{"If-Match": '"0"'}).status_code == 409
    for address in (f"{OF}/layout", f"{OF}/layout?role=employee"):
        assert send(api, "DELETE", address).status_code == 204
        assert send(api, "GET", address).json()["version"] == 0
    assert send(api, "GET", "/objects/party/layout").status_code == 404


def test_options_of_a_declared_field(api: Client) -> None:
    place = f"{OF}/options/importance"
    first = send(api, "GET", place).json()
    items = [{k: v for k, v in item.items() if k != "kept"} for item in first["items"]]
    items[0]["label"] = {"ru": "Первая", "en": "First"}
    changed = send(api, "PUT", place, {"options": items, "mark": first["mark"]})
    assert (changed.status_code, changed.json()["items"][0]["label"]["en"]) == (200, "First")
    assert send(api, "PUT", place, {"options": items, "mark": first["mark"]}).status_code == 409
    for blind in ({"options": items}, {"options": items, "mark": ""}):
        assert send(api, "PUT", place, blind).status_code == 428
    assert send(api, "DELETE", place).status_code == 204
    assert send(api, "GET", place).json()["items"] == first["items"]
    assert send(api, "GET", f"{OF}/options/name").status_code == 404


def test_a_dictionary_of_tags(api: Client) -> None:
    place = f"{OF}/tags/tags"
    hot, warm = (send(api, "POST", place, {"label": text}) for text in ("Hot", "Warm"))
    assert (hot.status_code, hot.json()["code"], warm.json()["code"]) == (201, "hot", "warm")
    assert send(api, "POST", place, {"label": "HOT"}).status_code == 422
    wanted = {"label": "Very hot", "hue": "red", "active": False}
    assert send(api, "PATCH", f"{place}/hot", wanted).status_code == 428
    answer = send(api, "PATCH", f"{place}/hot", wanted, **{"If-Match": hot["ETag"]})
    changed = answer.json()
    assert (changed["label"], changed["hue"], changed["active"]) == ("Very hot", "red", False)
    assert (changed["version"], answer["ETag"]) == (2, '"2"')
    assert send(api, "PATCH", f"{place}/hot", wanted, **{"If-Match": hot["ETag"]}).status_code == 409
    listed = api.get("/api/v1/organisation/values/tags").json()["items"]
    assert {t["code"]: t["version"] for t in listed} == {"hot": 2, "warm": 1}
    assert send(api, "POST", f"{place}/hot/merge", {"into": "warm"}).json()["code"] == "warm"
    assert send(api, "POST", f"{place}/hot/part").json()["merged_into"] is None
    assert send(api, "PATCH", f"{place}/none", {"hue": "red"}, **{"If-Match": '"1"'}).status_code == 404
    assert send(api, "POST", f"{OF}/tags/name", {"label": "x"}).status_code == 404


def test_a_pack_is_looked_at_installed_and_uninstalled(api: Client) -> None:
    offered = send(api, "POST", "/packs", {"file": PACK})
    assert offered.status_code == 201, offered.content
    assert [(s["act"], s["path"]) for s in offered.json()["steps"]] == [
        ("add", "organisation/x_colours_shade")
    ]
    assert send(api, "GET", "/packs/colours/plan").json() == offered.json()
    assert send(api, "POST", "/packs/colours/install", {"mark": "another"}).status_code == 409
    done = send(api, "POST", "/packs/colours/install", {"mark": offered.json()["mark"]})
    assert (done.status_code, done.json()["state"]) == (200, "active")
    assert AddedField.objects.get(key="x_colours_shade").layer == "colours"
    assert send(api, "GET", "/packs/colours/plan").status_code == 404
    leaving = send(api, "GET", "/packs/colours/uninstall").json()
    assert (
        send(api, "POST", "/packs/colours/uninstall", {"mark": leaving["mark"]}).json()["state"] == "removed"
    )
    assert AddedField.objects.get(key="x_colours_shade").state == "removed"

    known = send(api, "GET", "/packs").json()
    assert "fitness" in {p["key"] for p in known["shipped"]}
    assert send(api, "POST", "/packs", {"shipped": "fitness"}).status_code == 201
    assert send(api, "DELETE", "/packs/fitness/plan").status_code == 204
    assert send(api, "POST", "/packs", {"shipped": "nothing"}).status_code == 404


PLACES = (
    ("GET", f"{OF}/fields"), ("POST", f"{OF}/fields"), ("GET", "/fields/1"), ("PATCH", "/fields/1"), ("DELETE", "/fields/1"),
    ("POST", "/fields/1/restore"), ("POST", "/fields/1/purge"), ("GET", f"{OF}/layout"), ("PUT", f"{OF}/layout"),
    ("DELETE", f"{OF}/layout"), ("GET", f"{OF}/options/importance"), ("PUT", f"{OF}/options/importance"),
    ("DELETE", f"{OF}/options/importance"), ("POST", f"{OF}/tags/tags"), ("PATCH", f"{OF}/tags/tags/hot"),
    ("POST", f"{OF}/tags/tags/hot/merge"), ("POST", f"{OF}/tags/tags/hot/part"), ("GET", "/packs"), ("POST", "/packs"),
    ("GET", "/packs/colours/plan"), ("DELETE", "/packs/colours/plan"), ("POST", "/packs/colours/install"),
    ("GET", "/packs/colours/uninstall"), ("POST", "/packs/colours/uninstall"),
)  # fmt: skip
GOOD: dict[str, Any] = {
    f"{OF}/fields": COLOUR, f"{OF}/layout": {"sections": []}, f"{OF}/tags/tags": {"label": "Hot"}, "/packs": {"shipped": "fitness"},
    f"{OF}/tags/tags/hot/merge": {"into": "warm"}, "/packs/colours/install": {"mark": "x"}, "/packs/colours/uninstall": {"mark": "x"},
    f"{OF}/options/importance": {"options": [{"label": "x"}]}, f"{OF}/tags/tags/hot": {"hue": "red"}, "/fields/1": {"listed": True},
}  # fmt: skip


@pytest.mark.parametrize("who", ["manager", "employee", "observer"])
def test_nobody_else_gets_anything(company: Company, who: str) -> None:
    api = company.api(who)
    for method, path in PLACES:
        body = GOOD.get(path, {}) if method in {"POST", "PUT", "PATCH"} else None
        answer = send(api, method, path, body, **{"If-Match": '"1"'})
        assert answer.status_code == 403, (method, path, answer.content)
    assert not AddedField.objects.exists()
    assert not any(path.startswith("/schema/") for path in api.get("/api/v1/openapi.json").json()["paths"])


BAD: list[Any] = [
    {}, {"type": 1}, {"type": "text"}, {"type": "text", "label": ["x"]}, {"type": "option", "label": LABEL, "options": {}},
    {"type": "option", "label": LABEL, "options": ["x"]}, {"type": "option", "label": LABEL, "options": [{"label": 1, "hue": []}]},
    {"type": "text", "label": LABEL, "params": []}, {"type": "text", "label": LABEL, "params": {"max_length": {}}},
    {"type": "text", "label": LABEL, "key": {}}, {"type": "text", "label": LABEL, "section": []},
    {"type": "text", "label": LABEL, "surprise": 1}, {"type": "text", "label": LABEL, "default": {"a": [1]}},
    {"type": "reference", "label": LABEL, "params": {"target": []}}, {"type": "formula", "label": LABEL, "params": {"formula": {}}},
    {"sections": 1}, {"sections": [1]}, {"sections": [{"key": {}, "fields": 7}]}, {"sections": [{"label": [], "fields": [{}]}]},
    {"sections": [], "hidden": [[]]}, {"sections": [], "hidden": ["name", "name"]}, {"options": 1, "mark": 2}, {"options": {"a": 1}},
    {"options": [{"code": [], "label": {"xx": "x"}, "hue": {}}]}, {"label": 7}, {"label": "a;b"}, {"label": "x", "hue": [], "active": 3},
    {"hue": []}, {"into": 3}, {"into": "none"}, {"file": "nonsense"}, {"file": ""}, {"shipped": 1}, {"file": "a = 1", "shipped": "b"}, {"mark": 1},
]  # fmt: skip


def test_what_makes_no_sense_is_refused_and_never_a_fault(api: Client) -> None:
    for method, path in PLACES:
        for body in BAD if method in {"POST", "PUT", "PATCH"} else ():
            answer = send(api, method, path, body, **{"If-Match": '"7"'})
            told = (method, path, body, answer.status_code, answer.content)
            assert answer.status_code in {400, 404, 409, 422, 428}, told
    assert not AddedField.objects.exists()


def test_the_document_tells_of_it(api: Client) -> None:
    paths = api.get("/api/v1/openapi.json").json()["paths"]
    told = {
        (method.upper(), path)
        for path, acts in paths.items()
        if path.startswith("/schema/")
        for method in acts
    }
    assert len(told) == len(PLACES)
