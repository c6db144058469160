"""Samples of charts for the living page."""

from typing import Any, Final

from klientura.kernel.ui.charts import Chart, Point, Series, chart_shown
from klientura.kit.formats import Language

MONTHS: Final = ("июль", "август", "сентябрь", "октябрь", "ноябрь")
CHARTS: Final = (
    Chart(
        "sample-waterfall", "waterfall", "Что стало с деньгами воронки", "Изменение",
        ("На 1 октября", "Новые", "Подорожали", "Подешевели", "Выиграны", "Проиграны", "На 1 ноября"),
        (
            Series(
                "Сумма",
                (
                    Point(12_400_000, "#charts", whole=True), Point(3_100_000, "#charts"), Point(450_000),
                    Point(-620_000), Point(-2_900_000, "#charts"), Point(-1_350_000), Point(11_080_000, whole=True),
                ),
            ),
        ),
        unit="money", currency="RUB",
    ),
    Chart(
        "sample-stacked", "stacked", "Закрытые сделки", "Месяц", MONTHS,
        (
            Series("Выиграно", [Point(n, "#charts") for n in (14, 11, 19, 22, 9)], hue="green"),
            Series("Проиграно", [Point(n, "#charts") for n in (21, 18, 17, 25, 8)], hue="red"),
        ),
    ),
    Chart(
        "sample-line", "line", "Срок сделки", "Месяц", MONTHS,
        (
            Series("Медиана", [Point(n) for n in (18.5, 21, 19, 16.5, 17)]),
            Series("У девяти из десяти не дольше", [Point(n) for n in (46, 52, 44, 40.5, None)]),
        ),
        unit="days",
    ),
    Chart(
        "sample-heatmap", "heatmap", "Дошли до этапа", "Этап", ("Предложение", "Договор", "Выиграна"),
        (
            Series("сентябрь", [Point(n) for n in (61.4, 32, 21.5)]),
            Series("октябрь", [Point(n) for n in (58, 30.5, 19)]),
            Series("ноябрь", [Point(n) for n in (49, 12, None)]),
        ),
        unit="percent",
    ),
)  # fmt: skip


def sample_charts(language: Language) -> list[dict[str, Any]]:
    """The samples as ui/chart.html takes them."""
    return [chart_shown(each, language) for each in CHARTS]
