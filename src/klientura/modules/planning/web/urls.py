"""Addresses of planning."""

from django.urls import path

from klientura.modules.planning.web import behind, forecast, page, sheet

urlpatterns = [
    path("plans", page.plans, name="plans"),
    path("plans/rows", behind.figure_rows, name="plan-rows"),
    path("forecast", forecast.forecast, name="forecast"),
    path("forecast/rows", forecast.forecast_rows, name="forecast-rows"),
    path("plans/sheet", sheet.sheet, name="plan-sheet"),
]
