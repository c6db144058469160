"""Letters that tell when they are opened: a picture of one point and links that lead over us, and what is counted of them.

A token names the letter and the link and bears our mark; nobody can make one up, and where a link leads stands in our store
alone. What comes is counted only while everybody to whom the letter went allows it: see `queries.tracking`.
"""

import base64
import binascii
import datetime as dt
import html as markup
import re
import struct
from collections.abc import Mapping, Sequence
from email import message_from_bytes
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from klientura.modules.activities.services.opening import note_opened
from klientura.modules.conversations.models import LetterFact, Outgoing, Tracked, TrackedLink
from klientura.modules.conversations.queries.tracking import addresses_of, tracking_of, without_consent

OPENING: Final = 0
"""The number of the picture; links begin with 1."""
AGAIN: Final = dt.timedelta(minutes=5)
"""Within this time an opening is the same one: programs fetch the picture anew as a letter is scrolled."""
SAME_STEP: Final = dt.timedelta(seconds=10)
MOST_LINKS: Final = 200
LONGEST: Final = 4000
_MARK: Final = 16
_PACKED: Final = struct.Struct(">QH")
_LINK: Final = re.compile(r'(<a\b[^>]*?\bhref=")([^"]*)(")', re.IGNORECASE)
_PICTURE: Final = re.compile(r'<img\b[^>]*\bsrc="[^"]*/seen/[\w-]{20,60}\.gif"[^>]*>', re.IGNORECASE)
_OVER_US: Final = re.compile(r'(\bhref=")[^"]*/go/([\w-]{20,60})(")', re.IGNORECASE)


class Token(NamedTuple):
    """Which letter, and which of its links; the picture is number 0."""

    tracked_id: int
    position: int


def token_of(tracked_id: int, position: int) -> str:
    """The token of a link of a letter."""
    packed = _PACKED.pack(tracked_id, position)
    return base64.urlsafe_b64encode(packed + _mark(packed)).rstrip(b"=").decode()


def token_in(text: str) -> Token | None:
    """What a token names; None for one that is not ours. Asks nobody."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error):
        return None
    packed, mark = raw[: _PACKED.size], raw[_PACKED.size :]
    if len(raw) != _PACKED.size + _MARK or not constant_time_compare(mark, _mark(packed)):
        return None
    return Token(*_PACKED.unpack(packed))


def _mark(packed: bytes) -> bytes:
    key = salted_hmac("klientura tracked letter", packed, secret=settings.SECRET_KEY, algorithm="sha256")
    return key.digest()[:_MARK]


def begin_tracking(row: Outgoing, page: str) -> str:
    """The page of a letter with the picture and with links that lead over us; as it is when it may not be tracked."""
    Tracked.objects.filter(outgoing=row).delete()
    addresses = addresses_of(row)
    found = tracking_of(row.mailbox, addresses)
    if not found.on:
        return page
    tracked = Tracked.objects.create(outgoing=row, addresses=addresses)
    targets: list[str] = []

    def led(match: re.Match[str]) -> str:
        target = markup.unescape(match[2])
        if not is_web(target) or len(targets) >= MOST_LINKS:
            return match[0]
        if target not in targets:
            targets.append(target)
        token = token_of(tracked.pk, targets.index(target) + 1)
        return f"{match[1]}{markup.escape(found.site)}/go/{token}{match[3]}"

    made = _LINK.sub(led, page)
    TrackedLink.objects.bulk_create(
        TrackedLink(tracked=tracked, position=place, url=target) for place, target in enumerate(targets, 1)
    )
    source = f"{markup.escape(found.site)}/seen/{token_of(tracked.pk, OPENING)}.gif"
    return f'{made}<img src="{source}" width="1" height="1" alt="">'


def is_web(target: str) -> bool:
    """Whether an address is a page of the web, to which we may send somebody on."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and len(target) <= LONGEST
        and target.isprintable()
    )


def without_traces(page: str) -> str:
    """A page that is quoted without pictures of ours, its links leading where they did at first: a quote tells of nobody."""
    tokens = {text: token for _a, text, _b in _OVER_US.findall(page) if (token := token_in(text))}
    targets = _targets(list(tokens.values()))

    def straight(match: re.Match[str]) -> str:
        target = targets.get(tokens[match[2]]) if match[2] in tokens else None
        return f"{match[1]}{markup.escape(target)}{match[3]}" if target else match[0]

    return _PICTURE.sub("", _OVER_US.sub(straight, page) if targets else page)


def untraced(raw: bytes) -> bytes:
    """A letter as its sender keeps it: who opens it among those they sent has not opened it for its reader."""
    page = next((p for p in message_from_bytes(raw).walk() if p.get_content_type() == "text/html"), None)
    if page is None or page["Content-Transfer-Encoding"] != "base64":
        return raw
    told = bytes(page.get_payload(decode=True))
    bare = without_traces(told.decode("utf-8", "replace")).encode()
    # Nothing else of it is written anew: it stays the same letter to the byte.
    written = base64.encodebytes(bare).replace(b"\n", b"\r\n")
    return raw if bare == told else raw.replace(str(page.get_payload()).encode("ascii"), written, 1)


def without_pictures(page: str) -> str:
    """A page as we look at it ourselves: without the picture that would tell us that we did."""
    return _PICTURE.sub("", page)


def _targets(tokens: Sequence[Token]) -> Mapping[Token, str]:
    if not tokens:
        return {}
    rows = TrackedLink.objects.filter(tracked__in={t.tracked_id for t in tokens})
    return {Token(r.tracked_id, r.position): r.url for r in rows}


def target_of(token: Token) -> str | None:
    """Where a link of a letter leads; None when it is no more."""
    url = (
        TrackedLink.objects.filter(tracked=token.tracked_id, position=token.position)
        .values_list("url", flat=True)
        .first()
    )
    return url if url and is_web(url) else None


def count_opening(token: Token) -> bool:
    """Count that a letter was opened, unless it was just now or somebody does not allow it; whether it was counted.

    The first opening is told by the interaction that was written of the letter, and so to rules.
    """
    now = timezone.now()
    with transaction.atomic():
        due = Q(last_opened_at=None) | Q(last_opened_at__lt=now - AGAIN)
        row = _to_count(Tracked.objects.filter(due, pk=token.tracked_id))
        if row is None:
            return False
        _note_opened(row, now)
    return True


def count_following(token: Token) -> bool:
    """Count that a link was followed; who follows a link has opened the letter, whatever their program does with pictures."""
    now = timezone.now()
    with transaction.atomic():
        row = _to_count(Tracked.objects.filter(pk=token.tracked_id))
        if row is None:
            return False
        due = Q(last_followed_at=None) | Q(last_followed_at__lt=now - SAME_STEP)
        mine = TrackedLink.objects.filter(due, tracked=row, position=token.position)
        if not mine.update(followed=F("followed") + 1, last_followed_at=now):
            return False
        if row.first_opened_at is None:
            _note_opened(row, now)
    return True


def _to_count(rows: QuerySet[Tracked]) -> Tracked | None:
    """The letter, held, if it is on its way or there and everybody allows it still."""
    row = rows.select_for_update(of=("self",)).select_related("outgoing").first()
    if row is None or row.outgoing.letter_id is None or without_consent(row.addresses):
        return None
    return row


def _note_opened(row: Tracked, now: dt.datetime) -> None:
    first = row.first_opened_at is None
    Tracked.objects.filter(pk=row.pk).update(
        opened=F("opened") + 1, last_opened_at=now, first_opened_at=row.first_opened_at or now
    )
    if first and row.outgoing.letter is not None:
        facts = LetterFact.objects.filter(key=row.outgoing.letter.key).values_list(
            "interaction_id", flat=True
        )
        note_opened(list(facts), now)
