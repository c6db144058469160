"""Addresses of the pages over objects."""

from django.urls import path

from klientura.kernel.screens import (
    boarding,
    card,
    changes,
    facts,
    finding,
    forms,
    home,
    listing,
    moving,
    signin,
    similar,
    trash,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in", signin.sign_in, name="sign-in"),
    path("sign-out", signin.sign_out, name="sign-out"),
    path("preferences", signin.preferences, name="preferences"),
    path("search", finding.search_page, name="search"),
    path("search/palette", finding.palette, name="palette"),
    path("search/users", finding.users, name="search-users"),
    path("search/teams", finding.teams, name="search-teams"),
    path("search/reference/<object:object>", finding.references, name="search-reference"),
    path("operations/<number:operation_id>/undo", changes.undo_operation, name="undo"),
    path("<object:object>", listing.records, name="list"),
    path("<object:object>/count", listing.count, name="count"),
    path("<object:object>/new", forms.new, name="new"),
    path("<object:object>/similar", similar.similar, name="similar"),
    path("<object:object>/bulk/form", listing.bulk_form, name="bulk-form"),
    path("<object:object>/bulk/edit", listing.bulk_edit, name="bulk-edit"),
    path("<object:object>/bulk/trash", listing.bulk_trash, name="bulk-trash"),
    path("<object:object>/trash", trash.trashed, name="trashed"),
    path("<object:object>/trash/restore", trash.restore_many, name="restore-many"),
    path("<object:object>/board/cards", boarding.more_cards, name="board-cards"),
    path("<object:object>/<number:record_id>", card.record, name="card"),
    path("<object:object>/<number:record_id>/edit", forms.edit, name="edit"),
    path("<object:object>/<number:record_id>/fact/<slug:key>", facts.edit_fact, name="fact"),
    path("<object:object>/<number:record_id>/move", moving.move, name="move"),
    path("<object:object>/<number:record_id>/trash", card.trash, name="trash"),
    path("<object:object>/<number:record_id>/restore", card.restore, name="restore"),
    path("<object:object>/<number:record_id>/history", changes.history_page, name="history"),
    path("<object:object>/<number:record_id>/actions/<slug:verb>", forms.action, name="action"),
]
