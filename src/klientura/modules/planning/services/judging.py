"""What must hold for a head's own forecast: one for a person, a team or the company in a month."""

from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.models import User
from klientura.kernel.objects.batch import Batch
from klientura.modules.planning.models import Judgement
from klientura.modules.planning.rules import first_day
from klientura.modules.planning.services.checks import YEARS

LOCK: Final = 7_340_212


def before_write_judgement(batch: Batch, _actor: Any) -> None:
    """Put it on its month; a person's stands with the person's team, whatever team was given; there is one for the same."""
    owners = {
        d.get("owner") for d in batch if d.get("owner") and (batch.creating or d.changed("owner", "team"))
    }
    teams = dict(User.objects.filter(pk__in=owners).values_list("pk", "team_id")) if owners else {}
    for draft in batch:
        day = draft.get("starts_on")
        if day is not None and day.year not in YEARS:
            draft.refuse("starts_on", "range", _("Plans are made for the years 1990 to 2100."))
        elif day is not None:
            draft.values["starts_on"] = first_day("month", day)
        if draft.get("owner") in teams:
            draft.values["team"] = teams[draft.get("owner")]
        level = "person" if draft.get("owner") else "team" if draft.get("team") else "company"
        if draft.get("level") != level:
            draft.values["level"] = level
        if (draft.get("amount") or 0) < 0:
            draft.refuse("amount", "range", _("A forecast cannot be negative."))
    _once(batch)


def _cell(level: str, owner: Any, team: Any, starts_on: Any) -> tuple[Any, ...]:
    return starts_on, level, {"person": owner, "team": team}.get(level)


def _once(batch: Batch) -> None:
    claiming = [
        d
        for d in batch
        if not d.errors and (batch.creating or d.changed("owner", "team", "level", "starts_on"))
    ]
    if not claiming:
        return
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    rows = Judgement.objects.filter(
        starts_on__in={d.get("starts_on") for d in claiming}, deleted_at=None
    ).exclude(pk__in=[d.record_id for d in batch if d.record_id])
    taken = {_cell(r.level, r.owner_id, r.team_id, r.starts_on) for r in rows}
    for draft in claiming:
        cell = _cell(draft.get("level"), draft.get("owner"), draft.get("team"), draft.get("starts_on"))
        if cell in taken:
            draft.refuse("starts_on", "second", _("This month has been judged already: change that."))
        taken.add(cell)
