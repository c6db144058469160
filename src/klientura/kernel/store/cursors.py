"""Where a page ended: the value of the sort field and the record's number, in a text that fits an address."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.objects.shape import FieldShape

MAX_LENGTH = 4000  # the longest title, in the widest letters, and the encoding around it


@dataclass(frozen=True, slots=True)
class Position:
    """The last record of a page. `value` is None inside the segment of empty values."""

    value: Any
    record_id: int


def encode(sort: str, field: FieldShape, position: Position) -> str:
    """Write a cursor; it is bound to the sort it was made for."""
    value = field.type.to_json(position.value)
    return (
        base64.urlsafe_b64encode(orjson.dumps([sort, value, position.record_id], default=str))
        .rstrip(b"=")
        .decode()
    )


def decode(cursor: str, sort: str, field: FieldShape) -> Position:
    """Read a cursor. One that was damaged, made by hand or for another sort is a BadRequest."""
    bad = BadRequest(_("The address of this page is damaged. Open the list anew."), code="cursor")
    if len(cursor) > MAX_LENGTH:
        raise bad
    try:
        made_for, raw, record_id = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if (
            made_for != sort
            or isinstance(record_id, bool)
            or not isinstance(record_id, int)
            or not 0 < record_id < 2**63
        ):
            raise bad
        if raw is None:
            return Position(None, record_id)
        if field.type.folds:
            if not isinstance(raw, str) or "\x00" in raw:
                raise bad
            return Position(raw, record_id)
        return Position(field.type.parse(raw, field.params), record_id)
    except (binascii.Error, ValueError, TypeError, UnicodeError, FieldProblem) as error:
        raise bad from error
