"""Keys of what administrators add: from the label, in Latin letters, with a prefix that no key of the product ever has."""

import re

from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import FieldError
from klientura.kit.text import latin

PREFIX = "x_"
"""In front of every key a company chooses: neither a reserved word nor a field of a later version can be in its way."""
MAX_KEY = 40
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_OTHER = re.compile(r"[^a-z0-9]+")

NOT_A_KEY = _("A key consists of Latin letters, digits and _, and begins with a letter.")


def slug(text: str) -> str:
    """A key made of a text: «Дата договора» → data_dogovora. Empty when the text has no letter or digit to make it of."""
    made = _OTHER.sub("_", latin(text)).strip("_")[:MAX_KEY].strip("_")
    return made if not made or made[0].isalpha() else f"n_{made}"[:MAX_KEY]


def key_for(given: str, label: str, taken: frozenset[str], *, prefix: str = PREFIX) -> str | FieldError:
    """The key of something new: the one that was given, else one made of its label and told apart by a number.

    A given key that is malformed or taken is refused.
    """
    given = given.strip().lower()
    if given:
        bare = given.removeprefix(prefix)
        if not _KEY.fullmatch(bare) or len(bare) > MAX_KEY:
            return FieldError("key", "key", NOT_A_KEY)
        if prefix + bare in taken:
            return FieldError("key", "taken", _("This key is taken. Choose another."))
        return prefix + bare
    base = prefix + (slug(label) or "field")
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key
