"""The first step of a search: every record, or every changed one, as a face with its keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction
from psycopg import sql

from klientura.kernel.dedup.models import Scan, ScannedFace
from klientura.kernel.dedup.reading import SYSTEM, faces_after
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.compiler import conditions
from klientura.kit.matching.face import Face
from klientura.kit.matching.keys import keys


def read_all(handle: JobHandle, shape: Shape, scan: Scan, state: dict[str, Any]) -> bool:
    """Bring the faces up to date from where `state` stands; False when somebody asked to stop."""
    since = datetime.fromisoformat(state["since"]) if state["since"] else None
    total = _live(shape) if since is None else 0
    if since is None and not state["last"]:
        _forget(scan)
    while True:
        handle.progress(state["done"], total * 2)  # the other half of the work is the comparison
        if handle.cancelled():
            return False
        found = faces_after(shape, state["last"], since)
        if not found:
            break
        with transaction.atomic():
            _write(scan, found)
            state.update(last=found[-1][0], done=state["done"] + len(found))
            handle.checkpoint(state)
    if since is not None:
        _drop_gone(shape, scan)
    with connection.cursor() as cursor:
        cursor.execute("analyze kernel_duplicate_face")
    return True


def dumped(face: Face) -> str:
    """A face as it is stored."""
    return orjson.dumps(tuple(face)).decode()


def loaded(text: str) -> Face:
    """A stored face. A list in it is one of its tuples."""
    return Face._make(tuple(v) if type(v) is list else v for v in orjson.loads(text))


def count(scan: Scan) -> int:
    """How many records have a face."""
    return ScannedFace.objects.filter(scan_id=scan.pk).count()


def _live(shape: Shape) -> int:
    where = conditions(SYSTEM, shape)
    with connection.cursor() as cursor:
        text = sql.SQL("select count(*) from {} r where {}").format(sql.Identifier(shape.table), where.sql)
        cursor.execute(text, where.params)
        return int(cursor.fetchone()[0])


def _forget(scan: Scan) -> None:
    ScannedFace.objects.filter(scan_id=scan.pk).delete()


def _write(scan: Scan, found: Sequence[tuple[int, Face]]) -> None:
    with connection.cursor() as cursor:
        ids = [record_id for record_id, _face in found]
        cursor.execute(
            "delete from kernel_duplicate_face where scan_id = %s and record_id = any(%s)", [scan.pk, ids]
        )
        with cursor.copy(
            "copy kernel_duplicate_face (scan_id, record_id, round, face, keys) from stdin"
        ) as copy:
            for record_id, face in found:
                copy.write_row((scan.pk, record_id, scan.round, dumped(face), list(keys(face))))


def _drop_gone(shape: Shape, scan: Scan) -> None:
    """Faces of records that lie in the trash or are no more."""
    where = conditions(SYSTEM, shape)
    text = sql.SQL(
        "delete from kernel_duplicate_face f where f.scan_id = %s"
        " and not exists (select 1 from {} r where r.id = f.record_id and {})"
    ).format(sql.Identifier(shape.table), where.sql)
    with connection.cursor() as cursor:
        cursor.execute(text, [scan.pk, *where.params])
