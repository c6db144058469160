"""Leads: what they are called, how they move, what is known of their needs."""

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import BadRequest, Denied, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Row
from klientura.kernel.testing.company import found_company
from klientura.modules.sales.services.leads import move_lead, qualify, set_aside, take

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


def make(**values: object) -> int:
    return write.create(ACTOR, shape_of("lead"), values)


def lead(number: int) -> Row:
    return read.get(ACTOR, shape_of("lead"), number)


def test_a_lead_without_a_name_is_called_after_who_it_is_from() -> None:
    assert lead(make(company_name="ООО «Ромашка»", phone="+7 916 123-45-67"))["name"].endswith(
        "ООО «Ромашка»"
    )
    with pytest.raises(Invalid) as refused:
        make(need="перезвоните")
    assert [e.field for e in refused.value.errors] == ["name"]


def test_a_status_brings_its_dates_and_what_is_not_suitable_its_reason() -> None:
    number = make(name="Станки")
    take(ACTOR, number)
    assert (lead(number)["status"], lead(number)["closed_at"]) == ("in_work", None)
    with pytest.raises(Invalid) as refused:
        set_aside(ACTOR, number)
    assert [e.field for e in refused.value.errors] == ["unsuitable_reason"]
    set_aside(ACTOR, number, {"unsuitable_reason": "no_budget", "unsuitable_note": "через год"})
    row = lead(number)
    assert (row["status"], row["unsuitable_reason"], row["closed_at"] is None) == (
        "unsuitable",
        "no_budget",
        False,
    )
    qualify(ACTOR, number)
    row = lead(number)
    assert (row["status"], row["unsuitable_reason"], row["unsuitable_note"], row["closed_at"]) == (
        "qualified", None, None, None,
    )  # fmt: skip


def test_no_move_and_no_edit_makes_a_lead_converted() -> None:
    number = make(name="Станки")
    for status in ("converted", "такого нет", None, 7):
        with pytest.raises(Invalid):
            move_lead(ACTOR, number, {"status": status})
    with pytest.raises(Invalid):
        write.update(ACTOR, shape_of("lead"), number, {"status": "converted"})
    done = make(name="Из старой программы", status="converted")
    with pytest.raises(BadRequest):
        take(ACTOR, done)


def test_what_is_known_of_the_needs_is_counted() -> None:
    number = make(name="Станки", budget_known="set")
    assert lead(number)["clarified"] == 25
    write.update(
        ACTOR,
        shape_of("lead"),
        number,
        {"decision_maker": "Директор", "needed_by": "2026-12-01", "used_now": "Excel"},
    )
    assert lead(number)["clarified"] == 100


def test_who_may_not_write_the_status_moves_no_lead() -> None:
    company = found_company()
    number = write.create(company.actor("employee"), shape_of("lead"), {"name": "Станки"})
    with pytest.raises(Denied):
        take(company.actor("observer"), number)
    company.hide("employee", "lead", "status", "read")
    with pytest.raises(Denied):
        take(company.actor("employee"), number)
    take(company.actor("administrator"), number)
    assert lead(number)["status"] == "in_work"
