"""Say a message in the language of the company, or of the terminal before there is one: Russian or English.

The command line does not use Django's translations: it has to speak when Django cannot start.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .texts import TEXTS

_company: ContextVar[str] = ContextVar("language of the company", default="")


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
    return (russian if (_company.get() or terminal_language()) == "ru" else english).format(**params)


@contextmanager
def one_command() -> Iterator[None]:
    """Inside, the terminal's language is spoken until the company's is known."""
    token = _company.set("")
    try:
        yield
    finally:
        _company.reset(token)


@contextmanager
def speaking() -> Iterator[None]:
    """Inside, the product's messages, and from here on our own, come in the company's language. Needs Django ready.

    Before set-up it is the terminal's.
    """
    from django.utils import translation

    from klientura.kernel.settings.installation import current

    settings = current()
    language = settings.language if settings.set_up_at else terminal_language()
    _company.set(language)
    with translation.override(language):
        yield
