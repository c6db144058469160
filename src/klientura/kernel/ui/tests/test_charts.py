"""What a chart says: its table has every number in the language of the page, and the script gets the same."""

from decimal import Decimal

import pytest
from django.utils import translation

from klientura.kernel.ui.charts import Chart, Point, Series, Unit, chart_shown, told
from klientura.kit.formats import NARROW_SPACE, NO_BREAK_SPACE, Language


@pytest.mark.parametrize(
    ("value", "unit", "language", "text"),
    [
        (1234, "count", "ru", f"1{NARROW_SPACE}234"),
        (None, "money", "ru", "—"),
        (Decimal("12.50"), "money", "en", "$12.50"),
        (Decimal(12), "money", "ru", f"12{NO_BREAK_SPACE}₽"),
        (12.345, "percent", "ru", f"12,3{NO_BREAK_SPACE}%"),
        (100.0, "percent", "en", "100%"),
        (3, "days", "ru", f"3{NO_BREAK_SPACE}дн."),
        (2.25, "days", "en", f"2.2{NO_BREAK_SPACE}d"),
    ],
)
def test_numbers_are_told_in_their_unit(
    value: Decimal | float | None, unit: Unit, language: Language, text: str
) -> None:
    with translation.override(language):
        assert told(value, unit, language, "RUB" if language == "ru" else "USD") == text


def test_the_table_and_the_picture_say_the_same() -> None:
    chart = Chart(
        "won",
        "bar",
        "Won",
        "Month",
        ["May", "June"],
        [Series("Deals", [Point(7, "/opportunity"), Point(None)])],
    )
    shown = chart_shown(chart, "en")
    assert shown["head"] == ["Month", "Deals"]
    assert shown["rows"] == [
        {"label": "May", "cells": [{"text": "7", "url": "/opportunity"}]},
        {"label": "June", "cells": [{"text": "—", "url": ""}]},
    ]
    line = shown["data"]["series"][0]
    assert (line["values"], line["texts"], line["urls"]) == ([7.0, None], ["7", "—"], ["/opportunity", ""])
