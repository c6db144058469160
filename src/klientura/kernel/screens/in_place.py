"""Editing one value where it stands, in a list or on a card: its control, what was sent, and both sides of a conflict."""

from typing import Any

from django.utils.translation import gettext as _

from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens import inputs
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.chosen import in_words, names_of
from klientura.kernel.screens.conflicts import who_changed
from klientura.kernel.screens.language import lang
from klientura.kernel.store.read import Row
from klientura.kernel.web.requests import Request

# What a browser sends of these when nothing is ticked is nothing at all.
NOTHING: dict[str, Any] = {
    "multi_option": [],
    "tags": [],
    "file": [],
    "references": [],
    "users": [],
    "boolean": False,
}


def control(asked: Request, row: Row, field: FieldShape, raw: Any) -> dict[str, Any]:
    """The control of a value; `raw` is what was typed and refused."""
    made = inputs.control(
        field, row[field.key], lang(), company_currency=asked.installation.currency, raw=raw, row=row,
        names=names_of(asked.actor, [(field, raw)]),
    )  # fmt: skip
    return {**inputs.only_fitting(field, made, row), "label": field.heading}


def given(asked: Request, field: FieldShape) -> Any:
    """The raw value that was sent. Raises BadRequest when there is none."""
    values = inputs.values_from(asked.POST, {field.key: field})
    if not values and field.type.key not in NOTHING:
        raise BadRequest(_("The form came without the value to be saved. Reload the page."), code="value")
    return values.get(field.key, NOTHING.get(field.type.key))


def sides(asked: Request, shape: Shape, row: Row, field: FieldShape, raw: Any) -> dict[str, Any]:
    """Both values of a conflict, and whose the other one is; nothing of what was typed is lost."""
    return {
        "who": who_changed(asked, shape, row, [field.key])[field.key],
        "mine": in_words(field, raw, names_of(asked.actor, [(field, raw)])),
        "mine_raw": sent(raw),
        "theirs": cell(field, row[field.key], row, lang(), company_currency=asked.installation.currency),
    }


def sent(raw: Any) -> list[str]:
    """A value as a form would send it again: each of many, a tick as a tick."""
    if isinstance(raw, bool):
        return ["1" if raw else ""]
    return [str(one) for one in raw] if isinstance(raw, list) else [str(raw)]
