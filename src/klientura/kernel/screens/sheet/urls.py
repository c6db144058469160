"""Addresses of the cells of a list."""

from django.urls import path

from klientura.kernel.screens import foreseeing
from klientura.kernel.screens.sheet import cell, pasting

urlpatterns = [
    path("<object:object>/<number:record_id>/cell/<slug:key>", cell.edit_cell, name="cell"),
    path("<object:object>/bulk/preview", foreseeing.preview, name="bulk-preview"),
    path("<object:object>/paste", pasting.preview, name="paste"),
    path("<object:object>/paste/apply", pasting.apply, name="paste-apply"),
]
