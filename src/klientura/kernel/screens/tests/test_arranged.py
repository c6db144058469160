"""Cards and forms arranged for a role and for a stage: what each reader meets, and that nothing needed is out of reach."""

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema import conditions, layouts
from klientura.kernel.screens.arranged import stages_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


def arrange(company: Company, object_key: str, fields: list[str], hidden: list[str], **whose: str) -> None:
    layouts.arrange(
        company.actor("administrator"), object_key, [{"label": {"ru": "Для них", "en": "For them"}, "fields": fields}],
        hidden, expected_version=0, whose=layouts.Whose(**whose),
    )  # fmt: skip


def page(company: Company, who: str, address: str) -> str:
    answer = company.client(who).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_role_meets_its_own_form_and_card(company: Company):
    arrange(company, "organisation", ["city", "name"], ["website"], role="manager")
    made = write.create(
        company.actor("manager"), shape_of("organisation"), {"name": "Альфа", "website": "example.org"}
    )

    for address in ("/organisation/new", f"/organisation/{made}/edit"):
        theirs, others = page(company, "manager", address), page(company, "administrator", address)
        assert "Для них" in theirs
        assert "Для них" not in others
        assert 'name="website"' not in theirs
        assert 'name="website"' in others
        assert theirs.index('name="city"') < theirs.index('name="name"')
    assert "Для них" in page(company, "manager", f"/organisation/{made}")


def test_saving_a_form_leaves_alone_what_it_does_not_show(company: Company):
    arrange(company, "organisation", ["name"], ["website", "is_active"], role="manager")
    actor = company.actor("manager")
    made = write.create(
        actor, shape_of("organisation"), {"name": "Альфа", "website": "example.org", "is_active": True}
    )

    answer = company.client("manager").post(f"/organisation/{made}/edit", {"name": "Бета", "version": "1"})

    assert answer.status_code == 302
    row = read.get(actor, shape_of("organisation"), made)
    assert (row["name"], row["website"], row["is_active"]) == ("Бета", "https://example.org", True)


def test_what_has_to_be_filled_in_is_there_whatever_the_arrangement(company: Company):
    arrange(company, "organisation", ["name"], ["website"], role="manager")
    tree = {"field": "city", "op": "eq", "value": "Уфа"}
    conditions.set_conditions(company.actor("administrator"), "organisation", "website", {"required": tree})

    made = company.client("manager").post("/organisation/new", {"name": "Альфа", "city": "Уфа"})

    assert made.status_code == 422
    assert 'name="website"' in made.content.decode()


def test_stages_are_offered_with_the_pipeline_they_are_of(company: Company):
    system = SystemActor("test")
    pipeline = write.create(system, shape_of("pipeline"), {"name": "Опт"})
    stage = write.create(system, shape_of("stage"), {"name": "Торг", "pipeline": pipeline, "kind": "open"})

    assert {"value": str(stage), "label": "Опт: Торг"} in stages_of(system, shape_of("opportunity"))
    assert stages_of(system, shape_of("organisation")) == []
