"""A line of quick entry, read whole: what kind of matter, when, how long, how often, how important, and who may be meant."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from klientura.kit.entry import clocks, days, repeats
from klientura.kit.entry.findings import MOST_LETTERS, Line, Part, Role, pattern
from klientura.kit.entry.misreading import misread, read_past
from klientura.kit.entry.naming import Named, names_in
from klientura.kit.entry.orders import Order, read_order, take_order

type Kind = Literal["task", "call", "meeting"]

_CALL: Final = pattern(
    r"(?:по|пере|про|со|до|об)?звон(?:ить(?:ся)?|ю|и|ок|ка)|набрать|звоним|созвон|call(?: back)?|phone|ring"
)
_MEETING: Final = pattern(
    r"встреч[аиу]|встретить(?:ся)?|совещани[ея]|переговоры|планерк[аиу]|собрани[ея]|созвониться по видео|презентаци[яю] у"
    r"|meet(?:ing)?(?: with)?|appointment|lunch with|demo (?:with|for)"
)
_IMPORTANT: Final = pattern(
    r"срочно|очень срочно|очень важно|важно|asap|urgent(?:ly)?|important(?=[,:.!]|$)|high priority|p1"
)
_MARK: Final = pattern(r"!!?!?")
_ENDING_MARK: Final = re.compile(r"(?<=\w)!+(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a line says. `moment` is local time without a zone; `whole_day` tells that no clock time was given."""

    kind: Kind
    name: str
    moment: dt.datetime | None
    whole_day: bool
    minutes: int | None
    repeat: str | None
    important: bool
    parts: tuple[Part, ...]
    names: tuple[Named, ...]
    order: Order | None
    misread: tuple[str, ...]


def read_entry(
    text: str, now: dt.datetime, *, without: frozenset[str] = frozenset(), ordered: int = 0
) -> Entry:
    """Read a line at a local time. Roles in `without` are not looked for: their words stay in the name. Never raises.

    `ordered`: so many words of its order name a colleague, as whoever knows them has found; they are no part of the name.
    What looks like a day or a time and is none stays in the name and is told in `misread`: then the line has no such
    day, and without its day no time either.
    """
    line = Line(" ".join(text[:MOST_LETTERS].replace("\x00", " ").split()), without)
    for form in (_ENDING_MARK, _MARK, _IMPORTANT):
        line.take("important", form, lambda _m: True)
    repeats.read_repeat(line)
    read_past(line)
    clocks.read_wait(line, now)
    days.read_day(line, now.date())
    clocks.read_length(line)
    clocks.read_clock(line)
    if not line.take("kind", _CALL, lambda _m: "call"):
        line.take("kind", _MEETING, lambda _m: "meeting")
    if line.has("kind"):
        clocks.read_bare_length(line)
    order = read_order(line)
    if order is not None and 0 < ordered <= len(order.words):
        take_order(line, order, ordered)
    wrong = misread(line)
    _let_go(line, {role for role, _words in wrong})
    found = {p.role: p.value for p in line.parts}
    moment, whole_day = _moment(found, now)
    kind: Kind = found.get("kind", "task")
    name = line.rest(keep=frozenset({"kind", "past"})) or line.text
    return Entry(
        kind=kind,
        name=name[:1].upper() + name[1:],
        moment=moment,
        whole_day=whole_day,
        minutes=found.get("length"),
        repeat=found.get("repeat"),
        important=bool(found.get("important")),
        parts=tuple(sorted(line.parts, key=lambda p: (p.start, p.end))),
        names=names_in(line),
        order=order,
        misread=tuple(words for _role, words in wrong),
    )


def _let_go(line: Line, wrong: set[Role]) -> None:
    """A clock time of a day that there is not means nothing: its words go back into the name."""
    if "day" in wrong and not any(p.role in {"day", "repeat"} for p in line.parts):
        line.parts = [p for p in line.parts if p.role != "clock"]


def _moment(found: Mapping[Role, object], now: dt.datetime) -> tuple[dt.datetime | None, bool]:
    """The day and the clock together; a clock alone is today's, or tomorrow's when it has passed."""
    day, clock, rule = found.get("day"), found.get("clock"), found.get("repeat")
    if isinstance(clock, dt.datetime):
        return clock, False
    time = clock if isinstance(clock, dt.time) else None
    if not isinstance(day, dt.date):
        if rule is not None:
            day = repeats.first_day(str(rule), now.date())
            if time is not None and dt.datetime.combine(day, time) <= now:
                day = repeats.first_day(str(rule), now.date() + dt.timedelta(days=1))
        elif time is not None:
            day = now.date() + dt.timedelta(days=int(dt.datetime.combine(now.date(), time) <= now))
        else:
            return None, False
    return dt.datetime.combine(day, time or clocks.END_OF_WORK), time is None
