"""A client made of what the bank says of a payer."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import bulk, read, write
from klientura.kernel.store.filters import Tree
from klientura.modules.payments.queries.candidates import clients_by_inn


@transaction.atomic
def client_of_payer(actor: Actor, payment_id: int) -> int:
    """Make an organisation of a payer's requisites and give it all of his payments that have no client; return its number.

    Raises NotFound, Denied, and Invalid when there is a client with this INN already, or the INN is wrong.
    """
    shape = shape_of("payment")
    payment = read.get(actor, shape, payment_id)
    inn = payment["payer_inn"]
    if not inn or not payment["payer_name"]:
        raise Invalid([FieldError("payer_inn", "required", _("The bank did not say who paid."))])
    if clients_by_inn(actor, [inn]):
        raise Invalid(
            [
                FieldError(
                    "payer_inn",
                    "known",
                    _("A client with this INN is in the base already: choose him by hand."),
                )
            ]
        )
    values: dict[str, Any] = {"name": payment["payer_name"], "inn": inn}
    if payment["payer_kpp"] and len(inn) == 10:
        values["kpp"] = payment["payer_kpp"]
    client = write.create(actor, shape_of("organisation"), values)
    of_payer: Tree = {
        "and": [{"field": "payer_inn", "op": "eq", "value": inn}, {"field": "party", "op": "empty"}]
    }
    bulk.edit(actor, shape, bulk.Selection(tree=of_payer), {"party": client})
    return client
