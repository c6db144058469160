"""Addresses of sales."""

from django.urls import path

from klientura.modules.sales.web import converting, regulation

urlpatterns = [
    path("opportunity/<number:record_id>/checks/<number:item>", regulation.check, name="opportunity-check"),
    path("lead/<number:record_id>/actions/convert", converting.convert_lead, name="lead-convert"),
]
