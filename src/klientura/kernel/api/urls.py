"""Addresses of the API, below /api/v1/."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, register_converter
from django.urls.converters import IntConverter, StringConverter

from klientura.kernel.access.actor import Actor
from klientura.kernel.api import (
    approvals,
    arranging,
    attention,
    comments,
    copying,
    duplicates,
    files,
    lists,
    merging,
    notifications,
    packs,
    people,
    quality,
    rooms,
    rules,
    saved_views,
    segments,
    sharing,
    territories,
    values,
    views,
    webhooks,
)
from klientura.kernel.api.openapi import document
from klientura.kernel.web.file_answers import FILE


class ObjectKey(StringConverter):
    """The key of an object."""

    regex = "[a-z][a-z0-9_]{0,59}"


class RoomKey(StringConverter):
    """The address of a module's own endpoints."""

    regex = "[a-z]+(?:-[a-z]+)+"


class RecordNumber(IntConverter):
    """A record's number; longer ones exist nowhere."""

    regex = "[1-9][0-9]{0,17}"


register_converter(ObjectKey, "object")
register_converter(RoomKey, "room")
register_converter(RecordNumber, "number")


def _document(_request: HttpRequest, actor: Actor) -> HttpResponse:
    return views.answer(document(actor))


urlpatterns = [
    path("openapi.json", views.endpoint(get=_document), name="api-document"),
    path("operations/<number:operation_id>", views.endpoint(get=views.read_operation)),
    path("operations/<number:operation_id>/undo", views.endpoint(post=views.undo_operation)),
    path("duplicates/<object:object>", views.endpoint(get=duplicates.list_pairs)),
    path(
        "duplicates/<object:object>/policy",
        views.endpoint(get=duplicates.read_policy, put=duplicates.choose_policy),
    ),
    path("duplicates/<object:object>/scan", views.endpoint(post=duplicates.start_scan)),
    path(
        "duplicates/<object:object>/<number:pair_id>/different",
        views.endpoint(post=duplicates.tell_apart),
    ),
    path("views", views.endpoint(get=saved_views.list_views, post=saved_views.create_view)),
    path(
        "views/<number:view_id>",
        views.endpoint(
            get=saved_views.read_view, patch=saved_views.change_view, delete=saved_views.delete_view
        ),
    ),
    path("quality/<object:object>", views.endpoint(get=quality.read_shares)),
    path("quality/<object:object>/rules", views.endpoint(get=quality.list_rules)),
    path(
        "favourites",
        views.endpoint(get=attention.list_favourites, put=attention.arrange_favourites),
    ),
    path("notifications", views.endpoint(get=notifications.list_notifications)),
    path("notifications/count", views.endpoint(get=notifications.count_notifications)),
    path(
        "notifications/wishes",
        views.endpoint(get=notifications.read_wishes, patch=notifications.change_wishes),
    ),
    path("notifications/read", views.endpoint(post=notifications.read_notifications)),
    path("favourites/opened", views.endpoint(get=attention.list_opened)),
    path("segments", views.endpoint(get=segments.list_segments, post=segments.create_segment)),
    path(
        "segments/<number:segment_id>",
        views.endpoint(
            get=segments.read_segment, patch=segments.change_segment, delete=segments.delete_segment
        ),
    ),
    path("segments/<number:segment_id>/count", views.endpoint(get=segments.count_segment)),
    path(
        "segments/<number:segment_id>/members",
        views.endpoint(get=segments.list_members, post=segments.fill_segment),
    ),
    path("webhooks", views.endpoint(get=webhooks.list_webhooks, post=webhooks.create_webhook)),
    path(
        "webhooks/<number:webhook_id>",
        views.endpoint(
            get=webhooks.read_webhook, patch=webhooks.change_webhook, delete=webhooks.delete_webhook
        ),
    ),
    path("webhooks/<number:webhook_id>/secret", views.endpoint(post=webhooks.renew_secret)),
    path("webhooks/<number:webhook_id>/test", views.endpoint(post=webhooks.send_test)),
    path("webhooks/<number:webhook_id>/replay", views.endpoint(post=webhooks.replay_failed)),
    path("webhooks/<number:webhook_id>/messages", views.endpoint(get=webhooks.list_messages)),
    path(
        "webhooks/<number:webhook_id>/messages/<number:message_id>",
        views.endpoint(get=webhooks.read_message),
    ),
    path(
        "webhooks/<number:webhook_id>/messages/<number:message_id>/replay",
        views.endpoint(post=webhooks.replay_message),
    ),
    path("rules", views.endpoint(get=rules.list_rules, post=rules.create_rule)),
    path("rules/hold", views.endpoint(post=rules.hold_rules)),
    path("rules/runs", views.endpoint(get=rules.list_runs)),
    path("rules/runs/<number:run_id>", views.endpoint(get=rules.read_run)),
    path(
        "rules/<number:rule_id>",
        views.endpoint(get=rules.read_rule, patch=rules.change_rule, delete=rules.delete_rule),
    ),
    path("rules/<number:rule_id>/runs", views.endpoint(get=rules.list_runs)),
    path("rules/<number:rule_id>/versions", views.endpoint(get=rules.list_versions)),
    path("rules/<number:rule_id>/try", views.endpoint(post=rules.try_rule)),
    path(
        "substitutions",
        views.endpoint(get=people.list_substitutions, post=people.create_substitution),
    ),
    path("substitutions/<number:substitution_id>", views.endpoint(delete=people.end_substitution)),
    path("hand-over", views.endpoint(post=people.hand_over)),
    path("hand-over/preview", views.endpoint(post=people.preview_handover)),
    path("approvals", views.endpoint(get=approvals.list_rounds)),
    path("approvals/decide", views.endpoint(post=approvals.decide_many)),
    path("approvals/<number:approval_id>", views.endpoint(get=approvals.read_round)),
    path("approvals/<number:approval_id>/decide", views.endpoint(post=approvals.decide)),
    path("approvals/<number:approval_id>/withdraw", views.endpoint(post=approvals.withdraw)),
    path("approval-routes", views.endpoint(get=approvals.list_routes, post=approvals.create_route)),
    path(
        "approval-routes/<number:route_id>",
        views.endpoint(get=approvals.read_route, patch=approvals.change_route, delete=approvals.delete_route),
    ),
    path(
        "territories",
        views.endpoint(get=territories.list_territories, post=territories.create_territory),
    ),
    path(
        "territories/<number:territory_id>",
        views.endpoint(
            get=territories.read_territory,
            patch=territories.change_territory,
            delete=territories.delete_territory,
        ),
    ),
    path("territories/<object:object>/distribute", views.endpoint(post=territories.distribute)),
    path(
        "schema/objects/<object:object>/fields",
        views.endpoint(get=arranging.list_fields, post=arranging.add_field),
    ),
    path(
        "schema/fields/<number:field_id>",
        views.endpoint(get=arranging.read_field, patch=arranging.change_field, delete=arranging.remove_field),
    ),
    path("schema/fields/<number:field_id>/restore", views.endpoint(post=arranging.restore_field)),
    path("schema/fields/<number:field_id>/purge", views.endpoint(post=arranging.purge_field)),
    path(
        "schema/objects/<object:object>/layout",
        views.endpoint(get=arranging.read_layout, put=arranging.arrange, delete=arranging.forget_layout),
    ),
    path(
        "schema/objects/<object:object>/options/<slug:field>",
        views.endpoint(get=lists.read_options, put=lists.change_options, delete=lists.reset_options),
    ),
    path("schema/objects/<object:object>/tags/<slug:field>", views.endpoint(post=lists.add_tag)),
    path(
        "schema/objects/<object:object>/tags/<slug:field>/<slug:code>",
        views.endpoint(patch=lists.change_tag),
    ),
    path(
        "schema/objects/<object:object>/tags/<slug:field>/<slug:code>/merge",
        views.endpoint(post=lists.merge_tag),
    ),
    path(
        "schema/objects/<object:object>/tags/<slug:field>/<slug:code>/part",
        views.endpoint(post=lists.part_tag),
    ),
    path("schema/packs", views.endpoint(get=packs.list_packs, post=packs.offer_pack)),
    path(
        "schema/packs/<slug:pack>/plan",
        views.endpoint(get=packs.read_plan, delete=packs.dismiss_pack),
    ),
    path("schema/packs/<slug:pack>/install", views.endpoint(post=packs.install_pack)),
    path(
        "schema/packs/<slug:pack>/uninstall",
        views.endpoint(get=packs.read_leaving, post=packs.uninstall_pack),
    ),
    path("<object:object>", views.endpoint(get=views.list_records, post=views.create_record)),
    path("<object:object>/count", views.endpoint(get=views.count_records)),
    path("<object:object>/files/<slug:field>", views.endpoint(post=files.bring_file, takes=FILE)),
    path(
        "<object:object>/<number:record_id>/files/<slug:field>/<number:file_id>",
        views.endpoint(get=files.fetch_file),
    ),
    path("<object:object>/values/<slug:field>", views.endpoint(get=values.list_values)),
    path("<object:object>/groups", views.endpoint(get=views.group_records)),
    path("<object:object>/bulk", views.endpoint(post=views.bulk_records)),
    path(
        "<object:object>/<number:record_id>",
        views.endpoint(get=views.read_record, patch=views.change_record, delete=views.trash_record),
    ),
    path("<object:object>/<number:record_id>/copy", views.endpoint(post=copying.copy_record)),
    path("<object:object>/<number:record_id>/restore", views.endpoint(post=views.restore_record)),
    path("<object:object>/<number:record_id>/merge", views.endpoint(post=merging.merge_records)),
    path(
        "<object:object>/<number:record_id>/shares",
        views.endpoint(get=sharing.read_shares, put=sharing.replace_shares, delete=sharing.withdraw_shares),
    ),
    path(
        "<object:object>/<number:record_id>/attention",
        views.endpoint(get=attention.read_attention, patch=attention.change_attention),
    ),
    path(
        "<object:object>/<number:record_id>/comments",
        views.endpoint(get=comments.list_comments, post=comments.write_comment),
    ),
    path(
        "<object:object>/<number:record_id>/comments/<number:comment_id>",
        views.endpoint(patch=comments.change_comment, delete=comments.delete_comment),
    ),
    path(
        "<object:object>/<number:record_id>/comments/<number:comment_id>/open",
        views.endpoint(post=comments.open_record),
    ),
    path("<object:object>/<number:record_id>/history", views.endpoint(get=views.read_history)),
    path(
        "<object:object>/<number:record_id>/approvals",
        views.endpoint(get=approvals.rounds_of_record, post=approvals.send_record),
    ),
    path("<object:object>/<number:record_id>/actions/<slug:verb>", views.endpoint(post=views.run_action)),
    path("<room:room>/<slug:name>", views.endpoint(get=rooms.read)),
]
