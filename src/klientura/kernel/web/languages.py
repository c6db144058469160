"""Which language a request is answered in before anybody knows who asks."""

from django.http import HttpRequest

from klientura.kernel.settings.installation import Current

SUPPORTED = ("ru", "en")
LANGUAGE_COOKIE = "language"


def language_of(request: HttpRequest, installation: Current | None = None) -> str:
    """The language of the cookie, else the installation's, else what the browser asks for."""
    chosen = request.COOKIES.get(LANGUAGE_COOKIE)
    if chosen in SUPPORTED:
        return chosen
    if installation and installation.set_up_at is not None:
        return installation.language
    wanted = request.headers.get("Accept-Language", "")
    return "en" if wanted and not any(p.strip().lower().startswith("ru") for p in wanted.split(",")) else "ru"
