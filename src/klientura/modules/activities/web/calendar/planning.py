"""Choosing when to be reminded."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of
from klientura.modules.activities.services import reminders
from klientura.modules.activities.web.calendar.answers import done


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def remind(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /calendar/remind/{object}/{id}: when one is reminded of it. POST: set that, for oneself alone."""
    asked = of(request)
    if object not in reminders.REMINDED:
        raise NotFound
    row = read.get(asked.actor, shape_of(object), record_id, keys=["title"])
    if request.method == "POST":
        minutes = {n for text in asked.POST.getlist("minutes") if (n := number(text)) is not None}
        reminders.choose(asked.actor, object, record_id, minutes)
        return done(_("Reminders are set"))
    control = {
        "type": "options", "name": "minutes", "id": "d-minutes", "label": _("Remind me"), "value": reminders.chosen(asked.actor, object, record_id),
        "options": [{"value": n, "label": _before(n)} for n in reminders.CHOICES],
    }  # fmt: skip
    return show(
        asked,
        "activities/remind.html",
        row=row,
        control=control,
        action=f"/calendar/remind/{object}/{record_id}",
    )


def _before(minutes: int) -> str:
    if not minutes:
        return _("when it begins")
    for size, text in ((10080, ngettext("{n} week before", "{n} weeks before", minutes // 10080)),
                       (1440, ngettext("{n} day before", "{n} days before", minutes // 1440)),
                       (60, ngettext("{n} hour before", "{n} hours before", minutes // 60))):  # fmt: skip
        if minutes >= size and minutes % size == 0:
            return text.format(n=minutes // size)
    return ngettext("{n} minute before", "{n} minutes before", minutes).format(n=minutes)
