"""Where mail stands in the navigation, and the way to it from cards."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.access.gate import readable
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.places import Place
from klientura.kernel.store.read import Row
from klientura.kernel.web.requests import Request
from klientura.modules.conversations.queries.access import writable_mailboxes

MAIL: Final = Place(
    "mail", pgettext_lazy("navigation", "Mail"), "mail", "/mail", area=pgettext_lazy("navigation", "Work")
)


def is_written_about(shape: Shape) -> bool:
    """Whether letters are written to records of a kind, or about them to their client."""
    return shape.spec.subject and (shape.base == "party" or "party" in shape.fields)


def write_way(asked: Request, shape: Shape, row: Row) -> Mapping[str, str] | None:
    """The way from a card to a letter to the client, for those who have a mailbox to write from."""
    if not is_written_about(shape) or (shape.base != "party" and "party" not in readable(asked.actor, shape)):
        return None
    if not writable_mailboxes(asked.actor).exists():
        return None
    return {
        "key": "letter",
        "label": _("Write a letter"),
        "icon": "mail",
        "url": f"/mail/new?about={shape.key}-{row['id']}",
    }
