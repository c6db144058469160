"""Addresses of the timeline."""

from django.urls import path

from klientura.modules.activities.web import timeline

urlpatterns = [
    path("<object:object>/<number:record_id>/timeline", timeline.write_down, name="timeline"),
    path("<object:object>/<number:record_id>/timeline/more", timeline.more, name="timeline-more"),
]
