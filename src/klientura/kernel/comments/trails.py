"""What the history of a record says of the comments on it."""

import datetime as dt

from django.db import connection
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.history.read import Entry
from klientura.kernel.objects.shape import Shape

MOST = 200
"""Comments that one page of the history tells of."""
QUOTED = 200


def notes_of(
    actor: Actor, shape: Shape, record_id: int, since: dt.datetime | None, until: dt.datetime | None
) -> list[Entry]:
    """Entries of the history about what was said, and that something was taken away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.at, c.author_id, a.name, left(c.text, %s), length(c.text) > %s, c.deleted_at, c.deleted_by_id, d.name"
            " from kernel_comment c left join access_user a on a.id = c.author_id"
            " left join access_user d on d.id = c.deleted_by_id where c.object = %s and c.record_id = %s"
            " and (%s::timestamptz is null or c.at >= %s or c.deleted_at >= %s) and (%s::timestamptz is null or c.at < %s)"
            " order by c.id desc limit %s",
            [QUOTED, QUOTED, shape.base, record_id, since, since, since, until, until, MOST],
        )
        rows = cursor.fetchall()
    found: list[Entry] = []
    for at, author_id, author, text, cut, deleted_at, deleter_id, deleter in rows:
        said = _("commented: “{text}”").format(text=text + ("…" if cut else "")) if text else _("commented")
        told = [(at, author_id, author, said)]
        if deleted_at is not None:
            told.append((deleted_at, deleter_id, deleter, _("deleted a comment")))
        for moment, who, called, words in told:
            if not (since and moment < since) and not (until and moment >= until):
                found.append(
                    Entry(0, "comment", moment, who, called or "", None, None, None, (), None, words)
                )
    return sorted(found, key=lambda e: e.at, reverse=True)
