"""What a file really is, by its first bytes and not by what somebody says; and a name that does no harm."""

import re
import unicodedata
from typing import Final

HEAD: Final = 4096
"""So many first bytes tell what a file is."""
MOST_NAME: Final = 180
PLAIN: Final = "text/plain"
UNKNOWN: Final = "application/octet-stream"
# The first bytes, where they stand, and what they say.
_MARKS: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"BM", "image/bmp"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"\x7fELF", "application/x-executable"),
)
# What a ZIP holds first tells which of the formats made of it it is.
_IN_ZIP: Final[tuple[tuple[bytes, str], ...]] = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"),
    (b"application/epub+zip", "application/epub+zip"),
)
SHOWN_IN_PLACE: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"})
"""What a browser may show by itself; everything else is only given to be saved."""
IMAGES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_UNSAFE: Final = re.compile(r'[\\/:*?"<>|\s]+')


def kind_of(head: bytes) -> str:
    """The media type that the first bytes of a file tell. Text with markup in it is text: it is never to be run."""
    for at, mark, kind in _MARKS:
        if head[at : at + len(mark)] == mark:
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[:2] == b"PK":
        return next((kind for sign, kind in _IN_ZIP if sign in head), "application/zip")
    return PLAIN if _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return head[:2] in {b"\xff\xfe", b"\xfe\xff"}
    return not any(byte < 9 or (13 < byte < 32 and byte != 27) for byte in head)


def safe_name(name: str) -> str:
    """The name of a file without paths, without signs that are invisible or mean something to a system, and not too long."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(c for c in name if c.isspace() or unicodedata.category(c)[0] != "C")
    name = _UNSAFE.sub(" ", visible).strip().strip(".").strip()
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    if len(name) > MOST_NAME:
        stem, dot, ending = name.rpartition(".")
        tail = f".{ending}" if dot and len(ending) <= 10 else ""
        name = (stem if tail else name)[: MOST_NAME - len(tail)].rstrip() + tail
    return name or "file"
