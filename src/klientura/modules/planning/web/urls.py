"""Addresses of planning."""

from django.urls import path

from klientura.modules.planning.web import behind, page, sheet

urlpatterns = [
    path("plans", page.plans, name="plans"),
    path("plans/rows", behind.figure_rows, name="plan-rows"),
    path("plans/sheet", sheet.sheet, name="plan-sheet"),
]
