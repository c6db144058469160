"""Reading and changing the installation's row."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone
from psycopg import sql

from klientura.kernel.settings.models import Installation
from klientura.kernel.statements import cursor_for_repeated


@dataclass(frozen=True, slots=True)
class Current:
    """The installation as one request sees it."""

    company: str
    language: str
    time_zone: str
    currency: str
    area_code: str
    map_tiles: str
    map_credit: str
    set_up_at: datetime | None
    access_version: int
    schema_version: int


COLUMNS = tuple(field.name for field in fields(Current))
_READ = (
    sql.SQL("select {} from kernel_installation where id = 1")
    .format(sql.SQL(", ").join(map(sql.Identifier, COLUMNS)))
    .as_string(None)
)


def current() -> Current:
    """Read the installation (one indexed row; nothing is cached, so that every process sees a change at once)."""
    with cursor_for_repeated() as cursor:
        cursor.execute(_READ)
        row = cursor.fetchone()
    if row is None:
        Installation.objects.get_or_create(id=1)
        return current()
    return Current(*row)


def change(**values: Any) -> None:
    """Change settings of the installation."""
    Installation.objects.update_or_create(id=1, defaults=values)


def mark_set_up() -> None:
    """Close the first-run wizard for good."""
    change(set_up_at=timezone.now())


def rights_changed() -> None:
    """Tell every process that roles, teams or users' rights are other than they were."""
    Installation.objects.filter(id=1).update(access_version=F("access_version") + 1)


def schema_changed() -> None:
    """Tell every process that there are other fields or kinds of record, and so other rights."""
    Installation.objects.filter(id=1).update(
        schema_version=F("schema_version") + 1, access_version=F("access_version") + 1
    )
