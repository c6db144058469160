"""Templates that a user may write letters with."""

from django.db.models import Q

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import NotFound
from klientura.modules.conversations.models import Template


def templates_of(actor: Actor) -> list[Template]:
    """The actor's own templates and those of all."""
    return list(
        Template.objects.filter(Q(owner=None) | Q(owner_id=actor.user_id or 0)).order_by("name", "pk")
    )


def open_template(actor: Actor, template_id: int) -> Template:
    """One of them. Raises NotFound for those of others."""
    found = Template.objects.filter(Q(owner=None) | Q(owner_id=actor.user_id or 0), pk=template_id).first()
    if found is None:
        raise NotFound
    return found
