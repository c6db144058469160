"""Deleting files that no record holds: drafts after a day, others when nothing can bring them back any more."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg import sql

from klientura.kernel.files.holders import holders
from klientura.kernel.files.keeping import hold_bytes
from klientura.kernel.files.models import KeptFile
from klientura.kernel.files.storage import storage
from klientura.kernel.objects.registry import all_shapes

DRAFTS_KEPT = dt.timedelta(days=1)
UNHELD_KEPT = dt.timedelta(days=90)
"""So long after a record let go of a file its change can be taken back whole."""
BATCH = 500


def sweep(now: dt.datetime | None = None) -> int:
    """Delete what nobody holds or will hold; return how many files went."""
    moment = now or timezone.now()
    _mark(moment)
    gone = 0
    while found := _due(moment):
        for number, sha256 in found:
            _delete(number, sha256)
        gone += len(found)
    return gone


def _mark(moment: dt.datetime) -> None:
    """Note since when no record holds a file, live or in the trash; one that is held again is held."""
    held = [
        sql.SQL("select unnest({}) from {}").format(sql.Identifier(column), sql.Identifier(table))
        for table, column in _columns()
    ]
    held += [
        sql.SQL("select {} from {}").format(sql.Identifier(column), sql.Identifier(table))
        for table, column in sorted(holders())
    ]
    everything = sql.SQL(" union ").join(held) if held else sql.SQL("select null::bigint where false")
    text = sql.SQL(
        "with held(id) as ({}) update kernel_file f set unheld_since ="
        " case when exists (select 1 from held h where h.id = f.id) then null else coalesce(f.unheld_since, %s) end"
        " where f.claimed_at is not null and (f.unheld_since is null) <> exists (select 1 from held h where h.id = f.id)"
    ).format(everything)
    with connection.cursor() as cursor:
        cursor.execute(text, [moment])


def _columns() -> list[tuple[str, str]]:
    """The columns that hold files, those of removed fields too: they can be put back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select 'added_' || o.id, 'x_' || f.id, f.object from kernel_added_field f"
            " left join kernel_added_object o on o.key = f.object where f.type = 'file'"
        )
        added = cursor.fetchall()
    shapes = all_shapes()
    found = {(table or shapes[key].table, column) for table, column, key in added if table or key in shapes}
    found |= {(s.table, f.column) for s in shapes.values() for f in s.fields.values() if f.type.key == "file"}
    return sorted(found)


def _due(moment: dt.datetime) -> list[tuple[int, str]]:
    drafts = KeptFile.objects.filter(claimed_at=None, created_at__lt=moment - DRAFTS_KEPT)
    unheld = KeptFile.objects.filter(unheld_since__lt=moment - UNHELD_KEPT)
    rows = (drafts | unheld).order_by("pk").values_list("pk", "sha256")[:BATCH]
    return list(rows)


def _delete(number: int, sha256: str) -> None:
    """Delete one file, and its bytes when they are no other file's."""
    with transaction.atomic():
        hold_bytes(sha256)
        # One that a record has claimed in the meantime stays.
        KeptFile.objects.filter(pk=number).filter(Q(claimed_at=None) | Q(unheld_since__isnull=False)).delete()
        if not KeptFile.objects.filter(sha256=sha256).exists():
            storage().forget(sha256)
