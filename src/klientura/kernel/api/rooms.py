"""Endpoints of modules that differ from those of objects: read only, below an address of the module's own.

A room's address has a hyphen in it, which no key of an object has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from klientura.kernel.access.actor import Actor
from klientura.kernel.api.views import answer
from klientura.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Room:
    """What can be read below `/{key}/{name}`: `read` raises NotFound for another name; `describe` answers path → OpenAPI."""

    key: str
    read: Callable[[HttpRequest, Actor, str], Any]
    describe: Callable[[Actor, Callable[[dict[str, Any]], dict[str, Any]]], dict[str, Any]]


_rooms: dict[str, Room] = {}


def register_room(room: Room) -> None:
    """Open a module's room in the API."""
    if "-" not in room.key:
        raise ValueError(room.key)
    _rooms[room.key] = room


def read(request: HttpRequest, actor: Actor, *, room: str, name: str) -> HttpResponse:
    """GET /{room}/{name}: whatever the module answers."""
    found = _rooms.get(room)
    if found is None:
        raise NotFound
    return answer(found.read(request, actor, name))


def description(actor: Actor, responses: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """The paths of all rooms, as far as they are open to who asks."""
    return {path: said for room in _rooms.values() for path, said in room.describe(actor, responses).items()}
