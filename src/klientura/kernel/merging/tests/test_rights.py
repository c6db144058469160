"""Who may merge what, and what a merge does with what its actor does not see."""

import pytest

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Denied, Invalid, KernelError, NotFound
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.merging.models import Merge
from klientura.kernel.merging.tests.support import lines, organisation, person, stored, values_of_lines
from klientura.kernel.merging.trails import merged_into, trails_of
from klientura.kernel.merging.values import HiddenDiffers
from klientura.kernel.objects.shape import Shape
from klientura.kernel.testing.company import Company


def owned(company: Company, who: str, name: str, **values: object) -> int:
    """An organisation of a user and their team."""
    user = company.users[who]
    return organisation(name, owner=user.pk, team=user.team_id, **values)


@pytest.mark.parametrize(
    ("who", "allowed"), [("administrator", True), ("manager", True), ("employee", False), ("observer", False)]
)
def test_a_role_merges_where_it_may_change_and_delete(
    company: Company, shape: Shape, who: str, allowed: bool
) -> None:
    kept, gone = owned(company, "employee", "А"), owned(company, "employee", "Б")
    actor = company.actor(who)
    if not allowed:
        with pytest.raises(Denied):
            merge(actor, shape, kept, [gone])
        assert not Merge.objects.exists()
        return
    operation = merge(actor, shape, kept, [gone]).operation_id
    assert undo(actor, operation).restored == 2


@pytest.mark.parametrize("foreign_is_kept", [True, False])
def test_a_record_out_of_reach_is_not_there(company: Company, shape: Shape, foreign_is_kept: bool) -> None:
    mine, theirs = owned(company, "employee", "А"), owned(company, "outsider", "Б")
    kept, gone = (theirs, mine) if foreign_is_kept else (mine, theirs)
    with pytest.raises(NotFound):
        merge(company.actor("manager"), shape, kept, [gone])


def test_one_that_may_be_seen_but_not_changed(company: Company, shape: Shape) -> None:
    company.grant("manager", "organisation", "read", "all")
    mine, theirs = owned(company, "employee", "А"), owned(company, "outsider", "Б")
    with pytest.raises(Denied):
        merge(company.actor("manager"), shape, mine, [theirs])


def test_one_that_may_be_changed_but_not_deleted(company: Company, shape: Shape) -> None:
    company.grant("manager", "organisation", "delete", "own")
    mine, others = owned(company, "manager", "А"), owned(company, "employee", "Б")
    actor = company.actor("manager")
    with pytest.raises(Denied):
        merge(actor, shape, mine, [others])
    assert merge(actor, shape, others, [mine]).kept_id == others


def test_links_of_records_out_of_reach_are_turned_too(company: Company, shape: Shape) -> None:
    kept, gone = owned(company, "employee", "А"), owned(company, "employee", "Б")
    foreign = person("Ёлкин", employer=gone, owner=company.users["outsider"].pk, team=company.teams["far"].pk)
    manager = company.actor("manager")

    operation = merge(manager, shape, kept, [gone]).operation_id
    assert stored("person", foreign, "employer") == kept

    undo(manager, operation)
    assert stored("person", foreign, "employer") == gone


class TestHiddenFields:
    """What the actor does not see is neither lost nor shown."""

    def test_an_empty_one_is_filled_unseen(self, company: Company, shape: Shape) -> None:
        company.hide("manager", "organisation", "note")
        kept, gone = owned(company, "employee", "А"), owned(company, "employee", "Б", note="Тайна")

        merge(company.actor("manager"), shape, kept, [gone])

        assert stored("organisation", kept, "note") == "Тайна"

    def test_two_that_differ_are_nothing_to_choose_between(self, company: Company, shape: Shape) -> None:
        company.hide("manager", "organisation", "note")
        kept, gone = (
            owned(company, "employee", "А", note="Одно"),
            owned(company, "employee", "Б", note="Другое"),
        )

        with pytest.raises(HiddenDiffers) as refused:
            merge(company.actor("manager"), shape, kept, [gone])

        assert "Одно" not in str(refused.value.message)
        assert "note" not in str(refused.value.message)

    def test_two_that_agree_are_no_hindrance(self, company: Company, shape: Shape) -> None:
        company.hide("manager", "organisation", "note")
        kept, gone = (
            owned(company, "employee", "А", note="Одно"),
            owned(company, "employee", "Б", note="Одно"),
        )
        assert merge(company.actor("manager"), shape, kept, [gone]).kept_id == kept

    def test_hidden_lines_are_united(self, company: Company, shape: Shape) -> None:
        company.hide("manager", "organisation", "addresses")
        kept = owned(company, "employee", "А", addresses=[{"kind": "legal", "city": "Уфа"}])
        gone = owned(company, "employee", "Б", addresses=[{"kind": "actual", "city": "Омск"}])

        merge(company.actor("manager"), shape, kept, [gone])

        assert [x["city"] for x in lines("organisation", kept, "addresses")] == ["Уфа", "Омск"]

    def test_a_hidden_main_value_that_differs_refuses(self, company: Company, shape: Shape) -> None:
        company.hide("manager", "organisation", "contact_points")
        kept = owned(company, "employee", "А", phone="+7 495 000-11-22")
        gone = owned(company, "employee", "Б", phone="+7 495 000-33-44")
        with pytest.raises(HiddenDiffers):
            merge(company.actor("manager"), shape, kept, [gone])

    @pytest.mark.parametrize(("level", "code"), [("none", "unknown"), ("read", "read_only")])
    def test_it_cannot_be_chosen(self, company: Company, shape: Shape, level: str, code: str) -> None:
        company.hide("manager", "organisation", "note", level)
        kept, gone = owned(company, "employee", "А"), owned(company, "employee", "Б")
        with pytest.raises(Invalid) as refused:
            merge(company.actor("manager"), shape, kept, [gone], {"note": "Моё"})
        assert [(e.field, e.code) for e in refused.value.errors] == [("note", code)]

    def test_a_locked_one_keeps_its_value_and_is_filled(self, company: Company, shape: Shape) -> None:
        for field in ("note", "city"):
            company.hide("manager", "organisation", field, "read")
        kept = owned(company, "employee", "А", note="Одно")
        gone = owned(company, "employee", "Б", note="Другое", city="Уфа")

        merge(company.actor("manager"), shape, kept, [gone])

        assert (stored("organisation", kept, "note"), stored("organisation", kept, "city")) == ("Одно", "Уфа")


def test_the_way_to_the_kept_record_is_shown_to_its_readers(
    company: Company, actor: Actor, shape: Shape
) -> None:
    kept, gone = owned(company, "employee", "А"), owned(company, "outsider", "Б")
    merge(actor, shape, kept, [gone])

    assert merged_into(company.actor("employee"), shape, gone) == kept
    assert merged_into(company.actor("outsider"), shape, gone) is None
    since = Merge.objects.get().at
    assert trails_of(company.actor("employee"), shape, kept, since=since)[0].gone == ((gone, None),)
    assert trails_of(actor, shape, kept, since=since)[0].gone == ((gone, "Б"),)


def test_undoing_needs_the_rights_of_the_merge(company: Company, shape: Shape) -> None:
    kept, gone = owned(company, "employee", "А"), owned(company, "employee", "Б", phone="+7 495 000-33-44")
    operation = merge(company.actor("manager"), shape, kept, [gone]).operation_id
    company.grant("manager", "organisation", "delete", "own")
    with pytest.raises(KernelError) as refused:
        undo(company.actor("manager"), operation)
    assert refused.value.code == "denied"
    assert values_of_lines("organisation", kept) == ["+74950003344"]
