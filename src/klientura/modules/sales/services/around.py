"""What must hold for what surrounds a deal, and the day on which a lost one is taken up again."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_zone
from klientura.kernel.settings.working import working_time
from klientura.kernel.store import write

ALL: Final = Decimal(100)
RETURN: Final = SystemActor("a lost deal is to be taken up again on this day")
TWICE: Final = gettext_lazy("This stands here twice.")
_LOST: Final = (
    "select o.id, o.name, o.owner_id, o.winback_on from opportunity o where o.id = any(%s) and o.status = 'lost'"
    " and o.winback_on is not null and o.deleted_at is null order by o.id for no key update"
)
_PLANNED: Final = (
    "select subject_id from task where subject_object = 'opportunity' and subject_id = any(%s) and due_at = any(%s)"
    " and status = 'open' and deleted_at is null"
)


def check_surroundings(draft: Draft) -> None:
    """Shares come to a hundred; nobody stands twice in a list; a lost deal is taken up again on a day to come."""
    shares = draft.parts.get("shares")
    if shares:
        for number, line in enumerate(shares):
            if line.get("percent") is not None and not 0 < line["percent"] <= ALL:
                draft.refuse(f"shares.{number}.percent", "range", _("A share lies between 0 and 100 %."))
        total = sum((line.get("percent") or Decimal(0) for line in shares), Decimal(0))
        if total != ALL:
            text = _("The shares come to %(total)s %%; together they must be 100 %%.")
            draft.refuse("shares", "sum", text % {"total": f"{total:f}".rstrip("0").rstrip(".") or "0"})
    for part, key in (("shares", "user"), ("people", "person"), ("rivals", "competitor")):
        seen: set[Any] = set()
        for number, line in enumerate(draft.parts.get(part, ())):
            if line.get(key) in seen:
                draft.refuse(f"{part}.{number}.{key}", "twice", TWICE)
            seen.add(line.get(key))
    day = draft.values.get("winback_on")
    if day is not None and draft.changed("winback_on") and day <= timezone.localdate():
        draft.refuse("winback_on", "past", _("Choose a day to come."))


def plan_returns(deal_ids: Sequence[int]) -> int:
    """Make a task for the day on which a lost deal is to be taken up again; return how many. Repeatable."""
    with connection.cursor() as cursor:
        cursor.execute(_LOST, [list(deal_ids)])
        rows = cursor.fetchall()
        if not rows:
            return 0
        begins, zone = working_time().begins, company_zone()
        due = {deal: dt.datetime.combine(day, begins, zone) for deal, _name, _owner, day in rows}
        cursor.execute(_PLANNED, [list(due), list(due.values())])
        known = {row[0] for row in cursor.fetchall()}
    records = [
        {
            "name": _("Take up again: {deal}").format(deal=name)[:300], "due_at": due[deal], "owner": owner,
            "subject_object": "opportunity", "subject_id": deal,
        }
        for deal, name, owner, _day in rows
        if deal not in known
    ]  # fmt: skip
    return len(write.create_many(RETURN, shape_of("task"), records)) if records else 0
