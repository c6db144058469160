"""Every object is found by each of its searched fields: as typed, in another layout, misspelt."""

import pytest

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.search.query import understand
from klientura.kernel.search.results import search
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World, creatable
from klientura.kit.text import switch_layout

WORD = "Гортензиярёв"
MISSPELT = "гортензярев"
TEXTS = frozenset({"text", "long_text"})
searched = [
    (s.key, k)
    for s in creatable()
    for k in s.spec.search
    if s.fields[k].type.key in TEXTS and not s.fields[k].params.normalise and s.fields[k].changeable
]
cases = pytest.mark.parametrize(("key", "field"), searched)


def find(world: World, key: str, text: str) -> tuple[list[int], str | None]:
    shape = shape_of(key)
    understood = understand(world.actor, shape, text)
    assert understood is not None
    rows = read.page(world.actor, shape, more=[understood.predicate], sort="id", limit=200).rows
    return [r["id"] for r in rows], understood.instead


@cases
def test_found_by_each_searched_field(world: World, key: str, field: str) -> None:
    world.create_many(key, 5)
    wanted = world.create(key, 7, **{field: f"Первое {WORD}, третье № 12"})
    assert find(world, key, WORD) == ([wanted], None)
    assert find(world, key, WORD.upper().replace("Ё", "Е")) == ([wanted], None)
    assert find(world, key, WORD[3:9]) == ([wanted], None)
    assert find(world, key, f"третье {WORD[:6].lower()}") == ([wanted], None)
    assert find(world, key, f"{WORD} № 12")[0] == [wanted]
    found, instead = find(world, key, switch_layout(WORD.lower()))
    assert (found, bool(instead)) == ([wanted], True)
    found, instead = find(world, key, MISSPELT)
    assert (found, instead) == ([wanted], WORD.lower().replace("ё", "е"))
    assert find(world, key, f"{WORD} абракадабра")[0] == []


@cases
def test_found_no_more_after_a_change_and_in_the_trash(world: World, key: str, field: str) -> None:
    shape = shape_of(key)
    wanted = world.create(key, 7, **{field: WORD})
    write.trash(world.actor, shape, [wanted])
    assert find(world, key, WORD)[0] == []
    write.restore(world.actor, shape, [wanted])
    write.update(world.actor, shape, wanted, {field: "Теперь иное"})
    assert find(world, key, WORD)[0] == []


@pytest.mark.parametrize(
    "typed", ["+7 843 200-11-22", "88432001122", "8432001122", "(843) 200-11-22", "2001122"]
)
@pytest.mark.parametrize("key", [s.key for s in creatable() if "contact_points" in s.parts])
def test_a_phone_is_found_however_it_is_written(world: World, key: str, typed: str) -> None:
    world.create_many(key, 5)
    wanted = world.create(key, 7, contact_points=[{"kind": "phone", "value": "8 (843) 200-11-22"}])
    assert find(world, key, typed)[0] == [wanted]


def test_search_over_all_objects_keeps_to_the_reader_s_scope(world: World, company: Company) -> None:
    mine, theirs = company.users["employee"].pk, company.users["outsider"].pk
    far = company.teams["far"].pk
    seen = world.create("organisation", 1, name=f"{WORD} своя", owner=mine)
    world.create("organisation", 2, name=f"{WORD} чужая", owner=theirs, team=far)
    shapes = [shape_of(k) for k in ("organisation", "person", "opportunity")]
    found = search(company.actor("employee"), shapes, WORD)
    assert [(f.shape.key, [r["id"] for r in f.rows]) for f in found] == [("organisation", [seen])]


def test_the_repaired_word_is_a_word_of_the_reader_s_own_records(world: World, company: Company) -> None:
    """What is offered «instead» must not be a word that stands only in records of others."""
    mine, theirs, far = company.users["employee"].pk, company.users["outsider"].pk, company.teams["far"].pk
    world.create("organisation", 1, name="Гортензиярыв", owner=mine)
    world.create("organisation", 2, name="Гортензиярив", owner=theirs, team=far)
    understood = understand(company.actor("employee"), shape_of("organisation"), "гортензиярв")
    assert understood is not None
    assert understood.instead == "гортензиярыв"
