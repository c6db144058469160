"""Addresses of the quality of the base."""

from django.urls import path

from klientura.kernel.screens.quality import card, page, rules

urlpatterns = [
    path("quality", page.quality, name="quality"),
    path("quality/shares", page.shares, name="quality-shares"),
    path("quality/fields", page.fields, name="quality-fields"),
    path("quality/rules/new", rules.new, name="quality-rule-new"),
    path("quality/rules/<slug:key>", rules.rule, name="quality-rule"),
    path("quality/rules/<slug:key>/count", rules.count, name="quality-rule-count"),
    path("quality/rules/<slug:key>/switch", rules.switch, name="quality-rule-switch"),
    path("quality/rules/<slug:key>/forget", rules.forget, name="quality-rule-forget"),
    path("<object:object>/<number:record_id>/quality", card.of_one, name="record-quality"),
]
