"""Addresses of sales."""

from django.urls import path

from klientura.modules.sales.web import converting

urlpatterns = [
    path("lead/<number:record_id>/actions/convert", converting.convert_lead, name="lead-convert"),
]
