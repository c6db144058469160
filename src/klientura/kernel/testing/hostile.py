"""What a hostile, broken or careless program may send in place of a value."""

from typing import Any

TEXTS: tuple[str, ...] = (
    "\x00", "a\x00b", "\u202eтекст\u202c", "😀" * 40, "e\u0301" * 50, "\ufeffтекст", "а" * 300, "x" * 5000, " ", "\u00a0", "\t", "\r\n",
    "строка\nстрока", "\x1b[31m", "\u2028", "\U0010ffff", "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "' or 1=1 --", '"; drop table party; --',
    "%s%s%n", "../../etc/passwd", "=cmd|'/c calc'!A1", "31.02.2025", "2025-02-30", "0000-00-00", "99999-01-01", "-0001-01-01", "1e400", "-1e400",
    "NaN", "Infinity", "-0", "0x10", "1_000", "١٢٣", "9" * 40, "-" + "9" * 40, "1,2,3", "1.2.3", "true", "null", "undefined", "http://",
    "javascript:alert(1)",
    "a@b", "@", "a" * 250 + "@example.org", "+", "+7" + "0" * 70,
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    0, -1, 1, 2**31, -(2**31) - 1, 2**63, -(2**63) - 1, 10**40, 1.5, -0.0, 1e300, True, False, [], [[]], [None], ["нет такого"], [1, 2],
    ["client", "client"], {}, {"id": 1}, {"id": None}, {"id": "1; drop"}, {"a": {"b": []}}, ["x"] * 300,
)  # fmt: skip
# What JSON cannot say but bodies do: each is a whole value of the body as bytes.
RAW: tuple[bytes, ...] = (
    b"NaN", b"Infinity", b"1e400", b"-1e400", b"1e-400", b'"\\ud800"', b'"\xff\xfe"', b'"\xed\xa0\x80"', b"01", b"'x'", b"{",
    b"[" * 5000, b"1" * 5000,
)  # fmt: skip
EXPENSIVE: tuple[str, ...] = ("я" * 5_000_000, "(" * 1_000_000)
