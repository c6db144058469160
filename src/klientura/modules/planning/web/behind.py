"""GET /plans/rows: the records behind a figure."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import readable
from klientura.kernel.access.models import User
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.kit.formats import format_date, format_decimal, format_money
from klientura.modules.planning.queries.asked import OBJECTS
from klientura.modules.planning.queries.facts import rows
from klientura.modules.planning.web.frame import PLACE, Given, day, given_by, measure_label, told_day


@open_to(Door.SIGNED_IN)
@require_GET
def figure_rows(request: HttpRequest) -> HttpResponse:
    """GET /plans/rows?measure=&from=&to=&owner=&team=&…: what a fact is made of; without days, the page of plans."""
    asked = of(request)
    given = given_by(asked)
    if given is None:
        raise NotFound
    first, last = day(asked.GET.get("from")), day(asked.GET.get("to"))
    if first is None or last is None:
        return HttpResponseRedirect("/plans")
    wanted = replace(given.asked, first=first, last=last, by="company")
    found = rows(given.actor, wanted, given.money, "*")
    key = OBJECTS[given.asked.measure]
    told = {
        "opportunity": ngettext("%(count)s deal", "%(count)s deals", found.number),
        "order": ngettext("%(count)s order", "%(count)s orders", found.number),
        "invoice": ngettext("%(count)s invoice", "%(count)s invoices", found.number),
    }[key] % {"count": format_decimal(found.number, lang(), places=0)}
    meta = [told, f"{told_day(first)} – {told_day(last)}"]
    if given.unit == "money":
        meta.append(format_money(found.total, given.currency, lang()))
    return show(
        request, "planning/rows.html", active=PLACE.key, title=measure_label(given.asked.measure), meta=meta, back=given.url(by=asked.GET.get("by")),
        lines=_lines(given, key, found.rows), money=given.unit == "money", icon=shape_of(key).spec.icon, head=str(shape_of(key).label),
        cut=found.number > len(found.rows),
    )  # fmt: skip


def _lines(given: Given, key: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    shape = shape_of(key)
    fields = set(readable(given.actor, shape))
    names = dict(
        User.objects.filter(pk__in={r["owner_id"] for r in found if r["owner_id"]}).values_list("pk", "name")
    )
    titles = read.titles(given.actor, shape, [r["id"] for r in found])
    return [
        {
            "title": titles.get(row["id"]) or f"№ {row['id']}", "url": f"/{key}/{row['id']}",
            "party": row["party"] if "party" in fields else "",
            "party_url": f"/party/{row['party_id']}" if row["party"] and "party" in fields else "",
            "owner": names.get(row["owner_id"], "") if "owner" in fields else "", "day": format_date(row["day"], lang()),
            "sum": format_money(row["sum"], given.currency, lang()) if row["sum"] is not None else _("no exchange rate"),
        }
        for row in found
    ]  # fmt: skip
