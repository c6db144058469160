"""Choosing whose calendars are shown."""

from dataclasses import replace
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from klientura.kernel.access.models import User
from klientura.kernel.screens.context import show
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of
from klientura.modules.activities.web.calendar.state import MOST_PEOPLE, state_in


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """GET /calendar/people?back=: the choice of colleagues. POST: to the calendar that shows them."""
    asked = of(request)
    said = dict(parse_qsl(asked.GET.get("back", "").partition("?")[2].partition("#")[0]))
    if request.method == "GET":
        chosen = [n for piece in said.get("who", "").split(",") if (n := number(piece)) is not None]
        if not chosen:
            chosen = [asked.actor.user_id or 0]
        names = User.objects.filter(pk__in=chosen).values_list("pk", "name")
        control = {
            "type": "picks", "name": "user", "label": _("Colleagues"), "url": "/search/users", "id": "d-user",
            "chosen": [{"value": pk, "label": name, "hue": "gray"} for pk, name in names],
        }  # fmt: skip
        return show(asked, "activities/calendar_people.html", control=control, back=asked.GET.get("back", ""))
    users = [n for piece in asked.POST.getlist("user")[:MOST_PEOPLE] if (n := number(piece)) is not None]
    state = replace(state_in(said, said.get("on", "")), who=",".join(map(str, users)) or "me")
    response = HttpResponse(status=200)
    response["HX-Redirect"] = state.url()
    return response
