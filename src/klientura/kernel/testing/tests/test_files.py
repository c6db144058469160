"""Every object: what an export writes, an import reads back, whole and in both languages."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.additions import CREATABLE_KEYS
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World
from klientura.kernel.transfer import exports
from klientura.kernel.transfer.exports import Export
from klientura.kernel.transfer.imports import importable
from klientura.kernel.transfer.plan import ImportPlan
from klientura.kernel.transfer.run import run
from klientura.kernel.transfer.suggest import suggest
from klientura.kit.tabular.reading import sniff

RECORDS = 7


def written(actor: Actor, key: str, path: Path) -> list[list[str]]:
    """The rows of a file of everything, without what the product fills in by itself and what no table can carry."""
    shape = shape_of(key)
    ours = {f.key for f in shape.fields.values() if f.read_only or f.type.key == "file"} | {"team"}
    columns = tuple(c for c in exports.all_columns(actor, shape) if c not in ours)
    exports.write(actor, Export(key, columns), path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sorted(csv.reader(file, delimiter=";"))


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("key", CREATABLE_KEYS)
def test_a_file_of_everything_comes_back_whole(
    company: Company, world: World, key: str, language: str, tmp_path: Path
) -> None:
    User.objects.filter(pk=company.users["administrator"].pk).update(language=language)
    actor, shape = company.actor("administrator"), shape_of(key)
    if shape.key not in {s.key for s in importable(actor)}:
        return
    # Whoever takes the file in has made them, too: some records are made in the name of who makes them.
    replace(world, actor=actor).create_many(key, RECORDS)
    ids = [row["id"] for row in read.page(actor, shape, limit=200).rows]
    if "owner" in shape.fields:  # what comes without an owner belongs to whoever imports it
        for record_id in ids:
            write.update(world.actor, shape, record_id, {"owner": world.users[0]})
    before = written(actor, key, tmp_path / "before.csv")
    write.trash(world.actor, shape, ids)

    table = sniff(tmp_path / "before.csv")
    result = run(
        actor,
        ImportPlan(key, suggest(actor, shape, table), ()),
        tmp_path / "before.csv",
        table,
        tmp_path,
        dry=False,
    )

    assert result.report["counts"].get("rejected") is None, result.report
    assert written(actor, key, tmp_path / "after.csv") == before
