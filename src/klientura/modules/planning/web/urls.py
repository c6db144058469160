"""Addresses of planning."""

from django.urls import path

from klientura.modules.planning.web import (
    behind,
    board,
    dashboard,
    forecast,
    forecast_rows,
    model,
    page,
    sheet,
)

urlpatterns = [
    path("dashboard", dashboard.dashboard, name="dashboard"),
    path("plans", page.plans, name="plans"),
    path("plans/rows", behind.figure_rows, name="plan-rows"),
    path("forecast", forecast.forecast, name="forecast"),
    path("forecast/rows", forecast_rows.forecast_rows, name="forecast-rows"),
    path("forecast/board", board.forecast_board, name="forecast-board"),
    path("forecast/board/cards", board.more_cards, name="forecast-board-cards"),
    path("forecast/board/<int:record_id>/move", board.move, name="forecast-board-move"),
    path("forecast/board/<int:record_id>/back", board.move_back, name="forecast-board-back"),
    path("forecast/model", model.model, name="forecast-model"),
    path("forecast/model/reckon", model.reckon_now, name="forecast-reckon"),
    path("plans/sheet", sheet.sheet, name="plan-sheet"),
]
