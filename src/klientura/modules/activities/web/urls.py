"""Addresses of the timeline."""

from django.urls import path

from klientura.modules.activities.web import home, timeline

urlpatterns = [
    path("task/<number:record_id>/done", home.done, name="task-done"),
    path("task/<number:record_id>/not-done", home.not_done, name="task-not-done"),
    path("<object:object>/<number:record_id>/timeline", timeline.write_down, name="timeline"),
    path("<object:object>/<number:record_id>/timeline/more", timeline.more, name="timeline-more"),
]
