"""Addresses of sales."""

from django.urls import path

from klientura.modules.sales.web import converting, pipelines, regulation, scoring

urlpatterns = [
    path("settings/scoring", scoring.rules, name="settings-scoring"),
    path("settings/scoring/new", scoring.rule, name="settings-scoring-new"),
    path("settings/scoring/<number:rule_id>", scoring.rule, name="settings-scoring-rule"),
    path("settings/scoring/<number:rule_id>/delete", scoring.delete, name="settings-scoring-delete"),
    path("settings/pipelines", pipelines.pipelines, name="settings-pipelines"),
    path("settings/pipelines/<number:pipeline_id>/order", pipelines.order, name="settings-pipelines-order"),
    path("settings/pipelines/stages/<number:stage_id>", pipelines.change, name="settings-stage"),
    path(
        "settings/pipelines/stages/<number:stage_id>/remove", pipelines.remove, name="settings-stage-remove"
    ),
    path("opportunity/<number:record_id>/checks/<number:item>", regulation.check, name="opportunity-check"),
    path("lead/<number:record_id>/actions/convert", converting.convert_lead, name="lead-convert"),
]
