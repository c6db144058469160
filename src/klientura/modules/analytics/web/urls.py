"""Addresses of analysis."""

from django.urls import path

from klientura.modules.analytics.web import behind, page
from klientura.modules.analytics.web.sold import acting
from klientura.modules.analytics.web.sold import behind as behind_sales
from klientura.modules.analytics.web.sold import page as sales

urlpatterns = [
    path("funnel", page.funnel, name="funnel"),
    path("funnel/rows", behind.figure_rows, name="funnel-rows"),
    path("sales-analysis", sales.analysis, name="sales-analysis"),
    path("sales-analysis/rows", behind_sales.figure_rows, name="sales-analysis-rows"),
    path("sales-analysis/clients", acting.clients, name="sales-analysis-clients"),
]
