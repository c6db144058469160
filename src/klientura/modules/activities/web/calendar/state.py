"""What the calendar shows: how much of it, around which day, whose, of which kinds. The address says it; the last choice is kept."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import User
from klientura.kernel.screens.calendar.days import DAY, FAR, WEEK, next_month, week_of
from klientura.kernel.web.requests import Request, number
from klientura.modules.activities.models import CalendarHabit

SPANS: Final = ("day", "week", "month", "agenda", "team")
KINDS: Final = ("event", "task", "assignment")
MOST_PEOPLE: Final = 40
PHONE: Final = "phone"
"""Under this the look that a phone was left with is kept, beside the other."""
NARROW: Final = "narrow"
"""The cookie in which the browser keeps whether its window is narrow (frontend/src/early.ts)."""
AHEAD: Final = 28
"""Days that the list of what comes looks ahead."""


@dataclass(frozen=True, slots=True)
class State:
    """One look at the calendar. `who` is «me», «team», or numbers of colleagues.

    Of a team: `wide` is its week, not its day, `whole` a day with its night.
    """

    span: str = "week"
    on: dt.date = dt.date.min
    who: str = "me"
    off: frozenset[str] = frozenset()
    wide: bool = False
    whole: bool = False

    def url(self, **changed: Any) -> str:
        """The address of the same look with something different."""
        other = replace(self, **changed)
        said = {
            "span": other.span,
            "on": other.on.isoformat(),
            "who": other.who,
            "off": ",".join(sorted(other.off)),
        }
        ticked = {k: "1" for k in ("wide", "whole") if getattr(other, k)}
        return f"/calendar?{urlencode(said | ticked)}"

    def stretch(self, week_start: int) -> tuple[dt.date, dt.date]:
        """The first day shown, and the one after the last."""
        if self.span == "day" or (self.span == "team" and not self.wide):
            return self.on, self.on + DAY
        if self.span in {"week", "team"}:
            begin = week_of(self.on, week_start)
            return begin, begin + DAY * WEEK
        if self.span == "agenda":
            return self.on, self.on + DAY * AHEAD
        first = self.on.replace(day=1)
        return week_of(first, week_start), week_of(next_month(first) - DAY, week_start) + DAY * WEEK

    def turned(self, by: int) -> "State":
        """The look before (-1) or after (1)."""
        if self.span == "month":
            first = self.on.replace(day=1)
            day = next_month(first) if by > 0 else (first - DAY).replace(day=1)
        else:
            one = self.span == "day" or (self.span == "team" and not self.wide)
            step = 1 if one else AHEAD if self.span == "agenda" else WEEK
            day = self.on + DAY * step * by
        return replace(self, on=max(FAR[0], min(day, FAR[1])))


def state_in(said: Mapping[str, Any], on: str, *, usual: str = "week") -> State:
    """What an address, or what was kept, says; today and one's own week for what it does not."""
    span = str(said.get("span", ""))
    return State(
        span=span if span in SPANS else usual,
        on=_day(on) or timezone.localdate(),
        who=_who(str(said.get("who", "me"))),
        off=frozenset(str(said.get("off", "")).split(",")) & frozenset(KINDS),
        wide=str(said.get("wide", "")) == "1",
        whole=str(said.get("whole", "")) == "1",
    )


def state_of(asked: Request) -> State:
    """As the address says, else as it was left; what the address says is kept for the next time."""
    given, whole, phone = asked.GET, _kept(asked.actor), is_phone(asked)
    kept = _on_phone(whole) if phone else {k: v for k, v in whole.items() if k != PHONE}
    state = state_in(
        given if "span" in given else kept, given.get("on", ""), usual="day" if phone else "week"
    )
    if "span" in given and asked.actor.user_id is not None:
        left = {
            "span": state.span,
            "who": state.who,
            "off": ",".join(sorted(state.off)),
            "wide": "1" if state.wide else "",
            "whole": "1" if state.whole else "",
        }
        if left != kept:
            both = (
                {**whole, PHONE: left}
                if phone
                else {**left, **({PHONE: whole[PHONE]} if PHONE in whole else {})}
            )
            CalendarHabit.objects.update_or_create(user_id=asked.actor.user_id, defaults={"state": both})
    return state


def is_phone(asked: Request) -> bool:
    """Whether a browser runs on a phone, or its window is as narrow: there the calendar is looked at otherwise than at a desk."""
    said = asked.headers
    if asked.COOKIES.get(NARROW) == "1":
        return True
    return said.get("Sec-CH-UA-Mobile") == "?1" or "Mobi" in said.get("User-Agent", "")


def _on_phone(whole: Mapping[str, Any]) -> dict[str, Any]:
    """What was left on the phone; before that whose calendar and which kinds as elsewhere, of a day."""
    kept = whole.get(PHONE)
    return dict(kept) if isinstance(kept, dict) else {k: whole[k] for k in ("who", "off") if k in whole}


def _kept(actor: Actor) -> dict[str, Any]:
    found = CalendarHabit.objects.filter(user_id=actor.user_id or 0).values_list("state", flat=True).first()
    return dict(found or {})


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return max(FAR[0], min(day, FAR[1]))


def _who(text: str) -> str:
    if text in {"me", "team"}:
        return text
    numbers = [n for piece in text.split(",")[:MOST_PEOPLE] if (n := number(piece)) is not None]
    return ",".join(map(str, dict.fromkeys(numbers))) or "me"


def people_of(actor: Actor, state: State) -> list[tuple[int, str]]:
    """Whose calendars are shown, the reader first: (number, name)."""
    me = actor.user_id or 0
    if state.who == "me" and state.span != "team":
        return [(me, actor.name)]
    users = User.objects.filter(is_active=True)
    if state.who in {"me", "team"}:
        teams = actor.tree_ids or ((actor.team_id,) if actor.team_id else ())
        if teams or not actor.is_admin:  # an administrator of no team has the whole company before them
            users = users.filter(team_id__in=teams)
    else:
        users = users.filter(pk__in=[int(n) for n in state.who.split(",")])
    found = list(users.order_by("name", "pk").values_list("pk", "name")[:MOST_PEOPLE])
    if state.who in {"me", "team"} and all(pk != me for pk, _name in found):
        found.append((me, actor.name))
    return sorted(found, key=lambda each: each[0] != me) or [(me, actor.name)]
