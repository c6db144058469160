"""What the writer of a letter said, without what is quoted below it and without the signature.

Programs of all makers put a line above what they quote; the patterns know those of Gmail, Yandex, Mail.ru, Outlook,
Thunderbird and Apple Mail in Russian and English. What is in doubt stays: a quote too many is read over, an answer that
was cut away is lost.
"""

import re
from typing import Final

MOST_LINES: Final = 5_000
MOST_SIGNATURE: Final = 12
MOST_HEAD: Final = 400
_MONTH: Final = r"(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[а-яa-z]*\.?"
_DATE = re.compile(
    rf"\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}\s+{_MONTH}|{_MONTH}\s+\d{{1,2}}",
    re.IGNORECASE,
)
_TIME = re.compile(r"\d{1,2}[:.]\d{2}")
_ENDS = re.compile(
    r"(?:(?:пишет|писал\(?а?\)?|написал\(?а?\)?|wrote|writes|schrieb)\s*:|<[^<>\s]+@[^<>\s]+>\s*:|\S+@\S+>?\s*:)\s*$",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"^\s*(?:-{2,}\s*(?:исходное сообщение|original message|исходное письмо|ответ на сообщение)\s*-{2,}|_{20,})\s*$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"^\s*(?:-{3,}\s*(?:пересылаемое сообщение|пересланное сообщение|перенаправленное сообщение|forwarded message)\s*-{3,}"
    r"|(?:начало переадресованного сообщения|begin forwarded message)\s*:)\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^\s*\**(?:от|from|отправитель)\s*:\**\s*\S", re.IGNORECASE)
_MORE_OF_HEAD = re.compile(
    r"^\s*\**(?:отправлено|дата|кому|тема|копия|sent|date|to|subject|cc)\s*:\**", re.IGNORECASE
)
_DASHES = re.compile(r"^(?:--|—|-- )\s*$")
_GREETING = re.compile(
    r"^\s*(?:с\s+(?:наилучшими\s+)?(?:уважением|пожеланиями|наилучшими пожеланиями)|всего\s+(?:доброго|хорошего)|best regards|kind regards|regards"
    r"|sincerely|yours)\b[\s,.!]*",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"^\s*(?:отправлено (?:с|из)\b.{0,60}|sent from\b.{0,60}|получить outlook для .{0,40}|get outlook for .{0,40})$",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """What the writer said. A letter that says nothing of its own (one passed on) is left whole."""
    lines = text.replace("\u00a0", " ").split("\n")[:MOST_LINES]
    said = _without_signature(_without_quotes(lines))
    found = "\n".join(said).strip()
    return found or text.strip()


def _without_quotes(lines: list[str]) -> list[str]:
    """Cut at the line above a quote, unless the writer answers below or between; there only the quoted lines go."""
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if _FORWARDED.match(lines[at]):
            return kept if any(line.strip() for line in kept) else lines
        length = _quote_begins(lines, at)
        if length:
            after = lines[at + length :]
            if not _is_marked(after):
                return kept  # Outlook quotes without a mark: all that follows is old
            at += length
            continue
        if not lines[at].lstrip().startswith(">"):
            kept.append(lines[at])
        at += 1
    return kept


def _is_marked(after: list[str]) -> bool:
    """Whether what follows is quoted line by line, so that an answer below it can be told apart."""
    first = next((line for line in after if line.strip()), "")
    return first.lstrip().startswith(">")


def _quote_begins(lines: list[str], at: int) -> int:
    """How many lines the head of a quote takes here; 0: it is none."""
    if _SEPARATOR.match(lines[at]):
        return 1 if not lines[at].strip().startswith("_") or _is_head(lines, at + 1) else 0
    if _is_head(lines, at):
        return 1
    bare = lines[at].lstrip("> ").strip()
    if not bare:
        return 0
    if len(bare) > MOST_HEAD or not _DATE.search(bare) or not _begins_as_head(bare):
        return 0
    for length in (1, 2, 3):  # programs wrap long heads
        pieces = [line.lstrip("> ").strip() for line in lines[at : at + length]]
        joined = " ".join(pieces)
        if len(joined) > MOST_HEAD or not pieces[-1]:
            break
        told = joined.endswith(":") and _TIME.search(joined)
        if told and (_ENDS.search(joined) or _is_marked(lines[at + length : at + length + 3])):
            return length
    return 0


def _begins_as_head(joined: str) -> bool:
    """A head tells the moment first («On…», a weekday, a date), or the writer («Иван <…> писал(а) …»)."""
    first = _DATE.search(joined)
    return first is not None and (first.start() < 25 or "@" in joined[: first.start()])


def _is_head(lines: list[str], at: int) -> bool:
    """«От: … Отправлено: … Кому: … Тема: …», as Outlook writes it."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    if at >= len(lines) or not _FROM.match(lines[at]):
        return False
    return sum(bool(_MORE_OF_HEAD.match(line)) for line in lines[at + 1 : at + 7]) >= 2


def _without_signature(lines: list[str]) -> list[str]:
    """Without what stands below «-- », and without a short farewell at the very end."""
    for at, line in enumerate(lines):
        if (
            _DASHES.match(line)
            and len(lines) - at <= MOST_SIGNATURE * 2
            and any(x.strip() for x in lines[:at])
        ):
            lines = lines[:at]
            break
    while lines and (not lines[-1].strip() or _DEVICE.match(lines[-1])):
        lines = lines[:-1]
    filled = [at for at, line in enumerate(lines) if line.strip()]
    for at in filled[-MOST_SIGNATURE:]:
        if (
            _GREETING.match(lines[at])
            and at != filled[0]
            and all(len(lines[x]) < 120 for x in filled if x > at)
        ):
            return lines[:at]
    return lines
