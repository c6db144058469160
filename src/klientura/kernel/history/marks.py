"""What stands behind changes that nobody made by hand: the rule whose run an operation was."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class RuleMark:
    """The run of a rule: its number (None: the regulation of a stage did it), the rule's name, and the user whose doing
    set it off (empty: the clock)."""

    run_id: int | None
    name: str
    user: str


def marks_of(operation_ids: Iterable[int | None]) -> Mapping[int, RuleMark]:
    """By operation: the rule that it was. One query, and none where no operation is asked about."""
    ids = sorted({i for i in operation_ids if i is not None})
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select o.id, (o.details ->> 'run')::bigint, o.details ->> 'name', coalesce(u.name, '') from kernel_operation o"
            " left join access_user u on u.id = (o.details ->> 'user')::bigint where o.id = any(%s) and o.kind in ('rule', 'expiry')",
            [ids],
        )
        return {number: RuleMark(*about) for number, *about in cursor.fetchall()}
