"""Looking tags up and making new ones, always many at once."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest
from klientura.kernel.fields.tags import TYPED, Tag, label_of
from klientura.kernel.tags.models import KnownTag
from klientura.kit.text import fold, latin

MOST_TAGS = 20_000
"""So many tags one field has at most; who needs more means a record of their own."""
MAX_CODE = 60
HUES = ("blue", "teal", "green", "orange", "violet", "pink", "yellow", "red")
"""New tags take turns with these colours."""
_ATTEMPTS = 12
_NUMBERED = 8
"""So many attempts number a code; then it is told apart by a hash, which is not met twice."""
_FOLLOWED = "select t.code, t.folded, coalesce(i.code, t.code) from kernel_tag t left join kernel_tag i on i.id = t.merged_into_id"


class Full(BadRequest):
    """A dictionary holds no more tags."""

    code = "too_many_tags"
    default_message = _(
        "The field has as many tags as it can hold. Use one of those there are, or merge some."
    )


def known(dictionary: str, texts: Iterable[str]) -> dict[str, str]:
    """The code of the tag that each text names, by code or by label; a merged one gives the tag it went into.

    What is known to be typed (see `fields.tags.TYPED`) is a label and no code.
    """
    wanted = {text: fold(label_of(text)) for text in texts}
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _FOLLOWED + " where t.dictionary = %s and (t.code = any(%s) or t.folded = any(%s))",
            [dictionary, list(wanted), list(wanted.values())],
        )
        rows = cursor.fetchall()
    by_code = {code: meant for code, _folded, meant in rows}
    by_label = {folded: meant for _code, folded, meant in rows}
    found = {text: by_code.get(text) or by_label.get(folded) for text, folded in wanted.items()}
    return {text: code for text, code in found.items() if code}


def families(dictionary: str, texts: Sequence[str]) -> list[list[str]]:
    """For each tag that is named: its code and those of all that were merged into it. One that is not there is alone."""
    meant = known(dictionary, texts)
    roots = list(dict.fromkeys(meant.get(text, text) for text in texts))
    with connection.cursor() as cursor:
        cursor.execute(
            "select i.code, t.code from kernel_tag t join kernel_tag i on i.id = t.merged_into_id"
            " where i.dictionary = %s and i.code = any(%s)",
            [dictionary, roots],
        )
        merged = cursor.fetchall()
    return [[root, *(code for into, code in merged if into == root)] for root in roots]


def make(dictionary: str, labels: Sequence[str], actor_id: int | None) -> dict[str, str]:
    """Make tags of these labels and return the code of each; what somebody else has just made is theirs. Raises Full."""
    by_fold: dict[str, str] = {}
    for label in labels:
        by_fold.setdefault(fold(label), label)
    missing = sorted(by_fold)
    number = KnownTag.objects.filter(dictionary=dictionary).count()
    if number + len(missing) > MOST_TAGS:
        raise Full
    for attempt in range(_ATTEMPTS):
        if not missing:
            break
        KnownTag.objects.bulk_create(
            [
                KnownTag(
                    dictionary=dictionary, code=code_of(by_fold[folded], attempt), label=by_fold[folded], folded=folded,
                    hue=HUES[(number + place) % len(HUES)], created_by_id=actor_id, created_at=timezone.now(),
                )
                for place, folded in enumerate(missing)
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        there = known(dictionary, [TYPED + by_fold[folded] for folded in missing])
        missing = [folded for folded in missing if TYPED + by_fold[folded] not in there]
    there = known(dictionary, [TYPED + label for label in labels])
    return {typed.removeprefix(TYPED): code for typed, code in there.items()}


def code_of(label: str, attempt: int = 0) -> str:
    """A code in Latin letters made of a label; further attempts add a number to it, the last ones a hash of the label.

    A label with no Latin letter or digit to it, in Chinese for instance, has a hash at once: very many would share a code.
    """
    letters = "".join(c if c.isascii() and c.isalnum() else "_" for c in latin(label).lower())
    base = "_".join(part for part in letters[:MAX_CODE].split("_") if part)
    if base and attempt < _NUMBERED:
        return base if not attempt else f"{base[: MAX_CODE - 3]}_{attempt + 1}"
    told = hashlib.sha256(f"{fold(label)} {attempt}".encode()).hexdigest()[:12]
    return f"{base[: MAX_CODE - 13] or 'tag'}_{told}"


def looked_up(codes: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], Tag]:
    """By dictionary and code: the tags as they are shown, merged ones as what they went into. One query."""
    wanted = {name: sorted(set(some)) for name, some in codes.items()}
    pairs = [(name, code) for name, some in wanted.items() for code in some]
    if not pairs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select t.dictionary, t.code, coalesce(i.code, t.code), coalesce(i.label, t.label), coalesce(i.hue, t.hue)"
            " from unnest(%s::text[], %s::text[]) w(dictionary, code)"
            " join kernel_tag t on t.dictionary = w.dictionary and t.code = w.code"
            " left join kernel_tag i on i.id = t.merged_into_id",
            [[name for name, _code in pairs], [code for _name, code in pairs]],
        )
        return {(name, code): Tag(meant, label, hue) for name, code, meant, label, hue in cursor.fetchall()}


def shown(name: str, codes: Iterable[str], found: Mapping[Any, str]) -> list[Tag]:
    """The tags behind some codes, by what `looked_up` found: each once, in the order of their words."""
    made: dict[str, Tag] = {}
    for code in codes:
        tag = found.get((name, str(code)))
        known = tag if isinstance(tag, Tag) else Tag(code, label_of(code))
        made.setdefault(str(known), known)
    return sorted(made.values(), key=lambda tag: (fold(tag.label), str(tag)))


def search(dictionary: str, typed: str, limit: int) -> list[Tag]:
    """Tags that are offered for some letters: those that begin with them first."""
    letters = fold(typed).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    with connection.cursor() as cursor:
        cursor.execute(
            "select code, label, hue from kernel_tag where dictionary = %s and active and merged_into_id is null"
            " and folded like %s order by folded like %s desc, folded limit %s",
            [dictionary, f"%{letters}%", f"{letters}%", limit],
        )
        return [Tag(*row) for row in cursor.fetchall()]


def described(dictionary: str, after: str, limit: int) -> list[dict[str, Any]]:
    """Tags for programs, in the order of their codes, after the one that was the last of the page before."""
    rows: Any = (
        KnownTag.objects.filter(dictionary=dictionary, code__gt=after)
        .order_by("code")
        .values_list("code", "label", "hue", "active", "merged_into__code", "version")[:limit]
    )
    return [
        {"code": code, "label": label, "hue": hue, "active": active, "merged_into": into, "version": version}
        for code, label, hue, active, into, version in rows
    ]
