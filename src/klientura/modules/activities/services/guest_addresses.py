"""Guests of an event who are no record of ours: their addresses, as they were typed and as they are kept."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import FieldProblem
from klientura.kit.emails import BadEmail, normalise_email, split_emails

MOST: Final = 50
_BETWEEN: Final = re.compile(r"[,;\n]+")


def addresses_of(row: Mapping[str, Any]) -> list[str]:
    """The addresses that an event names."""
    return _written(row.get("guest_addresses") or "")


def _written(text: str) -> list[str]:
    """The addresses of a text as they stand there, each with the name before it."""
    return [each for piece in _BETWEEN.split(text) for each in split_emails(piece)]


def as_kept(text: str) -> str:
    """Addresses as they are kept: in their normal form, each once. Raises FieldProblem that names the one which is none."""
    found = dict.fromkeys(_checked(written) for written in _written(text))
    if len(found) > MOST:
        raise FieldProblem("many", _("No more than %(most)s guests by e-mail fit here.") % {"most": MOST})
    return ", ".join(found)


def _checked(written: str) -> str:
    try:
        return normalise_email(written)
    except BadEmail as bad:
        if bad.suggestion:
            text = _("“%(written)s” is not an e-mail address. Did you mean %(meant)s?")
            raise FieldProblem("email", text % {"written": written[:80], "meant": bad.suggestion}) from bad
        text = _("“%(written)s” is not an e-mail address. It looks like name@example.org.")
        raise FieldProblem("email", text % {"written": written[:80]}) from bad
