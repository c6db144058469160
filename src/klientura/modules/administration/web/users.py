"""Users: the list, inviting, changing, shutting out, new passwords."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.models import User
from klientura.kernel.access.users import BUILT_IN_ROLES
from klientura.kernel.errors import BadRequest, FieldError, Invalid
from klientura.kernel.handover.planning import owns_anything
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.kit.formats import format_datetime
from klientura.modules.administration.enums import Language
from klientura.modules.administration.services import users as services
from klientura.modules.administration.services.rights import scoped_roles
from klientura.modules.administration.services.teams import team_tree
from klientura.modules.administration.web.frame import filled, led_to, settings_page


def team_options() -> list[dict[str, Any]]:
    """Teams as options of a select, each set in below the one above it."""
    return [{"value": p.team.pk, "label": "\u2003" * p.depth + p.team.name} for p in team_tree()]


def _without_team() -> str:
    """What a user without a team will see; said where the team is chosen, for nobody expects an empty product."""
    roles = ", ".join(
        str(BUILT_IN_ROLES[key])[:1].lower() + str(BUILT_IN_ROLES[key])[1:] for key in scoped_roles()
    )
    return (
        _("Without a team, only their own records are seen by: %(roles)s.") % {"roles": roles}
        if roles
        else ""
    )


def _fields(*, new: bool) -> list[dict[str, Any]]:
    fields: list[dict[str, Any]] = [
        {"type": "text", "name": "name", "label": _("Name"), "required": True, "maxlength": 120, "autofocus": new,
         "hint": _("First and last name, as colleagues will see it.")},
        {"type": "select", "name": "role", "label": _("Role"), "required": True,
         "options": [{"value": k, "label": label} for k, label in BUILT_IN_ROLES.items()]},
        {"type": "select", "name": "team", "label": _("Team"), "options": team_options(), "empty": _("no team"), "hint": _without_team()},
    ]  # fmt: skip
    if new:
        fields.insert(1, {"type": "email", "name": "email", "label": _("E-mail"), "required": True, "maxlength": 254,
                          "hint": _("They will sign in with it. Nothing is sent there.")})  # fmt: skip
        fields.append({"type": "select", "name": "language", "label": _("Language"), "required": True,
                       "options": [{"value": v, "label": label} for v, label in Language.choices]})  # fmt: skip
    return fields


@open_to(Door.ADMIN)
@require_GET
def users(request: HttpRequest) -> HttpResponse:
    """GET /settings/users: everybody, those who may not sign in at the end."""
    found = User.objects.select_related("role", "team").order_by("-is_active", "name", "pk")
    rows = [
        {
            "id": u.pk,
            "title": u.name,
            "url": f"/settings/users/{u.pk}",
            "cells": [
                None,
                u.email,
                str(BUILT_IN_ROLES.get(u.role.key, u.role.name)),
                u.team.name if u.team else None,
                _last_seen(u) if u.is_active else {"kind": "badge", "text": _("shut out"), "hue": "gray"},
            ],
        }
        for u in found
    ]
    labels = (_("Name"), _("E-mail"), _("Role"), _("Team"), _("Last sign-in"))
    columns = [{"key": str(n), "label": label} for n, label in enumerate(labels)]
    return settings_page(request, "users", "users", rows=rows, columns=columns)


def _last_seen(user: User) -> dict[str, Any] | None:
    if user.last_login is None:
        return None
    text = format_datetime(timezone.localtime(user.last_login), lang())
    return {"kind": "date", "text": text, "iso": user.last_login.isoformat(), "ago": True}


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def new_user(request: HttpRequest) -> HttpResponse:
    """GET /settings/users/new: the form. POST: make the user and show the password, this once."""
    values: Any = {"role": "employee", "language": of(request).installation.language}
    errors: tuple[FieldError, ...] = ()
    if request.method == "POST":
        try:
            user, password = services.invite_user(request.POST)
        except Invalid as refused:
            values, errors = request.POST, refused.errors
        else:
            return settings_page(request, "users", "password_once", user=user, password=password, is_new=True)
    fields = filled(_fields(new=True), values, errors)
    return settings_page(request, "users", "user_new", status=422 if errors else 200, fields=fields)


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def user(request: HttpRequest, user_id: int) -> HttpResponse:
    """GET /settings/users/{id}: name, role and team of a user. POST: change them."""
    found = services.find_user(user_id)
    values: Any = {"name": found.name, "role": found.role.key, "team": found.team_id or ""}
    errors: tuple[FieldError, ...] = ()
    problem = ""
    if request.method == "POST":
        try:
            services.change_user(user_id, request.POST)
        except Invalid as refused:
            values, errors = request.POST, refused.errors
        except BadRequest as refused:
            values, problem = request.POST, str(refused.message)
        else:
            return led_to("/settings/users", "saved")
    return settings_page(
        request, "users", "user", status=422 if errors or problem else 200, user=found, problem=problem,
        fields=filled(_fields(new=False), values, errors), oneself=found.pk == of(request).actor.user_id,
        owns_anything=owns_anything(found.pk),
    )  # fmt: skip


@open_to(Door.ADMIN)
@require_POST
def user_active(request: HttpRequest, user_id: int) -> HttpResponse:
    """POST /settings/users/{id}/active: active=1 lets in, active=0 shuts out."""
    services.set_active(of(request).actor, user_id, request.POST.get("active") == "1")
    return led_to(f"/settings/users/{user_id}", "saved")


@open_to(Door.ADMIN)
@require_POST
def user_password(request: HttpRequest, user_id: int) -> HttpResponse:
    """POST /settings/users/{id}/password: a new password, shown this once."""
    found, password = services.renew_password(user_id)
    return settings_page(request, "users", "password_once", user=found, password=password, is_new=False)
