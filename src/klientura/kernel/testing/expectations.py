"""What each door answers to each kind of visitor, and the addresses that differ, each with its reason.

A new address needs no line here unless it differs from its door. Extend the tables by the pattern of the route as
it stands in `urls.py` (with the prefix it is included under).
"""

from collections.abc import Mapping
from typing import Final

from klientura.kernel.web.doors import Door

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
STAFF: Final = ("observer", "employee", "manager", "administrator")
# Nobody is signed in; the user was switched off; and for programs a token that was withdrawn, ran out or is made up.
STRANGERS: Final = ("nobody", "disabled")
NOBODY: Final = ("nobody",)
BAD_TOKENS: Final = ("nobody", "disabled", "revoked", "expired", "made_up")

TO_SIGN_IN: Final = 302
# The answers that each door may give to those it does not let in.
SHUT: Final[Mapping[Door, frozenset[int]]] = {
    Door.SIGNED_IN: frozenset({TO_SIGN_IN}),
    Door.ADMIN: frozenset({TO_SIGN_IN}),
    Door.TOKEN: frozenset({401}),
    Door.DEVICE: frozenset({401}),
    Door.SETUP: frozenset({404}),  # the installation of the tests is set up
}

# Values for parameters beyond `object` and `record_id`, by name, where «nothing» would not reach the view's inside.
PARAMETERS: Final[Mapping[str, str]] = {
    "key": "city",
    "verb": "win",
    "name": "list",
    "role_key": "employee",
    "room": "contacts-analysis",
}

# Addresses by which somebody who may not change any record may still write, and why.
WRITES_OF_AN_OBSERVER: Final[Mapping[str, str]] = {
    "preferences": "everybody chooses language, theme and time zone for themselves",
    "calendar/feed": "everybody gives their own calendar to other programs",
    "me/devices": "everybody connects their own devices",
    "me/devices/choose": "everybody chooses whose clients stand on their own devices",
    "api/v1/notifications/wishes": "everybody chooses how they are told",
    "me/notifications": "everybody chooses how they are told",
    "me/notifications/devices": "everybody is told on their own devices",
    "notifications/read": "everybody reads their own",
    "notifications/<number:notification_id>/read": "everybody reads their own",
    "<object:object>/<number:record_id>/favourite": "everybody keeps at hand what they like",
    "<object:object>/<number:record_id>/follow": "everybody hears of what they like",
    "<object:object>/<number:record_id>/opened": "everybody's last opened records are noted for them",
    "favourites/<number:favourite_id>/<slug:way>": "everybody arranges their own",
    "<object:object>/<number:record_id>/comments": "whoever reads a record may say something about it",
}
# Addresses by which a stranger may write, and why.
WRITES_OF_A_STRANGER: Final[Mapping[str, str]] = {}
# Addresses that answer other than their door says to those whom the door keeps out.
OTHER_ANSWERS: Final[Mapping[str, tuple[frozenset[int], str]]] = {}
