"""Addresses of the queue of duplicates."""

from django.urls import path

from klientura.kernel.screens.duplicates import views

urlpatterns = [
    path("duplicates/<object:object>", views.queue_page, name="duplicates"),
    path("duplicates/<object:object>/scan", views.search, name="duplicates-scan"),
    path("duplicates/<object:object>/policy", views.policy, name="duplicates-policy"),
    path("duplicates/<object:object>/certain", views.certain, name="duplicates-certain"),
    path(
        "duplicates/<object:object>/<number:pair_id>/different", views.different, name="duplicates-different"
    ),
    path("duplicates/<object:object>/<number:pair_id>/again", views.again, name="duplicates-again"),
]
