"""Say a message in the language of the terminal: Russian or English.

The command line does not use Django's translations: it has to speak when Django cannot start.
"""

from __future__ import annotations

import os

from .texts import TEXTS


def terminal_language() -> str:
    """`ru` or `en`, by the usual variables of the locale in their usual order."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "ru" if value.lower().startswith("ru") else "en"
    return "en"


def say(code: str, **params: object) -> str:
    """The message of this code with its values put in. Raises KeyError for an unknown code."""
    english, russian = TEXTS[code]
    return (russian if terminal_language() == "ru" else english).format(**params)
