"""Reports of work with clients: what a report is, and which there are. Modules above register further ones."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import User
from klientura.kernel.errors import Text
from klientura.kernel.store.filters import Tree


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is made of: a stretch of days (the last one included) and a number of days without contact."""

    first: dt.datetime
    after: dt.datetime
    days: int
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a report; it opens its rows where it has an object and a filter."""

    value: int | None
    object: str = ""
    tree: Tree | None = None
    text: str = ""  # how it is told, when not as a number


@dataclass(frozen=True, slots=True)
class Line:
    """One person (or nobody), or all together."""

    label: str
    cells: tuple[Cell, ...]
    total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report."""

    title: Text
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report. `tables` answers None where the reader may not ask; `by_period` and `by_days` say what it depends on.

    `ahead`: its rows lie in the days to come as well, as what is due does: its periods end with the month, not with today.
    `why_empty` says what would stand there.
    """

    key: str
    label: Text
    tables: Callable[[Actor, Asked], list[Table] | None]
    by_period: bool = False
    by_days: bool = False
    ahead: bool = False
    why_empty: Text = ""


_reports: dict[str, Report] = {}


def register_report(report: Report) -> None:
    """Put a report among the others, behind those that are known."""
    _reports.setdefault(report.key, report)


def reports() -> tuple[Report, ...]:
    """All reports in their order."""
    return tuple(_reports.values())


def names_of(user_ids: Iterable[int | None]) -> dict[int | None, str]:
    """The names of users, as lines of a report carry them."""
    wanted = [i for i in user_ids if i is not None]
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "name"))


def by_owner(owner_id: int | None) -> Tree:
    """The filter of what belongs to somebody, or to nobody."""
    if owner_id is None:
        return {"field": "owner", "op": "empty"}
    return {"field": "owner", "op": "eq", "value": owner_id}


def within(field: str, asked: Asked) -> list[Tree]:
    """The filter of a stretch of days."""
    return [
        {"field": field, "op": "gte", "value": asked.first.isoformat()},
        {"field": field, "op": "lt", "value": asked.after.isoformat()},
    ]
