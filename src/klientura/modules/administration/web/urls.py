"""Addresses of the settings."""

from django.urls import path

from klientura.modules.administration.web import (
    company,
    conditions,
    fields,
    layouts,
    me,
    objects,
    operations,
    pipelines,
    rights,
    teams,
    tokens,
    users,
)

urlpatterns = [
    path("settings", company.overview, name="settings"),
    path("settings/company", company.company, name="settings-company"),
    path("settings/users", users.users, name="settings-users"),
    path("settings/users/new", users.new_user, name="settings-user-new"),
    path("settings/users/<number:user_id>", users.user, name="settings-user"),
    path("settings/users/<number:user_id>/active", users.user_active, name="settings-user-active"),
    path("settings/users/<number:user_id>/password", users.user_password, name="settings-user-password"),
    path("settings/teams", teams.teams, name="settings-teams"),
    path("settings/teams/new", teams.team, name="settings-team-new"),
    path("settings/teams/<number:team_id>", teams.team, name="settings-team"),
    path("settings/teams/<number:team_id>/delete", teams.team_delete, name="settings-team-delete"),
    path("settings/rights", rights.rights, name="settings-rights"),
    path("settings/rights/<slug:role_key>", rights.role, name="settings-role"),
    path("settings/rights/<slug:role_key>/<object:object>", rights.fields, name="settings-fields"),
    path("settings/pipelines", pipelines.pipelines, name="settings-pipelines"),
    path(
        "settings/pipelines/stages/<number:stage_id>/<slug:way>",
        pipelines.move_stage,
        name="settings-stage-move",
    ),
    path("settings/objects", objects.objects, name="settings-objects"),
    path("settings/objects/new", objects.new_object, name="settings-object-new"),
    path("settings/objects/own/<number:object_id>", objects.own_object, name="settings-object-own"),
    path(
        "settings/objects/own/<number:object_id>/remove", objects.remove_object, name="settings-object-remove"
    ),
    path(
        "settings/objects/own/<number:object_id>/restore",
        objects.restore_object,
        name="settings-object-restore",
    ),
    path("settings/objects/own/<number:object_id>/purge", objects.purge_object, name="settings-object-purge"),
    path("settings/objects/<object:object>", fields.object_fields, name="settings-object"),
    path("settings/objects/<object:object>/layout", layouts.layout, name="settings-layout"),
    path("settings/objects/<object:object>/layout/forget", layouts.forget, name="settings-layout-forget"),
    path("settings/objects/<object:object>/when/<slug:key>", conditions.overview, name="settings-conditions"),
    path(
        "settings/objects/<object:object>/when/<slug:key>/<slug:kind>",
        conditions.condition,
        name="settings-condition",
    ),
    path("settings/objects/<object:object>/fields/new", fields.new_field, name="settings-field-new"),
    path("settings/objects/<object:object>/fields/<number:field_id>", fields.field, name="settings-field"),
    path(
        "settings/objects/<object:object>/fields/<number:field_id>/remove",
        fields.remove,
        name="settings-field-remove",
    ),
    path(
        "settings/objects/<object:object>/fields/<number:field_id>/restore",
        fields.restore,
        name="settings-field-restore",
    ),
    path(
        "settings/objects/<object:object>/fields/<number:field_id>/purge",
        fields.purge,
        name="settings-field-purge",
    ),
    path(
        "settings/objects/<object:object>/fields/<number:field_id>/<slug:way>",
        fields.move,
        name="settings-field-move",
    ),
    path("settings/tokens", tokens.all_tokens, name="settings-tokens"),
    path("settings/operations", operations.operations, name="settings-operations"),
    path("me", me.me, name="me"),
    path("me/password", me.password, name="me-password"),
    path("me/tokens", tokens.my_tokens, name="me-tokens"),
    path("me/tokens/<number:token_id>/revoke", tokens.revoke, name="me-token-revoke"),
]
