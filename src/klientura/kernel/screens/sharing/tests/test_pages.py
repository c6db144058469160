"""The dialogs of sharing: what they show to whom, and what they do."""

import json
import re
from typing import Any

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_today
from klientura.kernel.sharing import giving, reading
from klientura.kernel.sharing.rows import Given
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World


@pytest.fixture
def company(db: None) -> Company:
    made = found_company()
    User.objects.update(language="en")
    return made


@pytest.fixture
def number(company: Company) -> int:
    mine = {"owner": company.users["employee"].pk, "team": company.teams["near"].pk}
    return World(actor=SystemActor("pages")).create("organisation", 1, name="Ромашка", **mine)


def events(response: Any) -> dict[str, object]:
    found: dict[str, object] = json.loads(response.get("HX-Trigger", "{}"))
    return found


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_card_offers_sharing_and_says_that_it_is_shared(company: Company, number: int) -> None:
    browser = company.client("employee")
    page = browser.get(f"/organisation/{number}").content.decode()
    assert f'hx-get="/organisation/{number}/share"' in page
    assert "Share…" in page
    assert "Shared" not in page
    giving.share(
        SystemActor("pages"), shape_of("organisation"), number, [Given(user_id=company.users["outsider"].pk)]
    )
    assert "Shared" in browser.get(f"/organisation/{number}").content.decode()
    theirs = company.client("outsider").get(f"/organisation/{number}").content.decode()
    assert "Who sees this…" in theirs
    assert "Share…" not in theirs


def test_the_dialog_shares_and_withdraws(company: Company, number: int) -> None:
    browser, outsider = company.client("employee"), company.users["outsider"]
    form = browser.get(f"/organisation/{number}/share")
    assert (form.status_code, "Вера Ткач owner" in words(form)) == (200, True)
    shared = browser.post(
        f"/organisation/{number}/share",
        {"to": f"user-{outsider.pk}", "level": "edit", "until": company_today().isoformat()},
    )
    assert shared.status_code == 200
    assert {"recordChanged", "toast"} <= set(events(shared))
    assert "Дина Юсупова may change until" in words(shared)
    browser.post(f"/organisation/{number}/share", {"to": f"team-{company.teams['far'].pk}"})
    found = reading.shares_of(company.actor("employee"), shape_of("organisation"), number)
    assert [(s.name, s.level, s.until) for s in found] == [
        ("Дина Юсупова", "edit", company_today()), ("far", "read", None),
    ]  # fmt: skip
    browser.post(f"/organisation/{number}/share/withdraw?who=user-{outsider.pk}")
    found = reading.shares_of(company.actor("employee"), shape_of("organisation"), number)
    assert [s.name for s in found] == ["far"]


def test_a_refused_form_says_why_and_keeps_what_was_typed(company: Company, number: int) -> None:
    browser, outsider = company.client("employee"), company.users["outsider"]
    for given, told in (
        ({}, "Choose a colleague or a team."),
        ({"to": "user-x"}, "Choose a colleague or a team."),
        ({"to": f"user-{outsider.pk}", "until": "2001-01-01"}, "Choose a day that is still to come."),
        ({"to": f"user-{outsider.pk}", "until": "soon"}, "This is not a date."),
        ({"to": "team-99999999999999999999"}, "Choose a colleague or a team."),
    ):
        refused = browser.post(f"/organisation/{number}/share", given)
        assert refused.status_code == 422
        assert told in words(refused)
    kept = browser.post(f"/organisation/{number}/share", {"to": f"user-{outsider.pk}", "until": "2001-01-01"})
    assert f'value="user-{outsider.pk}"' in kept.content.decode()
    assert 'value="Дина Юсупова"' in kept.content.decode()


def test_a_reader_sees_with_whom_it_is_shared_but_no_form(company: Company, number: int) -> None:
    giving.share(
        SystemActor("pages"), shape_of("organisation"), number, [Given(team_id=company.teams["far"].pk)]
    )
    dialog = company.client("outsider").get(f"/organisation/{number}/share")
    assert "far may read" in words(dialog)
    assert "<form" not in dialog.content.decode()
    assert (
        company.client("outsider")
        .post(f"/organisation/{number}/share", {"to": f"user-{company.users['manager'].pk}"})
        .status_code
        == 403
    )


def test_whoever_withdraws_what_let_them_in_is_led_to_the_list(company: Company, number: int) -> None:
    outsider = company.users["outsider"]
    giving.share(
        SystemActor("pages"),
        shape_of("organisation"),
        number,
        [Given(team_id=company.teams["far"].pk, level="edit")],
    )
    browser = company.client("outsider")
    left = browser.post(f"/organisation/{number}/share/withdraw?who=team-{company.teams['far'].pk}")
    assert (left.status_code, left["HX-Redirect"]) == (204, "/organisation")
    assert browser.get(f"/organisation/{number}/share").status_code == 404
    assert outsider.pk


def test_many_are_shared_from_the_list_and_taken_back(company: Company, number: int) -> None:
    browser, outsider = company.client("employee"), company.users["outsider"]
    assert "/organisation/bulk/share/form" in browser.get("/organisation").content.decode()
    form = browser.post("/organisation/bulk/share/form", {"ids": number})
    assert "Share 1 record" in words(form)
    done = browser.post("/organisation/bulk/share", {"ids": number, "to": f"user-{outsider.pk}"})
    toast = events(done)["toast"]
    assert isinstance(toast, dict)
    assert toast["text"] == "1 record shared"
    assert company.client("outsider").get(f"/organisation/{number}").status_code == 200
    assert browser.post(toast["undoUrl"]).status_code == 200
    assert company.client("outsider").get(f"/organisation/{number}").status_code == 404
    refused = browser.post("/organisation/bulk/share", {"ids": number})
    assert (refused.status_code, "Share 1 record" in words(refused)) == (422, True)
    assert (
        company.client("observer").post("/organisation/bulk/share/form", {"ids": number}).status_code == 403
    )


def test_colleagues_and_teams_are_found_but_not_oneself(company: Company) -> None:
    found = company.client("employee").get("/search/people-and-teams?q=").content.decode()
    assert f'data-value="team-{company.teams["near"].pk}"' in found
    assert f'data-value="user-{company.users["colleague"].pk}"' in found
    assert f'data-value="user-{company.users["employee"].pk}"' not in found
    assert f'data-value="user-{company.users["disabled"].pk}"' not in found
