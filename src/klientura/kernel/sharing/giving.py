"""Sharing a record, or many, with people and teams: whoever may change a record may share it, up to what they have."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import own_scope, require
from klientura.kernel.access.models import Team, User
from klientura.kernel.access.shares import CODE, codes_of
from klientura.kernel.errors import BadRequest, FieldError, Invalid
from klientura.kernel.events.outbox import emit
from klientura.kernel.objects.shape import Shape
from klientura.kernel.settings.days import company_today
from klientura.kernel.settings.installation import rights_changed
from klientura.kernel.sharing import rows
from klientura.kernel.sharing.rows import Given
from klientura.kernel.sharing.terms import number_terms
from klientura.kernel.store import bulk, operations, write
from klientura.kernel.store.compiler import conditions

MOST = 100
"""With how many people and teams one record is shared at most."""
LAST_YEAR = 9998
NO_LONGER_THAN_YOU = _("You have this record only for a time yourself. Choose an end no later than yours.")

type Grantee = tuple[int | None, int | None]
"""A user, or else a team."""


@transaction.atomic
def share(actor: Actor, shape: Shape, record_id: int, given: Sequence[Given]) -> None:
    """Have a record shared like this too; who it is shared with already gets the new level and end.

    History and the event `<object>.shared` come with it. Raises NotFound, Denied, Invalid.
    """
    _open_one(actor, shape, record_id)
    _give_one(actor, shape, record_id, given)


@transaction.atomic
def withdraw(actor: Actor, shape: Shape, record_id: int, grantees: Sequence[Grantee] | None = None) -> None:
    """Share a record with some no longer (with nobody, when none are named). Event `<object>.unshared`."""
    _open_one(actor, shape, record_id)
    _withdraw_one(
        actor, shape, record_id, list(_in_force(shape, record_id)) if grantees is None else grantees
    )


@transaction.atomic
def replace(actor: Actor, shape: Shape, record_id: int, given: Sequence[Given]) -> None:
    """Have a record shared exactly like this. Raises NotFound, Denied, Invalid."""
    _open_one(actor, shape, record_id)
    others = [g for g in _in_force(shape, record_id) if g not in {each.grantee for each in given}]
    _give_one(actor, shape, record_id, given)  # first: what is withdrawn may be what let the actor in
    _withdraw_one(actor, shape, record_id, others)


@transaction.atomic
def share_many(actor: Actor, shape: Shape, selection: bulk.Selection, given: Sequence[Given]) -> bulk.Outcome:
    """Have all selected records that are the actor's to change shared like this, by one operation that can be undone.

    Records that the actor has for a shorter time than is to be given are left as they are and listed.
    """
    write.refuse_mixed(shape)
    require(actor, shape, "edit")
    _check(actor, given)
    ids = bulk.select_ids(actor, shape, selection, "edit")
    terms, is_new = number_terms(given)
    operation = operations.start(actor, "share", shape.key)
    outcome = bulk.Outcome(operation.pk)
    where = conditions(actor, shape, verb="edit")
    for begin in range(0, len(ids), bulk.CHUNK):
        chunk = ids[begin : begin + bulk.CHUNK]
        open_now = rows.lock_open(shape, chunk, where.sql, where.params)
        outcome.refused.update({i: [FieldError("", "gone", bulk.GONE)] for i in set(chunk) - set(open_now)})
        rows.forget_older(shape, open_now)
        shorter = _shorter(actor, shape, open_now, given)
        outcome.refused.update({i: [FieldError("until", "longer", NO_LONGER_THAN_YOU)] for i in shorter})
        news = rows.give(actor, shape, [i for i in open_now if i not in shorter], given, terms, operation.pk)
        outcome.changed += len(news)
        _tell(actor, shape, "shared", sorted(news), given, operation.pk)
    operations.finish(operation, records=outcome.changed, details={"refused": len(outcome.refused)})
    if is_new:
        rights_changed()
    return outcome


def _open_one(actor: Actor, shape: Shape, record_id: int) -> None:
    write.refuse_mixed(shape)
    write.lock(actor, shape, record_id, "edit")
    rows.forget_older(shape, [record_id])


def _give_one(actor: Actor, shape: Shape, record_id: int, given: Sequence[Given]) -> None:
    known = _in_force(shape, record_id)
    news = [g for g in given if known.get(g.grantee) != (g.level, g.until)]
    if not news:
        return
    _check(actor, news)
    if len({*known, *(g.grantee for g in news)}) > MOST:
        raise Invalid(
            [FieldError("to", "too_many", _("This is shared with very many already. Choose a team."))]
        )
    if _shorter(actor, shape, [record_id], news):
        raise Invalid([FieldError("until", "longer", NO_LONGER_THAN_YOU)])
    terms, is_new = number_terms(news)
    rows.give(actor, shape, [record_id], news, terms)
    _tell(actor, shape, "shared", [record_id], news)
    if is_new:
        rights_changed()


def _withdraw_one(actor: Actor, shape: Shape, record_id: int, grantees: Sequence[Grantee]) -> None:
    ended = rows.withdraw(actor, shape, [record_id], grantees) if grantees else set()
    if ended:
        _tell(actor, shape, "unshared", [record_id], [Given(user, team) for user, team in grantees])


def _tell(
    actor: Actor,
    shape: Shape,
    what: str,
    ids: Sequence[int],
    given: Sequence[Given],
    operation_id: int | None = None,
) -> None:
    with_whom = [
        {"user": g.user_id, "team": g.team_id}
        if what == "unshared"
        else {
            "user": g.user_id,
            "team": g.team_id,
            "level": g.level,
            "until": g.until and g.until.isoformat(),
        }
        for g in given
    ]
    emit(
        f"{shape.key}.{what}", shape.base, ids, actor_id=actor.user_id, operation_id=operation_id,
        payload={"with": with_whom},
    )  # fmt: skip


def _in_force(shape: Shape, record_id: int) -> dict[Grantee, tuple[str, dt.date | None]]:
    """With whom a record is shared, how, and until when."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select user_id, team_id, level, until from kernel_share"
            " where object = %s and record_id = %s and ended_at is null",
            [shape.base, record_id],
        )
        return {(r[0], r[1]): (r[2], r[3]) for r in cursor.fetchall()}


def _check(actor: Actor, given: Sequence[Given]) -> None:
    """Raise Invalid for people and teams that are not there, for oneself, and for a day that is over."""
    if not given:
        raise BadRequest(_("Choose whom to share with."), code="share")
    if len({g.grantee for g in given}) != len(given):
        raise BadRequest(_("Each person and each team can be named once."), code="share")
    users = {g.user_id for g in given if g.user_id is not None}
    teams = {g.team_id for g in given if g.team_id is not None}
    known_users = set(User.objects.filter(pk__in=users, is_active=True).values_list("pk", flat=True))
    known_teams = set(Team.objects.filter(pk__in=teams).values_list("pk", flat=True))
    if users - known_users or teams - known_teams:
        raise Invalid([FieldError("to", "reference", _("Choose an active colleague or a team."))])
    if actor.user_id in users:
        raise Invalid([FieldError("to", "oneself", _("This is open to you already. Choose somebody else."))])
    today = company_today()
    for each in given:
        if each.until is not None and not (today <= each.until and each.until.year <= LAST_YEAR):
            raise Invalid([FieldError("until", "past", _("Choose a day that is still to come."))])


def _shorter(actor: Actor, shape: Shape, ids: Sequence[int], given: Sequence[Given]) -> set[int]:
    """Those of the records that the actor may change for a shorter time than is to be given."""
    mine = own_scope(actor, shape, "edit")
    if mine.is_everything or not ids:
        return set()
    text = sql.SQL("select r.id, r.owner_id from {} r where r.id = any(%s) and ({}) is not true").format(
        sql.Identifier(shape.table), mine.sql
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [list(ids), *mine.params])
        lent: dict[int, Any] = dict(cursor.fetchall())
    if not lent:
        return set()
    ends = _ends_of_shares(actor, shape, sorted(lent))
    absent = {s.user_id: s.last for s in actor.stands_in if s.scope(shape.key, "edit") != "none"}
    longest = dt.date.max if any(g.until is None for g in given) else max(g.until for g in given if g.until)
    return {
        i
        for i, owner in lent.items()
        if longest > max(ends.get(i, dt.date.min), absent.get(owner, dt.date.min))
    }


def _ends_of_shares(actor: Actor, shape: Shape, ids: Sequence[int]) -> dict[int, dt.date]:
    """Until when records are shared with the actor for changing; one without an end: until the end of days."""
    codes = codes_of(actor, actor.scope(shape.key, "edit"), "edit")
    text = sql.SQL(
        "select s.record_id, bool_or(s.until is null), max(s.until) from kernel_share s where s.object = %s"
        " and s.record_id = any(%s) and s.ended_at is null and {} = any(%s::int[]) group by 1"
    ).format(CODE)
    with connection.cursor() as cursor:
        cursor.execute(text, [shape.base, list(ids), codes])
        return {r[0]: dt.date.max if r[1] else r[2] for r in cursor.fetchall()}
