"""How a sheet of plans is filled in without typing: as the year before and so much more, or a year spread over its parts."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from klientura.kit.sums import marked_up, shared_out
from klientura.modules.planning.queries.sheet import Place, Sheet

ONE: Final = Decimal(1)
HUNDREDTH: Final = Decimal("0.01")
LOWEST: Final = Decimal(-100)
HIGHEST: Final = Decimal(1000)


def step_of(sheet: Sheet) -> Decimal:
    """How exact plans are: to the kopeck, or whole deals."""
    return ONE if sheet.counted else HUNDREDTH


def as_before(
    sheet: Sheet, before: Mapping[Place, Decimal], rows: Sequence[int | None], percent: Decimal
) -> dict[Place, Decimal]:
    """What came in the year before and so many per cent more; where nothing came nothing is said."""
    step = step_of(sheet)
    return {
        (row, column): marked_up(before[row, column], percent, step)
        for row in rows
        for column in sheet.columns
        if before.get((row, column))
    }


def spread(
    sheet: Sheet, before: Mapping[Place, Decimal], totals: Mapping[int | None, Decimal], *, seasonal: bool
) -> dict[Place, Decimal]:
    """The sum of each row over its columns, to the last kopeck: evenly, or as the row went in the year before.

    A row that nothing came of then goes as all rows together did; where nothing came at all, evenly.
    """
    columns = sheet.columns
    together = [sum((v for (_row, c), v in before.items() if c == column), Decimal(0)) for column in columns]
    even = [ONE] * len(columns)
    made: dict[Place, Decimal] = {}
    for row, total in totals.items():
        mine = [max(before.get((row, column), Decimal(0)), Decimal(0)) for column in columns]
        weights = next((w for w in (mine, together) if any(w)), even) if seasonal else even
        for column, part in zip(columns, shared_out(total, weights, step_of(sheet)), strict=True):
            made[row, column] = part
    return made
