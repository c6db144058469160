"""GET, POST /sales-analysis/clients: of the clients behind a figure make a list, or a task for the owner of each."""

import datetime as dt
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from psycopg import sql

from klientura.kernel.access.gate import Predicate, may, readable
from klientura.kernel.access.models import User
from klientura.kernel.errors import BadRequest, Denied, FieldError, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.segments import keeping, members, reading
from klientura.kernel.store import bulk, operations, read, write
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.kernel.web.toasts import toast
from klientura.modules.analytics.web.sold.behind import behind

MOST_TASKS: Final = 500
WAYS: Final = ("segment", "tasks")
FIELDS: Final = ("name", "due")


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def clients(request: HttpRequest) -> HttpResponse:
    """GET, POST /sales-analysis/clients?…&way=segment|tasks: the dialog, and what is made of it; the clients are reckoned anew.

    Without a way it leads to the analysis itself.
    """
    asked = of(request)
    if request.method == "GET" and "way" not in asked.GET:
        return HttpResponseRedirect("/sales-analysis")
    _given, found = behind(request)
    way = asked.GET.get("way", "")
    if way not in WAYS or not found.clients:
        raise BadRequest(_("There are no clients behind this figure."), code="selection")
    if not (
        reading.may_work(asked.actor, shape_of("party"))
        if way == "segment"
        else may(asked.actor, shape_of("task"), "create")
    ):
        raise Denied
    if way == "tasks" and len(found.clients) > MOST_TASKS:
        raise BadRequest(
            _("Tasks are made for at most {n} clients at once. Take a smaller class.").format(n=MOST_TASKS),
            code="too_many",
        )
    given = dict.fromkeys(FIELDS, "") | (
        {"name": found.title[: keeping.MAX_NAME]} if way == "segment" else {}
    )
    if request.method == "GET":
        return _dialog(asked, way, found.clients, given)
    given = {key: request.POST.get(key, "").strip() for key in given}
    try:
        return (_segment if way == "segment" else _tasks)(asked, found.clients, given)
    except Invalid as refused:
        return _dialog(asked, way, found.clients, given, refused)


def _dialog(
    asked: Request, way: str, ids: list[int], given: dict[str, str], refused: Invalid | None = None
) -> HttpResponse:
    return show(
        asked, "analytics/sales_clients.html", status=refused.status if refused else 200, way=way, number=len(ids),
        action=asked.get_full_path(), given=given, soonest=timezone.localdate().isoformat(),
        errors={e.field: str(e.message) for e in refused.errors} if refused else {}, problems=_elsewhere(refused),
    )  # fmt: skip


def _elsewhere(refused: Invalid | None) -> list[str]:
    """What is wrong with none of the fields of the dialog; the same of many clients is said once."""
    return (
        list(dict.fromkeys(str(e.message) for e in refused.errors if e.field not in FIELDS))
        if refused
        else []
    )


@transaction.atomic
def _segment(asked: Request, ids: list[int], given: dict[str, str]) -> HttpResponse:
    made = keeping.create(asked.actor, shape_of("party"), name=given["name"], kind="static")
    members.add(asked.actor, made.pk, bulk.Selection(ids=tuple(ids)))
    response = HttpResponse(status=204)
    response["HX-Redirect"] = f"/segments/{made.pk}"
    return response


@transaction.atomic
def _tasks(asked: Request, ids: list[int], given: dict[str, str]) -> HttpResponse:
    """A task for the owner of each client, as one operation that can be taken back.

    Where there is none, or the owner does not work here any more, it is for whoever asks.
    """
    party, task = shape_of("party"), shape_of("task")
    if not given["name"]:
        raise Invalid([FieldError("name", "required", _("Say what is to be done."))])
    due = _due(given["due"])
    keys = ["owner"] if "owner" in readable(asked.actor, party) else ["id"]
    chosen = [Predicate(sql.SQL("r.id = any(%s)"), (ids,))]
    rows = read.page(asked.actor, party, limit=MOST_TASKS, keys=keys, more=chosen).rows
    owners = {row["owner"].id for row in rows if row.get("owner")}
    there = set(User.objects.filter(pk__in=owners, is_active=True).values_list("pk", flat=True))
    operation = operations.start(asked.actor, "distribute", task.key)
    wanted: list[dict[str, Any]] = [
        {
            "name": given["name"], "party": row["id"], "due_at": due,
            "owner": row["owner"].id if row.get("owner") and row["owner"].id in there else asked.actor.user_id,
        }
        for row in rows
    ]  # fmt: skip
    made = write.create_many(asked.actor, task, wanted, operation_id=operation.pk)
    operations.finish(operation, records=len(made))
    response = HttpResponse(status=200)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = '{"closeDialog": true}'
    text = ngettext("%(count)s task made", "%(count)s tasks made", len(made)) % {"count": len(made)}
    return toast(response, text, undo_url=f"/operations/{operation.pk}/undo")


def _due(text: str) -> str | None:
    """The end of a day of the reader's; nothing for none."""
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise Invalid([FieldError("due", "type", _("Write a date."))]) from None
    if day < timezone.localdate():
        raise Invalid([FieldError("due", "range", _("This day is over."))])
    return timezone.make_aware(dt.datetime.combine(day, dt.time(18))).isoformat()
