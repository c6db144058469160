"""What the history of a record says about its sharing."""

import datetime as dt
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.history.read import Entry
from klientura.kernel.objects.shape import Shape
from klientura.kit.formats import Language, format_date

# A share whose term is over has ended then, whether or not anybody has closed its row yet.
_SHARES = sql.SQL(
    "select s.at, s.by_id, b.name, least(s.ended_at, case when t.ends_at <= %s then t.ends_at end), s.ended_by_id, e.name,"
    " s.user_id, s.team_id, coalesce(u.name, g.name, ''), s.level, s.until, s.operation_id, s.ended_operation_id"
    " from kernel_share s join {table} r on r.id = s.record_id and s.at >= r.created_at"
    " left join access_user b on b.id = s.by_id left join access_user e on e.id = s.ended_by_id"
    " left join access_user u on u.id = s.user_id left join access_team g on g.id = s.team_id"
    " left join access_share_term t on t.id = s.term_id where s.object = %s and s.record_id = %s order by s.id"
)


def notes_of(
    actor: Actor, shape: Shape, record_id: int, since: dt.datetime | None, until: dt.datetime | None
) -> list[Entry]:
    """Entries of the history of a record about who was let in and who no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SHARES.format(table=sql.Identifier(shape.table)), [timezone.now(), shape.base, record_id]
        )
        rows = cursor.fetchall()
    begun = {(r[6], r[7], r[0]) for r in rows}
    ended = {(r[6], r[7], r[3]) for r in rows if r[3] is not None}
    found: list[Entry] = []
    for (
        at,
        by_id,
        by,
        ended_at,
        ended_by_id,
        ended_by,
        user_id,
        team_id,
        name,
        level,
        last,
        began,
        closed,
    ) in rows:
        told: list[tuple[Any, ...]] = [
            (at, by_id, by, began, _let_in(name, level, last, anew=(user_id, team_id, at) in ended))
        ]
        if ended_at is not None and (user_id, team_id, ended_at) not in begun:
            text = _("withdrew the access of {name}") if ended_by_id else _("the access of {name} ended")
            told.append((ended_at, ended_by_id, ended_by, closed, text.format(name=name)))
        for moment, who, called, operation_id, said in told:
            if not (since and moment < since) and not (until and moment >= until):
                found.append(
                    Entry(0, "share", moment, who, called or "", operation_id, None, None, (), None, said)
                )
    return sorted(found, key=lambda e: e.at, reverse=True)


def _let_in(name: str, level: str, last: dt.date | None, *, anew: bool) -> str:
    texts = {
        ("read", False): _("opened this to {name} for reading"),
        ("edit", False): _("opened this to {name} for changing"),
        ("read", True): _("changed the access of {name}: reading only"),
        ("edit", True): _("changed the access of {name}: may change"),
    }
    text = texts[level, anew].format(name=name)
    return text if last is None else text + " " + _("until {date}").format(date=format_date(last, _lang()))


def _lang() -> Language:
    return "en" if (get_language() or "ru").startswith("en") else "ru"
