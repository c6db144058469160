"""Notes are found by a piece of what stands in them, across lines and whatever signs it holds."""

import pytest
from django.db import connection

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


@pytest.mark.parametrize(
    "piece", ["манчинский", "МАНЧИНСКИЙ  А.", "а. с. звонить", "(после 15:00)", r"c:\база"]
)
def test_a_note_is_found_by_a_piece_of_it(piece: str) -> None:
    shape = shape_of("organisation")
    note = "Менеджер:  Манчинский А.\nС. Звонить (после 15:00); файл C:\\База"
    wanted, _other = write.create_many(ACTOR, shape, [{"name": "Альфа", "note": note}, {"name": "Бета"}])
    for op, found in (("contains", [wanted]), ("not_contains", [_other])):
        tree = {"field": "note", "op": op, "value": piece}
        assert [r["id"] for r in read.page(ACTOR, shape, tree=tree).rows] == found


def test_an_index_serves_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select indexdef from pg_indexes where tablename = 'party' and indexdef like '%k_fold(note)%'"
        )
        kinds = [row[0] for row in cursor.fetchall()]
    assert kinds
    assert all("gin_trgm_ops" in each for each in kinds), "a note is too long for another index"
