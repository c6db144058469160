"""Choosing the policy of an object."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.automerge.models import MANNERS, Policy
from klientura.kernel.dedup.reading import comparable_shape
from klientura.kernel.errors import Denied, FieldError, Invalid, Stale


def policy_of(object_key: str) -> Policy:
    """The policy of an object; where none was ever chosen, a new one (version 0): every pair is asked about."""
    return Policy.objects.filter(object=object_key).first() or Policy(object=object_key, version=0)


def choose(actor: Actor, object_key: str, manner: str, *, expected_version: int) -> Policy:
    """Say what is done with certain pairs from now on, with the rights of this administrator. Raises Denied, Invalid, Stale."""
    if not actor.is_admin or actor.user_id is None:
        raise Denied
    shape = comparable_shape(object_key)
    if manner not in dict(MANNERS):
        raise Invalid([FieldError("manner", "option", _("This is not one of the options."))])
    with transaction.atomic():
        stored = Policy.objects.select_for_update().filter(object=shape.key).first()
        if (stored.version if stored else 0) != expected_version:
            raise Stale
        policy = stored or Policy(object=shape.key, version=0)
        policy.manner, policy.author_id, policy.paused = manner, actor.user_id, ""
        policy.version += 1
        policy.save()
    return policy
