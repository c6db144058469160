"""Options that are offered with some values of another field only: what does not fit is refused, in whatever door.

Where only the other field changes, a value that no longer fits goes; the history keeps it.
"""

from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import fitting
from klientura.kernel.objects.batch import Batch

NOT_HERE = _("“%(option)s” does not go with “%(of)s”. Choose another one.")


def enforce(batch: Batch) -> None:
    """Refuse options that do not fit the record as it would stand; empty those that another value has made unfit."""
    fields = batch.shape.fields
    for key, field in fields.items():
        by = fields.get(field.params.options_by)
        if by is None:
            continue
        known = field.params.choices.by_code
        for draft in batch:
            if draft.errors or not (batch.creating or draft.changed(key, by.key)):
                continue
            choice, of = known.get(draft.get(key) or ""), draft.get(by.key)
            if choice is None or fitting(choice, of):
                continue
            if batch.creating or draft.changed(key):
                said = {"option": choice.label, "of": by.type.display(of, by.params, "ru")}
                draft.refuse(key, "option", NOT_HERE % said)
            else:
                draft.values[key] = None
