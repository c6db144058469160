"""To whom and to what a letter that is being written belongs, before it is sent: for the values that a template takes."""

from klientura.kernel.access.actor import Actor
from klientura.kit.letters import naming
from klientura.modules.conversations.models import Outgoing
from klientura.modules.conversations.queries.access import open_letter
from klientura.modules.conversations.services.drafts import Typed, tie_of
from klientura.modules.conversations.services.ties import Ties, records_of
from klientura.modules.parties.queries.by_email import parties_by_email


def records_for(actor: Actor, typed: Typed, draft: Outgoing | None) -> dict[str, int]:
    """The records a letter is about: those it was begun at, those of the conversation it answers, else whose address it goes to."""
    ties = _ties(actor, typed, draft)
    if ties["party_id"] is None and ties["subject_id"] is None:
        addresses = [
            a.address for text in typed.to for a in naming.addresses([text.removeprefix(";")]) if a.address
        ]
        whose = parties_by_email(addresses[:1]).get(addresses[0]) if addresses else None
        if whose is not None:
            ties = Ties(
                party_id=whose.party_id, person_id=whose.person_id, subject_object=None, subject_id=None
            )
    return records_of(actor, ties)


def _ties(actor: Actor, typed: Typed, draft: Outgoing | None) -> Ties:
    if draft is not None and (draft.party_id or draft.subject_id):
        return Ties(
            party_id=draft.party_id, person_id=draft.person_id, subject_object=draft.subject_object, subject_id=draft.subject_id
        )  # fmt: skip
    if typed.about:
        return tie_of(actor, typed.about)
    if typed.answered_id:
        thread = open_letter(actor, typed.answered_id).thread
        return Ties(
            party_id=thread.party_id, person_id=thread.person_id, subject_object=thread.subject_object, subject_id=thread.subject_id
        )  # fmt: skip
    return Ties(party_id=None, person_id=None, subject_object=None, subject_id=None)
