"""A letter: what a user is to be told, in their language, as text and as HTML, with a way to hear no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klientura.kernel.notify.wording import Line
from klientura.kit.formats import Language, format_datetime

SALT = "klientura.notify.unsubscribe"
SHOWN = 100
"""Lines of one letter; of more it is said how many there are."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent."""

    subject: str
    text: str
    html: str
    headers: dict[str, str]


def letter(user_id: int, name: str, lines: Sequence[Line], site: str, lang: Language) -> Letter:
    """Write a letter of some lines that are open to the reader, in the language that is active now."""
    out = f"{site}/unsubscribe/{token_of(user_id)}"
    shown, more = lines[:SHOWN], len(lines) - SHOWN
    subject = (
        _headline(lines[0])
        if len(lines) == 1
        else ngettext("{n} notification", "{n} notifications", len(lines)).format(n=len(lines))
    )
    foot = _("How you are told is your choice: {url}").format(url=f"{site}/me/notifications")
    rest = ngettext("and {n} more", "and {n} more", more).format(n=more) if more > 0 else ""
    text = "\n\n".join(
        [*(_as_text(line, site, lang) for line in shown), *([rest] if rest else []), "—\n" + foot]
    )
    return Letter(
        " ".join(subject.split())[:200], text, _as_html(shown, rest, site, lang),
        {"List-Unsubscribe": f"<{out}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )  # fmt: skip


def _headline(line: Line) -> str:
    title = line.records[0].title if line.records else ""
    return f"{line.text}: {title}" if title else line.text


def _as_text(line: Line, site: str, lang: Language) -> str:
    if line.url or not line.records:
        named = [", ".join(r.title for r in line.records)]
    else:  # of several records each has a way to it
        named = [f"{r.title}: {site}{r.url}" for r in line.records]
    who = " · ".join(t for t in (line.who, format_datetime(line.at, lang)) if t)
    return "\n".join(
        t for t in (line.text, *named, line.detail, who, f"{site}{line.url}" if line.url else "") if t
    )


# Letters are read in programs that know no style sheets: what they look like stands in each element.
PAGE = (
    '<!doctype html><html><body style="margin:0;padding:24px;background:#f5f7f6;color:#1c2321;'
    'font:15px/1.5 -apple-system,Segoe UI,Roboto,Arial,sans-serif"><div style="max-width:600px;margin:0 auto;background:#fff;'
    'border:1px solid #dfe5e3;border-radius:10px;padding:8px 24px">{}{}</div>'
    '<p style="max-width:600px;margin:16px auto;color:#5b6663;font-size:13px"><a href="{}" style="color:#5b6663">{}</a></p></body></html>'
)
ITEM = '<div style="padding:14px 0;border-bottom:1px solid #edf1ef"><strong>{}</strong>{}{}<div style="color:#5b6663;font-size:13px">{}</div></div>'


def _as_html(lines: Sequence[Line], rest: str, site: str, lang: Language) -> str:
    body = format_html_join("", "{}", ((_item(line, site, lang),) for line in lines))
    more = format_html("<p>{}</p>", rest) if rest else ""
    return format_html(PAGE, body, more, f"{site}/me/notifications", _("Choose how you are told"))


def _item(line: Line, site: str, lang: Language) -> SafeString:
    links: list[tuple[Any, ...]] = [(f"{site}{line.url or r.url}", r.title) for r in line.records]
    if not links and line.url:
        links = [(f"{site}{line.url}", _("Show the result"))]
    titles = format_html_join(", ", '<a href="{}" style="color:#0b6b57">{}</a>', links)
    records = format_html("<div>{}</div>", titles) if links else ""
    detail = (
        format_html(
            '<div style="margin:4px 0;padding-left:10px;border-left:3px solid #dfe5e3;white-space:pre-line">{}</div>',
            line.detail,
        )
        if line.detail
        else ""
    )
    who = " · ".join(t for t in (line.who, format_datetime(line.at, lang)) if t)
    return format_html(ITEM, line.text, records, detail, who)


def token_of(user_id: int) -> str:
    """What names a user in the address by which letters are ended; nobody can make it up."""
    return signing.dumps(user_id, salt=SALT)


def user_of(token: str) -> int | None:
    """The user whom such an address names."""
    try:
        found = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return found if isinstance(found, int) else None
