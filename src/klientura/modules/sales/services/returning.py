"""Taking a conversion back: everything as it was, as long as nobody has built upon what it made."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klientura.kernel.access.actor import Actor
from klientura.kernel.comments import merged as comments
from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.history.undo import Undone, end, register_way, spans, take_back_span, undo
from klientura.kernel.history.undo_refs import must_stay
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import operations, read
from klientura.kernel.store.models import Operation
from klientura.modules.conversations.services import becoming
from klientura.modules.sales.models import Lead
from klientura.modules.sales.services.carrying import product_for
from klientura.modules.sales.services.conversion import KIND

BUILT_UPON: Final = gettext_lazy(
    "What the lead became has been worked with since: it cannot be returned any more. Change the deal or the client instead."
)


@transaction.atomic
def return_to_leads(
    actor: Actor,
    record_id: int,
    _values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Take the conversion of a lead back; return the lead's version.

    Whoever converted it may, and administrators. Raises NotFound, Denied, BadRequest when somebody has built upon it.
    """
    shape = shape_of("lead")
    read.require_on(actor, shape, record_id, "edit")
    with connection.cursor() as cursor:
        cursor.execute(
            "select o.id from kernel_change c join kernel_operation o on o.id = c.operation_id where c.root_object = 'lead'"
            " and c.root_id = %s and o.kind = %s and o.state = 'done' order by c.id desc limit 1",
            [record_id, KIND],
        )
        row = cursor.fetchone()
    if row is None:
        raise BadRequest(_("This lead was not converted here."), code="state")
    try:
        undo(actor, row[0])
    except NotFound:
        raise Denied(_("Only whoever converted the lead can take that back, or an administrator.")) from None
    return Lead.objects.values_list("version", flat=True).get(pk=record_id)


def _give_back(actor: Actor, target: Operation) -> Undone:
    """First all that went over comes back, then what was made goes to the trash, if nothing holds it there."""
    lead_id = target.details["lead"]
    mine = operations.start(actor, "undo", "lead", undoes_id=target.pk)
    product, restored, kept = product_for(actor), 0, dict[str, list[int]]()
    made = []
    for span in spans(target):
        if "create" in span.acts():
            made.append(span)
            continue
        moved, left = take_back_span(product, span, mine.pk, ())
        restored += len(moved)
        kept.setdefault(span.shape.base, []).extend(left)
    comments.carry_back(product, target.pk, mine.pk)
    deal = target.details["made"]["opportunity"]
    becoming.come_back(
        ("lead", lead_id), ("opportunity", deal) if deal else None, target.details.get("letters", {})
    )
    if Lead.objects.get(pk=lead_id).status == "converted" or any(must_stay(target.pk).values()):
        raise BadRequest(BUILT_UPON, code="built_upon")
    for span in made:
        moved, left = take_back_span(product, span, mine.pk, ())
        restored += len(moved)
        kept.setdefault(span.shape.base, []).extend(left)
    left_over = [number for numbers in kept.values() for number in numbers]
    end(target, mine, restored=restored, kept=kept, left=len(left_over))
    return Undone(mine.pk, restored, left_over, _("The lead is back among the leads."))


def attach() -> None:
    """Have conversions taken back in this way, wherever somebody undoes one."""
    register_way(KIND, _give_back)
