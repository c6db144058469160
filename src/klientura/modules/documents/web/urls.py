"""Addresses of papers by templates."""

from django.urls import path

from klientura.modules.documents.web import templates

urlpatterns = [
    path("<object:object>/<number:record_id>/papers", templates.offered, name="papers-offered"),
    path(
        "<object:object>/<number:record_id>/papers/<number:template_id>",
        templates.paper,
        name="paper-by-template",
    ),
    path("paper_template/<number:record_id>/try", templates.tried, name="template-tried"),
]
