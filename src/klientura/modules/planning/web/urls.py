"""Addresses of planning."""

from django.urls import path

from klientura.modules.planning.web import behind, dashboard, forecast, page, sheet

urlpatterns = [
    path("dashboard", dashboard.dashboard, name="dashboard"),
    path("plans", page.plans, name="plans"),
    path("plans/rows", behind.figure_rows, name="plan-rows"),
    path("forecast", forecast.forecast, name="forecast"),
    path("forecast/rows", forecast.forecast_rows, name="forecast-rows"),
    path("plans/sheet", sheet.sheet, name="plan-sheet"),
]
