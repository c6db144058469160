"""Absence: who stands in for whom. Everybody sets it for themselves, managers for their people, administrators for all."""

import datetime as dt
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access import substitutions
from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import Substitution, User
from klientura.kernel.access.users import BUILT_IN_ROLES
from klientura.kernel.errors import BadRequest, Denied, FieldError, Invalid
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.screens.language import lang
from klientura.kernel.settings.days import company_today
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of
from klientura.kit.formats import format_date
from klientura.modules.administration.web.frame import filled, settings_page

PAGE = 100


@open_to(Door.SIGNED_IN)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """GET /me/people: whom the reader looks after, and who of them is away; ?after=id goes on behind somebody."""
    actor = of(request).actor
    found = User.objects.select_related("role", "team").filter(is_active=True).exclude(pk=actor.user_id or 0)
    if not actor.is_admin:
        if actor.role != "manager":
            raise Denied
        found = found.filter(team_id__in=actor.tree_ids)
    if last := found.filter(pk=number(request.GET.get("after")) or 0).first():
        found = found.filter(Q(name__gt=last.name) | Q(name=last.name, pk__gt=last.pk))
    shown = list(found.order_by("name", "pk")[: PAGE + 1])
    more = f"/me/people?after={shown[PAGE - 1].pk}" if len(shown) > PAGE else ""
    shown = shown[:PAGE]
    away = _away_now([u.pk for u in shown])
    labels = (_("Name"), _("Role"), _("Team"), _("Absence"))
    rows = [
        {
            "id": u.pk,
            "title": u.name,
            "url": f"/me/people/{u.pk}",
            "cells": [
                None,
                str(BUILT_IN_ROLES.get(u.role.key, u.role.name)),
                u.team.name if u.team else None,
                away.get(u.pk),
            ],
        }
        for u in shown
    ]
    columns = [{"key": str(n), "label": label} for n, label in enumerate(labels)]
    return settings_page(request, "people", "people", rows=rows, columns=columns, more_url=more)


def _away_now(users: list[int]) -> dict[int, str]:
    """By user: who stands in for them, and until when."""
    today = company_today()
    running = substitutions.lasting().filter(absent_id__in=users, first__lte=today)
    return {
        s.absent_id: _("{name} stands in until {date}").format(name=s.deputy.name, date=_day(s.last))
        for s in running
    }


def _day(day: dt.date) -> str:
    return format_date(day, lang())


@open_to(Door.SIGNED_IN)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """GET /me/absence: who stands in for the reader, and for whom the reader does."""
    return _page(request, of(request).actor.user_id or 0)


@open_to(Door.SIGNED_IN)
@require_GET
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """GET /me/people/{id}: who stands in for one of the reader's people."""
    return _page(request, user_id)


@open_to(Door.SIGNED_IN)
@require_http_methods(["POST"])
def substitute(request: HttpRequest, user_id: int) -> HttpResponse:
    """POST /me/people/{id}/substitution: have a colleague stand in for somebody: deputy, first, last, kinds (none: all)."""
    actor, given = of(request).actor, request.POST
    user = substitutions.person(actor, user_id)
    try:
        substitutions.set_substitution(
            actor, user.pk, number(given.get("deputy")), _date(given.get("first")), _date(given.get("last")),
            given.getlist("kinds") or None,
        )  # fmt: skip
    except Invalid as refused:
        return _page(request, user_id, given, refused.errors)
    except BadRequest as refused:
        return _page(request, user_id, given, (), problem=str(refused.message))
    return HttpResponseRedirect(f"{_place(actor, user.pk)}?saved=1")


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat((text or "").strip())
    except ValueError:
        return None


@open_to(Door.SIGNED_IN)
@require_POST
def end(request: HttpRequest, substitution_id: int) -> HttpResponse:
    """POST /me/substitutions/{id}/end: end a substitution now, or call it off."""
    actor = of(request).actor
    ended = substitutions.end_substitution(actor, substitution_id)
    return HttpResponseRedirect(f"{_place(actor, ended.absent_id)}?saved=1")


def _place(actor: Actor, user_id: int) -> str:
    return "/me/absence" if user_id == actor.user_id else f"/me/people/{user_id}"


def _page(
    request: HttpRequest,
    user_id: int,
    typed: Any = None,
    errors: tuple[FieldError, ...] = (),
    *,
    problem: str = "",
) -> HttpResponse:
    actor = of(request).actor
    user = substitutions.person(actor, user_id)
    oneself = user.pk == actor.user_id
    return settings_page(
        request, "absence" if oneself else "people", "person", status=422 if errors or problem else 200, user=user,
        oneself=oneself, looks_after=substitutions.looks_after(actor, user), problem=problem,
        saved=request.GET.get("saved") == "1", handed=request.GET.get("handed") == "1",
        running=[_line(s, s.deputy.name) for s in substitutions.standing_in_for(user.pk)],
        standing=[_line(s, s.absent.name) for s in substitutions.standing_in(user.pk)],
        fields=_fields(typed, errors),
    )  # fmt: skip


def _fields(typed: Any, errors: tuple[FieldError, ...]) -> list[dict[str, Any]]:
    kinds = [{"value": s.key, "label": str(s.plural)} for s in substitutions.owned_shapes()]
    fields: list[dict[str, Any]] = [
        {"type": "user", "name": "deputy", "label": _("Who stands in"), "url": "/search/users", "required": True},
        {"type": "date", "name": "first", "label": pgettext("absence", "From"), "required": True},
        {"type": "date", "name": "last", "label": _("Until"), "required": True, "hint": _("The last day; it ends by itself.")},
        {"type": "options", "name": "kinds", "label": _("Over what"), "options": kinds, "wide": True,
         "hint": _("Nothing chosen means everything.")},
    ]  # fmt: skip
    made = filled(fields, typed if typed is not None else {"first": company_today().isoformat()}, errors)
    if typed is not None:
        deputy = number(typed.get("deputy"))
        made[0]["display"] = (
            User.objects.filter(pk=deputy).values_list("name", flat=True).first() or "" if deputy else ""
        )
        made[3]["value"] = typed.getlist("kinds")
    return made


def _line(each: Substitution, name: str) -> dict[str, Any]:
    """A substitution in words."""
    shapes = all_shapes()
    kinds = [str(shapes[k].plural) for k in each.kinds or () if k in shapes]
    days = _("{first} – {last}").format(first=_day(each.first), last=_day(each.last))
    return {
        "id": each.pk,
        "name": name,
        "sub": " · ".join([days, ", ".join(kinds) if kinds else _("all records")]),
        "planned": each.first > company_today(),
    }
