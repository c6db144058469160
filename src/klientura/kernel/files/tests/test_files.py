"""Files of records: brought as drafts, held by the record that is saved, given to whoever may read it now, swept away."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Invalid
from klientura.kernel.files import keeping, sweeping
from klientura.kernel.files.models import KeptFile
from klientura.kernel.history.read import history_of
from klientura.kernel.history.undo import undo
from klientura.kernel.objects.models import AddedField
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.schema import fields
from klientura.kernel.store import bulk, read, write
from klientura.kernel.store.bulk import Selection
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
KEY = "x_papers"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture(autouse=True)
def _data(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def company(db: None) -> Company:
    company = found_company()
    fields.add_field(
        company.actor("administrator"),
        "organisation",
        {"type": "file", "label": {"ru": "Бумаги", "en": "Papers"}, "params": {"many": True}},
    )
    return company


@pytest.fixture
def boss(company: Company) -> Actor:
    return company.actor("administrator")


@pytest.fixture
def shape(company: Company) -> Shape:
    return shape_of("organisation")


def brought(actor: Actor, name: str = "договор.txt", data: bytes = b"text") -> int:
    return int(keeping.bring(actor, name, io.BytesIO(data)))


def kept_bytes(settings: Any) -> list[Path]:
    return [p for p in (Path(settings.DATA_DIR) / "files").rglob("*") if p.is_file()]


def upload(client: Client, address: str, name: str = "a.txt", data: bytes = b"text") -> Any:
    return client.post(address, {"file": SimpleUploadedFile(name, data)})


def test_a_file_is_brought_held_shown_and_fetched(company: Company, boss: Actor, shape: Shape):
    browser = company.client("administrator")
    made = upload(
        browser, f"/files/new/organisation/{KEY}", "../../Счёт №1\u202e.txt", b"<script>alert(1)</script>"
    )
    assert made.status_code == 201
    number = made.json()["id"]
    assert (made.json()["name"], made.json()["type"]) == ("Счёт №1.txt", "text/plain")
    one = write.create(boss, shape, {"name": "Завод", KEY: [str(number)]})
    assert "Счёт №1.txt" in browser.get(f"/organisation/{one}").content.decode()
    assert f'name="{KEY}" value="{number}"' in browser.get(f"/organisation/{one}/edit").content.decode()
    answer = browser.get(f"/files/organisation/{one}/{KEY}/{number}")
    assert (answer.status_code, answer.getvalue()) == (200, b"<script>alert(1)</script>")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-cache"
    again = browser.get(
        f"/files/organisation/{one}/{KEY}/{number}", headers={"If-None-Match": answer["ETag"]}
    )
    assert again.status_code == 304
    picture = brought(boss, "фото.html", PNG)
    write.update(boss, shape, one, {KEY: {"add": [picture]}})
    shown = browser.get(f"/files/organisation/{one}/{KEY}/{picture}")
    assert (shown["Content-Type"], shown["Content-Disposition"][:6]) == ("image/png", "inline")
    saved = browser.get(f"/files/organisation/{one}/{KEY}/{picture}?save")
    assert saved["Content-Disposition"].startswith("attachment")


def test_only_who_may_read_the_record_and_the_field_gets_the_file(
    company: Company, boss: Actor, shape: Shape
):
    number = brought(boss)
    mine = company.users["employee"].pk
    one = write.create(boss, shape, {"name": "Завод", KEY: [number], "owner": mine})
    other = write.create(boss, shape, {"name": "Депо", "owner": mine})
    company.grant("employee", "organisation", "read", "own")
    place = f"/files/organisation/{one}/{KEY}/{number}"
    assert company.client("employee").get(place).status_code == 200
    assert company.client("outsider").get(place).status_code == 404
    assert company.client(None).get(place).status_code == 302
    assert company.client("employee").get(f"/files/organisation/{other}/{KEY}/{number}").status_code == 404
    assert company.client("employee").get(f"/files/organisation/{one}/name/{number}").status_code == 404
    company.hide("employee", "organisation", KEY)
    assert company.client("employee").get(place).status_code == 404
    assert company.api("employee").get(f"/api/v1/organisation/{one}/files/{KEY}/{number}").status_code == 404
    assert upload(company.client("employee"), f"/files/new/organisation/{KEY}").status_code == 404
    assert "договор.txt" not in company.client("employee").get(f"/organisation/{one}").content.decode()
    assert "договор.txt" not in str(history_of(company.actor("employee"), shape, one))
    write.trash(boss, shape, [one])
    assert company.client("administrator").get(place).status_code == 404


def test_nobody_holds_what_another_brought_or_what_they_may_not_read(
    company: Company, boss: Actor, shape: Shape
):
    mine = company.users["employee"].pk
    company.grant("employee", "organisation", "read", "own")
    employee = company.actor("employee")
    draft, held = brought(boss), brought(boss, "тайна.txt", b"secret")
    write.create(boss, shape, {"name": "Завод", KEY: [held]})
    for stolen in (draft, held, 999_999_999):
        with pytest.raises(Invalid) as refused:
            write.create(employee, shape, {"name": "Моя", KEY: [stolen]})
        assert [(e.field, e.code) for e in refused.value.errors] == [(KEY, "file")]
    page = company.client("employee").post(
        "/organisation/new", {"name": "", "present": KEY, KEY: [str(held)]}
    )
    assert "тайна.txt" not in page.content.decode()
    shown = write.create(boss, shape, {"name": "Открытая", KEY: [draft], "owner": mine})
    both = write.create(employee, shape, {"name": "Моя", KEY: [draft]})
    assert [int(f) for f in read.get(employee, shape, both)[KEY]] == [draft]
    assert shown != both


def test_an_observer_and_a_reader_of_a_locked_field_bring_nothing(company: Company):
    address = f"/files/new/organisation/{KEY}"
    assert upload(company.client("observer"), address).status_code == 403
    company.hide("employee", "organisation", KEY, "read")
    assert upload(company.client("employee"), address).status_code == 403
    assert upload(company.api("observer"), f"/api/v1/organisation/files/{KEY}").status_code == 403
    assert upload(company.client("administrator"), "/files/new/organisation/name").status_code == 404


def test_too_large_empty_and_too_many_are_refused_in_words(company: Company, boss: Actor, settings: Any):
    settings.MOST_FILE_MB = 1
    browser, address = company.client("administrator"), f"/files/new/organisation/{KEY}"
    large = upload(browser, address, data=b"x" * (1024 * 1024 + 1))
    assert (large.status_code, large.json()["code"]) == (413, "file_too_large")
    huge = upload(browser, address, data=b"x" * (2 * 1024 * 1024))
    assert (huge.status_code, huge.json()["code"]) == (413, "file_too_large")
    assert upload(browser, address, data=b"").status_code == 400
    assert browser.post(address).status_code == 400
    assert kept_bytes(settings) == []
    KeptFile.objects.bulk_create(
        KeptFile(sha256="0" * 64, name="x", size=1, type="x", created_by_id=boss.user_id) for _n in range(keeping.MOST_DRAFTS)
    )  # fmt: skip
    with pytest.raises(BadRequest):
        brought(boss)


def test_a_field_of_one_file_takes_one(boss: Actor):
    made = fields.add_field(boss, "person", {"type": "file", "label": "Photo"})
    person = shape_of("person")
    one, two = brought(boss, "1.png", PNG), brought(boss, "2.png", PNG)
    for value in ([one, two], {"add": [one, two]}):
        with pytest.raises(Invalid):
            write.create(boss, person, {"last_name": "Ким", made.key: value})
    record = write.create(boss, person, {"last_name": "Ким", made.key: one})
    with pytest.raises(Invalid):
        write.update(boss, person, record, {made.key: {"add": [two]}})
    write.update(boss, person, record, {made.key: [two]})
    assert [f.name for f in read.get(boss, person, record)[made.key]] == ["2.png"]


def test_equal_bytes_are_kept_once_and_go_with_the_last_file(boss: Actor, shape: Shape, settings: Any):
    one, two = brought(boss, "а.txt", b"same"), brought(boss, "б.txt", b"same")
    assert len(kept_bytes(settings)) == 1
    record = write.create(boss, shape, {"name": "Завод", KEY: [one]})
    assert sweeping.sweep(timezone.now() + dt.timedelta(days=2)) == 1
    assert not KeptFile.objects.filter(pk=two).exists()
    assert len(kept_bytes(settings)) == 1
    write.update(boss, shape, record, {KEY: None})
    later = timezone.now() + dt.timedelta(days=3)
    assert sweeping.sweep(later) == 0
    assert sweeping.sweep(later + dt.timedelta(days=91)) == 1
    assert kept_bytes(settings) == []


def test_what_is_put_back_by_undo_is_not_swept(boss: Actor, shape: Shape, settings: Any):
    number = brought(boss)
    one = write.create(boss, shape, {"name": "Завод", KEY: [number]})
    done = bulk.edit(boss, shape, Selection(ids=(one,)), {KEY: {"remove": [number]}})
    now = timezone.now()
    sweeping.sweep(now)
    assert KeptFile.objects.get(pk=number).unheld_since is not None
    undo(boss, done.operation_id)
    assert sweeping.sweep(now + dt.timedelta(days=200)) == 0
    assert KeptFile.objects.get(pk=number).unheld_since is None
    write.trash(boss, shape, [one])
    assert sweeping.sweep(now + dt.timedelta(days=400)) == 0
    assert len(kept_bytes(settings)) == 1


def test_the_files_of_a_removed_field_stay_until_it_is_purged(boss: Actor, shape: Shape):
    number = brought(boss)
    write.create(boss, shape, {"name": "Завод", KEY: [number]})
    row = AddedField.objects.get(key=KEY)
    fields.remove_field(boss, row.pk)
    assert sweeping.sweep(timezone.now() + dt.timedelta(days=400)) == 0
    fields.purge_field(boss, row.pk)
    now = timezone.now()
    sweeping.sweep(now)
    assert sweeping.sweep(now + dt.timedelta(days=91)) == 1


def test_the_history_names_files(boss: Actor, shape: Shape, company: Company):
    number = brought(boss)
    one = write.create(boss, shape, {"name": "Завод"})
    write.update(boss, shape, one, {KEY: [number]})
    write.update(boss, shape, one, {KEY: None})
    page = company.client("administrator").get(f"/organisation/{one}/history").content.decode()
    assert page.count("договор.txt") >= 2


def test_programs_bring_hold_and_fetch_files(company: Company, boss: Actor):
    api = company.api("administrator")
    made = upload(api, f"/api/v1/organisation/files/{KEY}", "план.pdf", b"%PDF-1.7 ...")
    assert (made.status_code, made.json()["type"]) == (201, "application/pdf")
    body = json.dumps({"name": "Завод", KEY: [{"id": made.json()["id"]}]})
    record = api.post("/api/v1/organisation", body, content_type="application/json").json()
    assert record[KEY] == [made.json()]
    answer = api.get(f"/api/v1/organisation/{record['id']}/files/{KEY}/{made.json()['id']}")
    assert answer.getvalue() == b"%PDF-1.7 ..."
    assert "sandbox" not in answer["Content-Security-Policy"]


def test_a_page_of_files_costs_one_query_more(boss: Actor, shape: Shape):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            read.page(boss, shape, limit=200)
        return len(queries)

    write.create(boss, shape, {"name": "Пустая"})
    without = cost()
    for n in range(20):
        write.create(boss, shape, {"name": f"{n}", KEY: [brought(boss, f"{n}.txt", b"%d" % n)]})
    assert cost() == without + 1


def test_bytes_that_are_lost_are_told_and_break_nothing(
    company: Company, boss: Actor, shape: Shape, settings: Any
):
    one = write.create(boss, shape, {"name": "Завод", KEY: [number := brought(boss)]})
    for path in kept_bytes(settings):
        path.unlink()
    assert company.client("administrator").get(f"/files/organisation/{one}/{KEY}/{number}").status_code == 404
    assert company.client("administrator").get(f"/organisation/{one}").status_code == 200
