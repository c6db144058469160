"""Addresses of papers of sales."""

from django.urls import path

from klientura.modules.orders.web import printing

urlpatterns = [
    path(f"{key}/<number:record_id>/{way}", view, {"key": key}, name=f"{key}-{way}")
    for key in ("offer", "order", "invoice", "closing_paper")
    for way, view in (("pdf", printing.paper_pdf), ("letter", printing.paper_letter))
]
