"""Teams: the tree and its form."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.models import Team
from klientura.kernel.errors import FieldError, Invalid, NotFound
from klientura.kernel.web.doors import Door, open_to
from klientura.modules.administration.services.teams import delete_team, save_team, team_tree
from klientura.modules.administration.web.frame import filled, led_to, settings_page
from klientura.modules.administration.web.users import team_options


@open_to(Door.ADMIN)
@require_GET
def teams(request: HttpRequest) -> HttpResponse:
    """GET /settings/teams: the tree."""
    places = [
        {
            "id": p.team.pk,
            "name": p.team.name,
            "depth": p.depth,
            "people": ngettext("%(count)s person", "%(count)s people", p.people) % {"count": p.people},
        }
        for p in team_tree()
    ]
    return settings_page(request, "teams", "teams", places=places)


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def team(request: HttpRequest, team_id: int | None = None) -> HttpResponse:
    """GET /settings/teams/new or /settings/teams/{id}: the form. POST: add, or rename and move."""
    found = Team.objects.filter(pk=team_id).first() if team_id is not None else None
    if team_id is not None and found is None:
        raise NotFound(_("There is no such team."))
    values: Any = (
        {"name": found.name, "parent": found.parent_id or ""}
        if found
        else {"parent": request.GET.get("parent", "")}
    )
    errors: tuple[FieldError, ...] = ()
    if request.method == "POST":
        try:
            save_team(team_id, request.POST)
        except Invalid as refused:
            values, errors = request.POST, refused.errors
        else:
            return led_to("/settings/teams", "saved")
    fields: list[dict[str, Any]] = [
        {"type": "text", "name": "name", "label": _("Team name"), "required": True, "maxlength": 120, "autofocus": True},
        {"type": "select", "name": "parent", "label": _("Above it"), "empty": _("none (top level)"),
         "options": [o for o in team_options() if o["value"] != team_id],
         "hint": _("Managers see the records of their team and of the teams below it.")},
    ]  # fmt: skip
    return settings_page(
        request,
        "teams",
        "team",
        status=422 if errors else 200,
        team=found,
        fields=filled(fields, values, errors),
    )


@open_to(Door.ADMIN)
@require_POST
def team_delete(request: HttpRequest, team_id: int) -> HttpResponse:
    """POST /settings/teams/{id}/delete: delete a team that nothing uses."""
    delete_team(team_id)
    return led_to("/settings/teams", "deleted")
