"""Putting off: a matter is hidden from «My day» until a moment; its time stays what it is."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.store.drafts import parse_for_verb

EVENING: Final = dt.time(18)
MORNING: Final = dt.time(9)
WAYS: Final = ("hour", "evening", "tomorrow", "monday")


def offered(now: dt.datetime) -> dict[str, dt.datetime]:
    """The moments to put off until, by the reader's clock; an evening that has come is not offered."""
    today = now.date()
    monday = today + dt.timedelta(days=7 - today.weekday())
    found = {
        "hour": (now + dt.timedelta(hours=1)).replace(second=0, microsecond=0),
        "evening": _at(today, EVENING),
        "tomorrow": _at(today + dt.timedelta(days=1), MORNING),
        "monday": _at(monday, MORNING),
    }
    if found["evening"] <= now + dt.timedelta(minutes=30):
        del found["evening"]
    if found["monday"] == found["tomorrow"]:
        del found["monday"]
    return found


def _at(day: dt.date, clock: dt.time) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, clock))


def _snooze(object_key: str) -> Callable[..., int]:
    def snooze(
        actor: Actor,
        record_id: int,
        values: Mapping[str, Any] | None = None,
        *,
        expected_version: int | None = None,
    ) -> int:
        """Put it off; return its version. Raises Invalid without a moment ahead."""
        shape = shape_of(object_key)
        given, errors = parse_for_verb(actor, shape, values or {}, ("snoozed_until",))
        until = given.get("snoozed_until")
        if until is None and not errors:
            errors.append(FieldError("snoozed_until", "required", _("Say until when.")))
        elif until is not None and until <= timezone.now():
            passed = _("This moment has passed. Choose a later one.")
            errors.append(FieldError("snoozed_until", "past", passed))
        if errors:
            raise Invalid(errors)
        return write.update(actor, shape, record_id, given, expected_version=expected_version)

    return snooze


snooze_task, snooze_assignment = _snooze("task"), _snooze("assignment")
