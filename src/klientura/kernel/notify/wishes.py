"""How a user wishes to be told: each kind in the product and by e-mail, the hours of quiet, the time of the digest."""

import datetime as dt
import zoneinfo
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Denied, FieldError, Invalid
from klientura.kernel.notify.devices import forget_waiting
from klientura.kernel.notify.kinds import KINDS, MAIL
from klientura.kernel.notify.models import Notification, Wish
from klientura.kernel.notify.telling import Ways, wished

DIGEST_AT = dt.time(9, 0)


@dataclass(frozen=True, slots=True)
class Wished:
    """The wishes of one user, whole: how they are told of each kind, and their hours."""

    kinds: Mapping[str, Ways]
    quiet_from: dt.time | None
    quiet_until: dt.time | None
    digest_at: dt.time
    digest_day: int | None = None

    def digest_moment(self, here: dt.datetime) -> dt.datetime:
        """The last moment at which a digest was to come, by the user's clock: what is older than it is due."""
        moment = dt.datetime.combine(here.date(), self.digest_at, here.tzinfo)
        if moment > here:
            moment -= dt.timedelta(days=1)
        if self.digest_day is not None:
            moment -= dt.timedelta(days=(moment.weekday() - self.digest_day) % 7)
        return moment

    def is_quiet(self, at: dt.time) -> bool:
        """Whether nothing is to come by e-mail or to a device at that time of the user's day; the hours may go over midnight."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return False
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until


def whole(wish: Wish | None) -> Wished:
    """What stands in a row, and the usual for the rest."""
    own = wish.kinds if wish else {}
    return Wished(
        {key: wished(own, key) for key in KINDS},
        wish.quiet_from if wish else None,
        wish.quiet_until if wish else None,
        (wish.digest_at if wish else None) or DIGEST_AT,
        wish.digest_day if wish else None,
    )


def wishes_of(actor: Actor) -> Wished:
    """The actor's own wishes."""
    return whole(Wish.objects.filter(user_id=actor.user_id or 0).first())


def change(actor: Actor, values: Mapping[str, Any]) -> Wished:
    """Change what is named: `kinds` {kind: {"product": bool, "mail": "" | "now" | "digest", "push": bool}}, `quiet_from`,
    `quiet_until`, `digest_at` as times such as 22:00 (empty: none), `digest_day` 0 for Mondays to 6 (empty: every day).
    Raises Invalid."""
    if actor.user_id is None:
        raise Denied
    errors: list[FieldError] = []
    row = Wish.objects.filter(user_id=actor.user_id).first() or Wish(user_id=actor.user_id)
    if "kinds" in values:
        named = _kinds(values["kinds"], errors)
        row.kinds = {**row.kinds, **{key: {**row.kinds.get(key, {}), **named[key]} for key in named}}
    for key in ("quiet_from", "quiet_until", "digest_at"):
        if key in values:
            setattr(row, key, _time(key, values[key], errors))
    if "digest_day" in values:
        row.digest_day = _day(values["digest_day"], errors)
    if not errors and (row.quiet_from is None) != (row.quiet_until is None):
        missing = "quiet_until" if row.quiet_until is None else "quiet_from"
        errors.append(FieldError(missing, "required", _("Fill in both ends of the quiet hours, or neither.")))
    if errors:
        raise Invalid(errors)
    row.save()
    touched = values.get("kinds") or ()
    _take_back(actor.user_id, [key for key in touched if not wished(row.kinds, key).mail])
    forget_waiting(actor.user_id, [key for key in touched if not wished(row.kinds, key).push])
    return whole(row)


def no_letters(user_id: int) -> None:
    """Send a user no more letters of any kind; what they see in the product stays as they wish it."""
    row = Wish.objects.filter(user_id=user_id).first() or Wish(user_id=user_id)
    row.kinds = {key: {**wished(row.kinds, key)._asdict(), "mail": ""} for key in KINDS}
    row.save()
    _take_back(user_id, KINDS)


def _take_back(user_id: int, kinds: Collection[str]) -> None:
    """What waits to be sent is sent no more."""
    waiting = Notification.objects.filter(user_id=user_id, kind__in=kinds, mail__in=("now", "digest"))
    waiting.update(mail="")


def _kinds(raw: Any, errors: list[FieldError]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, wish in raw.items() if isinstance(raw, Mapping) else [("", None)]:
        fits = (
            key in KINDS
            and isinstance(wish, Mapping)
            and set(wish) <= {"product", "mail", "push"}
            and isinstance(wish.get("product", True), bool)
            and isinstance(wish.get("push", True), bool)
            and wish.get("mail", "") in MAIL
        )
        if not fits:
            errors.append(
                FieldError(f"kinds.{str(key)[:40]}", "option", _("Choose how you wish to be told of this."))
            )
        else:
            made[key] = dict(wish or {})
    return made


def _time(key: str, raw: Any, errors: list[FieldError]) -> dt.time | None:
    if raw in (None, ""):
        return None
    try:
        return dt.time.fromisoformat(str(raw)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        errors.append(FieldError(key, "time", _("Write the time as 09:00.")))
        return None


def _day(raw: Any, errors: list[FieldError]) -> int | None:
    if raw in (None, ""):
        return None
    if not isinstance(raw, bool) and str(raw) in {"0", "1", "2", "3", "4", "5", "6"}:
        return int(raw)
    errors.append(FieldError("digest_day", "option", _("Choose a day of the week.")))
    return None


def local_now(now: dt.datetime, time_zone: str) -> dt.datetime:
    """A moment on a user's clock."""
    try:
        return now.astimezone(zoneinfo.ZoneInfo(time_zone))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return now.astimezone(zoneinfo.ZoneInfo("Europe/Moscow"))
