"""GET /sales-analysis/rows: what a figure of sales is made of; of clients one makes a list or tasks from there in one action."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import may, readable
from klientura.kernel.access.models import User
from klientura.kernel.errors import Denied, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.segments import reading
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of
from klientura.kit.formats import format_date, format_decimal
from klientura.modules.analytics.queries.sold import classes as queries
from klientura.modules.analytics.queries.sold.asked import order, sees
from klientura.modules.analytics.queries.sold.cross import of_pair
from klientura.modules.analytics.queries.sold.dimensions import Dimension, names, offered
from klientura.modules.analytics.queries.sold.repeat import of_cohort
from klientura.modules.analytics.queries.sold.rows import of_value
from klientura.modules.analytics.web.sold import classes, cross, repeat
from klientura.modules.analytics.web.sold.frame import KNOWN, PATH, PLACE, Given, given_by, month_name
from klientura.modules.analytics.web.tables import Cell, Column, Line, Table, as_file, table_shown

MOST: Final = 20_000
SHOWN: Final = 500


@dataclass(slots=True)
class Behind:
    """What is behind a figure: a table, how many there are, and whose cards it is about."""

    title: str
    table: Table
    number: int
    clients: list[int] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@open_to(Door.SIGNED_IN)
@require_GET
def figure_rows(request: HttpRequest) -> HttpResponse:
    """GET /sales-analysis/rows?…&rows=&abc=&xyz=&pair=&by=&key=&format=: what is behind a figure; without one, the analysis."""
    asked = of(request)
    if "rows" not in asked.GET:
        return HttpResponseRedirect(PATH)
    given, found = behind(request)
    wanted = asked.GET.get("format", "")
    if wanted in ("csv", "xlsx"):
        if not may(asked.actor, order(), "export"):
            raise Denied
        return as_file([found.table], wanted, "sales-rows")
    shown = Table(
        found.table.key, found.table.title, found.table.head, found.table.columns, found.table.lines[:SHOWN]
    )
    address = {k: v for k, v in asked.GET.dict().items() if k not in ("format", "rows", "view")}
    return show(
        request,
        "analytics/sales_rows.html",
        active=PLACE.key,
        title=found.title,
        told=_told(found),
        back=given.url(),
        table=table_shown(shown, given.asked.currency),
        remarks=found.remarks,
        cut=found.number > SHOWN,
        empty=not found.table.lines,
        files=[
            {"label": kind.upper(), "url": given.rows(asked.GET["rows"], **{**address, "format": kind})} for kind in ("csv", "xlsx")
        ]
        if found.table.lines and may(asked.actor, order(), "export")
        else [],
        may_segment=bool(found.clients) and reading.may_work(asked.actor, shape_of("party")),
        may_plan=bool(found.clients) and may(asked.actor, shape_of("task"), "create"),
        dialog=f"{PATH}/clients?{asked.GET.urlencode()}",
    )  # fmt: skip


def behind(request: HttpRequest) -> tuple[Given, Behind]:
    """What an address asks for. Raises NotFound for what is no figure, or is closed to the reader."""
    asked = of(request)
    if not sees(asked.actor):
        raise NotFound
    given = given_by(asked)
    maker = MAKERS.get(asked.GET.get("rows", ""))
    found = (
        maker(given, {k: v.replace("\x00", "")[:255] for k, v in asked.GET.dict().items()}) if maker else None
    )
    if found is None:
        raise NotFound
    return given, found


def _told(found: Behind) -> str:
    return ngettext("%(count)s row", "%(count)s rows", found.number) % {
        "count": format_decimal(found.number, lang(), places=0)
    }


def _cell(given: Given, said: dict[str, str]) -> Behind | None:
    abc, xyz = said.get("abc", ""), said.get("xyz", "")
    if (
        given.errors
        or abc not in ("", *queries.ABC)
        or xyz not in ("", *queries.XYZ)
        or given.question.dimension not in offered(given.actor)
    ):
        return None
    found = queries.of_cell(
        given.actor, given.asked, given.question, given.rates, abc=abc, xyz=xyz, most=MOST
    )
    head = str(classes.HEADS[given.question.dimension])
    letters = f"{abc}{'' if xyz == '-' else xyz}"
    title = (
        f"{classes.CLASSED[given.question.dimension]}: {letters}"
        if letters
        else str(classes.CLASSED[given.question.dimension])
    )
    if xyz == "-":
        title = f"{title}, {_('too few months')}" if letters else f"{title}: {_('too few months')}"
    table = classes.rows_table(given, found, title, head)
    return Behind(title, table, len(found), _clients(given, [r.key for r in found]), classes.rules(given))


def _clients(given: Given, keys: list[int]) -> list[int]:
    return keys if given.question.dimension == "client" else []


def _moved(given: Given, said: dict[str, str]) -> Behind | None:
    pairs = [
        p for p in said.get("pair", "").split(",") if len(p) == 2 and set(p) <= set("ABC-") and p != "--"
    ]
    if given.errors or not pairs or given.question.dimension not in offered(given.actor):
        return None
    before = given.earlier()
    found = queries.who_moved(
        given.actor,
        given.asked,
        before,
        given.question,
        given.rates,
        given.rates_of(before),
        pairs=pairs,
        most=MOST,
    )
    dimension, measure = given.question.dimension, given.question.measure
    called = names(given.actor, dimension, [r.key for r in found])
    unit = classes.UNITS[measure]
    columns = [
        Column(_("Class before"), "text"),
        Column(_("Class now"), "text"),
        Column(_("Period before"), unit),
        Column(_("Now"), unit),
        Column(_("Difference"), unit),
    ]
    lines = [
        Line(
            called.get(r.key) or str(classes.CLOSED),
            [
                Cell(None, text=r.pair[0].replace("-", "—")), Cell(None, text=r.pair[1].replace("-", "—")), Cell(r.was),
                Cell(r.value, classes.behind(given, r.key)), Cell(r.value - r.was),
            ],
            url=classes.card(dimension, r.key) if r.key in called else "",
        )
        for r in found
    ]  # fmt: skip
    title = _("Changes of class") + ": " + ", ".join(f"{p[0]} → {p[1]}".replace("-", "—") for p in pairs)
    table = Table("moved", title, str(classes.HEADS[dimension]), columns, lines)
    return Behind(title, table, len(found), _clients(given, [r.key for r in found]))


def _orders(given: Given, said: dict[str, str]) -> Behind | None:
    dimensions = offered(given.actor)
    by: Dimension | None = next((d for d in dimensions if d == said.get("by")), None)
    if "by" not in said or given.view in ("classes", "moves"):
        by = given.question.dimension if given.question.dimension in dimensions else None
    text = said.get("key", "")
    key: str | int | None = None if text == "-" else text if by in ("city", "source") else number(text)
    if by is None or not text or (key is None and text != "-"):
        return None
    found = of_value(given.actor, given.asked, by, key, given.rates)
    called = names(given.actor, by, [key] if key is not None else [])
    fields = readable(given.actor, order())
    title = _("Orders: {name}").format(
        name=called.get(key) or (_("not said") if key is None else str(classes.CLOSED))
    )
    return Behind(title, _table(given, found.rows, fields, title), found.number)


def _table(given: Given, rows: list[dict[str, Any]], fields: Any, title: str) -> Table:
    people = (
        dict(
            User.objects.filter(pk__in={r["owner_id"] for r in rows if r["owner_id"]}).values_list(
                "pk", "name"
            )
        )
        if "owner" in fields
        else {}
    )
    columns = [Column(_("Date"), "text")]
    columns += [Column(_("Client"), "text")] if "party" in fields else []
    columns += [Column(_("Owner"), "text")] if "owner" in fields else []
    columns += [Column(pgettext("sales analysis", "In the figure"), "money")] if given.money_seen else []
    lines = []
    for r in rows:
        cells = [Cell(None, text=format_date(r["issued_on"], lang()))]
        cells += (
            [Cell(None, f"/party/{r['party_id']}" if r["party"] else "", text=r["party"] or "—")]
            if "party" in fields
            else []
        )
        cells += [Cell(None, text=people.get(r["owner_id"], "—"))] if "owner" in fields else []
        cells += [Cell(r["amount"])] if given.money_seen else []
        name = r["number"] if "number" in fields and r["number"] else r["id"]
        lines.append(Line(_("Order No. {number}").format(number=name), cells, url=f"/order/{r['id']}"))
    return Table("orders", title, pgettext("thing", "Order"), columns, lines)


def _late(given: Given, said: dict[str, str]) -> Behind | None:
    if "client" not in offered(given.actor):
        return None
    found, number_of = repeat.late_now(given, MOST)
    table = repeat.late_table(given, found)
    return Behind(table.title, table, number_of, [r.key for r in found], [repeat.rule()])


def _cohort(given: Given, said: dict[str, str]) -> Behind | None:
    came, _dot, after = said.get("key", "").partition(".")
    if (
        "client" not in offered(given.actor)
        or not came.isascii()
        or not came.isdigit()
        or not after.isascii()
        or not after.isdigit()
    ):
        return None
    if len(came) > 5 or len(after) > 4 or not {int(came), int(came) + int(after)} <= set(KNOWN):
        return None
    ids = of_cohort(given.actor, given.asked, int(came), int(after), MOST)
    called = names(given.actor, "client", ids)
    title = _("First bought in {month}, and again in {again}").format(
        month=month_name(int(came)), again=month_name(int(came) + int(after))
    )
    lines = [
        Line(called.get(i) or str(classes.CLOSED), [], url=f"/party/{i}" if i in called else "") for i in ids
    ]
    return Behind(title, Table("cohort", title, _("Client"), [], lines), len(ids), ids)


def _pair(given: Given, said: dict[str, str], *, both: bool) -> Behind | None:
    """The clients, or orders, with both things of a pair, or with the first alone."""
    first, _dot, second = said.get("key", "").partition(".")
    level, basket = cross.level_of(given), cross.basket_of(given)
    keys = [n for text in (first, second) if (n := number(text)) is not None]
    if level not in offered(given.actor) or len(keys) != 2 or keys[0] == keys[1]:
        return None
    things = names(given.actor, level, keys)
    if len(things) != 2:
        return None
    found = of_pair(given.actor, given.asked, basket, level, (keys[0], keys[1]), both=both, most=MOST)
    words = _("Bought both: {first} and {second}") if both else _("Bought {first} without {second}")
    title = words.format(first=things[keys[0]], second=things[keys[1]])
    ids = [basket_id for basket_id, _orders_of, _day in found]
    clients = basket == "client"
    called = names(given.actor, "client", ids) if clients else dict(read.titles(given.actor, order(), ids))
    path = "party" if clients else "order"
    columns = [Column(_("Orders"))] if clients else []
    lines = [
        Line(
            called.get(key) or str(classes.CLOSED),
            [*([Cell(orders_of)] if clients else []), Cell(None, text=format_date(day, lang()))],
            url=f"/{path}/{key}" if key in called else "",
        )
        for key, orders_of, day in found
    ]
    table = Table(
        "pair", title, _("Client") if clients else pgettext("thing", "Order"), [*columns, Column(_("Last purchase"), "text")], lines
    )  # fmt: skip
    return Behind(title, table, len(found), ids if clients else [])


MAKERS: Final[dict[str, Callable[[Given, dict[str, str]], Behind | None]]] = {
    "cell": _cell, "moved": _moved, "orders": _orders, "late": _late, "cohort": _cohort,
    "both": partial(_pair, both=True), "without": partial(_pair, both=False),
}  # fmt: skip
