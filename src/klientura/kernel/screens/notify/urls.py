"""Addresses of favourites and of what a card is to its reader."""

from django.urls import path

from klientura.kernel.screens.notify import attention, bell, favourites, leaving, worker

urlpatterns = [
    path("notifications", bell.notifications, name="notifications"),
    path("notifications/number", bell.number_unread, name="notifications-number"),
    path("notifications/read", bell.read_all, name="notifications-read"),
    path("notifications/<number:notification_id>/read", bell.read_one, name="notification-read"),
    path("push-worker.js", worker.push_worker, name="push-worker"),
    path("unsubscribe/<str:token>", leaving.unsubscribe, name="unsubscribe"),
    path("favourites", favourites.favourites, name="favourites"),
    path("favourites/<number:favourite_id>/<slug:way>", favourites.move, name="favourite-move"),
    path("<object:object>/<number:record_id>/favourite", attention.favourite, name="favourite"),
    path("<object:object>/<number:record_id>/follow", attention.follow, name="follow"),
    path("<object:object>/<number:record_id>/opened", attention.opened, name="opened"),
]
