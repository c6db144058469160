"""Shares, marks and lengths of time: what people type, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kernel.fields.base import FieldProblem, Params
from klientura.kernel.fields.measures import MOST_MINUTES, DurationType, PercentType, RatingType
from klientura.kit.formats import Language


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90", 90), ("1:30", 90), ("1 ч 30 мин", 90), ("1ч30м", 90), ("1.5 h", 90), ("2,25 часа", 135), ("45 мин.", 45),
        ("1 h 30 min", 90), ("100:05", 6005), ("0", 0), (90, 90),
    ],
)  # fmt: skip
def test_lengths_of_time(text: object, minutes: int) -> None:
    assert DurationType().parse(text, Params()) == minutes


@pytest.mark.parametrize(
    "text", ["1:75", "полчаса", "1.5", "-5", "1 ч -3 мин", "9" * 12, "1:30:00", "ч", True]
)
def test_what_is_no_length_of_time(text: object) -> None:
    with pytest.raises(FieldProblem):
        DurationType().parse(text, Params())


@given(st.integers(0, MOST_MINUTES), st.sampled_from(["ru", "en"]))
def test_a_length_of_time_comes_back_as_it_is_shown(minutes: int, lang: Language) -> None:
    kind = DurationType()
    assert kind.parse(kind.display(minutes, Params(), lang), Params()) == minutes


def test_stars() -> None:
    assert RatingType().display(4, Params(), "ru") == "★★★★☆"
    assert [RatingType().parse(raw, Params()) for raw in ("★★", "5", 1)] == [2, 5, 1]
    for raw in (0, 6, "☆☆", "много", 2.5):
        with pytest.raises(FieldProblem):
            RatingType().parse(raw, Params())


def test_per_cent() -> None:
    percent, params = PercentType(), Params(digits=17, places=2)
    read = [percent.parse(raw, params) for raw in ("12,5 %", "100%", "0.25", 1000)]
    shown = [percent.display(value, params, "ru") for value in read]
    assert shown == ["12,5\u00a0%", "100\u00a0%", "0,25\u00a0%", "1\u202f000\u00a0%"]
    assert percent.display(read[0], params, "en") == "12.5%"
