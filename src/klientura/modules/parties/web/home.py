"""Clients on the start page: mine, the recently changed first."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.gate import may
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.home_panels import Beginning, HomePanel, sees
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.views.links import list_url
from klientura.kernel.web.requests import Request

SHOWN = 8
MINE = {"field": "owner", "op": "me"}


def _recent(asked: Request) -> dict[str, Any] | None:
    found: list[tuple[dt.datetime, dict[str, Any]]] = []
    more_url = ""
    for key in ("organisation", "person"):
        shape = shape_of(key)
        if not sees(asked, shape, "owner", "updated_at"):
            continue
        page = read.page(
            asked.actor, shape, tree=MINE, sort="-updated_at", limit=SHOWN, keys=["title", "updated_at"]
        )
        found += [(row["updated_at"], _item(asked, shape, row)) for row in page.rows]
        if page.next and not more_url:
            more_url = list_url(key, MINE, sort="-updated_at")
    if not found:
        return None
    found.sort(key=lambda pair: pair[0], reverse=True)
    return {"items": [item for _at, item in found[:SHOWN]], "more_url": more_url}


def _item(asked: Request, shape: Shape, row: Row) -> dict[str, Any]:
    currency = asked.installation.currency
    changed = cell(shape.fields["updated_at"], row["updated_at"], row, lang(), company_currency=currency)
    return {
        "title": row["title"] or f"№ {row['id']}",
        "url": f"/{shape.key}/{row['id']}",
        "icon": shape.spec.icon,
        "end": {**changed, "ago": True},
    }


RECENT_PANEL = HomePanel(key="recent", place="side", template="parties/home.html", context=_recent)
FIRST_CLIENT = Beginning(
    key="organisation",
    icon="building-2",
    title=_("Enter the first client by hand"),
    text=_("An organisation or a person, with phones, addresses and whatever you know."),
    label=_("New organisation"),
    url="/organisation/new",
    fits=lambda asked: may(asked.actor, shape_of("organisation"), "create"),
)
