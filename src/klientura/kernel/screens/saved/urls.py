"""Addresses of saved views."""

from django.urls import path

from klientura.kernel.screens.saved import views

urlpatterns = [
    path("<object:object>/views/new", views.new, name="view-new"),
    path("<object:object>/remember", views.remember, name="list-remember"),
    path("views/<number:view_id>/settings", views.settings, name="view-settings"),
    path("views/<number:view_id>/save", views.save, name="view-save"),
    path("views/<number:view_id>/pin", views.pin, name="view-pin"),
    path("views/<number:view_id>/unpin", views.unpin, name="view-unpin"),
    path("views/<number:view_id>/left", views.left, name="view-left"),
    path("views/<number:view_id>/right", views.right, name="view-right"),
    path("views/<number:view_id>/delete", views.delete, name="view-delete"),
    path("views/<number:view_id>/bring-back", views.bring_back, name="view-bring-back"),
]
