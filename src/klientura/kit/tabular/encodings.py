"""Which encoding a text file has: marks at its start, then UTF-8, then the likeliest Cyrillic code page."""

import codecs
import re
from itertools import pairwise
from pathlib import Path

from klientura.kit.tabular.model import TableProblem

SAMPLE_BYTES = 128 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODE_PAGES = ("cp1251", "cp866", "koi8-r")
_COMMON_PAIRS = frozenset(
    pair
    for pairs in (
        "ст но то на ен ов ни ра во ко ро пр ал ер ел ор ос го ва ол ин ли по не та ан ес ре ла од ка ат от",
        "те из ит ны ар ет ом ил ри ви ев тр де ки ым ий ая ча ру ул ле ск че ич вн ма ми мо ди до да за со",
        "се са си бо бе бр ме ир ис об ог ой он оо пе сл сп тв ти уд ус ши ье яв ян",
    )
    for pair in pairs.split()
)
_LETTER = re.compile(r"[А-Яа-яЁё]")
_NOT_TEXT = re.compile(r"[\x01-\x08\x0e-\x19\x1b-\x1f\x7f]")


def sample_of(path: Path) -> list[bytes]:
    """Return the head of the file and, of a long one, pieces of its middle and its end."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        pieces = [stream.read(SAMPLE_BYTES)]
        for place in (size // 2, size - SAMPLE_BYTES // 2):
            if place > SAMPLE_BYTES:
                stream.seek(place)
                pieces.append(stream.read(SAMPLE_BYTES // 2))
    return pieces


def detect_encoding(pieces: list[bytes]) -> tuple[str, bool]:
    """Return the name of the encoding and whether it is certain. Raises TableProblem (binary)."""
    head = pieces[0]
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, True
    if wide := _wide_encoding(head):
        return wide, True
    if head.count(0) > len(head) // 10:
        raise TableProblem("binary")
    if all(_is_utf8(piece) for piece in pieces):
        _refuse_binary(head.decode("utf-8", "replace"))
        return "utf-8", True
    scores = {name: _cyrillic_score(b"\n".join(pieces), name) for name in _CODE_PAGES}
    best = max(scores, key=lambda name: scores[name])
    _refuse_binary(head.decode(best, "replace"))
    others = max(score for name, score in scores.items() if name != best)
    return best, scores[best] > 0.2 and scores[best] > others + 0.1


def _wide_encoding(head: bytes) -> str | None:
    """Recognise UTF-16 without a mark by zeros in every second byte of the Latin text and separators."""
    even, odd = head[0:2000:2], head[1:2000:2]
    if len(odd) < 4:
        return None
    if odd.count(0) > len(odd) // 5 and not even.count(0):
        return "utf-16-le"
    if even.count(0) > len(even) // 5 and not odd.count(0):
        return "utf-16-be"
    return None


def _is_utf8(piece: bytes) -> bool:
    start = 0
    while start < 3 and start < len(piece) and 0x80 <= piece[start] < 0xC0:
        start += 1
    try:
        codecs.getincrementaldecoder("utf-8")().decode(piece[start:], final=False)
    except UnicodeDecodeError:
        return False
    return True


def _cyrillic_score(sample: bytes, encoding: str) -> float:
    """Return how Russian the text looks: the share of common pairs, less the share of oddly mixed case."""
    text = sample[: SAMPLE_BYTES // 2].decode(encoding, "replace")
    pairs = common = odd = 0
    for one, two in pairwise(text):
        if one <= "\x7f":
            continue
        if not _LETTER.match(one):
            # Line drawings and signs inside words are what a wrong code page makes of letters.
            odd += one not in "«»№—–\u00a0…“”„"
        elif _LETTER.match(two):
            pairs += 1
            common += (one + two).lower() in _COMMON_PAIRS
            odd += one.islower() and two.isupper()
    total = pairs + odd
    return (common - 2 * odd) / total if total else 0.0


def _refuse_binary(text: str) -> None:
    if len(_NOT_TEXT.findall(text[:20_000])) > max(2, len(text[:20_000]) // 200):
        raise TableProblem("binary")
