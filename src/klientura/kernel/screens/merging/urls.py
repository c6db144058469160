"""Addresses of merging."""

from django.urls import path

from klientura.kernel.screens.merging import views

urlpatterns = [
    path("duplicates/<object:object>/merge", views.merge_page, name="merge"),
    path("duplicates/<object:object>/merge/choose", views.choose, name="merge-choose"),
    path("duplicates/<object:object>/merge/partner/<number:record_id>", views.partner, name="merge-partner"),
    path("duplicates/<object:object>/unmerge/<number:operation_id>", views.take_apart, name="unmerge"),
]
