"""Addresses of import, export and background work."""

from django.urls import path

from klientura.kernel.screens.imports import exporting, tray, views

urlpatterns = [
    path("imports", views.past, name="imports"),
    path("imports/new", views.new, name="import-new"),
    path("imports/<number:import_id>/map", views.mapping, name="import-map"),
    path("imports/<number:import_id>/reading", views.reading, name="import-reading"),
    path("imports/<number:import_id>/check", views.check, name="import-check"),
    path("imports/<number:import_id>/run", views.run, name="import-run"),
    path("imports/<number:import_id>/stop", views.stop, name="import-stop"),
    path("imports/<number:import_id>/undo", views.take_back, name="import-undo"),
    path("imports/<number:import_id>/corrected", views.corrected, name="import-corrected"),
    path("imports/<number:import_id>/report/<slug:name>", views.report, name="import-report"),
    path("progress", tray.tray, name="progress"),
    path("progress/<number:job_id>/stop", tray.stop, name="progress-stop"),
    path("imports/exports/<number:job_id>", exporting.made, name="export-made"),
    path("imports/exports/<number:job_id>/file", exporting.file, name="export-file"),
    path("<object:object>/export", exporting.export, name="export"),
]
