"""Addresses of papers of sales."""

from django.urls import path

from klientura.modules.orders.web import printing

urlpatterns = [path("invoice/<number:record_id>/pdf", printing.invoice_pdf, name="invoice-pdf")]
