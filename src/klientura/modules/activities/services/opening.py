"""That a letter was opened by whom it was written to: a fact of the interaction, for filters and rules."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write

TELLER: Final = SystemActor("a letter was opened")


def note_opened(interaction_ids: Sequence[int], at: dt.datetime) -> None:
    """Note the first opening of the letters that these interactions were written of. Event: interaction.changed."""
    shape = shape_of("interaction")
    rows = (
        [r for r in write.lock_rows(shape, interaction_ids) if r["opened_at"] is None]
        if interaction_ids
        else []
    )
    drafts = [Draft({"opened_at": at}, before=r, record_id=r["id"], version=r["version"]) for r in rows]
    write.write_drafts(TELLER, Batch(shape, drafts, creating=False))
