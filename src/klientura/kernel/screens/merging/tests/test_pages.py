"""The pages of merging: side by side, the outcome, the ways there and back, for every role."""

import re
from typing import Any

import pytest

from klientura.kernel.merging.models import Merge
from klientura.kernel.merging.tests.support import TEST, make, organisation, person, stored
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company

HTMX = {"HX-Request": "true"}


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


def near(company: Company, name: str, **values: Any) -> int:
    user = company.users["employee"]
    return organisation(name, owner=user.pk, team=user.team_id, **values)


def page(company: Company, who: str, *ids: int, **more: Any) -> Any:
    letters = dict(zip("abcdefghijk", ids, strict=False))
    return company.client(who).get("/duplicates/organisation/merge", {**letters, **more})


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def checked(response: Any, field: str) -> list[str]:
    return re.findall(rf'name="f-{field}" value="(\w+)" checked', response.content.decode())


def send(company: Company, who: str, *ids: int, kept: int, **more: Any) -> Any:
    versions = {f"version-{i}": stored("organisation", i, "version") for i in ids}
    letters = dict(zip("abc", ids, strict=False))
    return company.client(who).post(
        "/duplicates/organisation/merge", {**letters, **versions, "kept": kept, **more}
    )


def test_the_fuller_record_is_proposed(company: Company) -> None:
    thin, full = near(company, "Тонкая"), near(company, "Полная", city="Уфа", note="Звонить")
    content = page(company, "manager", thin, full).content.decode()
    assert f'name="kept" value="{full}"' in content
    assert f'name="kept" value="{thin}"' in page(company, "manager", thin, full, kept=thin).content.decode()


def test_what_differs_is_asked_and_the_rest_is_folded_away(company: Company) -> None:
    kept, gone = near(company, "Ромашка", city="Уфа", source="сайт"), near(company, "Лютик", city="Уфа")
    person("Ёлкин", employer=gone, owner=company.users["employee"].pk, team=company.teams["near"].pk)
    response = page(company, "manager", kept, gone, kept=kept)
    assert checked(response, "name") == [str(kept)]
    assert checked(response, "city") == []
    assert 'class="merge-alike"' in response.content.decode()
    assert re.search("(Люди|People): 1", text_of(response))


def test_the_outcome_follows_the_choices(company: Company) -> None:
    kept, gone = near(company, "Ромашка", note="Одно"), near(company, "Лютик", note="Другое", city="Омск")
    response = page(company, "manager", kept, gone, kept=kept, **{"f-name": gone, "f-note": "all"})
    outcome = response.content.decode().split('id="merge-outcome"')[1]
    assert "Лютик" in outcome and "Омск" in outcome
    assert "Одно\n\nДругое" in outcome
    assert checked(response, "note") == ["all"]


def test_merging_takes_what_was_chosen(company: Company) -> None:
    kept, gone = (
        near(company, "Ромашка", note="Одно", phone="+7 495 000-11-22"),
        near(company, "Лютик", note="Другое", phone="+7 495 000-33-44"),
    )
    response = send(
        company, "manager", kept, gone, kept=kept, **{"f-name": gone, "f-note": "all", "f-phone": gone}
    )
    assert (response.status_code, response["Location"]) == (302, f"/organisation/{kept}?merged=1")
    assert stored("organisation", kept, "name") == "Лютик"
    assert stored("organisation", kept, "note") == "Одно\n\nДругое"
    assert stored("organisation", kept, "phone") == "+74950003344"


@pytest.mark.parametrize(
    ("who", "status"), [("administrator", 200), ("manager", 200), ("employee", 403), ("observer", 403)]
)
def test_every_role(company: Company, who: str, status: int) -> None:
    kept, gone = near(company, "А"), near(company, "Б")
    assert page(company, who, kept, gone).status_code == status
    assert company.client(who).get(f"/duplicates/organisation/merge/partner/{kept}").status_code == status
    sent = company.client(who).post("/duplicates/organisation/merge/choose", {"ids": [kept, gone]})
    assert sent.status_code == (302 if status == 200 else 403)
    assert send(company, who, kept, gone, kept=kept).status_code == (302 if status == 200 else 403)
    assert Merge.objects.exists() is (status == 200)
    card = company.client(who).get(f"/organisation/{kept}").content.decode()
    assert ("/merge/partner/" in card) is (status == 200)
    assert ("/unmerge/" in card) is (status == 200)


def test_a_refusal_is_told_on_the_page(company: Company) -> None:
    kept, gone = near(company, "А", note="Одно"), near(company, "Б", note="Другое")
    company.hide("manager", "organisation", "note")
    opened = page(company, "manager", kept, gone)
    assert opened.status_code == 200 and "disabled" in opened.content.decode().split("form-actions")[1]
    refused = send(company, "manager", kept, gone, kept=kept)
    assert refused.status_code == 409
    assert "Одно" not in refused.content.decode() and "Другое" not in refused.content.decode()
    assert not Merge.objects.exists()


def test_what_changed_meanwhile_is_looked_at_again(company: Company) -> None:
    kept, gone = near(company, "А", city="Уфа"), near(company, "Б", city="Омск")
    answer: Any = company.client("manager").post(
        "/duplicates/organisation/merge",
        {"a": kept, "b": gone, "kept": kept, f"version-{kept}": 1, f"version-{gone}": 7, "f-city": gone},
    )
    assert answer.status_code == 409
    assert checked(answer, "city") == [str(gone)]
    assert f'name="version-{gone}" value="1"' in answer.content.decode()


@pytest.mark.parametrize("given", [{}, {"a": 1}, {"a": "x", "b": "y"}, {"a": 5, "b": 5}])
def test_too_few_records(company: Company, given: dict[str, Any]) -> None:
    assert company.client("manager").get("/duplicates/organisation/merge", given).status_code == 400


def test_records_of_another_kind_and_out_of_reach(company: Company) -> None:
    kept = near(company, "А")
    user = company.users["employee"]
    other = person("Ёлкин", owner=user.pk, team=user.team_id)
    foreign = organisation("Чужая", owner=company.users["outsider"].pk, team=company.teams["far"].pk)
    assert page(company, "manager", kept, other).status_code == 409
    assert page(company, "manager", kept, foreign).status_code == 404
    assert page(company, "manager", kept, 999_999).status_code == 404


def test_from_a_list(company: Company) -> None:
    ids = [near(company, f"Фирма {n}") for n in range(11)]
    client = company.client("manager")
    two: Any = client.post("/duplicates/organisation/merge/choose", {"ids": ids[:2]}, headers=HTMX)
    assert two["HX-Redirect"] == f"/duplicates/organisation/merge?a={ids[0]}&b={ids[1]}"
    for some in (ids[:1], ids):
        refused = client.post("/duplicates/organisation/merge/choose", {"ids": some}, headers=HTMX)
        assert refused.status_code == 400
    assert "/duplicates/organisation/merge/choose" in client.get("/organisation").content.decode()


def test_the_way_from_a_merged_record_and_back(company: Company) -> None:
    kept, gone = near(company, "Ромашка"), near(company, "Лютик", city="Уфа")
    worker = person("Ёлкин", employer=gone)
    send(company, "manager", kept, gone, kept=kept)
    client = company.client("manager")

    moved: Any = client.get(f"/organisation/{gone}")
    assert (moved.status_code, moved["Location"]) == (302, f"/organisation/{kept}?from={gone}")
    assert client.get(f"/party/{gone}")["Location"] == f"/party/{kept}?from={gone}"
    assert client.get(f"/organisation/{gone}?peek=1")["Location"] == f"/organisation/{kept}?peek=1"
    card = client.get(moved["Location"])
    assert text_of(card).count("Лютик") >= 2
    undo_url = re.search(r'hx-post="(/duplicates/organisation/unmerge/\d+)"', card.content.decode())
    assert undo_url is not None
    assert "/unmerge/" not in company.client("employee").get(f"/organisation/{kept}").content.decode()
    assert company.client("employee").post(undo_url[1]).status_code == 404

    write.update(TEST, shape_of("organisation"), kept, {"city": "Омск"})
    apart: Any = client.post(undo_url[1], headers=HTMX)
    told = text_of(client.get(apart["HX-Redirect"]))
    assert stored("person", worker, "employer") == gone
    assert "Лютик" in told and re.search("Город|City", told)
    assert client.get(f"/organisation/{gone}").status_code == 200
    assert client.post(undo_url[1]).status_code == 400


def test_the_list_of_operations_takes_it_apart_too(company: Company) -> None:
    kept, gone = near(company, "Ромашка"), near(company, "Лютик")
    send(company, "administrator", kept, gone, kept=kept)
    operation = Merge.objects.get().operation_id
    client = company.client("administrator")
    assert f"/operations/{operation}/undo" in client.get("/settings/operations").content.decode()
    assert "Лютик" in client.post(f"/operations/{operation}/undo", headers=HTMX)[
        "HX-Trigger"
    ].encode().decode("unicode_escape")
    assert stored("organisation", gone, "name") == "Лютик"


def test_deals_are_merged_with_their_sums(company: Company) -> None:
    make("stage", name="Новая", kind="open", place=1, pipeline=make("pipeline", name="Продажи"))
    user = company.users["employee"]
    mine = {"owner": user.pk, "team": user.team_id}
    kept = make("opportunity", name="Поставка", amount="10.00", **mine)
    gone = make("opportunity", name="Поставка", amount="20.00", currency="USD", **mine)
    client = company.client("manager")
    opened: Any = client.get("/duplicates/opportunity/merge", {"a": kept, "b": gone, "kept": kept})
    assert checked(opened, "amount") == [str(kept)]
    client.post("/duplicates/opportunity/merge", {"a": kept, "b": gone, "kept": kept, "f-amount": gone})
    assert (str(stored("opportunity", kept, "amount")), stored("opportunity", kept, "currency")) == (
        "20.00",
        "USD",
    )


def test_the_number_of_queries_does_not_grow(company: Company, django_assert_max_num_queries: Any) -> None:
    ids = [near(company, f"Фирма {n}", city=f"Город {n}", employees=n) for n in range(10)]
    client = company.client("manager")
    client.get("/duplicates/organisation/merge", {"a": ids[0], "b": ids[1]})
    with django_assert_max_num_queries(60) as two:
        client.get("/duplicates/organisation/merge", {"a": ids[0], "b": ids[1]})
    with django_assert_max_num_queries(60) as ten:
        client.get("/duplicates/organisation/merge", dict(zip("abcdefghij", ids, strict=True)))
    assert len(ten) <= len(two) + 2
