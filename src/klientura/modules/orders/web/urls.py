"""Addresses of papers of sales."""

from django.urls import path

from klientura.modules.orders.web import printing

urlpatterns = [
    path(f"{key}/<number:record_id>/pdf", printing.paper_pdf, {"key": key}, name=f"{key}-pdf")
    for key in ("offer", "order", "invoice", "closing_paper")
]
