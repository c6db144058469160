"""GET /funnel/rows: the deals behind a figure."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import readable
from klientura.kernel.access.models import User
from klientura.kernel.errors import NotFound
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of
from klientura.kit.formats import format_date, format_decimal, format_money
from klientura.modules.analytics.queries import change, comparing, rows
from klientura.modules.analytics.queries.asked import opportunity
from klientura.modules.analytics.web.frame import PLACE, Given, given_by, pipelines_of
from klientura.modules.analytics.web.page import is_open


@open_to(Door.SIGNED_IN)
@require_GET
def figure_rows(request: HttpRequest) -> HttpResponse:
    """GET /funnel/rows?…&figure=&stage=&reason=&dim=&key=&part=: what a number of the funnel is made of; without one, the funnel."""
    asked = of(request)
    if "figure" not in asked.GET:
        return HttpResponseRedirect("/funnel")
    pipelines = pipelines_of(asked.actor) if is_open(asked) else []
    figure = _figure({k: v.replace("\x00", "") for k, v in asked.GET.dict().items()})
    if (
        not pipelines
        or figure is None
        or (figure.dimension and figure.dimension not in comparing.offered(asked.actor))
    ):
        raise NotFound
    fields = set(readable(asked.actor, opportunity()))
    if figure.reason and "loss_reason" not in fields:
        raise NotFound
    given = given_by(asked, pipelines)
    found = rows.of_figure(given.actor, given.asked, figure, given.steps, given.money)
    told = ngettext("%(count)s deal", "%(count)s deals", found.number) % {
        "count": format_decimal(found.number, lang(), places=0)
    }
    return show(
        request,
        "analytics/rows.html",
        active=PLACE.key,
        title=_("Deals behind the figure"),
        told=told,
        back=given.url(),
        lines=_lines(given, found, fields),
        money=given.money.seen,
        shown=fields,
        currency=given.asked.currency,
        cut=found.number > len(found.rows),
    )


def _figure(said: dict[str, str]) -> rows.Figure | None:
    """What an address asks for; None for what is no figure."""
    kind = next((k for k in rows.KINDS if k == said.get("figure")), None)
    if kind is None:
        return None
    part = next((p for p in change.PARTS if p == said.get("part")), None)
    stage = number(said.get("stage"))
    if (kind == "change" and part is None) or (kind in ("reached", "stays") and stage is None):
        return None
    dimension = next((d for d in comparing.DIMENSIONS if d == said.get("dim")), None)
    return rows.Figure(
        kind,
        stage,
        said.get("reason", "")[:63],
        dimension,
        said.get("key", "")[:255],
        part,
        said.get("past") == "1",
        said.get("ended") == "1",
    )


def _lines(given: Given, found: rows.Rows, fields: set[str]) -> list[dict[str, Any]]:
    stages = {s.id: s for s in given.steps}
    owners = {row["owner_id"] for row in found.rows if row["owner_id"]} if "owner" in fields else set()
    names = dict(User.objects.filter(pk__in=owners).values_list("pk", "name"))
    return [_line(given, row, stages.get(row["stage_id"]), names, fields) for row in found.rows]


def _line(
    given: Given, row: dict[str, Any], stage: Any, names: dict[int, str], fields: set[str]
) -> dict[str, Any]:
    money = given.money.seen
    own = format_money(row["amount"], row["currency"], lang()) if money and row["amount"] is not None else ""
    title = row["title"] if fields >= {"name", "title"} and row["title"] else f"№ {row['id']}"
    return {
        "title": title,
        "url": f"/opportunity/{row['id']}",
        "party": row["party"] if "party" in fields else None,
        "party_url": f"/party/{row['party_id']}" if row["party"] and "party" in fields else "",
        "stage": {"label": stage.name, "hue": stage.hue} if stage else None,
        "owner": names.get(row["owner_id"], ""),
        "created": format_date(row["created_at"], lang()),
        "closed": format_date(row["closed_at"], lang()) if row["closed_at"] and "closed_at" in fields else "",
        "sum": format_money(row["sum"], given.asked.currency, lang()) if row["sum"] is not None else "",
        "own": own,
    }
