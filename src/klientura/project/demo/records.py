"""Records of the demo as they are copied into their tables: a table, its columns, rows."""

import datetime as dt
import secrets
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from klientura.project.demo.team import Owner

type Row = dict[str, Any]

HEADER = (
    "id", "uid", "owner_id", "team_id", "created_at", "created_by_id", "updated_at", "updated_by_id", "version", "operation_id",
    "title", "search_text",
)  # fmt: skip
COLUMNS: dict[str, tuple[str, ...]] = {
    "party": (
        *HEADER, "kind", "roles", "status", "importance", "is_active", "phone", "email", "city", "place", "source", "first_contact_on",
        "last_contact_at", "next_step_at", "note", "name", "full_name", "legal_form", "inn", "kpp", "ogrn", "industry", "funding",
        "website", "turnover", "employees", "primary_contact_id", "last_name", "first_name", "middle_name", "gender", "birthday",
        "employer_id", "position", "decision_role",
    ),
    "contact_point": ("position", "party_id", "kind", "value", "uncertain", "undeliverable", "search_text"),
    "party_address": ("position", "party_id", "kind", "region", "city", "street"),
    "opportunity": (
        *HEADER, "name", "party_id", "person_id", "pipeline_id", "stage_id", "status", "amount", "currency", "probability",
        "close_date", "source", "tax_mode", "stage_changed_at", "closed_at", "loss_reason", "loss_note", "next_step_at",
    ),
    "interaction": (
        *HEADER, "subject_object", "subject_id", "kind", "direction", "subject", "body", "outcome", "pinned", "result", "at", "minutes", "party_id",
        "person_id",
    ),
    "task": (
        *HEADER, "subject_object", "subject_id", "name", "kind", "due_at", "important", "repeat_after", "status", "done_at", "result", "party_id",
    ),
}  # fmt: skip


def header(
    record_id: int,
    owner: Owner,
    created: dt.datetime,
    operation_id: int,
    changed: dt.datetime | None = None,
) -> Row:
    """The header of a record; title and search text are filled by triggers."""
    stamp = int(created.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62
    return {
        "id": record_id, "uid": uuid.UUID(int=stamp | secrets.randbits(12) << 64 | secrets.randbits(62)), "owner_id": owner.user_id,
        "team_id": owner.team_id, "created_at": created, "created_by_id": owner.user_id, "updated_at": changed or created,
        "updated_by_id": owner.user_id, "version": 1, "operation_id": operation_id, "title": "", "search_text": "",
    }  # fmt: skip


def copy(table: str, rows: Iterable[Row]) -> int:
    """Copy rows into a table and return their number; what a row does not name is empty."""
    columns = COLUMNS[table]
    text = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    number = 0
    with connection.cursor() as cursor, cursor.copy(text) as stream:
        for row in rows:
            stream.write_row([row.get(c) for c in columns])
            number += 1
    return number


def points(party_id: int, found: Sequence[tuple[str, str]]) -> list[Row]:
    """Contact points of a party from (kind, value) pairs."""
    return [
        {
            "position": place,
            "party_id": party_id,
            "kind": kind,
            "value": value,
            "uncertain": False,
            "undeliverable": False,
            "search_text": "",
        }
        for place, (kind, value) in enumerate(found)
    ]
