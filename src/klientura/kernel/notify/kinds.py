"""What a user may be told of, and how they are told unless they wish otherwise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import Text

MAIL: Final = ("", "now", "digest")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notification: its name, its icon, whether it is shown in the product, when it is sent by e-mail, and whether
    it comes to the devices that take notifications."""

    label: Text
    icon: str
    product: bool = True
    mail: str = ""
    push: bool = False
    said: Callable[[int], str] | None = None
    """Of a module's own kind: what is told of so many records, in the reader's language."""


KINDS: Final[dict[str, Kind]] = {
    "mentioned": Kind(_("Somebody mentions me"), "message-square", mail="now", push=True),
    "reminder": Kind(_("A reminder I have set"), "bell", push=True),
    "invited": Kind(
        _("Somebody invites me, or answers my invitation"), "calendar-days", mail="now", push=True
    ),
    "commented": Kind(_("A comment on what I follow"), "messages-square", mail="digest"),
    "assigned": Kind(_("I become the owner"), "user-check", mail="now", push=True),
    "handed": Kind(_("Work is handed over to me"), "handshake", mail="now", push=True),
    "shared": Kind(_("A record is shared with me"), "share", mail="digest"),
    "changed": Kind(_("What I follow is changed"), "pencil"),
    "rule": Kind(_("A rule tells me"), "zap", mail="now", push=True),
    "paused": Kind(_("What I set up has paused itself"), "ban", mail="now"),
    "unsent": Kind(_("A letter of mine did not go or did not arrive"), "mail-warning", mail="now", push=True),
    "due": Kind(
        _("The time of an assignment or of an answer is near or has passed"),
        "hourglass",
        mail="now",
        push=True,
    ),
    "work": Kind(_("Long work has ended"), "hourglass"),
}


def register_kind(key: str, kind: Kind) -> None:
    """Have a module tell of something of its own; a user wishes it as any other kind."""
    KINDS.setdefault(key, kind)
