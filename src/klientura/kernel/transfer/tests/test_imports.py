"""The life of an import: kept, planned, checked, run by a job, taken back. And files that are no tables."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.jobs import service
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.transfer import imports, opening
from klientura.kernel.transfer.models import Import
from klientura.kernel.transfer.plan import plan_from_json
from klientura.kernel.transfer.tests.support import (
    SAMPLE,
    actor,
    bring,
    contents,
    make_plan,
    picture,
    write_file,
)
from klientura.modules.parties.models import Party

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


def receive(who, content: bytes, title: str = "клиенты.csv", object_key: str = "") -> Import:
    return imports.receive(who, title, [content], object_key)


def test_whole_way():
    who = actor()
    record = receive(who, SAMPLE.read_bytes())
    assert plan_from_json(record.plan or {}).object == "organisation"
    checked = service.run_inline(imports.check(who, record, queue=False))
    record.refresh_from_db()
    assert (checked.state, record.state) == ("done", "checked")
    assert not Party.objects.exists()
    job = service.run_inline(imports.begin(who, record, queue=False))
    record.refresh_from_db()
    assert (job.state, record.state) == ("done", "done")
    assert (record.check_result or {})["counts"] == (record.result or {})["counts"]
    assert job.operation_id == record.operation_id
    assert (job.done, job.total) == (300, 300)
    assert Party.objects.filter(deleted_at=None).count() > 200
    imports.take_back(who, record)
    assert contents() == []
    assert imports.find(who, record.pk).state == "undone"
    with pytest.raises(BadRequest):
        imports.begin(who, record, queue=False)


def test_mapping_is_remembered_per_user_and_headers():
    who, other = actor(), actor()
    content = "Фирма;Непонятно\r\nАльфа;15\r\nБета;16\r\n".encode("cp1251")
    record = receive(who, content)
    plan = plan_from_json(record.plan or {})
    assert plan.columns == ("name", "+note")
    imports.save_plan(who, record, plan_from_json({**plan.to_json(), "columns": ["name", "employees"]}))
    assert plan_from_json(receive(who, content).plan or {}).columns == ("name", "employees")
    assert plan_from_json(receive(other, content).plan or {}).columns == ("name", "+note")


def test_reading_can_be_set_by_hand():
    who = actor()
    record = receive(who, "Название,Город\r\nАльфа,Казань\r\n".encode("cp1251"))
    table = imports.change_reading(who, record, {"encoding": "utf-16-le"})
    assert table.header != ["Название", "Город"]
    table = imports.change_reading(who, record, {"encoding": "cp1251", "delimiter": ","})
    assert table.header == ["Название", "Город"]
    with pytest.raises(BadRequest):
        imports.change_reading(who, record, {"encoding": "no-such"})


def test_corrected_file_keeps_the_mapping():
    who = actor()
    record = receive(who, "Фирма;Штука\r\nАльфа;x\r\n".encode())
    plan = plan_from_json(record.plan or {})
    record.plan = {**plan.to_json(), "columns": ["name", "source"]}
    record.save()
    fresh = imports.replace_file(who, record, "б.csv", ["Фирма;Штука;Причина\r\nАльфа;у;плохо\r\n".encode()])
    assert plan_from_json(fresh.plan or {}).columns == ("name", "source", "")


def test_only_the_owner_finds_an_import():
    who, other = actor("manager", team="А"), actor("manager", team="Б")
    record = receive(who, SAMPLE.read_bytes())
    with pytest.raises(NotFound):
        imports.find(other, record.pk)
    assert [r.pk for r in imports.past(other)] == []
    assert imports.find(actor(), record.pk).pk == record.pk


def test_without_the_right_no_file_is_kept(data_dir):
    with pytest.raises(Denied):
        receive(actor("employee", team="А"), SAMPLE.read_bytes())
    assert not list(data_dir.rglob("*"))


def test_right_withdrawn_before_the_job_runs():
    from klientura.kernel.access.models import User

    who = actor("manager", team="А")
    record = receive(who, SAMPLE.read_bytes())
    job = imports.begin(who, record, queue=False)
    User.objects.filter(pk=who.user_id or 0).update(is_active=False)
    job = service.run_inline(job)
    record.refresh_from_db()
    assert (job.state, record.state) == ("failed", "failed")
    assert not Party.objects.exists()


def test_dead_worker_is_followed(settings):
    who = actor()
    record = receive(who, SAMPLE.read_bytes())
    job = imports.begin(who, record, queue=False)
    service.run_inline(job)
    expected = contents()
    Party.objects.all().update(deleted_at=timezone.now(), inn=None, name="x", city=None)
    second = receive(who, SAMPLE.read_bytes())
    job = imports.begin(who, second, queue=False)
    Job.objects.filter(pk=job.pk).update(
        state="running", runner="dead", heartbeat_at=timezone.now() - timedelta(minutes=1)
    )
    assert service.take_up() == 1
    assert service.run_inline(job).state == "done"
    assert contents() == expected


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\r\n\r\n  ", "empty"),
        (os.urandom(5000), None),
        (b"%PDF-1.7\n" + bytes(range(256)) * 20, "binary"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "binary"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "html"),
        (b"<?xml version='1.0'?><a/>", "xml"),
        (b"PK\x03\x04 not a workbook", "damaged"),
        (";".join(f"c{n}" for n in range(3000)).encode() + b"\r\n" + b";" * 2999, "too_many_columns"),
        (b"x" * (17 * 1024 * 1024), "line_too_long"),
    ],
    ids=["empty", "blank", "random", "pdf", "png", "html", "xml", "zip", "wide", "endless"],
)
def test_bad_files_are_refused_in_words(content, code, data_dir):
    before = picture(("party", "kernel_operation"))
    with pytest.raises(BadRequest) as caught:
        receive(actor(), content)
    assert str(caught.value.message)
    assert code is None or caught.value.code == code
    assert not [f for f in data_dir.rglob("*") if f.is_file()]
    assert picture(("party", "kernel_operation")) == before


def test_file_above_the_limit_is_not_kept(data_dir, monkeypatch):
    monkeypatch.setattr(opening, "MAX_FILE", 1000)
    with pytest.raises(BadRequest) as caught:
        receive(actor(), b"a;b\r\n" * 500)
    assert caught.value.code == "too_large"
    assert not [f for f in data_dir.rglob("*") if f.is_file()]


def test_one_column_file_imports():
    who = actor()
    record = receive(who, "Название\r\nАльфа\r\nБета\r\n".encode())
    service.run_inline(imports.begin(who, record, queue=False))
    assert set(Party.objects.values_list("name", flat=True)) == {"Альфа", "Бета"}


def test_unclosed_quote_breaks_off_with_its_row(data_dir):
    who = actor()
    record = receive(
        who,
        ("Название;Город\r\n" + "Альфа;Казань\r\n" * 100 + '"Бета;Омск\r\n' + "Гамма;Томск\r\n" * 5).encode(),
    )
    job = service.run_inline(imports.check(who, record, queue=False))
    assert job.state == "failed"
    assert "102" in job.message
    record.refresh_from_db()
    assert record.state == "new"


def test_old_files_are_swept(data_dir):
    record = receive(actor(), SAMPLE.read_bytes())
    folder = opening.root() / record.folder
    assert folder.stat().st_mode & 0o077 == 0
    assert opening.sweep() == 0
    old = timezone.now().timestamp() - 31 * 86_400
    os.utime(folder, (old, old))
    assert opening.sweep() == 1
    with pytest.raises(BadRequest):
        imports.table_of(record)


@pytest.mark.parametrize(
    ("title", "cell", "key"),
    [("Телефон", "8 (347) 222-33-44", "phone"), ("E-mail", "Second@Example.org", "email")],
)
def test_a_record_is_known_by_any_of_its_numbers(tmp_path, title, cell, key):
    who = actor()
    points = [
        {"kind": "phone", "value": "+7 347 111-22-33"},
        {"kind": "email", "value": "first@example.org"},
        {"kind": "mobile", "value": "8 347 222-33-44"},
        {"kind": "email", "value": "second@example.org"},
    ]
    write.create(who, shape_of("organisation"), {"name": "Альфа", "contact_points": points})
    write.create(who, shape_of("organisation"), {"name": "Бета", "contact_points": points[:2]})
    path = write_file(tmp_path, [["Название", title, "Город"], ["Альфа плюс", cell, "Уфа"]])

    result = bring(who, path, tmp_path, make_plan(who, path, match=((key,),)))

    assert result.report["counts"] == {"updated": 1}
    assert Party.objects.get(name="Альфа").city == "Уфа"
