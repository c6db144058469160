"""Every address declares whom its door is open to; one without a declaration stays shut."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, cast

from django.http import HttpResponseBase


class Door(StrEnum):
    """Whom a page lets in before it asks the gate about records and fields."""

    PUBLIC = "public"  # anybody: health, sign-in
    SETUP = "setup"  # anybody, but only until the first run is finished
    SIGNED_IN = "signed_in"
    ADMIN = "admin"
    TOKEN = "token"  # programs, by an API token # noqa: S105
    DEVICE = "device"  # phones and mail programs, by a password of their own


class View(Protocol):
    """A view with its door."""

    door: Door

    def __call__(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


def open_to(door: Door) -> Callable[[Callable[..., HttpResponseBase]], View]:
    """Declare the door of a view."""

    def declare(view: Callable[..., HttpResponseBase]) -> View:
        view.door = door  # type: ignore[attr-defined]
        return cast("View", view)

    return declare
