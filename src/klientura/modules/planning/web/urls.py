"""Addresses of planning."""

from django.urls import path

from klientura.modules.planning.web import behind, dashboard, forecast, forecast_rows, model, page, sheet

urlpatterns = [
    path("dashboard", dashboard.dashboard, name="dashboard"),
    path("plans", page.plans, name="plans"),
    path("plans/rows", behind.figure_rows, name="plan-rows"),
    path("forecast", forecast.forecast, name="forecast"),
    path("forecast/rows", forecast_rows.forecast_rows, name="forecast-rows"),
    path("forecast/model", model.model, name="forecast-model"),
    path("forecast/model/reckon", model.reckon_now, name="forecast-reckon"),
    path("plans/sheet", sheet.sheet, name="plan-sheet"),
]
