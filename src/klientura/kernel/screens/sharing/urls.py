"""Addresses of sharing."""

from django.urls import path

from klientura.kernel.screens.sharing import views

urlpatterns = [
    path("search/people-and-teams", views.people_and_teams, name="search-people-and-teams"),
    path("<object:object>/<number:record_id>/share", views.share, name="share"),
    path("<object:object>/<number:record_id>/share/withdraw", views.withdraw, name="share-withdraw"),
    path("<object:object>/bulk/share/form", views.bulk_form, name="bulk-share-form"),
    path("<object:object>/bulk/share", views.bulk_share, name="bulk-share"),
]
