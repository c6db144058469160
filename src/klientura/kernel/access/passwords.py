"""What a password must be like, said in our own words: Django's sentences name fields by their column."""

from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klientura.kernel.access.models import User


def password_faults(password: str, user: User) -> list[str]:
    """Everything that is wrong with a password for this user; empty when it will do."""
    try:
        validate_password(password, user)
    except ValidationError as bad:
        return [_fault(error) for error in bad.error_list]
    return []


def password_hints() -> list[str]:
    """The demands on a password, told before it is chosen."""
    lengths = [
        v.min_length for v in get_default_password_validators() if isinstance(v, MinimumLengthValidator)
    ]
    return [
        *(ngettext("At least %(count)s character.", "At least %(count)s characters.", n) % {"count": n} for n in lengths),
        _("Not only digits, and not a password that everybody tries first."),
        _("Not like your name or e-mail address."),
    ]  # fmt: skip


def _fault(error: ValidationError) -> str:
    if error.code == "password_too_short":
        least = int((error.params or {})["min_length"])
        return ngettext(
            "This password is too short: at least %(count)s character is needed.",
            "This password is too short: at least %(count)s characters are needed.",
            least,
        ) % {"count": least}
    texts = {
        "password_too_similar": _("This password is too much like your name or e-mail address."),
        "password_too_common": _("This password is too common: it is among the first to be tried."),
        "password_entirely_numeric": _("This password is entirely numeric: add letters."),
    }
    return texts.get(error.code or "", " ".join(error.messages))
