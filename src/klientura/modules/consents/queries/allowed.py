"""The one gate: whether a purpose is allowed over a channel, for any number of people, by one statement.

A consent holds from the moment it was given until it is withdrawn, replaced or past its last day. A later withdrawal counts
against every earlier consent to the same purpose over the same channel, wherever that consent came from: when two cards of
one person become one, the stricter of both holds.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from klientura.kernel.screens.language import lang
from klientura.kernel.settings.days import company_zone
from klientura.kit.formats import format_date

type Why = Literal["given", "withdrawn", "expired", "none"]
type Asked = tuple[str, str]
"""A purpose and a channel."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something is allowed and why: by the consent given on a day; withdrawn on it, expired after it, or never given."""

    allowed: bool
    why: Why
    on: dt.date | None = None
    until: dt.date | None = None

    @property
    def reason(self) -> str:
        """Why not, in words; empty when it is allowed."""
        if self.allowed:
            return ""
        if self.why == "none" or self.on is None:
            return _("no consent")
        day = format_date(self.on, lang())
        if self.why == "withdrawn":
            return _("withdrawn on {day}").format(day=day)
        return _("expired on {day}").format(day=day)


NEVER: Final = Verdict(allowed=False, why="none")

# Whoever still holds was not withdrawn itself, so the latest withdrawal of its kind is that of another.
_STATEMENT: Final = """
with asked(p, c) as (select * from unnest(%(purposes)s::text[], %(channels)s::text[])),
told as (
  select k.id, k.person_id, a.p, a.c, k.given_at, k.valid_until,
    k.given_at <= %(at)s and (k.valid_until is null or k.valid_until >= %(day)s)
      and (k.withdrawn_at is null or k.withdrawn_at > %(at)s)
      and (n.id is null or n.given_at > %(at)s) as holds,
    max(k.withdrawn_at) filter (where k.withdrawn_at <= %(at)s) over (partition by k.person_id, a.p, a.c) as gone
  from consent k join asked a on a.p = k.purpose and k.channel in (a.c, 'all')
  left join consent n on n.id = k.replaced_by_id and n.deleted_at is null
  where k.person_id = any(%(ids)s) and k.deleted_at is null)
select person_id, p, c,
  max(given_at) filter (where holds and (gone is null or gone < given_at)),
  (array_agg(valid_until order by given_at desc, id desc) filter (where holds and (gone is null or gone < given_at)))[1],
  max(gone),
  max(valid_until) filter (where valid_until < %(day)s)
from told group by person_id, p, c"""


def allowed(
    purpose: str, channel: str, party_ids: Collection[int], at: dt.datetime | None = None
) -> Mapping[int, Verdict]:
    """By person: whether a purpose is allowed over a channel at a moment (now), and if not, why. One statement, however many."""
    found = standings([(purpose, channel)], party_ids, at)
    return {number: found.get((number, purpose, channel), NEVER) for number in party_ids}


def standings(
    asked: Sequence[Asked], party_ids: Collection[int], at: dt.datetime | None = None
) -> Mapping[tuple[int, str, str], Verdict]:
    """As `allowed`, for several purposes and channels: (person, purpose, channel) → verdict. What is missing was never given."""
    if not asked or not party_ids:
        return {}
    moment, zone = at or timezone.now(), company_zone()
    params: dict[str, Any] = {
        "purposes": [p for p, _c in asked], "channels": [c for _p, c in asked], "at": moment,
        "day": moment.astimezone(zone).date(), "ids": sorted(set(party_ids)),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, params)
        return {(row[0], row[1], row[2]): _verdict(zone, *row[3:]) for row in cursor.fetchall()}


def _verdict(
    zone: dt.tzinfo, given: dt.datetime | None, until: dt.date | None, withdrawn: dt.datetime | None, expired: dt.date | None
) -> Verdict:  # fmt: skip
    if given is not None:
        return Verdict(allowed=True, why="given", on=given.astimezone(zone).date(), until=until)
    gone = withdrawn.astimezone(zone).date() if withdrawn else None
    if gone is not None and (expired is None or gone >= expired):
        return Verdict(allowed=False, why="withdrawn", on=gone)
    return Verdict(allowed=False, why="expired", on=expired) if expired else NEVER
