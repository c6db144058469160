"""Standing in for somebody who is away: setting it, ending it, and who may.

What it gives is decided by the gate (`shares.owners_of`): reading and changing what the one who is away owns, and only
where both may do it.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import members_of
from klientura.kernel.access.models import Substitution, User
from klientura.kernel.errors import BadRequest, Denied, FieldError, Invalid, NotFound
from klientura.kernel.events.outbox import emit
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.settings.days import beginning_of, company_today, end_of
from klientura.kernel.settings.installation import rights_changed

LONGEST = dt.timedelta(days=366)
MOST = 20
"""So many substitutions of one person may run or be planned."""


def owned_shapes() -> list[Shape]:
    """The kinds of record that somebody is responsible for."""
    return [
        s for s in all_shapes().values() if "owner" in s.fields and s.spec.navigation and not members_of(s)
    ]


def looks_after(actor: Actor, user: User) -> bool:
    """Whether a user is the actor's to look after: an administrator looks after everybody, a manager after their teams."""
    if actor.is_admin or actor.is_system:
        return True
    return actor.role == "manager" and user.team_id is not None and user.team_id in actor.tree_ids


def may_set(actor: Actor, user: User) -> bool:
    """Whether the actor may say who stands in for a user: everybody for themselves, and whoever looks after them."""
    return user.pk == actor.user_id or looks_after(actor, user)


def person(actor: Actor, user_id: int) -> User:
    """A user for whom the actor may set a substitution. Raises NotFound, also for those they may not."""
    found = User.objects.select_related("role", "team").filter(pk=min(user_id, 2**63 - 1)).first()
    if found is None or not may_set(actor, found):
        raise NotFound(_("There is no such user."))
    return found


@transaction.atomic
def set_substitution(
    actor: Actor,
    absent_id: int,
    deputy_id: int | None,
    first: dt.date | None,
    last: dt.date | None,
    kinds: Sequence[str] | None = None,
) -> Substitution:
    """Have a deputy stand in for somebody from one day to another, over some kinds of record or all.

    It ends by itself. Event `user.substituted`. Raises NotFound, BadRequest, Invalid.
    """
    absent = person(actor, absent_id)
    _check(absent_id, deputy_id, first, last, kinds)
    if first is None or last is None or deputy_id is None:
        raise Denied
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('kernel_substitution'), %s::int)", [absent_id])
    if standing_in_for(absent_id).count() >= MOST:
        raise BadRequest(_("There are very many substitutions already. End one first."), code="too_many")
    made = Substitution.objects.create(
        absent_id=absent.pk, deputy_id=deputy_id, first=first, last=last, starts_at=beginning_of(first),
        ends_at=end_of(last), kinds=None if kinds is None else sorted(set(kinds)), set_at=timezone.now(),
        set_by_id=actor.user_id,
    )  # fmt: skip
    rights_changed()
    emit(
        "user.substituted", "user", [absent.pk], actor_id=actor.user_id,
        payload={"deputy": deputy_id, "first": first.isoformat(), "last": last.isoformat(), "kinds": made.kinds},
    )  # fmt: skip
    return made


def _check(
    absent_id: int,
    deputy_id: int | None,
    first: dt.date | None,
    last: dt.date | None,
    kinds: Sequence[str] | None,
) -> None:
    errors: list[FieldError] = []
    if deputy_id is None or not User.objects.filter(pk=deputy_id, is_active=True).exists():
        errors.append(FieldError("deputy", "reference", _("Choose an active colleague.")))
    elif deputy_id == absent_id:
        errors.append(
            FieldError("deputy", "oneself", _("Nobody stands in for themselves. Choose a colleague."))
        )
    if first is None:
        errors.append(FieldError("first", "required", _("Fill this in.")))
    if last is None:
        errors.append(FieldError("last", "required", _("Fill this in.")))
    if first is not None and last is not None:
        if last < first:
            errors.append(FieldError("last", "order", _("The last day is before the first.")))
        elif last < company_today():
            errors.append(FieldError("last", "past", _("Choose a day that is still to come.")))
        elif last - first > LONGEST or first.year > 9998:
            errors.append(
                FieldError(
                    "last", "long", _("A substitution lasts at most a year. Hand the work over instead.")
                )
            )
    if kinds is not None and (not kinds or set(kinds) - {s.key for s in owned_shapes()}):
        errors.append(FieldError("kinds", "option", _("Choose the kinds of record from the list.")))
    if errors:
        raise Invalid(errors)


@transaction.atomic
def end_substitution(actor: Actor, number: int) -> Substitution:
    """End a substitution now, or call off one that has not begun. Event `user.substitution_ended`. Raises NotFound."""
    now = timezone.now()
    found = (
        Substitution.objects.select_for_update(of=("self",))
        .select_related("absent")
        .filter(pk=min(number, 2**63 - 1), ends_at__gt=now)
        .first()
    )
    if found is None or not may_set(actor, found.absent):
        raise NotFound(_("There is no such substitution."))
    found.ends_at = max(now, found.starts_at)  # of one that has not begun nothing is left
    found.ended_by_id = actor.user_id
    found.save(update_fields=["ends_at", "ended_by"])
    rights_changed()
    emit(
        "user.substitution_ended", "user", [found.absent_id], actor_id=actor.user_id,
        payload={"deputy": found.deputy_id},
    )  # fmt: skip
    return found


def standing_in_for(user_id: int) -> QuerySet[Substitution]:
    """The running and planned substitutions of somebody, by their first day."""
    return lasting().filter(absent_id=user_id)


def standing_in(user_id: int) -> QuerySet[Substitution]:
    """The running and planned substitutions in which somebody is the deputy."""
    return lasting().filter(deputy_id=user_id)


def absent_now(object_key: str) -> set[int]:
    """Who is away at this moment and has a deputy for records of a kind."""
    running = lasting().filter(starts_at__lte=timezone.now())
    found = running.filter(Q(kinds=None) | Q(kinds__contains=[object_key])).order_by()
    return set(found.values_list("absent_id", flat=True))


def lasting() -> QuerySet[Substitution]:
    called_off = Q(ended_by__isnull=False)
    found = Substitution.objects.filter(ends_at__gt=timezone.now()).exclude(called_off)
    return found.select_related("absent", "deputy").order_by("first", "pk")
