"""An end is never before its beginning, whoever writes and through whichever door; and nobody learns of a date they do not see."""

import json

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.models import AddedField
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema import fields
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    company = found_company()
    admin = company.actor("administrator")
    for key, label, params in (
        ("x_from", "начало", {}),
        ("x_till", "конец", {"not_before": "x_from"}),
        ("x_odd", "прочее", {}),
    ):
        fields.add_field(
            admin, "organisation", {"type": "date", "key": key, "label": {"ru": label}, "params": params}
        )
    return company


def codes(refused: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(e.field, e.code) for e in refused.value.errors]


def test_the_order_holds_when_either_date_is_written(company: Company) -> None:
    actor, shape = company.actor("employee"), shape_of("organisation")
    right = {"name": "Верно", "x_from": "2026-03-01", "x_till": "2026-03-01", "x_odd": "1990-01-01"}
    made = write.create(actor, shape, right)
    for values, at in (
        ({"x_till": "2026-02-28"}, "x_till"),
        ({"x_from": "2026-03-02"}, "x_from"),
        ({"x_from": "2026-05-01", "x_till": "2026-04-01"}, "x_till"),
    ):
        with pytest.raises(Invalid) as refused:
            write.update(actor, shape, made, values)
        assert codes(refused) == [(at, "before")]
    write.update(actor, shape, made, {"x_from": "2026-05-01", "x_till": "2026-06-01"})
    write.update(actor, shape, made, {"x_till": None})
    write.update(actor, shape, made, {"x_from": "2027-01-01"})
    with pytest.raises(Invalid) as refused:
        write.create_many(actor, shape, [right, {**right, "x_till": "2026-01-01"}])
    assert codes(refused) == [("1.x_till", "before")]


def test_what_stands_in_the_wrong_order_already_hinders_no_other_change(company: Company) -> None:
    shape = shape_of("organisation")
    wrong = {"name": "Давно", "x_from": "2026-03-01", "x_till": "2026-01-01"}
    owner = company.users["employee"].pk
    made = write.create(SystemActor("test"), shape, {**wrong, "owner": owner})
    write.update(company.actor("employee"), shape, made, {"city": "Уфа"})


def test_both_doors_say_why(company: Company) -> None:
    wrong = {"name": "Наоборот", "x_from": "2026-03-01", "x_till": "2026-01-01"}
    answer = company.api("employee").post(
        "/api/v1/organisation", json.dumps(wrong), content_type="application/json"
    )
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("x_till", "before")]
    assert "Конец" in answer.content.decode()
    form = company.client("employee").post("/organisation/new", wrong)
    assert form.status_code == 422
    page = form.content.decode()
    assert "field-error" in page
    assert 'value="2026-01-01"' in page  # as it was typed


def test_nobody_is_told_of_a_date_that_they_do_not_see(company: Company) -> None:
    shape = shape_of("organisation")
    made = write.create(company.actor("employee"), shape, {"name": "Тайна", "x_from": "2026-03-01"})
    company.hide("employee", "organisation", "x_from")
    write.update(company.actor("employee"), shape_of("organisation"), made, {"x_till": "2020-01-01"})
    row = read.get(company.actor("administrator"), shape_of("organisation"), made)
    assert str(row["x_till"]) == "2020-01-01"


def test_only_another_date_of_the_kind_can_be_named_and_it_is_missed_when_it_goes(company: Company) -> None:
    admin = company.actor("administrator")
    for named in ("nothing", "created_at", "name", "x_own"):
        wish = {"type": "date", "key": "x_own", "label": {"ru": "своя"}, "params": {"not_before": named}}
        with pytest.raises(Invalid) as refused:
            fields.add_field(admin, "organisation", wish)
        assert codes(refused) == [("params.not_before", "option")]
    assert "x_own" not in shape_of("organisation").fields
    rows = {row.key: row for row in AddedField.objects.all()}
    form = {"label": {"ru": "прочее"}, "params": {"not_before": "nothing"}}
    with pytest.raises(Invalid):
        fields.change_field(admin, rows["x_odd"].pk, form, expected_version=1)
    with pytest.raises(fields.InUse) as used:
        fields.remove_field(admin, rows["x_from"].pk)
    assert len(used.value.details["uses"]) == 1
    fields.remove_field(admin, rows["x_from"].pk, despite=True)
    form = {
        "label": {"ru": "до"},
        "params": {"not_before": "x_from"},
    }  # what stands is no reason to refuse the rest
    fields.change_field(admin, rows["x_till"].pk, form, expected_version=1)
