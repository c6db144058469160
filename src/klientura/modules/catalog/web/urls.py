"""Addresses of the catalogue."""

from django.urls import path

from klientura.modules.catalog.web import configure

urlpatterns = [
    path("configure/<str:object>", configure.choose, name="configure"),
    path("configure/<str:object>/told", configure.told, name="configure-told"),
    path("configure/<str:object>/apply", configure.apply, name="configure-apply"),
]
