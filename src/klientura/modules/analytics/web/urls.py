"""Addresses of analysis."""

from django.urls import path

from klientura.modules.analytics.web import behind, page

urlpatterns = [
    path("funnel", page.funnel, name="funnel"),
    path("funnel/rows", behind.figure_rows, name="funnel-rows"),
]
