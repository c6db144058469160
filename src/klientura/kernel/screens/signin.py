"""Sign-in, sign-out and one's own preferences. The checking itself is django-allauth's."""

from typing import Any, cast

from allauth.account.forms import LoginForm
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse, RateLimited
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.access.models import User
from klientura.kernel.errors import Denied
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.languages import SUPPORTED, remember_language
from klientura.kernel.web.requests import of

THEMES = frozenset({"auto", "light", "dark"})


def _wanted(request: HttpRequest) -> str:
    """Where one was going; whoever just opened the product begins with their day."""
    wanted = get_next_redirect_url(request)
    return settings.LOGIN_REDIRECT_URL if wanted in {None, "", "/"} else str(wanted)


@open_to(Door.PUBLIC)
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: sign in and go where one wanted to; a refusal tells nothing about which part was wrong."""
    if of(request).installation.set_up_at is None:
        return HttpResponseRedirect("/setup")
    if of(request).actor.user_id is not None:
        return HttpResponseRedirect(_wanted(request))
    errors: list[str] = []
    status = 200
    if request.method == "POST":
        form = LoginForm(data=request.POST, request=request)
        try:
            if form.is_valid():
                return cast("HttpResponse", form.login(request, redirect_url=_wanted(request)))
            errors, status = (
                [_("The e-mail or the password does not match. Check the keyboard layout and Caps Lock.")],
                422,
            )
        except RateLimited:
            errors, status = [_("Too many attempts. Wait a few minutes and try again.")], 429
        except Denied as refused:
            errors, status = [str(refused.message)], 403
        except ImmediateHttpResponse as answered:
            return cast("HttpResponse", answered.response)
    context: dict[str, Any] = {
        "lang": translation.get_language(),
        "theme": "auto",
        "email": request.POST.get("login", "")[:254],
        "next": get_next_redirect_url(request) or "",
        "errors": errors,
        "company": of(request).installation.company,
    }
    return render(request, "screens/sign_in.html", context, status=status)


@open_to(Door.SIGNED_IN)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """POST /sign-out: end this session."""
    logout(request)
    return HttpResponseRedirect("/sign-in")


@open_to(Door.PUBLIC)
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """POST /preferences: theme and language; kept with the user, before sign-in in a cookie."""
    actor = of(request).actor
    response = HttpResponse(status=204)
    language, theme = request.POST.get("language"), request.POST.get("theme")
    changes: dict[str, str] = {}
    if language in SUPPORTED:
        changes["language"] = str(language)
        remember_language(request, response, str(language))
    if theme in THEMES:
        changes["theme"] = str(theme)
    if changes and actor.user_id is not None:
        User.objects.filter(pk=actor.user_id).update(**changes)
    return response
