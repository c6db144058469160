"""Which language a request is answered in before anybody knows who asks."""

from django.http import HttpRequest, HttpResponse

from klientura.kernel.settings.installation import Current

SUPPORTED = ("ru", "en")
LANGUAGE_COOKIE = "language"
YEAR = 365 * 24 * 60 * 60


def language_of(request: HttpRequest, installation: Current | None = None) -> str:
    """The language of the cookie, else the installation's, else what the browser asks for."""
    chosen = request.COOKIES.get(LANGUAGE_COOKIE)
    if chosen in SUPPORTED:
        return chosen
    if installation and installation.set_up_at is not None:
        return installation.language
    wanted = request.headers.get("Accept-Language", "")
    return "en" if wanted and not any(p.strip().lower().startswith("ru") for p in wanted.split(",")) else "ru"


def remember_language(request: HttpRequest, response: HttpResponse, language: str) -> None:
    """Keep a choice for a year in the cookie that `language_of` reads."""
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
    )
