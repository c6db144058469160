"""The bar of stages on a card, the dialog that a stage asks by, and taking a move back."""

import json

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.sales.services.pipelines import ensure_default_pipeline

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def company() -> Company:
    ensure_default_pipeline(ACTOR)
    return found_company()


def stages(kind: str) -> list[int]:
    rows = read.page(ACTOR, shape_of("stage"), sort="place", keys=["kind"]).rows
    return [r["id"] for r in rows if r["kind"] == kind]


def stage_of(deal: int) -> int:
    found: int = read.get(ACTOR, shape_of("opportunity"), deal)["stage"].id
    return found


def test_a_card_offers_the_other_stages_of_its_pipeline_and_a_click_moves(company: Company) -> None:
    deal = write.create(ACTOR, shape_of("opportunity"), {"name": "Станки"})
    client = company.client("administrator")
    page = client.get(f"/opportunity/{deal}").content.decode()
    bar = page[page.index('id="stage-bar"') : page.index("</nav>", page.index('id="stage-bar"'))]
    every = stages("open") + stages("won") + stages("lost")
    assert bar.count("<li") == len(every)
    assert bar.count("<button") == len(every) - 1
    assert bar.count('aria-current="step"') == 1

    second = stages("open")[1]
    moved = client.post(f"/opportunity/{deal}/move?whole=1", {"stage": second, "version": "1"}, headers=HTMX)
    assert moved.status_code == 200
    assert stage_of(deal) == second
    said = json.loads(moved["HX-Trigger"])
    assert said["stageChanged"] is True

    back = client.post(said["toast"]["undoUrl"], headers=HTMX)
    assert back.status_code == 200
    assert stage_of(deal) == stages("open")[0]
    assert json.loads(back["HX-Trigger"])["toast"]["undoUrl"] == ""


def test_taking_a_move_back_does_not_undo_what_somebody_did_since(company: Company) -> None:
    deal = write.create(ACTOR, shape_of("opportunity"), {"name": "Станки"})
    client = company.client("administrator")
    _first, second, third = stages("open")[:3]
    moved = client.post(f"/opportunity/{deal}/move?whole=1", {"stage": second}, headers=HTMX)
    client.post(f"/opportunity/{deal}/move?whole=1", {"stage": third}, headers=HTMX)
    late = client.post(json.loads(moved["HX-Trigger"])["toast"]["undoUrl"], headers=HTMX)
    assert late.status_code == 409
    assert stage_of(deal) == third


def test_a_move_taken_back_leaves_the_deal_as_it_was(company: Company) -> None:
    shape, client = shape_of("opportunity"), company.client("administrator")
    deal = write.create(ACTOR, shape, {"name": "Станки", "probability": 37})
    won, lost, opened = stages("won")[0], stages("lost")[0], stages("open")
    keys = ("stage", "status", "probability", "stage_changed_at", "closed_at", "loss_reason", "loss_note")

    def as_it_is() -> dict[str, object]:
        row = read.get(ACTOR, shape, deal)
        return {k: row[k] for k in keys}

    def move_and_back(stage: int, **more: str) -> None:
        before = as_it_is()
        moved = client.post(f"/opportunity/{deal}/move?whole=1", {"stage": stage, **more}, headers=HTMX)
        assert as_it_is() != before
        back = client.post(json.loads(moved["HX-Trigger"])["toast"]["undoUrl"], headers=HTMX)
        assert back.status_code == 200
        assert as_it_is() == before

    move_and_back(opened[1])
    move_and_back(lost, loss_reason="price", loss_note="дорого")
    client.post(f"/opportunity/{deal}/move?whole=1", {"stage": won}, headers=HTMX)
    move_and_back(opened[0])
    client.post(f"/opportunity/{deal}/move?whole=1", {"stage": lost, "loss_reason": "price"}, headers=HTMX)
    move_and_back(opened[0])


def test_a_move_of_somebody_else_is_not_taken_back(company: Company) -> None:
    deal = write.create(company.actor("employee"), shape_of("opportunity"), {"name": "Станки"})
    second = stages("open")[1]
    moved = company.client("manager").post(
        f"/opportunity/{deal}/move?whole=1", {"stage": second}, headers=HTMX
    )
    address = json.loads(moved["HX-Trigger"])["toast"]["undoUrl"]
    assert company.client("administrator").post(address, headers=HTMX).status_code == 409
    assert company.client("observer").post(address, headers=HTMX).status_code == 403
    assert stage_of(deal) == second


def test_who_may_not_fill_in_what_a_loss_needs_is_told_so(company: Company) -> None:
    deal = write.create(company.actor("employee"), shape_of("opportunity"), {"name": "Станки"})
    company.hide("employee", "opportunity", "loss_reason")
    for address in ("move?whole=1", "move", "actions/lose"):
        refused = company.client("employee").post(
            f"/opportunity/{deal}/{address}", {"stage": stages("lost")[0]}, headers=HTMX
        )
        assert refused.status_code == 403
        assert "loss_reason" not in refused.content.decode()


def test_who_may_not_edit_a_deal_sees_its_stages_without_buttons(company: Company) -> None:
    deal = write.create(company.actor("colleague"), shape_of("opportunity"), {"name": "Станки"})
    page = company.client("observer").get(f"/opportunity/{deal}").content.decode()
    bar = page[page.index('id="stage-bar"') : page.index("</nav>", page.index('id="stage-bar"'))]
    assert "<button" not in bar


def test_a_record_without_stages_has_no_bar(company: Company) -> None:
    number = write.create(ACTOR, shape_of("organisation"), {"name": "Альфа"})
    assert (
        'id="stage-bar"'
        not in company.client("administrator").get(f"/organisation/{number}").content.decode()
    )


@pytest.mark.parametrize("place", ["", "?whole=1"])
def test_the_stage_asks_under_its_own_name_and_blames_only_an_attempt(company: Company, place: str) -> None:
    deal = write.create(ACTOR, shape_of("opportunity"), {"name": "Станки"})
    client = company.client("administrator")
    lost = stages("lost")[0]
    name = read.get(ACTOR, shape_of("stage"), lost)["name"]

    asked = client.post(f"/opportunity/{deal}/move{place}", {"stage": lost, "version": "1"}, headers=HTMX)
    form = asked.content.decode()
    assert asked.status_code == 422
    assert f">{name}</h2>" in form
    assert "field-error" not in form
    assert 'name="attempted" value="1"' in form

    again = client.post(
        f"/opportunity/{deal}/move{place}", {"stage": lost, "version": "1", "attempted": "1"}, headers=HTMX
    )
    assert again.status_code == 422
    assert "field-error" in again.content.decode()

    taken = client.post(
        f"/opportunity/{deal}/move{place}",
        {"stage": lost, "version": "1", "attempted": "1", "loss_reason": "price"},
        headers={**HTMX, "HX-Current-URL": "http://testserver/opportunity?view=board"},
    )
    assert taken.status_code == 200
    assert stage_of(deal) == lost


def test_a_deal_says_whom_to_call(company: Company) -> None:
    client_id = write.create(
        ACTOR,
        shape_of("organisation"),
        {"name": "Альфа", "phone": "+7 495 111-22-33", "email": "a@alfa.example"},
    )
    write.create(
        ACTOR,
        shape_of("person"),
        {"last_name": "Ёлкин", "first_name": "Пётр", "employer": client_id, "phone": "+7 902 927-35-77"},
    )
    deal = write.create(ACTOR, shape_of("opportunity"), {"name": "Станки", "party": client_id})
    page = company.client("administrator").get(f"/opportunity/{deal}").content.decode()
    side = page[page.index('id="card-side"') :]
    assert "tel:+74951112233" in side
    assert "mailto:a@alfa.example" in side
    assert "Ёлкин" in side
    assert "tel:+79029273577" in side


def test_settings_are_links_for_those_who_may_change_them(company: Company) -> None:
    deal = write.create(company.actor("employee"), shape_of("opportunity"), {"name": "Станки"})
    address = f'href="/stage/{stages("open")[0]}"'
    assert address in company.client("administrator").get(f"/opportunity/{deal}").content.decode()
    assert address not in company.client("employee").get(f"/opportunity/{deal}").content.decode()
    assert address not in company.client("employee").get("/opportunity").content.decode()
