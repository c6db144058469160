"""The step that sets fields of the record that a field names."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.errors import Invalid
from klientura.kernel.history.undo import undo
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.rules import dry, keeping
from klientura.kernel.rules.models import Rule
from klientura.kernel.rules.tests.support import PRODUCT, last, organisation, settle, stored
from klientura.kernel.schema.uses import uses_of
from klientura.kernel.store import bulk, write
from klientura.kernel.testing.company import Company

pytestmark = pytest.mark.django_db
EMPLOYER = {
    "kind": "set_linked",
    "by": "employer",
    "values": {"note": {"from": "text", "text": "Наш человек: {first_name}"}},
}


def made(company: Company, *, who: str = "administrator", **more: Any) -> Rule:
    """A rule: whenever a person gets a position, their employer is told of in its note."""
    return keeping.create(company.actor("administrator"), {
        "name": "Кто у них", "object": "person", "trigger": {"kind": "changed", "fields": ["position"]}, "steps": [EMPLOYER], "active": True,
        "owner": company.users[who].pk, **more,
    })  # fmt: skip


def person(name: str, employer: int | None) -> int:
    return write.create(
        PRODUCT, shape_of("person"), {"last_name": "Орлов", "first_name": name, "employer": employer}
    )


def promote(*numbers: int) -> None:
    settle()  # what was made before is no business of the rule
    bulk.edit(PRODUCT, shape_of("person"), bulk.Selection(ids=numbers), {"position": "Директор"})


def test_what_a_record_names_is_changed_with_values_of_the_record(company: Company) -> None:
    rule, employer = made(company), organisation(company)
    one, alone = person("Пётр", employer), person("Олег", None)
    promote(one, alone)
    assert settle() == 1
    assert stored("organisation", employer)["note"] == "Наш человек: Пётр"
    run = last(rule)
    assert (run.matched, run.changed, run.refused) == (2, 1, 0), "who names nobody changes nothing"
    assert {"id": one, "done": [{"set": ["note"], "in": "organisation", "id": employer}]} in run.outcomes
    undo(company.actor("administrator"), run.operation_id or 0)
    assert stored("organisation", employer)["note"] is None


def test_of_several_that_name_one_the_last_is_read_and_it_is_changed_once(company: Company) -> None:
    rule, employer = made(company), organisation(company)
    people = [person("Пётр", employer), person("Анна", employer)]
    promote(*people)
    settle()
    assert stored("organisation", employer)["note"] == "Наш человек: Анна"
    assert (last(rule).changed, stored("organisation", employer)["version"]) == (1, 2)


def test_what_the_rules_user_may_not_change_is_refused_and_said(company: Company) -> None:
    shape = shape_of("organisation")
    rule = made(company, who="employee")
    hidden = write.create(
        PRODUCT,
        shape,
        {
            "name": "Чужая",
            "owner": company.users["administrator"].pk,
            "team": company.teams["far"].pk,
        },
    )
    mine = person("Пётр", hidden)
    write.update(PRODUCT, shape_of("person"), mine, {"owner": company.users["employee"].pk})
    promote(mine)
    settle()
    assert stored("organisation", hidden)["note"] is None
    run = last(rule)
    assert (run.changed, run.refused) == (0, 1)
    assert "may not change" in str(run.refusals) or "не может" in str(run.refusals)


@pytest.mark.parametrize(
    ("step", "where"),
    [
        ({"by": "nothing"}, "by"), ({"by": None}, "by"), ({"by": "last_name"}, "by"), ({"by": "owner"}, "by"), ({"values": {}}, "values"),
        ({"values": {"first_name": {"from": "value", "value": "Ы"}}}, "first_name"),
        ({"values": {"note": {"from": "text", "text": "{city_of_birth}"}}}, "note"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_its_place(
    company: Company, step: dict[str, Any], where: str
) -> None:
    with pytest.raises(Invalid) as refused:
        made(company, steps=[{**EMPLOYER, **step}])
    assert [e.field for e in refused.value.errors] == [f"steps.0.{where}"]


def test_it_is_foretold_and_its_fields_are_not_removed_unheard(company: Company) -> None:
    rule, employer = made(company, active=False), organisation(company)
    started = timezone.now()
    one, alone = person("Пётр", employer), person("Олег", None)
    promote(one, alone)
    tried = dry.try_on(company.actor("administrator"), rule.pk, started, timezone.now())
    said = {r["id"]: r["also"][0] for r in tried.records}
    assert said[one] != said[alone]
    assert stored("organisation", employer)["note"] is None
    assert uses_of("organisation", "note")
    assert uses_of("person", "employer")


def test_many_are_changed_by_as_many_statements_as_two(company: Company) -> None:
    made(company)

    def counted(number: int) -> int:
        people = [person("Пётр", organisation(company, f"Фирма {n}")) for n in range(number)]
        promote(*people)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            settle()
        return len(seen)

    counted(2)
    assert counted(8) == counted(2)
