"""Joining contacts of one party: the same number written twice is one line, and a local number is part of a full one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from klientura.kernel.transfer.cells import PHONE_KINDS
from klientura.kit.text import fold

EXTENSION = " доб. "

type Line = dict[str, Any]


def join_contacts(
    stored: Sequence[Mapping[str, Any]], given: Iterable[Mapping[str, Any]]
) -> tuple[list[Line], bool]:
    """The stored lines with the given ones that they lack; and whether that changes anything."""
    lines = [dict(line) for line in stored]
    changed = False
    for line in given:
        known = next((k for k in lines if _same(k, line)), None)
        if known is None:
            lines.append(dict(line))
            changed = True
        elif _fuller(known, line):
            known["value"], known["uncertain"] = line["value"], line.get("uncertain", False)
            changed = True
    return lines, changed


def lacks(stored: Sequence[Mapping[str, Any]], line: Mapping[str, Any]) -> bool:
    """Whether there is no contact of this sort (a telephone, an e-mail address) among the lines yet."""
    sort = _sort(line["kind"])
    return not any(_sort(known["kind"]) == sort for known in stored)


def _sort(kind: str) -> str:
    return "phone" if kind in PHONE_KINDS else kind


def _base(value: str) -> str:
    return value.partition(EXTENSION)[0]


def _same(known: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
    if _sort(known["kind"]) != _sort(line["kind"]):
        return False
    if known["kind"] not in PHONE_KINDS:
        return fold(known["value"]) == fold(line["value"])
    one, two = _base(known["value"]), _base(line["value"])
    return one == two or _is_end(known, line) or _is_end(line, known)


def _is_end(local: Mapping[str, Any], full: Mapping[str, Any]) -> bool:
    """Whether the first was written as a local number that is the end of the second."""
    digits = local.get("local") or (_digits(local["value"]) if local.get("uncertain") else "")
    return len(digits) >= 5 and not full.get("uncertain") and _digits(_base(full["value"])).endswith(digits)


def _fuller(known: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
    if known["kind"] not in PHONE_KINDS or known["value"] == line["value"]:
        return False
    if _base(known["value"]) == _base(line["value"]):
        return EXTENSION in line["value"] and EXTENSION not in known["value"]
    return bool(known.get("local") or known.get("uncertain")) and not (
        line.get("local") or line.get("uncertain")
    )


def _digits(value: str) -> str:
    return "".join(c for c in value if c.isdigit())
