"""What a settings form gave: each value is cleaned and bounded, and everything wrong with it is told at once."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from klientura.kernel.errors import FieldError, Invalid, Text
from klientura.kit.clean import BadText, clean_text

MAX_PASSWORD = 128


@dataclass(slots=True)
class Given:
    """The raw values of a form, and what was found wrong with them so far."""

    raw: Mapping[str, str]
    errors: list[FieldError] = field(default_factory=list)

    def line(self, key: str, *, max_length: int, required: bool = True) -> str:
        """A line of text; empty when it was refused or not given."""
        raw = self.raw.get(key, "")
        if len(raw) > max_length * 4 + 1000:
            self.refuse(key, "too_long", too_long(max_length))
            return ""
        try:
            text = clean_text(raw, max_length=max_length)
        except BadText as bad:
            self.refuse(
                key, bad.code, too_long(max_length) if bad.code == "too_long" else _("An invisible character is in the way. Type it anew.")
            )  # fmt: skip
            return ""
        if required and not text:
            self.refuse(key, "required", _("Fill this in."))
        return text

    def choice(self, key: str, allowed: Container[str], default: str = "") -> str:
        """One of a closed list; the default when nothing was given and there is one."""
        value = self.raw.get(key, "") or default
        if value not in allowed:
            self.refuse(key, "option", _("Choose one from the list."))
            return default
        return value

    def password(self, key: str) -> str:
        """A password, exactly as typed."""
        value = self.raw.get(key, "")
        if not value:
            self.refuse(key, "required", _("Fill this in."))
        elif len(value) > MAX_PASSWORD:
            self.refuse(key, "too_long", too_long(MAX_PASSWORD))
        elif "\x00" in value:
            self.refuse(key, "nul", _("An invisible character is in the way. Type it anew."))
        return value

    def refuse(self, key: str, code: str, message: Text) -> None:
        """Note what is wrong with a value."""
        self.errors.append(FieldError(key, code, message))

    def check(self) -> None:
        """Raise Invalid when anything was refused."""
        if self.errors:
            raise Invalid(self.errors)


def too_long(limit: int) -> str:
    """The sentence about a text over its bound."""
    return _("This is too long: %(limit)s characters at most.") % {"limit": limit}
