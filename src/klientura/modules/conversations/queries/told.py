"""Letters behind interactions."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klientura.kernel.access.actor import Actor
from klientura.kernel.screens.language import lang
from klientura.kit.formats import format_datetime
from klientura.modules.conversations.models import Letter, LetterFact, Tracked
from klientura.modules.conversations.queries.access import told_to
from klientura.modules.conversations.queries.tracking import Reading, readings


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
    told = list(letters)
    read = readings([number for _k, number, _f in told])
    return {facts[key]: [*opened_way(read.get(number)), *_ways(number, files)] for key, number, files in told}


def opened_way(reading: Reading | None) -> Sequence[Mapping[str, Any]]:
    """That a letter was opened, with the way to which of its links were followed."""
    if reading is None or not reading.tracked.opened or reading.tracked.outgoing.letter_id is None:
        return []
    url = f"/mail/letters/{reading.tracked.outgoing.letter_id}"
    return [{"label": opened_words(reading.tracked), "icon": "eye", "url": url}]


def opened_words(tracked: Tracked) -> str:
    """How often a letter was opened, and when last."""
    if tracked.last_opened_at is None:
        return _("Not opened yet")
    last = format_datetime(timezone.localtime(tracked.last_opened_at), lang())
    text = ngettext("Opened {n} time, last on {last}", "Opened {n} times, last on {last}", tracked.opened)
    return text.format(n=tracked.opened, last=last)


def _ways(number: int, files: int) -> Sequence[Mapping[str, Any]]:
    label = _("The letter and its files: {count}").format(count=files) if files else _("The letter")
    return [
        {"label": label, "icon": "paperclip" if files else "mail", "url": f"/mail/letters/{number}"},
        {
            "label": _("Answer"),
            "icon": "reply",
            "url": f"/mail/letters/{number}/reply",
            "attrs": {
                "hx-get": f"/mail/letters/{number}/answer",
                "hx-target": "next .moment-more",
                "hx-swap": "innerHTML",
            },
        },
    ]
