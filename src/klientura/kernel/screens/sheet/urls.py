"""Addresses of the cells of a list, and of what is known before many records are changed."""

from django.urls import path

from klientura.kernel.screens import foreseeing, ticking
from klientura.kernel.screens.sheet import cell, pasting

urlpatterns = [
    path("<object:object>/<number:record_id>/cell/<slug:key>", cell.edit_cell, name="cell"),
    path("<object:object>/groups/seal", ticking.seal_groups, name="groups-seal"),
    path("<object:object>/bulk/preview", foreseeing.preview, name="bulk-preview"),
    path("<object:object>/paste", pasting.preview, name="paste"),
    path("<object:object>/paste/apply", pasting.apply, name="paste-apply"),
]
