"""Reading, writing, changing and deleting comments, and choosing whom to mention."""

import json

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.models import User
from klientura.kernel.comments import opening, reading, writing
from klientura.kernel.comments.writing import Written
from klientura.kernel.errors import Denied, Invalid
from klientura.kernel.notify.reading import mark_about
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.comments import offers, panel
from klientura.kernel.screens.context import show
from klientura.kernel.store import read
from klientura.kernel.store.sight import seen_by, whole_shape
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import refused, toast

OFFERED = 8
LOOKED_AT = 24
"""Colleagues among whom those who see the record are offered first."""


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def comments(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/comments: the tab anew; with ?before only the further ones. POST: say something."""
    asked, shape = of(request), shape_of(object)
    if request.method == "GET":
        before = number(request.GET.get("before"))
        found = panel.of_page(asked, shape, record_id, before)
        template = "comments/more.html" if before else "comments/panel.html"
        return show(request, template, panel_context=found)
    try:
        written = writing.write(
            asked.actor, shape, record_id, request.POST.get("text"), chosen=_chosen(request)
        )
    except Invalid as wrong:
        return refused(wrong.errors)
    return _fresh(asked, shape, record_id, written=written)


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, object: str, record_id: int, comment_id: int) -> HttpResponse:
    """GET /{object}/{id}/comments/{comment}/edit: one's own comment in a field. POST: save it."""
    asked, shape = of(request), shape_of(object)
    comment = reading.one(asked.actor, shape, record_id, comment_id)
    if request.method == "GET":
        if not reading.may_change(asked.actor, comment):
            raise Denied(_("Only their author can change a comment."))
        place = f"/{shape.key}/{record_id}/comments"
        return show(request, "comments/editor.html", comment=comment, place=place)
    try:
        written = writing.change(
            asked.actor, shape, record_id, comment_id, request.POST.get("text"), chosen=_chosen(request)
        )
    except Invalid as wrong:
        return refused(wrong.errors)
    return _fresh(asked, shape, record_id, written=written)


@open_to(Door.SIGNED_IN)
@require_POST
def delete(request: HttpRequest, object: str, record_id: int, comment_id: int) -> HttpResponse:
    """POST /{object}/{id}/comments/{comment}/delete: take a comment away; that there was one stays to be seen."""
    asked, shape = of(request), shape_of(object)
    writing.delete(asked.actor, shape, record_id, comment_id)
    return _fresh(asked, shape, record_id, _("The comment is deleted"))


@open_to(Door.SIGNED_IN)
@require_POST
def open_record(request: HttpRequest, object: str, record_id: int, comment_id: int) -> HttpResponse:
    """POST /{object}/{id}/comments/{comment}/open: share the record with those mentioned in vain, and tell them of the comment."""
    asked, shape = of(request), shape_of(object)
    try:
        names = opening.open_to_mentioned(asked.actor, shape, record_id, comment_id)
    except Invalid as wrong:
        return refused(wrong.errors)
    if not names:
        return _fresh(asked, shape, record_id)
    return _fresh(asked, shape, record_id, offers.opened(names))


@open_to(Door.SIGNED_IN)
@require_GET
def people(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/comments/people?q=: colleagues to mention; of those who do not see the record it is said."""
    asked, shape = of(request), shape_of(object)
    read.get(asked.actor, shape, record_id, keys=["id"])
    q = request.GET.get("q", "").strip()[:100]
    found = User.objects.filter(is_active=True, name__icontains=q).exclude(pk=asked.actor.user_id or 0)
    users = list(found.order_by("name", "pk")[:LOOKED_AT])
    seeing = seen_by(whole_shape(shape.base) or shape, {u.pk: [record_id] for u in users})
    users = sorted(users, key=lambda u: not seeing.get(u.pk))[:OFFERED]
    items = [
        {
            "id": u.pk, "title": u.name, "user": True,
            "sub": u.email if seeing.get(u.pk) else _("does not see this record"),
        }
        for u in users
    ]  # fmt: skip
    return show(request, "screens/options.html", items=items, query=q, empty=_("Nobody is called so"))


def _chosen(request: HttpRequest) -> list[int]:
    return [n for raw in request.POST.getlist("chosen")[:100] if (n := number(raw)) is not None]


def _fresh(
    asked: Request, shape: Shape, record_id: int, text: str = "", *, written: Written | None = None
) -> HttpResponse:
    """The tab as it is now; who was mentioned in vain is told at once, and may be let in by whoever may share.

    Whoever writes has read what was said to them here.
    """
    context = panel.of_page(asked, shape, record_id)
    if written:
        context["offer"] = offers.in_vain(asked, shape, written, f"/{shape.key}/{record_id}/comments")
    response = show(asked, "comments/panel.html", panel_context=context)
    if mark_about(asked.actor, shape, record_id):
        response["HX-Trigger"] = json.dumps({"notified": True})
    response["HX-Retarget"], response["HX-Reswap"] = "#comments", "outerHTML"
    if written and written.blind:
        return toast(response, offers.said(written.blind), kind="warning")
    return toast(response, text) if text else response
