"""Numbers in a row: each new record the next, whoever makes it, never the same twice."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema import fields, formulas
from klientura.kernel.search.results import search
from klientura.kernel.store import read, write


def number(**params: Any) -> dict[str, Any]:
    return {"type": "autonumber", "label": "Номер", "params": params}


def add(admin: Actor, **params: Any) -> str:
    return fields.add_field(admin, "organisation", number(**params)).key


def named(admin: Actor, key: str, *names: str) -> list[Any]:
    shape = shape_of("organisation")
    made = write.create_many(admin, shape, [{"name": n} for n in names])
    return [read.get(admin, shape, i)[key] for i in made]


def test_each_new_record_gets_the_next(admin: Actor) -> None:
    plain, dressed = add(admin), add(admin, prefix="К-", digits=4, start=98)
    assert named(admin, plain, "А", "Б") == ["1", "2"]
    assert named(admin, dressed, "В") == ["К-0100"]
    shape = shape_of("organisation")
    one = write.create(admin, shape, {"name": "Г"})
    write.update(admin, shape, one, {"city": "Омск"})
    assert read.get(admin, shape, one)[dressed] == "К-0101"
    with pytest.raises(Invalid) as refused:
        write.create(admin, shape, {"name": "Д", plain: "7"})
    assert [e.code for e in refused.value.errors] == ["read_only"]


def test_it_begins_anew_each_year_in_the_time_of_the_company(admin: Actor) -> None:
    key = add(admin, prefix="{year}/", yearly=True)
    lasting = add(admin, prefix="{year}-")
    this_year = dt.datetime.now(dt.UTC).year
    column = shape_of("organisation").fields[key].column
    other = shape_of("organisation").fields[lasting].column
    assert named(admin, key, "А", "Б") == [f"{this_year}/1", f"{this_year}/2"]
    with connection.cursor() as cursor:  # as an import of older records would write
        cursor.execute(
            "update party set created_at = '2019-12-31 22:00+00',"
            f" {column} = null, {other} = null where name in ('А', 'Б') returning {column}, {other}"
        )
        older = cursor.fetchall()
    assert sorted(older) == [("2020/1", "2020-3"), ("2020/2", "2020-4")]
    assert named(admin, key, "В") == [f"{this_year}/5"]


def test_old_records_are_numbered_by_the_job_and_a_new_look_renumbers_nothing(admin: Actor) -> None:
    shape = shape_of("organisation")
    made = write.create_many(admin, shape, [{"name": "А"}, {"name": "Б"}])
    row = fields.add_field(admin, "organisation", number(digits=3))
    shape = shape_of("organisation")
    assert read.get(admin, shape, made[0])[row.key] is None
    write.update(admin, shape, made[0], {"city": "Омск"})  # it lies behind the other now
    formulas.compute_all(shape.table, row.column, in_turn=True)
    assert [read.get(admin, shape, i)[row.key] for i in made] == ["001", "002"]
    changed = fields.change_field(admin, row.pk, number(prefix="№", digits=2), expected_version=1)
    assert changed.params["digits"] == 2
    assert named(admin, row.key, "В") == ["№03"]
    assert read.get(admin, shape_of("organisation"), made[0])[row.key] == "001"


def test_it_is_found_and_read_by_formulas_and_goes_with_its_sequence(admin: Actor) -> None:
    row = fields.add_field(admin, "organisation", {**number(prefix="ДОГ", digits=5), "searched": True})
    told = fields.add_field(
        admin, "organisation",
        {"type": "formula", "label": "Слово", "params": {"formula": f"concat('№ ', {row.key})"}},
    ).key  # fmt: skip
    assert named(admin, told, "А") == ["№ ДОГ00001"]
    assert len(search(admin, [shape_of("organisation")], "дог00001")) == 1
    fields.remove_field(admin, row.pk, despite=True)
    named(admin, "id", "Б")
    fields.purge_field(admin, row.pk)
    named(admin, "id", "В")
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass(%s)", [f"numbers_{row.column}"])
        assert cursor.fetchone()[0] is None


def test_what_cannot_be_a_numbering(admin: Actor) -> None:
    for params, place in (
        ({"digits": 0}, "digits"), ({"digits": 13}, "digits"), ({"start": 0}, "start"), ({"prefix": "x" * 31}, "prefix"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            fields.add_field(admin, "organisation", number(**params))
        assert [e.field for e in refused.value.errors] == [f"params.{place}"]
