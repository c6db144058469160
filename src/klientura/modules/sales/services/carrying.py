"""What hangs on a lead goes over to what it becomes, and comes back when that is taken back."""

import datetime as dt
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import members_of
from klientura.kernel.comments import merged as comments
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import write


def product_for(actor: Actor) -> Actor:
    """The product, at work for an actor: what hangs on a lead goes over also where its actor does not see it."""
    return SystemActor("a conversion loses nothing, whoever carries it out", actor.user_id)


def first_contact_on(lead_id: int) -> dt.date | None:
    """The day of the first contact about a lead, as the clients who come of it will have it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select (min(at) at time zone %s)::date from interaction where subject_object = 'lead' and subject_id = %s"
            " and kind <> 'note' and deleted_at is null",
            [timezone.get_default_timezone_name(), lead_id],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def carry_over(
    actor: Actor,
    lead_id: int,
    operation_id: int,
    *,
    opportunity: int | None,
    party: int | None,
    person: int | None,
) -> int:
    """Have talks, tasks, events and whatever else is about a lead be about its deal and its client; return how many.

    Without a deal they are about the client alone. Comments go to the deal, or stay.
    """
    ties = {"party": party, "person": person if person != party else None}
    number = 0
    for shape in _about_others():
        rows = write.lock_rows(shape, _about_lead(shape, lead_id))
        drafts = [
            Draft(
                values=_values(shape, row, ties, opportunity),
                before=row,
                record_id=row["id"],
                version=row["version"],
            )
            for row in rows
        ]
        if drafts:
            batch = Batch(shape, drafts, creating=False)
            number += len(write.write_drafts(product_for(actor), batch, operation_id=operation_id))
    if opportunity is not None:
        comments.carry_elsewhere("lead", lead_id, "opportunity", opportunity, operation_id)
    return number


def _values(
    shape: Shape, row: dict[str, Any], ties: dict[str, int | None], opportunity: int | None
) -> dict[str, Any]:
    values: dict[str, Any] = {k: v for k, v in ties.items() if k in shape.fields and v and row[k] is None}
    if opportunity is not None:
        values |= {"subject_object": "opportunity", "subject_id": opportunity}
    elif "party" in shape.fields:
        values |= {"subject_object": None, "subject_id": None}
    return values


def _about_others() -> list[Shape]:
    return [
        s
        for s in all_shapes().values()
        if {"subject_object", "subject_id"} <= set(s.fields) and not members_of(s)
    ]


def _about_lead(shape: Shape, lead_id: int) -> list[int]:
    text = sql.SQL("select id from {} where subject_object = 'lead' and subject_id = %s").format(
        sql.Identifier(shape.table)
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [lead_id])
        return [row[0] for row in cursor.fetchall()]
