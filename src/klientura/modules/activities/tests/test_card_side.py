"""What stands beside a card: once for each way to add, and segments where records are gathered in them."""

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company

ACTOR = SystemActor("test")


@pytest.fixture
def firms(company: Company) -> list[int]:
    return write.create_many(ACTOR, shape_of("organisation"), [{"name": "Альфа"}, {"name": "Бета"}])


def test_one_way_to_add_a_relation_is_offered_and_both_sides_are_told(
    company: Company, firms: list[int]
) -> None:
    admin = company.client("administrator")
    first, second = firms
    page = admin.get(f"/organisation/{second}").content.decode()
    assert f"/relation/new?dialog=1&amp;stay=1&amp;party={second}" in page
    assert "to_party=" not in page
    kind = shape_of("relation").fields["kind"].params.choices[0].code
    write.create(ACTOR, shape_of("relation"), {"party": first, "kind": kind, "to_party": second})
    assert "Кто связан с клиентом" in admin.get(f"/organisation/{second}").content.decode()


def test_segments_stand_where_records_are_gathered_in_them(company: Company, firms: list[int]) -> None:
    admin = company.client("administrator")
    assert "В каких сегментах" in admin.get(f"/organisation/{firms[0]}/segments").content.decode()
    task = write.create(ACTOR, shape_of("task"), {"name": "Позвонить"})
    assert "В каких сегментах" not in admin.get(f"/task/{task}/segments").content.decode()
