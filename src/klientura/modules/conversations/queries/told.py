"""Letters behind interactions."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.modules.conversations.models import Letter, LetterFact
from klientura.modules.conversations.queries.access import told_to


def letters_told(actor: Actor, interaction_ids: Sequence[int]) -> Mapping[int, Sequence[Mapping[str, Any]]]:
    """The way to the letter of each interaction that was written of one, for those who may read it. At most three queries, and
    one even for no interaction: pages ask the same whatever they hold."""
    facts = dict(
        LetterFact.objects.filter(interaction_id__in=[0, *interaction_ids]).values_list(
            "key", "interaction_id"
        )
    )
    seen = told_to(actor, list(facts.values()))
    if not seen:
        return {}
    letters = Letter.objects.filter(
        key__in=[key for key, number in facts.items() if number in seen],
        mailbox__open_to_clients=True,
        is_private=False,
        thread__is_private=False,
    ).values_list("key", "pk", "files")
    return {facts[key]: _ways(number, files) for key, number, files in letters}


def _ways(number: int, files: int) -> Sequence[Mapping[str, Any]]:
    label = _("The letter and its files: {count}").format(count=files) if files else _("The letter")
    return [
        {"label": label, "icon": "paperclip" if files else "mail", "url": f"/mail/letters/{number}"},
        {"label": _("Answer"), "icon": "reply", "url": f"/mail/letters/{number}/reply"},
    ]
