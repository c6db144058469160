"""The company's working time in the settings."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.screens.language import lang
from klientura.kernel.settings.working import working_time
from klientura.kernel.web.doors import Door, open_to
from klientura.modules.administration.services.working import as_fields, change_working_time, working_fields
from klientura.modules.administration.web.frame import filled, settings_page


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def working(request: HttpRequest) -> HttpResponse:
    """GET /settings/working: the form. POST: save it."""
    if request.method == "GET":
        return _page(request, as_fields(working_time(), lang()), saved=request.GET.get("saved") == "1")
    try:
        change_working_time(request.POST)
    except Invalid as refused:
        typed = {**request.POST.dict(), "week": request.POST.getlist("week")}
        return _page(request, typed, refused.errors)
    return HttpResponseRedirect("/settings/working?saved=1")


def _page(
    request: HttpRequest, values: Any, errors: tuple[FieldError, ...] = (), *, saved: bool = False
) -> HttpResponse:
    return settings_page(
        request, "working", "working", status=422 if errors else 200, fields=filled(working_fields(), values, errors), saved=saved,
    )  # fmt: skip
