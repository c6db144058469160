"""Addresses of the first run."""

from django.urls import path

from klientura.project.firstrun import views

urlpatterns = [
    path("setup", views.language, name="setup"),
    path("setup/company", views.company, name="setup-company"),
    path("setup/administrator", views.administrator, name="setup-administrator"),
    path("setup/begin", views.begin, name="setup-begin"),
]
