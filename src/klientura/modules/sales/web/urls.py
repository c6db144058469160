"""Addresses of sales."""

from django.urls import path

from klientura.modules.sales.web import converting, pipelines, regulation

urlpatterns = [
    path("settings/pipelines", pipelines.pipelines, name="settings-pipelines"),
    path("settings/pipelines/<number:pipeline_id>/order", pipelines.order, name="settings-pipelines-order"),
    path("settings/pipelines/stages/<number:stage_id>", pipelines.change, name="settings-stage"),
    path(
        "settings/pipelines/stages/<number:stage_id>/remove", pipelines.remove, name="settings-stage-remove"
    ),
    path("opportunity/<number:record_id>/checks/<number:item>", regulation.check, name="opportunity-check"),
    path("lead/<number:record_id>/actions/convert", converting.convert_lead, name="lead-convert"),
]
