"""The way of a file through the pages."""

from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.imports.tests.support import form_of, sign_in, upload, work
from klientura.kernel.settings.installation import mark_set_up
from klientura.kernel.store import write
from klientura.kernel.transfer.models import Import
from klientura.kernel.transfer.tests.support import SAMPLE, actor
from klientura.modules.parties.models import Party

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"
    settings.ROOT_URLCONF = "klientura.kernel.screens.imports.tests.urls"
    mark_set_up()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_whole_way(language):
    client = sign_in(language=language)
    assert client.get("/imports").status_code == 200
    assert client.get("/imports/new").status_code == 200
    record = upload(client, SAMPLE.read_bytes())
    page = client.get(f"/imports/{record.pk}/map").content.decode()
    assert "Альфахолдинг 17" in page
    assert 'name="column-14"' in page
    response = client.post(f"/imports/{record.pk}/map", form_of(record))
    assert (response.status_code, response["Location"]) == (302, f"/imports/{record.pk}/check")
    assert "every 1s" in client.get(f"/imports/{record.pk}/check").content.decode()
    tray = client.get("/progress").content.decode()
    assert "clients.csv" in tray
    assert f"/imports/{record.pk}/check" in tray
    work()
    page = client.get(f"/imports/{record.pk}/check").content.decode()
    assert "every 1s" not in page
    assert "31.02.2025" in page
    assert not Party.objects.exists()
    remarks = client.get(f"/imports/{record.pk}/report/remarks")
    assert "31.02.2025" in b"".join(remarks.streaming_content).decode("cp1251")  # type: ignore[attr-defined]
    assert client.post(f"/imports/{record.pk}/check")["Location"] == f"/imports/{record.pk}/run"
    work()
    page = client.get(f"/imports/{record.pk}/run").content.decode()
    assert "/organisation?filter=" in page
    link = page.split('href="/organisation?')[1].split('"')[0].replace("&amp;", "&")
    assert "Альфахолдинг 17" in client.get(f"/organisation?{link}&q=Альфахолдинг").content.decode()
    assert "clients.csv" in client.get("/imports").content.decode()
    assert client.post(f"/imports/{record.pk}/undo").status_code == 302
    assert not Party.objects.filter(deleted_at=None).exists()
    assert client.get(f"/imports/{record.pk}/run").status_code == 200


def test_pasted_table_imports():
    client = sign_in()
    response = client.post(
        "/imports/new", {"pasted": "Название\tГород\nАльфа\tКазань\n", "object": "organisation"}
    )
    record = Import.objects.latest("id")
    assert response["Location"] == f"/imports/{record.pk}/map"
    client.post(f"/imports/{record.pk}/map", form_of(record))
    work()
    client.post(f"/imports/{record.pk}/check")
    work()
    assert Party.objects.get().city == "Казань"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 " + bytes(300), b"<html></html>"])
def test_bad_file_is_answered_in_place(content):
    client = sign_in()
    stream = BytesIO(content)
    stream.name = "x.csv"
    response = client.post("/imports/new", {"file": stream})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert not Import.objects.exists()


def test_nothing_chosen():
    response = sign_in().post("/imports/new", {"pasted": " "})
    assert response.status_code == 422


def test_plan_without_names_is_refused_in_place():
    client = sign_in()
    record = upload(client, SAMPLE.read_bytes())
    form = {**form_of(record), "column-0": ""}
    response = client.post(f"/imports/{record.pk}/map", form)
    assert response.status_code == 422
    assert not Job.objects.exists()


def test_reading_and_object_can_be_changed():
    client = sign_in()
    record = upload(client, "ФИО;Компания\r\nПетров Иван;Альфа\r\n".encode("cp1251"))
    assert (
        client.post(
            f"/imports/{record.pk}/reading", {"object": "organisation", "encoding": "cp1251"}
        ).status_code
        == 302
    )
    record.refresh_from_db()
    assert (record.plan or {})["object"] == "organisation"
    assert client.post(f"/imports/{record.pk}/reading", {"header_row": "-5"}).status_code == 400


def test_corrected_file_goes_on_with_the_mapping():
    client = sign_in()
    record = upload(client, "Фирма;Город\r\nАльфа;Казань\r\n".encode())
    stream = BytesIO("Фирма;Город;Причина\r\nБета;Омск;\r\n".encode())
    stream.name = "y.csv"
    response = client.post(f"/imports/{record.pk}/corrected", {"file": stream})
    fresh = Import.objects.latest("id")
    assert response["Location"] == f"/imports/{fresh.pk}/map"
    assert (fresh.plan or {})["columns"] == ["name", "city", ""]


def test_stop_before_the_work_begins():
    client = sign_in()
    record = upload(client, SAMPLE.read_bytes())
    client.post(f"/imports/{record.pk}/map", form_of(record))
    assert client.post(f"/imports/{record.pk}/stop").status_code == 302
    record.refresh_from_db()
    assert record.state == "new"
    assert Job.objects.get().state == "cancelled"


def test_others_do_not_see_it():
    record = upload(sign_in(), SAMPLE.read_bytes())
    other = sign_in("manager", team="Б")
    for path in ("map", "check", "run", "report/remarks"):
        assert other.get(f"/imports/{record.pk}/{path}").status_code == 404
    for path in ("map", "check", "stop", "undo", "corrected", "reading"):
        assert other.post(f"/imports/{record.pk}/{path}").status_code == 404
    assert "clients.csv" not in other.get("/imports").content.decode()


def test_without_the_right_to_import():
    client = sign_in("employee", team="А")
    stream = BytesIO(SAMPLE.read_bytes())
    stream.name = "x.csv"
    assert client.post("/imports/new", {"file": stream}).status_code == 403


def test_anonymous_are_sent_to_sign_in():
    for path in ("/imports", "/imports/new", "/imports/1/map", "/progress", "/organisation/export"):
        assert Client().get(path)["Location"].startswith("/sign-in")


def test_export_at_once_and_in_the_background(monkeypatch):
    from klientura.kernel.transfer import exports

    client = sign_in()
    who = actor()
    write.create(who, shape_of("organisation"), {"name": "Альфа", "city": "Казань", "phone": "89029273577"})
    assert 'value="csv1251"' in client.get("/organisation/export?q=альфа").content.decode()
    response = client.get("/organisation/export?format=csv1251&all=1")
    text = b"".join(response.streaming_content).decode("cp1251")  # type: ignore[attr-defined]
    assert "Альфа" in text
    assert "+79029273577" in text
    assert b"".join(client.get("/organisation/export?format=xlsx").streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    response = client.get("/organisation/export?format=csv")
    job = Job.objects.get()
    assert response["Location"] == f"/imports/exports/{job.pk}"
    assert "every 1s" in client.get(f"/imports/exports/{job.pk}").content.decode()
    work()
    assert f"/imports/exports/{job.pk}/file" in client.get(f"/imports/exports/{job.pk}").content.decode()
    content = b"".join(client.get(f"/imports/exports/{job.pk}/file").streaming_content)  # type: ignore[attr-defined]
    assert "Альфа" in content.decode("utf-8-sig")
    other = sign_in("manager", team="Б")
    assert other.get(f"/imports/exports/{job.pk}").status_code == 404
    assert other.get(f"/imports/exports/{job.pk}/file").status_code == 404


def test_export_needs_the_right():
    client = sign_in("employee", team="А")
    assert client.get("/organisation/export?format=csv").status_code == 403


def test_tray_stops_a_job():
    client = sign_in()
    record = upload(client, SAMPLE.read_bytes())
    client.post(f"/imports/{record.pk}/map", form_of(record))
    job = Job.objects.get()
    assert client.post(f"/progress/{job.pk}/stop").status_code == 200
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert client.get(f"/imports/{record.pk}/map").status_code == 200


def test_an_undo_is_asked_about_first_and_tells_what_stayed():
    client = sign_in()
    record = upload(client, SAMPLE.read_bytes())
    client.post(f"/imports/{record.pk}/map", form_of(record))
    work()
    page = client.get(f"/imports/{record.pk}/check").content.decode()
    assert page.count("issue-group") < 20  # hundreds of remarks, told by their sorts
    assert "9 rows" in page
    client.post(f"/imports/{record.pk}/check")
    work()
    assert (
        "hx-post" not in client.get("/imports").content.decode().partition("<main")[2].partition("</main")[0]
    )

    asked = client.get(f"/imports/{record.pk}/undo").content.decode()
    assert f'hx-post="/imports/{record.pk}/undo"' in asked
    assert Party.objects.filter(deleted_at=None).exists()
    shape = shape_of("organisation")
    used = Party.objects.filter(kind="organisation").order_by("id").first()
    assert used is not None
    write.update(SystemActor("test"), shape, used.pk, {"city": "Уфа"})
    client.post(f"/imports/{record.pk}/undo")

    page = client.get(f"/imports/{record.pk}/run").content.decode()
    assert f'href="/organisation/{used.pk}">{used.name}</a>' in page
    left = Party.objects.filter(deleted_at=None)
    assert {p.pk if p.kind == "organisation" else p.employer_id for p in left} == {used.pk}
