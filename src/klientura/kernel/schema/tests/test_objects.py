"""Kinds of record that administrators add: everything generic works on them at once."""

from typing import Any

import pytest
from django.db import connection

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Invalid, NotFound, Stale
from klientura.kernel.objects.models import AddedObject
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.schema import fields, objects
from klientura.kernel.schema.fields import InUse
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company

CONTRACT: dict[str, Any] = {
    "label": {"ru": "Договор", "en": "Contract"},
    "plural": {"ru": "Договоры", "en": "Contracts"},
    "new_label": {"ru": "Новый договор", "en": "New contract"},
    "icon": "file-text",
}


def contract(admin: Actor) -> str:
    return objects.add_object(admin, CONTRACT).key


def test_its_table_has_the_header_of_every_record(admin: Actor) -> None:
    made = objects.add_object(admin, CONTRACT)

    def columns(table: str) -> dict[str, tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "select column_name, data_type, is_nullable, character_maximum_length"
                " from information_schema.columns where table_name = %s",
                [table],
            )
            return {row[0]: row[1:] for row in cursor.fetchall()}

    header = columns(made.table)
    declared = columns("party_relation")
    assert {k: v for k, v in header.items() if not k.startswith("x_")} == {
        k: declared[k] for k in header if not k.startswith("x_")
    }
    assert set(shape_of("relation").fields["id"].column) is not None


def test_it_is_listed_opened_written_and_described_in_both_doors(admin: Actor, company: Company) -> None:
    key = contract(admin)
    amount = fields.add_field(admin, key, {"type": "money", "label": "Сумма"}).key
    status = fields.add_field(
        admin, key, {"type": "option", "label": "Состояние", "options": ["Черновик", "Подписан"]}
    ).key
    browser, program = company.client("administrator"), company.api("administrator")
    assert "Договоры" in browser.get("/").content.decode()
    empty = browser.get(f"/{key}")
    assert empty.status_code == 200 and "Новый договор" in empty.content.decode()
    form = browser.get(f"/{key}/new").content.decode()
    assert "Сумма" in form and "Подписан" in form
    saved = browser.post(f"/{key}/new", {"name": "Поставка станков", amount: "1 500 000", status: "podpisan"})
    assert saved.status_code == 302
    card = browser.get(saved["Location"]).content.decode()
    assert "Поставка станков" in card and "Подписан" in card
    listed = program.get(
        f"/api/v1/{key}?filter=" + f'{{"field": "{status}", "op": "eq", "value": "podpisan"}}'
    ).json()
    assert [(i["name"], i[amount]) for i in listed["items"]] == [("Поставка станков", "1500000.00")]
    described = program.get("/api/v1/openapi.json").json()
    assert f"/{key}" in str(list(described["paths"]))
    assert "Поставка станков" in browser.get("/search?q=поставка").content.decode()


def test_roles_have_their_usual_rights_on_it(admin: Actor, company: Company) -> None:
    key = contract(admin)
    mine = write.create(company.actor("employee"), shape_of(key), {"name": "Мой"})
    assert read.get(company.actor("colleague"), shape_of(key), mine)["name"] == "Мой"
    with pytest.raises(NotFound):
        read.get(company.actor("outsider"), shape_of(key), mine)


def test_others_point_at_it_and_its_removal_is_told_to_whoever_would_miss_it(admin: Actor) -> None:
    key = contract(admin)
    row = AddedObject.objects.get(key=key)
    link = fields.add_field(
        admin, "opportunity", {"type": "reference", "label": "Договор", "params": {"target": key}}
    )
    with pytest.raises(InUse) as refused:
        objects.remove_object(admin, row.pk)
    assert "Договор" in str(refused.value.details["uses"])
    objects.remove_object(admin, row.pk, despite=True)
    assert key not in all_shapes() and link.key not in shape_of("opportunity").fields
    objects.restore_object(admin, row.pk)
    assert link.key in shape_of("opportunity").fields


def test_it_goes_for_good_only_after_it_was_removed(admin: Actor) -> None:
    row = objects.add_object(admin, CONTRACT)
    write.create(admin, shape_of(row.key), {"name": "А"})
    with pytest.raises(BadRequest):
        objects.purge_object(admin, row.pk)
    objects.remove_object(admin, row.pk)
    objects.purge_object(admin, row.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "select to_regclass(%s), count(*) from kernel_change where root_object = %s", [row.table, row.key]
        )
        assert cursor.fetchone() == (None, 0)
    assert contract(admin) == row.key


def test_keys_of_pages_and_objects_are_never_taken(admin: Actor) -> None:
    keys = [
        objects.add_object(admin, {**CONTRACT, "label": {"ru": label}}).key
        for label in ("Settings", "Organisation", "Organisation")
    ]
    assert keys == ["x_settings", "x_organisation", "x_organisation_2"]
    with pytest.raises(Invalid) as refused:
        objects.add_object(admin, {**CONTRACT, "key": "x_settings"})
    assert [(e.field, e.code) for e in refused.value.errors] == [("key", "taken")]
    with pytest.raises(Invalid) as refused:
        objects.add_object(admin, {"label": {"ru": ""}})
    assert {e.field for e in refused.value.errors} >= {"label.ru"}


def test_a_board_by_one_of_its_options(admin: Actor, company: Company) -> None:
    row = objects.add_object(admin, CONTRACT)
    status = fields.add_field(
        admin, row.key, {"type": "option", "label": "Состояние", "options": ["Черновик", "Подписан"]}
    ).key
    fields.add_field(admin, row.key, {"type": "money", "label": "Сумма"})
    changed = objects.change_object(admin, row.pk, {**CONTRACT, "board": status}, expected_version=1)
    with pytest.raises(Stale):
        objects.change_object(admin, row.pk, CONTRACT, expected_version=1)
    assert changed.version == 2
    write.create(admin, shape_of(row.key), {"name": "Поставка", status: "podpisan"})
    board = company.client("administrator").get(f"/{row.key}?view=board").content.decode()
    assert "Черновик" in board and "Поставка" in board
