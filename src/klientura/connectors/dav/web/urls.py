"""Addresses of one's devices."""

from django.urls import path

from klientura.connectors.dav.web import devices

urlpatterns = [
    path("me/devices", devices.devices, name="me-devices"),
    path("me/devices/choose", devices.choose, name="me-devices-choose"),
    path("me/devices/<number:token_id>/disconnect", devices.disconnect, name="me-device-disconnect"),
]
