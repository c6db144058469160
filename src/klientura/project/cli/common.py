"""What several commands do alike: speak the company's language, and find whose rights they take. Needs Django ready."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from klientura.project.embedded.refusal import Refusal

from .language import speak_as_company, terminal_language


@contextmanager
def speaking() -> Iterator[None]:
    """Inside, the product's messages, and from here on our own, come in the company's language, before set-up in the terminal's."""
    from django.utils import translation

    from klientura.kernel.settings.installation import current

    settings = current()
    language = settings.language if settings.set_up_at else terminal_language()
    speak_as_company(language)
    with translation.override(language):
        yield


def user_id_of(email: str) -> int | None:
    """The user whose rights a command takes; without an address the command acts for the product itself."""
    if not email:
        return None
    from klientura.kernel.access.models import User

    found = User.objects.filter(email__iexact=email, is_active=True).values_list("pk", flat=True).first()
    if found is None:
        raise Refusal("user_unknown", email=email)
    return found
