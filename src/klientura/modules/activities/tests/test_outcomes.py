"""Outcomes go with kinds of contact: in forms, in a cell, over the API, in bulk; an administrator says which."""

import re
from typing import Any

import pytest

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema.options import change_options, lines
from klientura.kernel.store import bulk, read, write
from klientura.kernel.testing.company import Company

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(company: Company) -> Actor:
    """Who may do everything here."""
    return company.actor("administrator")


def note(actor: Actor, **more: Any) -> int:
    return write.create(actor, shape_of("interaction"), {"kind": "call", "body": "Говорили", **more})


def offered(page: str) -> set[str]:
    """The outcomes that a control on a page offers."""
    select = re.search(r'<select[^>]*name="outcome".*?</select>', page, re.DOTALL)
    assert select is not None
    return set(re.findall(r'<option value="(\w+)"', select.group(0)))


def test_what_does_not_fit_is_refused_at_its_field(company: Company, boss: Actor):
    with pytest.raises(Invalid) as refused:
        note(boss, kind="meeting", outcome="no_answer")
    assert [e.field for e in refused.value.errors] == ["outcome"]
    number = note(boss, outcome="no_answer")
    with pytest.raises(Invalid):
        write.update(boss, shape_of("interaction"), number, {"outcome": "held"})
    api = company.api("administrator")
    values = {"kind": "meeting", "body": "Встретились", "outcome": "wrong"}
    answer = api.post("/api/v1/interaction", values, content_type="application/json")
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == ["outcome"]
    good = api.post("/api/v1/interaction", {**values, "outcome": "held"}, content_type="application/json")
    assert good.status_code == 201
    outcome = bulk.edit(
        boss, shape_of("interaction"), bulk.Selection(ids=(number, good.json()["id"])), {"outcome": "held"}
    )
    assert set(outcome.refused) == {number}


def test_another_kind_lets_go_of_an_outcome_that_no_longer_fits(boss: Actor):
    shape = shape_of("interaction")
    number, other = note(boss, outcome="no_answer"), note(boss, outcome="agreed")
    for each in (number, other):
        write.update(boss, shape, each, {"kind": "meeting"})
    assert [read.get(boss, shape, n)["outcome"] for n in (number, other)] == [None, "agreed"]


def test_a_cell_and_the_card_of_a_client_offer_what_fits(company: Company, boss: Actor):
    client, meeting = company.client("administrator"), note(boss, kind="meeting")
    cell = client.get(f"/interaction/{meeting}/fact/outcome").content.decode()
    assert offered(cell) == {"agreed", "interested", "refused", "held", "moved", "not_held"}
    number = write.create(boss, shape_of("organisation"), {"name": "Альфа"})
    page = client.get(f"/organisation/{number}").content.decode()
    selects = re.findall(r'<select[^>]*id="compose-(call|meeting)-outcome".*?</select>', page, re.DOTALL)
    assert selects == ["call", "meeting"]
    for kind, there, not_there in (("call", "no_answer", "held"), ("meeting", "held", "no_answer")):
        part = page.split(f'id="compose-{kind}-outcome"')[1].split("</select>")[0]
        assert f'value="{there}"' in part
        assert f'value="{not_there}"' not in part
    form = client.get("/interaction/new").content.decode()
    assert 'data-options-by="kind"' in form and 'data-fits="meeting"' in form


def test_an_administrator_says_with_what_an_option_goes(company: Company, boss: Actor):
    shape = shape_of("interaction")
    wanted = [
        {
            "code": line["code"],
            "label": {"ru": line["ru"], "en": line["en"]},
            "hue": line["hue"],
            "fits": line["fits"],
        }
        for line in lines(shape, shape.fields["outcome"])
    ]
    change_options(boss, "interaction", "outcome", [*wanted, {"label": {"ru": "Демо"}, "fits": ["meeting"]}])
    shape = shape_of("interaction")
    code = next(c.code for c in shape.fields["outcome"].params.choices if str(c.label) == "Демо")
    with pytest.raises(Invalid):
        note(boss, outcome=code)
    assert note(boss, kind="meeting", outcome=code)
    with pytest.raises(Invalid):
        change_options(boss, "interaction", "outcome", [{**wanted[0], "fits": ["telepathy"]}])
    client = company.client("administrator")
    address = "/settings/objects/interaction/options/outcome"
    page = client.get(address).content.decode()
    mark = re.search(r'name="mark" value="(\w+)"', page)
    assert mark is not None and 'name="options-0-fits"' in page
    sent: dict[str, Any] = {"options-present": "1", "fits-present": "1", "mark": mark.group(1)}
    for place, line in enumerate(lines(shape, shape.fields["outcome"])):
        sent |= {f"options-{place}-{k}": line[k] for k in ("code", "ru", "en", "hue")}
        sent[f"options-{place}-fits"] = ["email"] if line["code"] == code else line["fits"]
    assert client.post(address, sent).status_code in {200, 302, 303}
    assert note(boss, kind="email", outcome=code)
    with pytest.raises(Invalid):
        note(boss, kind="meeting", outcome=code)
