"""What an empty page says: the truth about why it is empty, and only what its reader may do about it."""

from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape


def why_empty(actor: Actor, shape: Shape) -> tuple[str, str]:
    """Title and text for a list without records. Who does not see all of them is not told that there are none."""
    width = actor.scope(shape.key, "read")
    if width != "all":
        return _("No record is open to you yet"), _what_is_open(actor, width)
    title = _("Nothing here yet")
    if not may(actor, shape, "create"):
        return title, _("As soon as somebody adds a record, it will appear here.")
    if shape.spec.match_keys and not may(actor, shape, "import"):
        return title, _("Add the first record by hand.")
    return title, str(shape.spec.empty_text)


def why_nothing(actor: Actor) -> tuple[str, str] | None:
    """The same for the start page; None when the base itself is empty, as far as its reader can tell."""
    readable = [s for s in all_shapes().values() if s.spec.navigation and may(actor, s, "read")]
    narrow = next((w for s in readable if (w := actor.scope(s.key, "read")) != "all"), None)
    return None if narrow is None else (_("No record is open to you yet"), _what_is_open(actor, narrow))


def _what_is_open(actor: Actor, width: str) -> str:
    if width == "parent":
        return _(
            "You see what belongs to the clients open to you. If something is missing, ask an administrator."
        )
    if width == "own":
        return _(
            "You see the records that you are responsible for. If something is missing, ask an administrator."
        )
    if actor.team_id:
        return _(
            "You see the records that you or your team are responsible for. If something is missing, ask an administrator."
        )
    return _(
        "You see the records that you are responsible for. If you need others too, ask an administrator to add you to a team."
    )
