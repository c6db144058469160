"""uuid7: identifiers that sort by time and may be made anywhere (offline, in a branch)."""

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """A new RFC 9562 version 7 identifier (milliseconds, then 74 random bits)."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
