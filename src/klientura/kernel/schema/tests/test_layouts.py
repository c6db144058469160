"""Arranging cards and forms: what is moved stays moved, what comes later still has its place."""

from typing import Any

import pytest

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Denied, Invalid, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema import fields, layouts
from klientura.kernel.testing.company import Company


def standing(key: str = "relation") -> dict[str, tuple[str, ...]]:
    return {str(s.label): s.fields for s in shape_of(key).spec.sections}


def arrange(admin: Actor, *sections: dict[str, Any], hidden: tuple[str, ...] = (), version: int = 0) -> None:
    layouts.arrange(admin, "relation", sections, hidden, expected_version=version)


def test_sections_and_fields_stand_as_arranged_and_later_fields_join_them(admin: Actor) -> None:
    arrange(
        admin,
        {"label": {"ru": "Кто кому", "en": "Who to whom"}, "fields": ["to_party", "party"]},
        {"key": "main", "label": None, "fields": ["kind", "owner"]},
        hidden=("note",),
    )
    assert standing() == {
        "Кто кому": ("to_party", "party"),
        "Основное": ("kind", "owner", "role", "since", "until", "team"),
    }
    late = fields.add_field(admin, "relation", {"type": "text", "label": "Поздно"})
    assert standing()["Дополнительно"] == (late.key,)
    into = {"type": "text", "label": "Туда", "section": "who_to_whom"}
    second = fields.add_field(admin, "relation", into)
    assert second.key in standing()["Дополнительно"] + standing()["Кто кому"]
    layouts.forget(admin, "relation")
    assert "Кто кому" not in standing() and "note" in standing()["Основное"]


def test_what_cannot_be_arranged_is_refused(admin: Actor, company: Company) -> None:
    for sections, hidden, code in (
        ([{"key": "main", "fields": ["nothing"]}], (), "unknown"),
        ([{"key": "main", "fields": ["kind", "kind"]}], (), "twice"),
        ([{"key": "main", "fields": ["kind"]}], ("kind",), "twice"),
        ([{"label": {"ru": ""}, "fields": []}], (), "required"),
        ([], ("kind",), "required"),
        ([{"label": {"ru": f"{n}"}, "fields": []} for n in range(41)], (), "too_many"),
    ):
        with pytest.raises(Invalid) as refused:
            arrange(admin, *sections, hidden=hidden)
        assert code in [e.code for e in refused.value.errors], (sections, hidden)
    with pytest.raises(Denied):
        arrange(company.actor("manager"))
    arrange(admin, {"key": "main", "fields": ["kind"]})
    with pytest.raises(Stale):
        arrange(admin, {"key": "main", "fields": ["role"]})
    arrange(admin, {"key": "main", "fields": ["role"]}, version=1)


def test_a_field_that_was_arranged_and_removed_leaves_no_hole(admin: Actor) -> None:
    gone = fields.add_field(admin, "relation", {"type": "text", "label": "Уйдёт"})
    arrange(admin, {"key": "main", "fields": [gone.key, "kind"]})
    fields.remove_field(admin, gone.pk)
    assert standing()["Основное"][0] == "kind"
    fields.restore_field(admin, gone.pk)
    assert standing()["Основное"][0] == gone.key


def test_dragging_in_the_browser(company: Company, admin: Actor) -> None:
    browser = company.client("administrator")
    address = "/settings/objects/relation/layout"
    page = browser.get(address).content.decode()
    assert 'value="f:kind"' in page and "Основное" in page
    sent = {
        "version": "0", "item": ["s:main", "f:kind", "f:party", "s:new_1", "f:role", "hidden:", "f:note"],
        "ru-main": "Основное", "en-main": "", "ru-new_1": "Подробности", "en-new_1": "Details",
    }  # fmt: skip
    assert browser.post(address, sent).status_code == 302
    assert standing()["Подробности"] == ("role",)
    assert shape_of("relation").spec.sections[0].fields[:2] == ("kind", "party")
    late = browser.post(address, sent)
    assert late.status_code == 409 and "Подробности" in late.content.decode()
    refused = browser.post(address, {**sent, "version": "1", "ru-new_1": "", "en-new_1": ""})
    assert refused.status_code == 422
    form = browser.get("/relation/new").content.decode()
    assert "Подробности" in form and 'name="note"' not in form
    assert browser.post(f"{address}/forget").status_code == 302
    assert 'name="note"' in browser.get("/relation/new").content.decode()


def test_a_role_and_a_stage_have_arrangements_of_their_own(admin: Actor) -> None:
    def put(first: str, whose: layouts.Whose) -> None:
        layouts.arrange(
            admin,
            "opportunity",
            [{"label": "Главное", "fields": [first]}],
            (),
            expected_version=0,
            whose=whose,
        )

    def first(role: str, stage: str = "") -> str:
        return shape_of("opportunity").sections_for(role, stage)[0].fields[0]

    plain = first("manager", "7")
    put("amount", layouts.Whose(role="manager"))
    put("name", layouts.Whose(stage="7"))
    put("owner", layouts.Whose("manager", "7"))

    assert [first("manager"), first("manager", "8"), first("manager", "7")] == ["amount", "amount", "owner"]
    assert [first("employee"), first("employee", "7")] == [plain, "name"]
    layouts.forget(admin, "opportunity", layouts.Whose("manager", "7"))
    assert first("manager", "7") == "amount"
    assert len(layouts.particular("opportunity")) == 2


def test_fields_that_an_arrangement_for_some_does_not_name_stand_as_for_everybody(admin: Actor) -> None:
    arrange(admin, {"label": {"ru": "Все"}, "fields": ["to_party", "party"]}, hidden=("note",))
    whose = layouts.Whose(role="manager")
    layouts.arrange(
        admin, "relation", [{"label": "Моё", "fields": ["note"]}], (), expected_version=0, whose=whose
    )

    sections = shape_of("relation").sections_for("manager")
    assert sections[0].fields == ("note",)
    assert sections[1].fields == ("to_party", "party")
    assert "note" not in [k for s in shape_of("relation").sections_for("employee") for k in s.fields]


def test_an_arrangement_for_nobody_is_refused(admin: Actor) -> None:
    for whose, code in ((layouts.Whose(role="nobody"), "role"), (layouts.Whose(stage="x"), "stage")):
        with pytest.raises(Invalid) as refused:
            layouts.arrange(admin, "relation", [], (), expected_version=0, whose=whose)
        assert [e.code for e in refused.value.errors] == [code]
