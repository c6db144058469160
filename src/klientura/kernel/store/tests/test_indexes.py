"""Which indexes there are to be: for what has a value, and for the few records without one among very many."""

import pytest

from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.store import indexes


def _of(plan: dict[str, str], table: str, *pieces: str) -> list[str]:
    return [name for name, text in plan.items() if f'on "{table}"' in text and all(p in text for p in pieces)]


def _one(plan: dict[str, str], *pieces: str) -> str:
    (name,) = _of(plan, "party", "'person'", *pieces)
    return name


def _gaps(plan: dict[str, str]) -> list[str]:
    return [text for text in plan.values() if " (id) where " in text]


def test_what_is_empty_is_in_no_index():
    plan = indexes.wanted(all_shapes())
    assert '"birthday" is not null' in plan[_one(plan, '("birthday", id)')]
    assert "is not null" not in plan[_one(plan, '("created_at", id)')]
    assert _gaps(plan) == []


@pytest.mark.parametrize(
    ("records", "with_birthday", "kept", "expected"),
    [
        (1_000_000, 990_000, False, True),
        (1_000_000, 960_000, False, False),
        (1_000_000, 960_000, True, True),  # what was made is not dropped for a few records more
        (1_000_000, 900_000, True, False),
        (40_000, 40_000, False, False),  # a list walks through so few without help
    ],
)
def test_few_empty_ones_among_many_get_an_index(records: int, with_birthday: int, kept: bool, expected: bool):
    plan = indexes.wanted(all_shapes())
    whole, held = _one(plan, '("created_at", id)'), _one(plan, '("birthday", id)')
    entries = {whole: float(records), held: float(with_birthday)}
    if kept:
        (gap,) = set(indexes.wanted(all_shapes(), entries | {held: float(records)})) - set(plan)
        entries[gap] = 10.0
    made = _gaps(indexes.wanted(all_shapes(), entries))
    assert len(made) == expected
    assert all('"birthday" is null' in text for text in made)
