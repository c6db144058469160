"""How often a door may be asked."""

from klientura.kernel.web.pace import Pace


def test_within_a_minute_so_many_and_then_anew() -> None:
    pace = Pace(2)
    assert [pace.allows("a", now) for now in (0, 1, 2, 59, 61, 62, 63)] == [
        True,
        True,
        False,
        False,
        True,
        True,
        False,
    ]
    assert pace.allows("b", 2)


def test_memory_is_bounded() -> None:
    pace = Pace(1, keys=2)
    assert [pace.allows(key, 0) for key in "abc"] == [True, True, True]
    assert pace.allows("a", 0), "it was forgotten"
    assert not pace.allows("c", 0)
