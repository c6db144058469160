"""Bringing files, looking them up, and letting records hold them."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import IO

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, KernelError
from klientura.kernel.fields.files import FileRef
from klientura.kernel.files.models import KeptFile
from klientura.kernel.files.storage import PIECE, TooLong, storage
from klientura.kit.file_kinds import HEAD, kind_of, safe_name

MOST_DRAFTS = 200
"""So many files may wait for a record to hold them, of one person."""


class FileTooLarge(KernelError):
    """More bytes than a file may have here."""

    status = 413
    code = "file_too_large"
    default_message = _("The file is larger than files may be here.")


def most_bytes() -> int:
    """How large a file may be."""
    return int(settings.MOST_FILE_MB) * 1024 * 1024


def bring(actor: Actor, name: str, stream: IO[bytes]) -> FileRef:
    """Keep a file as a draft of the actor's, until a record holds it. Raises FileTooLarge, BadRequest."""
    if (
        not actor.is_system
        and KeptFile.objects.filter(created_by_id=actor.user_id, claimed_at=None).count() >= MOST_DRAFTS
    ):
        raise BadRequest(
            _(
                "You have brought many files that no record holds yet. Save your records, or try again tomorrow."
            ),
            code="too_many_files",
        )
    head = stream.read(HEAD)
    if not head:
        raise BadRequest(_("The file is empty."), code="empty_file")
    rest = iter(lambda: stream.read(PIECE), b"")
    try:
        with transaction.atomic():
            sha256, size = storage().put(chain([head], rest), most=most_bytes())
            hold_bytes(sha256)
            if not is_there(sha256):
                stream.seek(0)
                storage().put(iter(lambda: stream.read(PIECE), b""), most=most_bytes())
            row = KeptFile.objects.create(
                sha256=sha256,
                name=safe_name(name),
                size=size,
                type=kind_of(head),
                created_by_id=actor.user_id,
            )
    except TooLong as long:
        raise too_large() from long
    return FileRef(row.pk, row.name, row.size, row.type, row.sha256)


def too_large() -> FileTooLarge:
    """What is answered to a file of too many bytes."""
    text = _(
        "The file is larger than %(most)s MB. Make it smaller, or keep it elsewhere and put a link here."
    )
    return FileTooLarge(text % {"most": settings.MOST_FILE_MB})


def hold_bytes(*sha256: str) -> None:
    """Take a turn over the bytes of some files until the end of the transaction: until then nobody deletes them (see `sweeping`)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended('file ' || h, 0))"
            " from (select distinct unnest(%s::text[]) h order by 1) x",
            [list(sha256)],
        )


def is_there(sha256: str) -> bool:
    """Whether the store has these bytes."""
    try:
        storage().open(sha256).close()
    except FileNotFoundError:
        return False
    return True


def looked_up(numbers: Iterable[int]) -> dict[int, FileRef]:
    """The files of some numbers; one query."""
    wanted = sorted({int(n) for n in numbers})
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("select id, name, size, type, sha256 from kernel_file where id = any(%s)", [wanted])
        return {row[0]: FileRef(*row) for row in cursor.fetchall()}


def own_drafts(actor: Actor, numbers: Iterable[int]) -> set[int]:
    """Those of some files that the actor has brought and no record holds yet; for the product itself all that are there."""
    wanted = sorted(set(numbers))
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        # Locked, so that no sweeping deletes them before the record that holds them is written.
        cursor.execute(
            "select id from kernel_file where id = any(%s) and (%s or (claimed_at is null and created_by_id = %s))"
            " order by id for update",
            [wanted, actor.is_system, actor.user_id],
        )
        return {row[0] for row in cursor.fetchall()}


def claim(numbers: Iterable[int]) -> None:
    """Note that records hold some files from now on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update kernel_file set claimed_at = coalesce(claimed_at, %s), unheld_since = null where id = any(%s)",
            [timezone.now(), sorted(set(numbers))],
        )


def shown(numbers: Iterable[int], found: Mapping[int, FileRef]) -> list[int]:
    """The files behind some numbers, in their order; a number that leads nowhere is left out."""
    return [found[n] for n in numbers if n in found]
