"""Names, texts and tokens of other machines: rows of this room, by a few statements over sets."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Final

from django.db import connection
from psycopg import sql

from klientura.connectors.dav.models import DavKnown, DavName
from klientura.kernel.objects.registry import shape_of

MOST_TEXT: Final = 256 * 1024
KEPT_TOKENS: Final = 20
"""So many machines of one user may lag behind at once."""


def names_of(object_key: str, record_ids: Collection[int]) -> dict[int, DavName]:
    """What some records are called by machines, by their numbers; without the texts."""
    found = DavName.objects.filter(object=object_key, record_id__in=record_ids).defer("text")
    return {row.record_id: row for row in found}


def texts_of(object_key: str, record_ids: Collection[int]) -> dict[int, str]:
    """What machines sent of some records."""
    found = DavName.objects.filter(object=object_key, record_id__in=record_ids)
    return dict(found.values_list("record_id", "text"))


def called(object_key: str, record_id: int, name: str, uid: str, text: str) -> DavName | None:
    """Note what a machine calls a record and sent of it; None when another record bears the name already."""
    other = DavName.objects.filter(object=object_key, name=name).exclude(record_id=record_id).first()
    if other is not None:
        if _is_live(object_key, other.record_id):
            return None
        other.delete()  # what bore the name is in the trash; should it come back, it is called by its own number
    known = DavName.objects.filter(object=object_key, record_id=record_id).first()
    row = known or DavName(object=object_key, record_id=record_id, uid=uid[:255], revision=0)
    row.name, row.revision = name, row.revision + 1
    row.text = text if len(text) <= MOST_TEXT else ""
    row.save()
    return row


def _is_live(object_key: str, record_id: int) -> bool:
    text = sql.SQL("select exists (select from {} where id = %s and deleted_at is null)")
    with connection.cursor() as cursor:
        cursor.execute(text.format(sql.Identifier(shape_of(object_key).table)), [record_id])
        return bool(cursor.fetchone()[0])


def token_for(user_id: int, collection: str, marks: Mapping[str, str]) -> str:
    """The token under which a machine is told these marks."""
    said = json.dumps(marks, sort_keys=True)
    token = hashlib.sha256(said.encode()).hexdigest()
    DavKnown.objects.update_or_create(
        user_id=user_id, collection=collection, token=token, defaults={"marks": dict(marks)}
    )
    mine = DavKnown.objects.filter(user_id=user_id, collection=collection)
    old = list(mine.order_by("-at").values_list("pk", flat=True)[KEPT_TOKENS : KEPT_TOKENS * 2])
    if old:
        mine.filter(pk__in=old).delete()
    return token


def known_under(user_id: int, collection: str, token: str) -> dict[str, str] | None:
    """The marks that a machine was told under a token; None for one that is too old, or no token of this user's."""
    found = DavKnown.objects.filter(user_id=user_id, collection=collection, token=token).first()
    if found is None:
        return None
    found.save(update_fields=["at"])
    marks: dict[str, str] = found.marks
    return marks
