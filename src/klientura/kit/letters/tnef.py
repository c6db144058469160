"""winmail.dat, in which Outlook hides the files of a letter: a stream of attributes, of which a few matter here."""

import struct
from dataclasses import dataclass
from typing import Final

from klientura.kit.letters.words import decoded

SIGNATURE: Final = 0x223E9F78
BEGINS, TITLE, DATA, PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_LONG_NAME: Final = 0x3707
_UNICODE, _STRING8 = 0x1F, 0x1E
_FIXED: Final = {0x2: 4, 0x3: 4, 0x4: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}


@dataclass(slots=True)
class Hidden:
    """A file of a winmail.dat."""

    name: str = ""
    data: bytes = b""


def hidden_files(raw: bytes) -> list[Hidden]:
    """The files of a winmail.dat; of a broken one those that can be read."""
    if len(raw) < 6 or struct.unpack_from("<I", raw)[0] != SIGNATURE:
        return []
    found: list[Hidden] = []
    at = 6
    while at + 9 <= len(raw):
        _level, name, _kind, length = struct.unpack_from("<BHHI", raw, at)
        at += 9
        value = raw[at : at + length]
        if len(value) < length:
            break
        at += length + 2
        if name == BEGINS:
            found.append(Hidden())
        elif found and name == TITLE:
            found[-1].name = found[-1].name or decoded(value.rstrip(b"\x00"))
        elif found and name == DATA:
            found[-1].data = value
        elif found and name == PROPERTIES:
            found[-1].name = _long_name(value) or found[-1].name
    return [each for each in found if each.data]


def _long_name(raw: bytes) -> str:
    """The long name among the properties of a file; empty when it cannot be found."""
    try:
        return _walked(raw)
    except (struct.error, IndexError):
        return ""


def _walked(raw: bytes) -> str:
    (count,) = struct.unpack_from("<I", raw)
    at = 4
    for _number in range(min(count, 500)):
        kind, key = struct.unpack_from("<HH", raw, at)
        at += 4
        if key >= 0x8000:  # a property with a name: a guid, and a number or a text
            (named,) = struct.unpack_from("<I", raw, at + 16)
            at += 24
            if named:
                (length,) = struct.unpack_from("<I", raw, at - 4)
                at += _padded(length)
        many, kind = kind & 0x1000, kind & 0x0FFF
        values = 1
        if many or kind in {_UNICODE, _STRING8, 0xD, 0x102}:
            (values,) = struct.unpack_from("<I", raw, at)
            at += 4
        for _value in range(min(values, 1000)):
            if kind in _FIXED:
                at += _FIXED[kind]
                continue
            (length,) = struct.unpack_from("<I", raw, at)
            text = raw[at + 4 : at + 4 + length]
            at += 4 + _padded(length)
            if key == _LONG_NAME and kind in {_UNICODE, _STRING8}:
                name = text.decode("utf-16-le", "replace") if kind == _UNICODE else decoded(text)
                return name.rstrip("\x00").replace("\x00", "")
    return ""


def _padded(length: int) -> int:
    return (length + 3) & ~3
