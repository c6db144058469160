"""Addresses of comments."""

from django.urls import path

from klientura.kernel.screens.comments import views

urlpatterns = [
    path("<object:object>/<number:record_id>/comments", views.comments, name="comments"),
    path("<object:object>/<number:record_id>/comments/people", views.people, name="comment-people"),
    path(
        "<object:object>/<number:record_id>/comments/<number:comment_id>/edit",
        views.edit,
        name="comment-edit",
    ),
    path(
        "<object:object>/<number:record_id>/comments/<number:comment_id>/delete",
        views.delete,
        name="comment-delete",
    ),
    path(
        "<object:object>/<number:record_id>/comments/<number:comment_id>/open",
        views.open_record,
        name="comment-open",
    ),
]
