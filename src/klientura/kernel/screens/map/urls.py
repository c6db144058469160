"""Addresses of the map."""

from django.urls import path

from klientura.kernel.screens.map import shapes

urlpatterns = [
    path("<object:object>/map", shapes.heaps, name="map"),
    path("<object:object>/map/<number:record_id>", shapes.one, name="map-card"),
]
