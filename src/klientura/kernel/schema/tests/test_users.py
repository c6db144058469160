"""Fields that name several users: written, named, asked about, and letting those whom they name see the record."""

import json
from dataclasses import replace
from typing import Any

import pytest

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Denied, Invalid, NotFound
from klientura.kernel.history.read import history_of
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.schema import fields
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company

KEY = "x_watchers"


@pytest.fixture
def shape(admin: Actor) -> Shape:
    """Organisations that colleagues watch."""
    fields.add_field(
        admin, "organisation", {"type": "users", "label": {"ru": "Наблюдатели", "en": "Watchers"}}
    )
    return shape_of("organisation")


def found(actor: Actor, shape: Shape, **condition: Any) -> list[int]:
    return [r["id"] for r in read.page(actor, shape, tree={"field": KEY, **condition}, sort="id").rows]


def test_they_are_chosen_by_number_name_and_address(admin: Actor, company: Company, shape: Shape):
    boris, vera = company.users["manager"], company.users["employee"]
    one = write.create(admin, shape, {"name": "Завод", KEY: [boris.pk, str(vera.pk)]})
    two = write.create(admin, shape, {"name": "Депо", KEY: f"вера ткач; {boris.email}"})
    assert [tuple(r) for r in read.get(admin, shape, one)[KEY]] == [
        (boris.pk, "Борис Лось"),
        (vera.pk, "Вера Ткач"),
    ]
    assert {r.id for r in read.get(admin, shape, two)[KEY]} == {boris.pk, vera.pk}
    write.update(admin, shape, two, {KEY: {"remove": [boris.pk]}})
    assert found(admin, shape, op="any", value=[boris.pk]) == [one]
    assert found(admin, shape, op="me") == []
    write.update(admin, shape, two, {KEY: {"add": [company.users["administrator"].pk]}})
    assert found(company.actor("administrator"), shape, op="me") == [two]
    assert "Борис Лось" in history_of(admin, shape, two).titles.values()


@pytest.mark.parametrize("bad", [[10**9], "Никто Неизвестный", [0], "disabled"])
def test_who_is_not_here_is_refused(admin: Actor, company: Company, shape: Shape, bad: Any):
    raw = [company.users["disabled"].pk] if bad == "disabled" else bad
    with pytest.raises(Invalid) as refused:
        write.create(admin, shape, {"name": "Завод", KEY: raw})
    assert [e.field for e in refused.value.errors] == [KEY]


def test_whoever_has_left_stays_named_where_they_were(admin: Actor, company: Company, shape: Shape):
    vera = company.users["employee"]
    one = write.create(admin, shape, {"name": "Завод", KEY: [vera.pk]})
    type(vera).objects.filter(pk=vera.pk).update(is_active=False)
    write.update(admin, shape, one, {KEY: {"add": [company.users["manager"].pk]}})
    assert [r.title for r in read.get(admin, shape, one)[KEY]] == ["Вера Ткач", "Борис Лось"]


def test_the_form_the_card_and_the_api(company: Company, shape: Shape):
    page, boris = company.client("administrator"), company.users["manager"]
    assert "/search/users" in page.get("/organisation/new").content.decode()
    sent = page.post("/organisation/new", {"name": "Завод", KEY: [str(boris.pk)], "present": KEY})
    assert sent.status_code == 302
    assert "Борис Лось" in page.get(sent["Location"]).content.decode()
    one = int(sent["Location"].rsplit("/", 1)[1])
    body = company.api("administrator").get(f"/api/v1/organisation/{one}").json()
    assert body[KEY] == [{"id": boris.pk, "title": "Борис Лось"}]
    tree = json.dumps({"field": KEY, "op": "me"})
    write.update(company.actor("administrator"), shape, one, {KEY: [company.users["administrator"].pk]})
    listed = company.api("administrator").get("/api/v1/organisation", {"filter": tree}).json()
    assert [r["id"] for r in listed["items"]] == [one]


@pytest.mark.parametrize("verbs", [("read",), ("read", "edit")])
def test_those_whom_a_record_names_are_let_in_as_its_kind_says(
    admin: Actor, company: Company, shape: Shape, verbs: tuple[str, ...]
):
    """`ObjectSpec.members`: an outsider whose scope is their own sees and changes what names them, and nothing else."""
    for verb in ("read", "edit"):
        company.grant("employee", "organisation", verb, "own")
    let_in = replace(shape, spec=replace(shape.spec, members={KEY: verbs}))
    dina = company.users["outsider"]
    hers, others = (
        write.create(admin, shape, {"name": name, KEY: who})
        for name, who in (("Завод", [dina.pk]), ("Депо", [company.users["manager"].pk]))
    )
    actor = company.actor("outsider")
    assert [r["id"] for r in read.page(actor, let_in).rows] == [hers]
    with pytest.raises(NotFound):
        read.get(actor, let_in, others)
    if "edit" in verbs:
        write.update(actor, let_in, hers, {"name": "Завод № 2"})
        assert read.get(admin, shape, hers)["name"] == "Завод № 2"
    else:
        with pytest.raises((Denied, NotFound)):
            write.update(actor, let_in, hers, {"name": "Завод № 2"})
    assert read.page(actor, shape).rows == []
