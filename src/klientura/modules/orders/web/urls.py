"""Addresses of papers of sales."""

from django.urls import path

from klientura.modules.orders.web import links, printing, public

urlpatterns = [
    path(f"{key}/<number:record_id>/{way}", view, {"key": key}, name=f"{key}-{way}")
    for key in ("offer", "order", "invoice", "closing_paper")
    for way, view in (("pdf", printing.paper_pdf), ("letter", printing.paper_letter))
] + [
    *(
        path(f"{key}/<number:record_id>/links", links.make, {"key": key}, name=f"{key}-links")
        for key in ("offer", "invoice")
    ),
    path("paper-links/<number:link_id>/revoke", links.take_back, name="paper-link-revoke"),
    path("paper/<str:token>", public.page, name="public-paper"),
    path("paper/<str:token>/pdf", public.pdf, name="public-paper-pdf"),
    path("paper/<str:token>/answer", public.answer, name="public-paper-answer"),
]
