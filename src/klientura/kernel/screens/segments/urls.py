"""Addresses of segments."""

from django.urls import path

from klientura.kernel.screens.segments import filling, looking, making, page

urlpatterns = [
    path("segments", looking.segments, name="segments"),
    path("segments/compose", making.compose, name="segments-compose"),
    path("segments/compose/count", making.composed_count, name="segments-compose-count"),
    path("search/segments/<object:object>", looking.found, name="search-segments"),
    path("segments/<number:segment_id>", page.segment, name="segment"),
    path("segments/<number:segment_id>/count", looking.count, name="segment-count"),
    path("segments/<number:segment_id>/moves", page.moves, name="segment-moves"),
    path("segments/<number:segment_id>/settings", page.settings, name="segment-settings"),
    path("segments/<number:segment_id>/rule", page.rule, name="segment-rule"),
    path("segments/<number:segment_id>/look", page.look, name="segment-look"),
    path("segments/<number:segment_id>/paste", filling.paste, name="segment-paste"),
    path("segments/<number:segment_id>/delete", page.delete, name="segment-delete"),
    path("segments/<number:segment_id>/bring-back", page.bring_back, name="segment-bring-back"),
    path("<object:object>/segments/new", making.new, name="segment-new"),
    path("<object:object>/segments/fill", filling.dialog, name="segment-fill"),
    path("<object:object>/segments/put", filling.put, name="segment-put"),
    path("<object:object>/<number:record_id>/segments", looking.of_one, name="record-segments"),
]
