"""Rules between options: what is accepted breaks none of them, and what can never be met is found."""

from decimal import Decimal
from itertools import combinations
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from klientura.modules.catalog.rules.options import (
    MOST_STEPS,
    Configurator,
    Group,
    Option,
    OptionRule,
    can_be_met,
    contradiction,
    faults,
    read_written,
    written,
)

ONE = Decimal(1)


def option(product: int, **more: object) -> Option:
    return Option(product, f"Опция {product}", **more)  # type: ignore[arg-type]


def machine(*groups: Group, rules: tuple[OptionRule, ...] = ()) -> Configurator:
    return Configurator(100, "Станок", "RUB", groups, rules)


@st.composite
def machines(draw: st.DrawFn) -> Configurator:
    """Up to seven options in up to three groups, with any rules between them."""
    count = draw(st.integers(1, 7))
    groups = []
    for number in range(3):
        held = [option(p) for p in range(count) if p % 3 == number]
        least = draw(st.integers(0, 2))
        most = draw(st.none() | st.integers(max(least, 1), 3))
        groups.append(Group(number, f"Группа {number}", held, least if held else 0, most))
    product = st.integers(0, count - 1)
    rules = draw(
        st.lists(
            st.builds(OptionRule, product, st.sampled_from(["requires", "excludes"]), product).filter(
                lambda rule: rule.option != rule.other
            ),
            max_size=8,
        )
    )
    return Configurator(100, "Станок", "RUB", groups, rules)


def choices(made: Configurator) -> list[set[int]]:
    every = list(made.options)
    return [set(some) for size in range(len(every) + 1) for some in combinations(every, size)]


def keeps(made: Configurator, some: set[int]) -> bool:
    """The rules, said once more and simply."""
    for group in made.groups:
        count = len(some & {o.product for o in group.options})
        if count < group.at_least or (group.at_most is not None and count > group.at_most):
            return False
    return all(
        rule.option not in some or (rule.other in some) == (rule.kind == "requires") for rule in made.rules
    )


@given(machines())
def test_a_choice_is_accepted_exactly_when_it_keeps_every_rule(made: Configurator) -> None:
    for some in choices(made):
        assert (faults(made, dict.fromkeys(some, ONE)) == []) == keeps(made, some)


@given(machines())
def test_what_can_be_met_is_what_some_choice_meets(made: Configurator) -> None:
    good = [some for some in choices(made) if keeps(made, some)]
    assert can_be_met(made) == bool(good)
    for product in made.options:
        assert can_be_met(made, {product}) == any(product in some for some in good)
        if contradiction(made, product):
            assert not can_be_met(made, {product})


def test_rules_that_contradict_one_another_are_found_at_any_length() -> None:
    rules = (OptionRule(1, "requires", 2), OptionRule(2, "requires", 3), OptionRule(3, "excludes", 1))
    made = machine(Group(1, "Всё", [option(1), option(2), option(3)]), rules=rules)
    assert contradiction(made, 1) == (3, 1)
    assert contradiction(made, 2) is None
    assert not can_be_met(made, {1})


def test_rules_that_are_hard_to_see_through_hold_nobody_up() -> None:
    """Two hundred options, every pair of groups at odds: the search gives up instead of going on for ever."""
    groups = [Group(n, f"Группа {n}", [option(n * 20 + o) for o in range(20)], 3, 5) for n in range(10)]
    rules = tuple(
        OptionRule(a, "excludes", (a * 7 + 20) % 200) for a in range(200) if a != (a * 7 + 20) % 200
    )
    made = Configurator(999, "Станок", "RUB", groups, rules)
    began, steps = process_time(), [MOST_STEPS]
    for product in made.options:
        can_be_met(made, {product}, steps)
    assert process_time() - began < 5


def test_quantities_are_those_that_are_offered() -> None:
    made = machine(Group(1, "Всё", [option(1, most=Decimal(4)), option(2, quantity=Decimal(2))]))
    kinds = [f.kind for f in faults(made, {1: Decimal(5), 2: ONE, 9: ONE})]
    assert kinds == ["quantity", "quantity", "unknown"]
    assert faults(made, {1: Decimal(4), 2: Decimal(2)}) == []
    assert [f.kind for f in faults(made, {1: Decimal(0)})] == ["quantity"]


@given(
    st.integers(1, 10**6),
    st.dictionaries(st.integers(1, 10**9), st.decimals("0.001", "99999", places=3), max_size=20),
)
def test_what_a_line_keeps_is_read_again(key: int, chosen: dict[int, Decimal]) -> None:
    assert read_written(written(key, chosen)) == (key, chosen)


@given(st.text(alphabet="0123456789:x,.-+ NaInf", max_size=30))
def test_whatever_is_typed_into_it_is_read_or_is_nothing(text: str) -> None:
    said = read_written(text)
    if said is not None and said.chosen is not None:
        assert all(q.is_finite() and q >= 0 for q in said.chosen.values())
