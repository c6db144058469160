"""The dialogs of sharing, what they do, and the people and teams to choose from."""

import datetime as dt
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.gate import members_of, require
from klientura.kernel.access.models import Team, User
from klientura.kernel.access.users import BUILT_IN_ROLES
from klientura.kernel.errors import BadRequest, FieldError, Invalid, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.listing import bulk_done, selection_of
from klientura.kernel.sharing import giving, reading
from klientura.kernel.sharing.rows import Given, Level
from klientura.kernel.store import bulk, read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast
from klientura.kit.formats import format_date

LIMIT = 6


@open_to(Door.SIGNED_IN)
@require_GET
def people_and_teams(request: HttpRequest) -> HttpResponse:
    """GET /search/people-and-teams?q=: colleagues but oneself, then teams."""
    asked, q = of(request), request.GET.get("q", "").strip()[:100]
    users = User.objects.filter(is_active=True, name__icontains=q).exclude(pk=asked.actor.user_id or 0)
    teams = Team.objects.filter(name__icontains=q)
    items: list[dict[str, Any]] = [
        {"id": f"user-{u.pk}", "title": u.name, "sub": u.email, "user": True, "group": _("People")}
        for u in users.order_by("name")[:LIMIT]
    ]
    items += [
        {"id": f"team-{t.pk}", "title": t.name, "icon": "users", "group": _("Teams")}
        for t in teams.order_by("name")[:LIMIT]
    ]
    return show(request, "screens/options.html", items=items, query=q)


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET, POST /{object}/{id}/share: who sees a record, and sharing it with one more person or team."""
    asked, shape = of(request), shape_of(object)
    if members_of(shape):
        raise NotFound
    if request.method == "GET":
        return _dialog(asked, shape, record_id)
    try:
        giving.share(asked.actor, shape, record_id, [_given(request)])
    except Invalid as refused:
        return _dialog(asked, shape, record_id, refused)
    return _renewed(_dialog(asked, shape, record_id), _("Access given"))


@open_to(Door.SIGNED_IN)
@require_POST
def withdraw(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/share/withdraw?who=…: share a record with somebody no longer."""
    asked, shape = of(request), shape_of(object)
    user_id, team_id = _who(request.GET.get("who", ""))
    giving.withdraw(asked.actor, shape, record_id, [(user_id, team_id)])
    try:
        return _renewed(_dialog(asked, shape, record_id), _("Access withdrawn"))
    except NotFound:  # one's own team was let in, and nothing else let the reader in
        response = HttpResponse(status=204)
        response["HX-Redirect"] = f"/{shape.key}"
        return response


def _who(text: str) -> tuple[int | None, int | None]:
    """A choice of the picker: a user, or else a team. Raises Invalid."""
    kind, _dash, digits = text.partition("-")
    chosen = number(digits)
    if chosen is None or kind not in {"user", "team"}:
        raise Invalid([FieldError("to", "required", _("Choose a colleague or a team."))])
    return (chosen, None) if kind == "user" else (None, chosen)


def _given(request: HttpRequest) -> Given:
    user_id, team_id = _who(request.POST.get("to", ""))
    level: Level = "edit" if request.POST.get("level") == "edit" else "read"
    raw, until = request.POST.get("until", "").strip(), None
    if raw:
        try:
            until = dt.date.fromisoformat(raw)
        except ValueError:
            raise Invalid([FieldError("until", "date", _("This is not a date."))]) from None
    return Given(user_id, team_id, level, until)


def _renewed(response: HttpResponse, text: str) -> HttpResponse:
    response["HX-Trigger"] = json.dumps({"recordChanged": True})
    return toast(response, text)


def _dialog(asked: Request, shape: Shape, record_id: int, refused: Invalid | None = None) -> HttpResponse:
    shares = reading.shares_of(asked.actor, shape, record_id)
    row = read.get(asked.actor, shape, record_id, keys=["title"])
    may_share = "edit" in read.verbs_on(asked.actor, shape, record_id, ("edit",))
    return show(
        asked,
        "sharing/dialog.html",
        status=refused.status if refused else 200,
        shape=shape,
        record_id=record_id,
        title=row["title"] or f"№ {record_id}",
        may_share=may_share,
        shares=[_shown(s) for s in shares],
        viewers=[_viewer(v) for v in reading.viewers_of(asked.actor, shape, record_id)],
        **_form(asked, refused),
    )


def _form(asked: Request, refused: Invalid | None) -> dict[str, Any]:
    """The fields of the form, as they were typed when they were refused."""
    errors = {e.field: str(e.message) for e in refused.errors} if refused else {}
    given = asked.POST if refused else {}
    name = ""
    if given.get("to"):
        try:
            who = _who(given["to"])
            name = reading.names_of([who[0] or 0], [who[1] or 0]).get(who, "")
        except Invalid:
            name = ""
    levels = [{"value": "read", "label": _("May read")}, {"value": "edit", "label": _("May change")}]
    return {
        "controls": [
            {"type": "ref", "name": "to", "id": "d-to", "label": _("Share with"), "url": "/search/people-and-teams", "required": True,
             "placeholder": _("A colleague or a team"), "value": given.get("to", "") if name else "", "display": name,
             "error": errors.get("to", ""), "autofocus": True},
            {"type": "radio", "name": "level", "id": "d-level", "label": _("What they may do"), "options": levels,
             "value": given.get("level", "read")},
            {"type": "date", "name": "until", "id": "d-until", "label": _("Until"), "optional": True, "value": given.get("until", ""),
             "error": errors.get("until", ""), "hint": _("The last day. Without it the access does not end.")},
        ],
    }  # fmt: skip


def _shown(share: reading.Shared) -> dict[str, Any]:
    """One share in words."""
    level = _("may change") if share.level == "edit" else _("may read")
    told = [level if share.until is None else f"{level} {_until(share.until)}"]
    if share.by:
        told.append(_("shared by {name}").format(name=share.by))
    kind, who = ("user", share.user_id) if share.user_id is not None else ("team", share.team_id)
    return {"who": f"{kind}-{who}", "kind": kind, "name": share.name, "sub": " · ".join(told)}


def _until(day: dt.date) -> str:
    return _("until {date}").format(date=format_date(day, lang()))


def _viewer(viewer: reading.Viewer) -> dict[str, Any]:
    """Somebody who sees the record anyway, and why."""
    name = viewer.name
    texts = {
        "owner": _("owner"),
        "deputy": _("stands in for the owner"),
        "team": _("the team of the record"),
        "above": _("managers of the teams above"),
        "parent": _("whoever sees what it belongs to"),
        "role": _("the role sees all records"),
    }
    if viewer.why == "role":
        name = str(BUILT_IN_ROLES.get(viewer.name, viewer.name))
    sub = texts[viewer.why] if viewer.until is None else f"{texts[viewer.why]} {_until(viewer.until)}"
    icons = {"team": "users", "above": "network", "parent": "link", "role": "shield-check"}
    return {"name": name, "sub": sub, "icon": icons.get(viewer.why, "")}


@open_to(Door.SIGNED_IN)
@require_POST
def bulk_form(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/bulk/share/form: the dialog that shares the selected records."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "edit")
    return _bulk_dialog(asked, shape)


@open_to(Door.SIGNED_IN)
@require_POST
def bulk_share(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/bulk/share: share the selected records; the toast offers Undo."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "edit")
    selection = selection_of(request, asked, shape)
    try:
        outcome = giving.share_many(asked.actor, shape, selection, [_given(request)])
    except Invalid as refused:
        return _bulk_dialog(asked, shape, refused)
    text = ngettext("%(count)s record shared", "%(count)s records shared", outcome.changed) % {
        "count": outcome.changed
    }
    return bulk_done(text, outcome, undo=bool(outcome.changed))


def _bulk_dialog(asked: Request, shape: Shape, refused: Invalid | None = None) -> HttpResponse:
    selection = selection_of(asked, asked, shape)
    chosen = len(bulk.select_ids(asked.actor, shape, selection, "edit"))
    if not chosen:
        raise BadRequest(_("None of these records is yours to share."), code="selection")
    return show(
        asked,
        "sharing/bulk.html",
        status=refused.status if refused else 200,
        shape=shape,
        number=chosen,
        ids=asked.POST.getlist("ids"),
        all_matching=asked.POST.get("all_matching", ""),
        sealed=asked.POST.get("list", ""),
        **_form(asked, refused),
    )
