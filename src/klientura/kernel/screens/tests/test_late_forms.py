"""Two people have the whole form of one client open."""

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import found_company

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


def test_a_late_form_keeps_what_the_colleague_wrote_and_shows_what_both_did() -> None:
    client = found_company().client("administrator")
    shape = shape_of("organisation")
    points = [{"kind": "phone", "value": "+74951112233"}]
    number = write.create(ACTOR, shape, {"name": "Альфа", "city": "Уфа", "contact_points": points})
    line = read.parts_of(ACTOR, shape, [number])[number]["contact_points"][0]
    late = {
        "version": "1", "name": "Альфа", "city": "Уфа", "contact_points-present": "1",
        "contact_points-0-id": str(line["id"]), "contact_points-0-kind": "phone", "contact_points-0-value": "+74951112233",
    }  # fmt: skip
    theirs = [{**line, "note": "секретарь"}, {"kind": "email", "value": "alfa@example.org"}]
    write.update(
        ACTOR, shape, number, {"city": "Омск", "contact_points": [{k: v for k, v in x.items() if k != "uncertain"} for x in theirs]}
    )  # fmt: skip

    mine = {**late, "name": "Альфа плюс"}
    assert client.post(f"/organisation/{number}/edit", mine).status_code == 302

    row = read.get(ACTOR, shape, number)
    assert (row["name"], row["city"], row["email"]) == ("Альфа плюс", "Омск", "alfa@example.org")

    clash = {**late, "name": "Альфа минус", "contact_points-0-note": "директор"}
    answer = client.post(f"/organisation/{number}/edit", clash)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "«Телефон +74951112233 секретарь; Эл. почта alfa@example.org»" in page, "theirs"
    assert "«Телефон +74951112233 директор»" in page, "mine"
    assert 'value="Омск"' in page, "a value that I left alone is theirs"
    assert 'value="Альфа минус"' in page, "what I typed is still there"
    assert 'value="alfa@example.org"' in page, "saving again does not remove their line"
