"""Links by which a client sees an offer or an invoice without signing in, and answers an offer.

A token is 32 random bytes and stands in the link alone; here lies its SHA-256. Whoever has a link sees one paper and nothing else.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.errors import BadRequest, FieldError, Invalid, NotFound
from klientura.kernel.events.outbox import emit
from klientura.kernel.notify.kinds import Kind, register_kind
from klientura.kernel.notify.telling import Told, tell
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.modules.orders.models import PaperLink
from klientura.modules.orders.services.offers import answer

OPEN: Final[Mapping[str, frozenset[str]]] = {
    "offer": frozenset({"issued", "accepted", "declined"}),
    "invoice": frozenset({"issued", "part_paid", "paid"}),
}
"""The papers that links lead to, and in which states they may be seen."""
DAYS: Final = (7, 14, 30, 90)
USUAL_DAYS: Final = 30
MOST: Final = 20
AGAIN: Final = dt.timedelta(minutes=5)
"""Within this time a look is the same one."""
VIEWED: Final = "paper_viewed"
ANSWERED: Final = "paper_answered"
MOST_WORDS: Final = 2_000
MOST_NAME: Final = 120


class Made(NamedTuple):
    """A link that was just made, with the token that is never told again."""

    link: PaperLink
    token: str


def register() -> None:
    """Make the kinds of notification known."""
    viewed, answered = (
        gettext_lazy("A client opens my paper by its link"),
        gettext_lazy("A client answers my offer by its link"),
    )
    register_kind(
        VIEWED,
        Kind(viewed, "eye", mail="digest", push=True, said=lambda _n: _("The client has opened the paper")),
    )
    register_kind(
        ANSWERED,
        Kind(
            answered,
            "badge-check",
            mail="now",
            push=True,
            said=lambda _n: _("The client has answered the offer"),
        ),
    )


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make_link(
    actor: Actor, key: str, record_id: int, *, days: int = USUAL_DAYS, whom: str = "", language: str = "ru"
) -> Made:
    """Make a link to an issued paper that the actor may edit. Raises NotFound, Denied, Invalid, BadRequest for too many."""
    row = _editable(actor, key, record_id)
    if row["status"] not in OPEN[key]:
        raise Invalid([FieldError("status", "state", _("Issue the paper first: a client sees no drafts."))])
    if days not in DAYS:
        raise Invalid([FieldError("days", "range", _("Choose how long the link holds."))])
    now = timezone.now()
    if (
        PaperLink.objects.filter(object=key, record_id=record_id, revoked_at=None, expires_at__gt=now).count()
        >= MOST
    ):
        raise BadRequest(_("This paper has enough links. Revoke those that are not needed."), code="too_many")
    token = secrets.token_urlsafe(32)
    link = PaperLink.objects.create(
        object=key,
        record_id=record_id,
        token_hash=hash_of(token),
        whom=" ".join(whom.replace("\x00", "").split())[:255],
        language="en" if language == "en" else "ru",
        made_by_id=actor.user_id,
        expires_at=now + dt.timedelta(days=days),
    )
    return Made(link, token)


@transaction.atomic
def revoke(actor: Actor, link_id: int) -> PaperLink:
    """Have a link lead nowhere any more; once is enough. Raises NotFound, Denied."""
    link = PaperLink.objects.select_for_update().filter(pk=link_id).first()
    if link is None:
        raise NotFound
    _editable(actor, link.object, link.record_id)
    if link.revoked_at is None:
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
    return link


def _editable(actor: Actor, key: str, record_id: int) -> Row:
    if key not in OPEN:
        raise NotFound
    shape = shape_of(key)
    row = read.get(actor, shape, record_id)
    read.require_on(actor, shape, record_id, "edit")
    return {"status": "draft", **row}


def links_of(actor: Actor, key: str, record_id: int) -> list[PaperLink]:
    """The links of a paper that the actor may edit, the newest first. Raises NotFound, Denied."""
    _editable(actor, key, record_id)
    return list(PaperLink.objects.filter(object=key, record_id=record_id).order_by("-pk")[:MOST])


def link_by(token: str) -> PaperLink:
    """The link that a token opens now. Raises NotFound alike for one that never was, has run out, or was revoked."""
    found = PaperLink.objects.filter(token_hash=hash_of(token)).first()
    if found is None or found.revoked_at is not None or found.expires_at <= timezone.now():
        raise NotFound
    return found


def paper_of(link: PaperLink) -> Row:
    """The paper of a link as it stands, whoever asks. Raises NotFound when it may not be seen any more."""
    row = read.get(_product(), shape_of(link.object), link.record_id)
    if row["status"] not in OPEN[link.object]:
        raise NotFound
    return row


def _product() -> Actor:
    return SystemActor("a client has opened a paper by its link")


@transaction.atomic
def note_view(link: PaperLink) -> None:
    """Count that somebody has opened the paper; its owner is told of the first time."""
    now = timezone.now()
    fresh = PaperLink.objects.select_for_update().get(pk=link.pk)
    if fresh.last_viewed_at is not None and now - fresh.last_viewed_at < AGAIN:
        return
    PaperLink.objects.filter(pk=link.pk).update(
        viewed=F("viewed") + 1, last_viewed_at=now, first_viewed_at=fresh.first_viewed_at or now
    )
    if fresh.first_viewed_at is None:
        _tell(link, VIEWED, f"viewed:{link.pk}")


def _tell(link: PaperLink, kind: str, cause: str) -> None:
    owner = read.get(_product(), shape_of(link.object), link.record_id, keys=["owner"])["owner"]
    users = {user for user in (owner.id if owner else None, link.made_by_id) if user is not None}
    tell([Told(user, kind, cause, timezone.now(), link.object, [link.record_id]) for user in sorted(users)])


@transaction.atomic
def answer_by(link: PaperLink, verdict: Literal["accepted", "declined"], name: str, words: str) -> None:
    """The client's answer to an offer: it is written as one that came by the link, and its owner is told.

    Raises Invalid when the name or the reason is missing, the offer has run out, or was answered otherwise before.
    """
    if link.object != "offer":
        raise NotFound
    name = " ".join(name.replace("\x00", "").split())[:MOST_NAME]
    words = words.replace("\x00", "").strip()[:MOST_WORDS]
    errors = [FieldError("name", "required", _("Say who you are."))] if not name else []
    if verdict == "declined" and not words:
        errors.append(FieldError("words", "required", _("Say in a few words what does not suit you.")))
    row = paper_of(link)
    if row["valid_until"] is not None and row["valid_until"] < timezone.localdate():
        errors.append(
            FieldError("status", "expired", _("This offer does not hold any more. Ask for a new one."))
        )
    if errors:
        raise Invalid(errors)
    with override(link.language):
        said = _("By the link, {name}").format(name=name) + (f": {words}" if words else "")
    before = row["status"]
    answer(_product(), link.record_id, verdict, said)
    if before == "issued":
        emit(
            f"offer.{verdict}",
            shape_of("offer").base,
            [link.record_id],
            actor_id=None,
            payload={"link": link.pk},
        )
        _tell(link, ANSWERED, f"answered:{link.record_id}")
