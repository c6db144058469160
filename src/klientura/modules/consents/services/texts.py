"""A new edition of a text of consent: the one before stays with those who have consented to it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.modules.consents.services import checks


@transaction.atomic
def new_edition(
    actor: Actor, record_id: int, values: Mapping[str, Any] | None = None, *, expected_version: int | None = None
) -> int:  # fmt: skip
    """Make the next edition of a text; return the version of the old one, which stays as it is. Raises Invalid, Denied."""
    shape, given = shape_of("consent_text"), dict(values or {})
    old = write.lock(actor, shape, record_id, "edit")
    edition = checks.next_edition(old["purpose"], old["language"])
    name = str(given.get("name") or old["name"]).strip()
    if name == old["name"]:
        name = _("{name}, edition {number}").format(name=name, number=edition)
    same = {key: old[key] for key in ("purpose", "language", "text") if key in readable(actor, shape)}
    write.create(actor, shape, {**same, **given, "name": name, "edition": edition})
    return int(old["version"])
