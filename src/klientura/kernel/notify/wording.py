"""What a notification says to its reader, judged at the moment of reading: of a record that is closed to them, nothing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import hidden, may, readable
from klientura.kernel.comments.models import Comment
from klientura.kernel.notify.kinds import KINDS
from klientura.kernel.notify.models import Notification
from klientura.kernel.notify.naming import Named, named
from klientura.kernel.notify.steps import given, worded
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kit.formats import format_date, format_datetime

QUOTED = 240
NAMED = 3
"""Records that a line about many calls by their names."""

type Names = Mapping[tuple[str, int], Named]


@dataclass(frozen=True, slots=True)
class Line:
    """One notification in words. `open` is False when nothing of it may be told (any more)."""

    id: int
    kind: str
    icon: str
    at: dt.datetime
    read: bool
    open: bool
    text: str
    who: str = ""
    records: tuple[Named, ...] = ()
    url: str = ""
    detail: str = ""


def lines(actor: Actor, rows: Sequence[Notification]) -> list[Line]:
    """Notifications in words; as many queries as there are kinds of record among them, and one for comments."""
    names = named(actor, ((r.object, i) for r in rows if r.object for i in _ids(r)))
    wanted = [r.payload["comment"] for r in rows if r.payload.get("comment")]
    comments = {c.pk: c for c in Comment.objects.filter(pk__in=wanted)} if wanted else {}
    return [_line(actor, row, names, comments) for row in rows]


def _ids(row: Notification) -> list[int]:
    return [row.record_id] if row.record_id is not None else row.record_ids


def _line(actor: Actor, row: Notification, names: Names, comments: Mapping[int, Comment]) -> Line:
    said = _said(actor, row, names, comments)
    if said is None:
        return Line(
            row.pk, row.kind, KINDS[row.kind].icon, row.at, row.read_at is not None, False,
            _("This is not open to you any more"),
        )  # fmt: skip
    who = row.payload.get("rule") or (row.actor.name if row.actor else "")
    return Line(
        row.pk, row.kind, KINDS[row.kind].icon, row.at, row.read_at is not None, True,
        who=str(who), **said,
    )  # fmt: skip


def _said(
    actor: Actor, row: Notification, names: Names, comments: Mapping[int, Comment]
) -> dict[str, Any] | None:
    """What is told beside who and when; None when nothing may be."""
    if row.kind == "work":
        return _work(row)
    if row.kind == "paused":
        return {
            "text": _("Paused by itself: {name}").format(name=row.payload["name"]),
            "url": row.payload["url"],
        }
    if row.kind == "unsent":
        text = _("A letter did not go or did not arrive: {name}").format(name=row.payload["name"])
        return {"text": text, "url": row.payload["url"], "detail": row.payload["detail"]}
    known = tuple(names[row.object, i] for i in _ids(row) if (row.object, i) in names)
    if not known:
        return _gone(actor, row)
    if row.kind in {"mentioned", "commented"}:
        return _comment(row, known[0], comments.get(row.payload.get("comment", 0)))
    one = row.record_id is not None
    said: dict[str, Any] = {"records": known[:NAMED], "url": known[0].url if one else ""}
    if (own := KINDS[row.kind].said) is not None:
        return said | {"text": own(row.number)}
    if row.kind == "due":
        return said | {"text": _due(row.payload)}
    if row.kind == "rule":
        return said | {"text": message(actor, known[0].shape, row.payload.get("message", ()))}
    if row.kind in {"reminder", "invited"}:
        return said | _by_moment(row)
    step = row.payload.get("step") if row.kind == "changed" and one else None
    if step and (words := worded(actor, known[0].shape, step)) is not None:
        return said | {"text": words[0], "detail": words[1]}
    if row.kind == "changed":
        text = _fields(actor, known[0].shape, row) if one else _many_changed(row)
        return said | {"text": text} if text else None
    texts = {
        "assigned": (
            (given(known[0].shape) if one else "") or _("You are the owner now"),
            ngettext(
                "You are the owner of {n} record now", "You are the owner of {n} records now", row.number
            ),
        ),
        "handed": (
            _("Handed over to you"),
            ngettext("{n} record was handed over to you", "{n} records were handed over to you", row.number),
        ),
        "shared": (
            _("Shared with you"),
            ngettext("{n} record was shared with you", "{n} records were shared with you", row.number),
        ),
    }
    single, many = texts[row.kind]
    return said | {"text": single if one else many.format(n=row.number)}


def _gone(actor: Actor, row: Notification) -> dict[str, Any] | None:
    """What was called off by putting it into the trash is told by the name it had to those who took part."""
    shape = all_shapes().get(row.object)
    if row.payload.get("said") != "off" or not row.payload.get("name") or shape is None:
        return None
    if not may(actor, shape, "read") or not set(shape.spec.title) <= set(readable(actor, shape)):
        return None
    return _by_moment(row) | {"detail": row.payload["name"]}


def _due(payload: Mapping[str, Any]) -> str:
    """What is the matter with its time, and with whose work."""
    texts = {
        "soon": _("Due soon: {when}"),
        "late": _("Overdue: it is with {name}"),
        "unanswered": _("Nobody has answered yet; due {when}"),
        "unanswered_by": _("Nobody has answered yet; due {when}, it is with {name}"),
        "escalated": _("Overdue for several days: it is with {name}, issued by {issuer}"),
        "ends": _("Holds until {day}"),
        "goes_on": _("Holds until {day}, then goes on by itself"),
        "expiring": _("The deal waits until {day}"),
        "expired": _("The deal has waited too long: its day was {day}"),
        "expired_by": _("The deal has waited too long: its day was {day}, it is with {name}"),
    }
    if said := payload.get("day"):
        day = format_date(dt.date.fromisoformat(said), "en" if get_language() == "en" else "ru")
        return texts[str(payload.get("about"))].format(day=day, name=payload.get("name", ""))
    at = payload.get("at")
    when = date_format(timezone.localtime(dt.datetime.fromisoformat(at)), _("j M, H:i")) if at else ""
    return texts.get(str(payload.get("about")), "").format(
        when=when, name=payload.get("name", ""), issuer=payload.get("issuer", "")
    )


def _by_moment(row: Notification) -> dict[str, Any]:
    """What begins when, by the reader's clock; and what somebody has to do with it."""
    begins = dt.datetime.fromisoformat(row.payload["begins"])
    if row.payload.get("day") and (text := _of_one_day(row.payload, begins)):
        return {"text": text}
    when = format_datetime(timezone.localtime(begins), "en" if get_language() == "en" else "ru")
    texts = {
        "soon": _("Begins {when}"),
        "missed": _("Has begun: {when}"),
        "due": _("Due {when}"),
        "invited": _("You are invited: {when}"),
        "moved": _("The time has changed: {when}"),
        "off": _("Called off: {when}"),
        "again": _("It is to be after all: {when}"),
        "accepted": _("Comes: {when}"),
        "tentative": _("Perhaps comes: {when}"),
        "declined": _("Does not come: {when}"),
    }
    return {"text": texts[row.payload["said"]].format(when=when)}


def _of_one_day(payload: Mapping[str, Any], begins: dt.datetime) -> str:
    """What has become of one day of what repeats; empty for what is said of anything."""
    day, now = timezone.localtime(dt.datetime.fromisoformat(payload["day"])), timezone.localtime(begins)
    date, clock = date_format(day, _("j F")), f"{now:%H:%M}"
    new_day = date_format(now, _("j F"))
    if payload["said"] == "moved":
        if now.date() == day.date():
            return _("{day}: moved to {time}").format(day=date, time=clock)
        if payload.get("whole"):
            return _("{day}: moved to {new_day}").format(day=date, new_day=new_day)
        return _("{day}: moved to {new_day}, {time}").format(day=date, new_day=new_day, time=clock)
    texts = {
        "off": _("{day}: called off"),
        "again": _("{day}: it is to be after all"),
        "differs": _("{day}: changed, on this day only"),
        "usual": _("{day}: at the usual time again"),
    }
    return texts.get(str(payload["said"]), "").format(day=date)


def _many_changed(row: Notification) -> str:
    if row.payload.get("undone"):
        text = ngettext(
            "{n} record you follow was put back as it was",
            "{n} records you follow were put back as they were",
            row.number,
        )
    else:
        text = ngettext(
            "{n} record you follow was changed", "{n} records you follow were changed", row.number
        )
    return text.format(n=row.number)


def _fields(actor: Actor, shape: Shape, row: Notification) -> str:
    """Which fields were changed, of those that the reader sees now; empty when there is none."""
    if row.payload.get("undone"):
        return _("Put back as it was")
    away = hidden(actor, shape)
    touched = set(row.payload.get("columns", ()))
    told = [f.heading for f in readable(actor, shape).values() if f.column in touched and f.tracked]
    told += [str(p.label) for k, p in shape.parts.items() if k in touched and k not in away]
    if not told:
        return "" if touched else _("Changed")
    return _("Changed: {fields}").format(fields=", ".join(dict.fromkeys(told)))


def _comment(row: Notification, record: Named, comment: Comment | None) -> dict[str, Any]:
    text = _("You are mentioned") if row.kind == "mentioned" else _("A new comment")
    said: dict[str, Any] = {"text": text, "records": (record,), "url": f"{record.url}?tab=comments"}
    if comment is None or comment.deleted_at is not None or comment.record_id != record.id:
        return said | {"detail": _("The comment was deleted")}
    quoted = comment.text[:QUOTED] + ("…" if len(comment.text) > QUOTED else "")
    return said | {"detail": quoted, "url": f"{record.url}?tab=comments#comment-{comment.pk}"}


def _work(row: Notification) -> dict[str, Any]:
    said, url = row.payload, str(row.payload.get("url", ""))
    if "import" in said:
        url = f"/imports/{said['import']}/{'check' if said.get('dry') else 'run'}"
    elif said.get("work") == "export" and said.get("state") == "done":
        url = f"/imports/exports/{said['job']}"
    text = _("Done: {title}") if said.get("state") == "done" else _("Failed: {title}")
    return {"text": text.format(title=said.get("title", "")), "url": url}


def message(actor: Actor, shape: Shape, pieces: Sequence[Any]) -> str:
    """The message of a rule: its words, and the values that stood in those fields which the reader sees."""
    fields = readable(actor, shape)
    said = []
    for piece in pieces:
        if isinstance(piece, str):
            said.append(piece)
        elif piece.get("field") in fields:
            said.append(str(piece.get("text", "")) or "—")
        else:
            said.append("…")
    return "".join(said)
