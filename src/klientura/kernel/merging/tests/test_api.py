"""Merging by programs: every role, versions, repetition, and where a merged record is."""

from typing import Any

import orjson
import pytest

from klientura.kernel.merging.models import Merge
from klientura.kernel.merging.tests.support import organisation, person, stored
from klientura.kernel.testing.company import Company


def near(company: Company, name: str, **values: Any) -> int:
    user = company.users["employee"]
    return organisation(name, owner=user.pk, team=user.team_id, **values)


def send(company: Company, who: str | None, kept: int, body: Any, **headers: str) -> Any:
    return company.api(who).post(
        f"/api/v1/organisation/{kept}/merge",
        orjson.dumps(body),
        content_type="application/json",
        headers=headers,
    )


@pytest.mark.parametrize(
    ("who", "status"),
    [("administrator", 200), ("manager", 200), ("employee", 403), ("observer", 403), (None, 401)],
)
def test_every_role(company: Company, who: str | None, status: int) -> None:
    kept, gone = near(company, "А"), near(company, "Б", city="Уфа")
    worker = person("Ёлкин", employer=gone)

    answer = send(
        company,
        who,
        kept,
        {"with": [gone], "versions": {str(kept): 1, str(gone): 1}, "values": {"name": "В"}},
    )

    assert answer.status_code == status
    if status != 200:
        assert not Merge.objects.exists()
        return
    body = orjson.loads(answer.content)
    assert (body["record"]["id"], body["record"]["name"], body["record"]["city"]) == (kept, "В", "Уфа")
    assert answer["ETag"] == f'"{body["record"]["version"]}"'
    assert (body["relinked"], stored("person", worker, "employer")) == (1, kept)

    undone = company.api(who).post(f"/api/v1/operations/{body['operation']}/undo")
    assert orjson.loads(undone.content)["restored"] == 2
    assert stored("person", worker, "employer") == gone


def test_a_repetition_is_answered_and_not_done_again(company: Company) -> None:
    kept, gone = near(company, "А"), near(company, "Б")
    body = {"with": [gone], "versions": {str(kept): 1, str(gone): 1}}
    first = send(company, "manager", kept, body, **{"Idempotency-Key": "once"})
    again = send(company, "manager", kept, body, **{"Idempotency-Key": "once"})
    assert (first.status_code, again.content) == (200, first.content)
    assert again["Idempotent-Replayed"] == "true"
    assert Merge.objects.count() == 1
    assert send(company, "manager", kept, body).status_code == 409


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"versions": {}}, 428, "version_required"),
        ({"versions": {"x": 1}}, 400, "versions"),
        ({"versions": {"1": "1"}}, 400, "versions"),
        ({"versions": []}, 400, "versions"),
        ({"with": "1"}, 400, "ids"),
        ({"values": []}, 400, "json"),
        ({"more": 1}, 400, "merge"),
        ({"values": {"inn": "1"}}, 422, "invalid"),
    ],
)
def test_what_is_not_understood(company: Company, change: dict[str, Any], status: int, code: str) -> None:
    kept, gone = near(company, "А"), near(company, "Б")
    body = {"with": [gone], "versions": {str(kept): 1, str(gone): 1}, **change}
    answer = send(company, "manager", kept, body)
    assert (answer.status_code, orjson.loads(answer.content)["code"]) == (status, code)
    assert not Merge.objects.exists()


def test_an_older_version_is_refused(company: Company) -> None:
    kept, gone = near(company, "А"), near(company, "Б")
    answer = send(company, "manager", kept, {"with": [gone], "versions": {str(kept): 1, str(gone): 2}})
    assert (answer.status_code, orjson.loads(answer.content)["code"]) == (409, "conflict")


def test_a_merged_record_says_where_it_is(company: Company) -> None:
    kept, gone = near(company, "А"), near(company, "Б")
    send(company, "manager", kept, {"with": [gone], "versions": {str(kept): 1, str(gone): 1}})
    answer = company.api("employee").get(f"/api/v1/organisation/{gone}")
    problem = orjson.loads(answer.content)
    assert (answer.status_code, problem["code"], problem["details"]) == (
        404,
        "merged",
        {"merged_into": str(kept)},
    )
    foreign = orjson.loads(company.api("outsider").get(f"/api/v1/organisation/{gone}").content)
    assert foreign["code"] == "not_found"


def test_the_history_tells_it(company: Company) -> None:
    kept, gone = near(company, "А"), near(company, "Б")
    send(company, "manager", kept, {"with": [gone], "versions": {str(kept): 1, str(gone): 1}})
    items = orjson.loads(company.api("manager").get(f"/api/v1/organisation/{kept}/history").content)["items"]
    assert [
        (i["actor"]["title"], "«Б»" in i["text"] or "“Б”" in i["text"])
        for i in items
        if i["action"] == "merge"
    ] == [("Борис Лось", True)]


@pytest.mark.parametrize(("who", "described"), [("manager", True), ("employee", False)])
def test_it_is_described_to_those_who_may(company: Company, who: str, described: bool) -> None:
    document = orjson.loads(company.api(who).get("/api/v1/openapi.json").content)
    assert ("/organisation/{record_id}/merge" in document["paths"]) is described
