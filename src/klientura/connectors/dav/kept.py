"""Names, texts and tokens of other machines: rows of this room, by a few statements over sets."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from django.db import connection
from psycopg import sql

from klientura.connectors.dav.models import DavKnown, DavName
from klientura.kernel.errors import Denied
from klientura.kernel.objects.registry import shape_of

MOST_TEXT: Final = 256 * 1024
KEPT_TOKENS: Final = 20
"""So many machines of one user may lag behind at once."""


def names_of(user_id: int, object_key: str, record_ids: Collection[int]) -> dict[int, DavName]:
    """What some records are called by the machines of a user, by their numbers; without the texts."""
    found = DavName.objects.filter(user_id=user_id, object=object_key, record_id__in=record_ids).defer("text")
    return {row.record_id: row for row in found}


def texts_of(user_id: int, object_key: str, record_ids: Collection[int]) -> dict[int, str]:
    """What the machines of a user sent of some records."""
    found = DavName.objects.filter(user_id=user_id, object=object_key, record_id__in=record_ids)
    return dict(found.values_list("record_id", "text"))


def called(user_id: int, object_key: str, record_id: int, name: str, uid: str, text: str) -> DavName:
    """Note what a machine calls a record and sent of it. Raises Denied for a name that is another record's."""
    mine = DavName.objects.filter(user_id=user_id, object=object_key)
    other = mine.filter(name=name).exclude(record_id=record_id).first()
    if other is not None:
        if _is_live(object_key, other.record_id):
            raise Denied
        other.delete()  # what bore the name is in the trash; should it come back, it is called by its own number
    if _is_own_name(object_key, record_id, name):
        raise Denied
    known = mine.filter(record_id=record_id).first()
    row = known or DavName(user_id=user_id, object=object_key, record_id=record_id, uid=uid, revision=0)
    row.name, row.revision, row.hidden = name, row.revision + 1, ""
    row.text = text if len(text) <= MOST_TEXT else ""
    row.save()
    return row


def let_go(user_id: int, object_key: str, record_id: int, name: str, mark: str) -> None:
    """A machine has deleted its resource: the name is free again. With a mark the record stays here, unlisted while it is so."""
    mine = DavName.objects.filter(user_id=user_id, object=object_key, record_id=record_id)
    mine.delete()
    if mark:
        DavName.objects.create(
            user_id=user_id,
            object=object_key,
            record_id=record_id,
            name=f"{record_id}-{mark}",
            uid=name,
            hidden=mark,
        )


def _is_live(object_key: str, record_id: int) -> bool:
    text = sql.SQL("select exists (select from {} where id = %s and deleted_at is null)")
    with connection.cursor() as cursor:
        cursor.execute(text.format(sql.Identifier(shape_of(object_key).table)), [record_id])
        return bool(cursor.fetchone()[0])


def _is_own_name(object_key: str, record_id: int, name: str) -> bool:
    """Whether a name is what another record is called until some machine says otherwise."""
    try:
        uid = UUID(name.rsplit(".", 1)[0])
    except ValueError:
        return False
    text = sql.SQL("select exists (select from {} where uid = %s and id <> %s)")
    with connection.cursor() as cursor:
        cursor.execute(text.format(sql.Identifier(shape_of(object_key).table)), [uid, record_id])
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
