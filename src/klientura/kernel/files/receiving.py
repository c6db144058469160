"""Keeping many files at once that the product itself was given, such as letters and what is attached to them."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from django.utils import timezone

from klientura.kernel.files.keeping import hold_bytes, is_there
from klientura.kernel.files.models import KeptFile
from klientura.kernel.files.storage import PIECE, storage
from klientura.kit.file_kinds import HEAD, kind_of, safe_name

MOST_BYTES = 256 * 1024 * 1024


def receive(brought: Sequence[tuple[str, bytes | BinaryIO]]) -> list[int]:
    """Keep files under their names, held from the beginning, and return their numbers. Call it within the transaction
    that writes whatever holds them. Raises TooLong."""
    store = storage()
    put = [store.put(_pieces(content), most=MOST_BYTES) for _name, content in brought]
    hold_bytes(*(sha256 for sha256, _size in put))
    now = timezone.now()
    rows = []
    for (name, content), (sha256, size) in zip(brought, put, strict=True):
        head = _head(content)
        if not is_there(sha256):
            store.put(_pieces(content), most=MOST_BYTES)
        rows.append(
            KeptFile(
                sha256=sha256,
                name=safe_name(name),
                size=size,
                type=kind_of(head) if head else "",
                claimed_at=now,
            )
        )
    return [row.pk for row in KeptFile.objects.bulk_create(rows, batch_size=1000)]


def _pieces(content: bytes | BinaryIO) -> Iterable[bytes]:
    if isinstance(content, bytes):
        return [content]
    content.seek(0)
    return iter(lambda: content.read(PIECE), b"")


def _head(content: bytes | BinaryIO) -> bytes:
    if isinstance(content, bytes):
        return content[:HEAD]
    content.seek(0)
    return content.read(HEAD)
