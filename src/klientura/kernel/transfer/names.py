"""Whether two spellings of a name may be one person's: initials, Latin letters, slips of the keyboard."""

from functools import lru_cache
from typing import Any

from rapidfuzz.fuzz import ratio

from klientura.kernel.transfer.paths import NAME_FIELDS
from klientura.kit.text import fold, transliterate_variants

SIMILAR_ENOUGH = 75


def complete_names(known: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Names that say more than the known ones: a first name for an initial, Russian letters for Latin ones."""
    if (known.get("last_name") or "я").isascii() and not (given.get("last_name") or "a").isascii():
        return {k: given[k] for k in NAME_FIELDS if given.get(k)}
    return {
        k: given[k]
        for k in NAME_FIELDS[1:]
        if _is_initial(known.get(k) or "") and given.get(k) and not _is_initial(given[k])
        and fold(given[k])[:1] == fold(known[k])[:1]
    }  # fmt: skip


def folded(fields: dict[str, Any], key: str) -> str:
    """A part of a name as it is compared."""
    return fold(fields.get(key) or "")


@lru_cache(maxsize=8192)
def _spellings(name: str) -> frozenset[str]:
    flat = fold(name)
    return frozenset({flat, *transliterate_variants(flat)}) if flat.isascii() else frozenset({flat})


def _is_initial(name: str) -> bool:
    return len(name) <= 2 and len(name.rstrip(".")) == 1


def fits(one: str | None, two: str | None) -> bool:
    """Whether a part of a name may be the same: one is missing, the initial of the other, or written in Latin letters."""
    if not one or not two:
        return True
    if _is_initial(one) or _is_initial(two):
        return bool({s[:1] for s in _spellings(one)} & {s[:1] for s in _spellings(two)})
    return bool(_spellings(one) & _spellings(two))


def same_name(known: dict[str, Any], given: dict[str, Any]) -> bool:
    """Whether two whole names may be one person's."""
    last, other = known.get("last_name"), given.get("last_name")
    if not last or not other:
        return last == other and _spell_first(known, given)
    return bool(_spellings(last) & _spellings(other)) and all(
        fits(known.get(k), given.get(k)) for k in NAME_FIELDS[1:]
    )


def _spell_first(known: dict[str, Any], given: dict[str, Any]) -> bool:
    first, other = known.get("first_name"), given.get("first_name")
    return bool(first and other and _spellings(first) & _spellings(other))


def nearly(known: dict[str, Any], given: dict[str, Any]) -> bool:
    """Whether two names differ by a slip of the keyboard."""
    pairs = [
        (one, two)
        for k in ("last_name", "first_name")
        if (one := folded(known, k)) and (two := folded(given, k)) and not fits(one, two)
    ]
    return all(ratio(one, two) >= SIMILAR_ENOUGH for one, two in pairs)
