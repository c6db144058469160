"""Whose payments are: a client made of what the bank says of a payer, or one of the base who is the payer; and taken back."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.dedup.hints import Hint, hints
from klientura.kernel.errors import BadRequest, FieldError, Invalid, KernelError, NotFound
from klientura.kernel.history.undo import undo
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.search.results import search
from klientura.kernel.store import bulk, operations, read, write
from klientura.kernel.store.filters import Tree
from klientura.kernel.store.models import Change, Operation
from klientura.kernel.store.read import Row
from klientura.kit.organisations import full_name, short_name, split_legal_form
from klientura.modules.payments.queries.candidates import clients_by_inn, clients_by_name
from klientura.modules.payments.services.allocating import Share, allocate_shares

MOST_HINTS = 4
KIND = "edit"
FORMS: Final = {
    "ООО": "ooo", "АО": "ao", "ПАО": "pao", "ЗАО": "zao", "ОАО": "oao", "ИП": "ip", "НКО": "nko", "АНО": "ano",
    "ГУП": "gup", "МУП": "mup", "ГБУ": "gbu", "ТСЖ": "tszh", "КФХ": "kfh",
}  # fmt: skip
"""Short legal forms by what organisations have them as."""


class Given(NamedTuple):
    """The client that payments were given, and the operation by which that can be taken back."""

    client: int
    operation: int


def likely_clients(actor: Actor, payment_id: int) -> list[Hint]:
    """Organisations of the base that the payer may well be, the likeliest first: what a new client would be a duplicate of."""
    payment = read.get(actor, shape_of("payment"), payment_id)
    name = payment["payer_name"]
    if not name:
        return []
    shape = shape_of("organisation")
    found = [c.id for c in clients_by_name(actor, [name]).get(name, [])]
    try:
        groups = search(actor, [shape], split_legal_form(name)[1] or name, limit=MOST_HINTS)
    except KernelError:  # a name that is no search text, such as a single sign
        groups = []
    found += [row["id"] for group in groups for row in group.rows]
    facts = {
        "name": [name],
        "tax_number": [payment["payer_inn"] or ""],
        "branch_code": [payment["payer_kpp"] or ""],
    }
    judged = hints(actor, shape, {k: [v for v in values if v] for k, values in facts.items()}, found)
    return [h for h in judged if not h.ruled_out and (h.match.verdict != "no" or h.id in found)][:MOST_HINTS]


@transaction.atomic
def client_of_payer(actor: Actor, payment_id: int) -> Given:
    """Make an organisation of a payer's requisites and give it all of his payments that have no client.

    Raises NotFound, Denied, and Invalid when there is a client with this INN already, or the INN is wrong.
    """
    payment = read.get(actor, shape_of("payment"), payment_id)
    inn, name = payment["payer_inn"], payment["payer_name"]
    if not inn or not name:
        raise Invalid([FieldError("payer_inn", "required", _("The bank did not say who paid."))])
    if clients_by_inn(actor, [inn]):
        known = _("A client with this INN is in the base already: choose him by hand.")
        raise Invalid([FieldError("payer_inn", "known", known)])
    values: dict[str, Any] = {"name": short_name(name), "full_name": full_name(name), "inn": inn}
    values["legal_form"] = _legal_form(name)
    if payment["payer_kpp"] and len(inn) == 10:
        values["kpp"] = payment["payer_kpp"]
    operation = operations.start(actor, KIND, "payment", fields=["party"])
    client = write.create(
        actor, shape_of("organisation"), {k: v for k, v in values.items() if v}, operation_id=operation.pk
    )
    return _give(actor, payment, client, operation)


def _legal_form(name: str) -> str | None:
    """The legal form that a name begins or ends with, where the base still has it among its options."""
    code = FORMS.get(split_legal_form(name)[0] or "")
    return (
        code
        if code in {o.code for o in shape_of("organisation").fields["legal_form"].params.choices}
        else None
    )


@transaction.atomic
def payer_is(actor: Actor, payment_id: int, client_id: int) -> Given:
    """The payer is this client of the base: all his payments without a client become theirs, and they get his INN.

    The INN is written where the client has none, and may be edited by the actor; else it stays away. Raises NotFound, Denied.
    """
    payment = read.get(actor, shape_of("payment"), payment_id)
    kind = read.get(actor, shape_of("party"), client_id, keys=["kind"])["kind"]
    operation = operations.start(actor, KIND, "payment", fields=["party"])
    if kind == "organisation" and payment["payer_inn"]:
        _fill_inn(actor, client_id, payment["payer_inn"], operation.pk)
    return _give(actor, payment, client_id, operation)


def _fill_inn(actor: Actor, client_id: int, inn: str, operation_id: int) -> None:
    shape = shape_of("organisation")
    row = read.get(actor, shape, client_id)
    if "inn" not in row or row["inn"] or "edit" not in read.verbs_on(actor, shape, client_id, ("edit",)):
        return
    try:
        with transaction.atomic():
            write.update(actor, shape, client_id, {"inn": inn}, operation_id=operation_id)
    except (
        KernelError
    ):  # a number that is none, or a field closed to the actor: the payment is theirs all the same
        return


def _give(actor: Actor, payment: Row, client: int, operation: Operation) -> Given:
    """Give a client the payment, and all others of the same payer that have none."""
    shape, inn = shape_of("payment"), payment["payer_inn"]
    of_payer: Tree = {
        "and": [{"field": "payer_inn", "op": "eq", "value": inn}, {"field": "party", "op": "empty"}]
    }
    chosen = bulk.Selection(tree=of_payer) if inn else bulk.Selection(ids=(payment["id"],))
    outcome = bulk.Outcome(operation.pk)
    ids = bulk.select_ids(actor, shape, chosen, "edit")
    bulk.edit_records(actor, shape, ids, {"party": client}, outcome)
    if payment["id"] not in ids or payment["id"] in outcome.refused:
        raise NotFound
    operations.finish(operation, records=outcome.changed, details={"client": client})
    return Given(client, operation.pk)


@transaction.atomic
def pay(actor: Actor, shares: Sequence[Share]) -> list[int]:
    """Pay invoices by one payment; without a client it becomes their client's. Returns the invoices paid in full. Raises as `allocate_shares`."""
    payment = read.get(actor, shape_of("payment"), shares[0].payment, keys=["party"])
    if payment["party"] is None:
        whose = read.get(actor, shape_of("invoice"), shares[0].invoice, keys=["party"])["party"]
        write.update(actor, shape_of("payment"), shares[0].payment, {"party": whose and whose.id})
    return allocate_shares(actor, shares)


@transaction.atomic
def take_back(actor: Actor, operation_id: int) -> None:
    """Undo `client_of_payer` or `payer_is`: the payments have no client again, and the client is as it was, or gone.

    A payment of the bank is closed to every other undo: this one lays down only whose it is. Raises NotFound, Denied,
    BadRequest when invoices are paid by it since, or it was taken back already.
    """
    operation = (
        Operation.objects.select_for_update().filter(pk=operation_id, kind=KIND, object="payment").first()
    )
    client = operation.details.get("client") if operation else None
    if operation is None or client is None or operation.actor_id != actor.user_id:
        raise NotFound
    shape = shape_of("payment")
    ids = Change.objects.filter(operation_id=operation_id, root_object=shape.base).values_list(
        "root_id", flat=True
    )
    rows = [row for row in write.lock_open_rows(actor, shape, sorted(set(ids))) if row["party"] == client]
    if any(row["allocated"] for row in rows):
        raise BadRequest(_("Invoices are paid by it. Take the allocation off first."), code="allocated")
    outcome = bulk.Outcome(operations.start(actor, "undo", "payment", undoes_id=operation_id).pk)
    bulk.edit_records(actor, shape, [row["id"] for row in rows], {"party": None}, outcome)
    Operation.objects.filter(pk=outcome.operation_id).update(state="done", records=outcome.changed)
    undo(actor, operation_id)
