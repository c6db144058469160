"""Addresses of acts in a calendar."""

from django.urls import path

from klientura.kernel.screens.calendar import moving

urlpatterns = [
    path("<object:object>/<number:record_id>/reschedule", moving.reschedule, name="reschedule"),
    path(
        "<object:object>/<number:record_id>/reschedule/back", moving.reschedule_back, name="reschedule-back"
    ),
]
