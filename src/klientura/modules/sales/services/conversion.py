"""A lead becomes a client, a person and a deal, in one transaction and one operation that can be taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable, writable
from klientura.kernel.errors import BadRequest, Denied, FieldError, Invalid
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import operations, read, write
from klientura.kit.organisations import split_legal_form
from klientura.kit.people import parse_person_name
from klientura.modules.catalog.queries.codes import is_priced
from klientura.modules.conversations.services import becoming
from klientura.modules.sales.services.carrying import carry_over, first_contact_on
from klientura.modules.sales.services.responses import OPEN

KIND: Final = "convert"
ASKED: Final = (
    "organisation", "organisation_name", "person", "person_name", "opportunity", "deal", "name", "amount", "currency",
    "pipeline",
)  # fmt: skip
"""What may be said of a conversion."""
NO_SUCH: Final = _("There is no such record, or it is not open to you.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of a lead: records that are there already, by number, or names of those to be made."""

    organisation: int | None
    organisation_name: str
    person: int | None
    person_name: str
    opportunity: int | None
    deal: bool
    more: Mapping[str, Any]


@transaction.atomic
def convert(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Make a client, a person and a deal of a lead, or tie it to those that are there; return the lead's version.

    Takes `organisation` and `person` (numbers) or `organisation_name` and `person_name` of new ones, those of the lead
    unless others are given; `deal` (false: none), `opportunity` (one that is there), `name`, `amount`, `currency`,
    `pipeline`. Talks, tasks, events and comments of the lead go over to the deal and its client. Raises Invalid,
    BadRequest, NotFound, Denied, Conflict.
    """
    shape = shape_of("lead")
    if not writable(actor, shape, "status"):
        raise Denied(_("Your role may not move leads."))
    before = write.lock(actor, shape, record_id, "edit")
    if before["status"] not in OPEN:
        raise BadRequest(_("Only a lead in work can be converted."), code="closed")
    lead = {k: v for k, v in before.items() if k in readable(actor, shape)}
    wanted = _wanted(actor, lead, dict(values or {}))
    operation = operations.start(actor, KIND, "lead", lead=record_id, name=str(lead.get("name") or ""))
    made = _make(actor, lead, wanted, operation.pk)
    client = made["organisation"] or made["person"]
    moved = carry_over(
        actor, record_id, operation.pk, opportunity=made["opportunity"], party=client, person=made["person"]
    )
    letters = becoming.follow(
        ("lead", record_id),
        ("opportunity", made["opportunity"]) if made["opportunity"] else None,
        party_id=client,
        person_id=made["person"],
    )
    changes = {
        "status": "converted", "party": client, "person": made["person"], "opportunity": made["opportunity"],
    }  # fmt: skip
    draft = Draft(values=changes, before=before, record_id=record_id, version=before["version"])
    version = write.apply(actor, shape, draft, expected_version=expected_version, operation_id=operation.pk)
    operations.finish(operation, records=moved + 1, details={"made": made, "letters": letters})
    return version


def _wanted(actor: Actor, lead: Mapping[str, Any], given: dict[str, Any]) -> Wanted:
    errors: list[FieldError] = []
    numbers = {
        key: _existing(actor, shape_of(key), given.get(key), errors)
        for key in ("organisation", "person", "opportunity")
    }
    names = {
        key: _text(given.get(f"{key}_name", lead.get(stored)))
        for key, stored in (("organisation", "company_name"), ("person", "person_name"))
    }
    wanted = Wanted(
        numbers["organisation"],
        "" if numbers["organisation"] else names["organisation"],
        numbers["person"],
        "" if numbers["person"] else names["person"],
        numbers["opportunity"],
        given.get("deal", True) not in (False, "0", "", None, "false"),
        {k: v for k in ("name", "amount", "currency", "pipeline") if (v := given.get(k)) not in (None, "")},
    )
    if not any((wanted.organisation, wanted.organisation_name, wanted.person, wanted.person_name)):
        errors.append(
            FieldError("organisation_name", "required", _("Say who it is: an organisation or a person."))
        )
    if errors:
        raise Invalid(errors)
    return wanted


def _text(raw: Any) -> str:
    return " ".join(str(raw).replace("\x00", "").split())[:255] if isinstance(raw, str) else ""


def _existing(actor: Actor, shape: Shape, raw: Any, errors: list[FieldError]) -> int | None:
    """The number of a record that is there and open to the actor."""
    if isinstance(raw, Mapping):
        raw = raw.get("id")
    if raw in (None, ""):
        return None
    text = str(raw)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    if not read.titles(actor, shape, [number]):
        errors.append(FieldError(shape.key, "reference", NO_SUCH))
        return None
    return number


def _make(actor: Actor, lead: Mapping[str, Any], wanted: Wanted, operation_id: int) -> dict[str, int | None]:
    """Make what is to be made; return the numbers of all three, None for what there is not to be."""
    organisation, person = wanted.organisation, wanted.person
    reached = {"phone": lead.get("phone"), "email": lead.get("email")}
    met = first_contact_on(lead["id"])  # known at once, so that the product notes nothing on them afterwards
    whence = {k: lead.get(k) for k in ("city", "source", "owner")} | {
        "first_contact_on": met.isoformat() if met else None
    }
    if wanted.organisation_name:
        _form, name = split_legal_form(wanted.organisation_name)
        own = {} if person or wanted.person_name else reached
        organisation = _create(
            actor,
            "organisation",
            {
                "name": name or wanted.organisation_name,
                "full_name": wanted.organisation_name,
                **whence,
                **own,
            },
            operation_id,
        )
    if wanted.person_name:
        name_parts = parse_person_name(wanted.person_name)
        names = {
            "last_name": name_parts.last,
            "first_name": name_parts.first,
            "middle_name": name_parts.middle,
        }
        if not any(names.values()):
            names["last_name"] = wanted.person_name[:120]
        person = _create(
            actor, "person", {**names, "employer": organisation, **whence, **reached}, operation_id
        )
        _note_contact(actor, organisation, person, operation_id)
    opportunity = wanted.opportunity
    if wanted.deal and opportunity is None:
        opportunity = _deal(actor, lead, wanted, organisation or person, person, operation_id)
    return {"organisation": organisation, "person": person, "opportunity": opportunity}


def _note_contact(actor: Actor, organisation: int | None, person: int, operation_id: int) -> None:
    """Whom the interest came from is the main contact of an organisation that has none, where the actor may say so."""
    shape = shape_of("organisation")
    if organisation is None or not writable(actor, shape, "primary_contact"):
        return
    if read.get(actor, shape, organisation, keys=["primary_contact"])["primary_contact"] is not None:
        return
    if "edit" in read.verbs_on(actor, shape, organisation, ("edit",)):
        write.update(actor, shape, organisation, {"primary_contact": person}, operation_id=operation_id)


def _deal(
    actor: Actor,
    lead: Mapping[str, Any],
    wanted: Wanted,
    party: int | None,
    person: int | None,
    operation_id: int,
) -> int:
    values = {
        "name": lead.get("name"), "amount": lead.get("amount"), "currency": lead.get("currency"),
        "source": lead.get("source") or _text(lead.get("utm_source"))[:120] or None, "description": lead.get("need"),
        "tags": lead.get("tags"), "owner": lead.get("owner"), "party": party,
        "person": person if person != party else None, **wanted.more,
    }  # fmt: skip
    if product := lead.get("product"):
        # The sum of a deal follows from its lines: a price of the catalogue holds, what was expected stands in for a missing one.
        expected = values.pop("amount")
        values["lines"] = [
            {"product": product, "quantity": "1", **({} if is_priced(product) else {"given_price": expected})}
        ]
    return _create(actor, "opportunity", values, operation_id)


def _create(actor: Actor, key: str, values: Mapping[str, Any], operation_id: int) -> int:
    """Make a record of what is known and the actor may write. What is refused is told by the name of the dialog's field."""
    shape = shape_of(key)
    known = {k: v for k, v in values.items() if v not in (None, "", []) and writable(actor, shape, k)}
    try:
        return write.create(actor, shape, known, operation_id=operation_id)
    except Invalid as refused:
        raise Invalid(
            [FieldError(_told_as(key, e.field), e.code, e.message) for e in refused.errors]
        ) from refused


def _told_as(key: str, field: str) -> str:
    if key == "opportunity":
        return "amount" if field.startswith("lines") else field
    return f"{key}_name"
