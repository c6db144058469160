"""GET /dashboard: how sales go, mine, of the team, of the company: what is behind comes first, and each number opens its rows."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import may, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.places import Place
from klientura.kernel.settings.days import beginning_of, company_today, end_of
from klientura.kernel.store import read
from klientura.kernel.ui.charts import told
from klientura.kernel.views.links import list_url
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.modules.catalog.queries.money import Money
from klientura.modules.payments.queries import receivables
from klientura.modules.planning.queries.asked import Asked, By, sees, ways
from klientura.modules.planning.queries.outlook import Ahead, outlook, sees_forecast
from klientura.modules.planning.queries.standing import Report, Standing, money_for, report
from klientura.modules.planning.rules import HUNDRED, Light, PeriodKind, first_day, last_day
from klientura.modules.planning.web.frame import period_name
from klientura.modules.planning.web.lights import light_shown

type Whose = Literal["mine", "team", "company"]

PLACE: Final = Place("dashboard", gettext_lazy("Dashboard"), "gauge", "/dashboard", at_top=True)
WHOSE: Final[dict[Whose, Any]] = {
    "mine": pgettext_lazy("dashboard", "My work"), "team": pgettext_lazy("dashboard", "My team"), "company": pgettext_lazy("dashboard", "Company"),
}  # fmt: skip
ORDER: Final[tuple[Light, ...]] = ("behind", "near", "unplanned", "good", "done")
CARE: Final[dict[Light, Any]] = {
    "behind": pgettext_lazy("light", "Look at this"), "near": pgettext_lazy("light", "A little worse"), "good": pgettext_lazy("light", "In order"),
    "unplanned": pgettext_lazy("light", "No comparison"),
}  # fmt: skip
DAYS: Final = 30
SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class View:
    """Whose figures are shown, and how they are told."""

    request: Request
    whose: Whose
    money: Money
    reports: dict[PeriodKind, Report] = field(default_factory=dict)

    @property
    def owner(self) -> int | None:
        """The person whose figures these are."""
        return self.request.actor.user_id if self.whose == "mine" else None

    @property
    def team(self) -> int | None:
        """The team whose figures these are."""
        return self.request.actor.team_id if self.whose == "team" else None

    @property
    def words(self) -> dict[str, Any]:
        """What addresses of plans say to ask for the same."""
        return {k: v for k, v in (("owner", self.owner), ("team", self.team)) if v is not None}

    @property
    def tree(self) -> list[dict[str, Any]]:
        """What lists are filtered by to show the same."""
        if self.owner is not None:
            return [{"field": "owner", "op": "eq", "value": self.owner}]
        return (
            [{"field": "team", "op": "in", "value": list(self.request.actor.tree_ids)}]
            if self.team is not None
            else []
        )

    def asked(self, kind: PeriodKind, by: By = "company") -> Asked:
        """Won deals of the stretch that is running."""
        first = first_day(kind, company_today())
        return Asked("won_sum", first, last_day(kind, first), by, self.owner, self.team)

    def whole(self, kind: PeriodKind) -> Standing | None:
        """Plan and fact of the stretch that is running, reckoned once for all tiles."""
        if kind not in self.reports:
            self.reports[kind] = report(self.request.actor, self.asked(kind), self.money)
        return self.reports[kind].whole


@open_to(Door.SIGNED_IN)
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """GET /dashboard?whose=mine|team|company: tiles with lights, deviations first."""
    asked = of(request)
    offered = _offered(asked)
    whose = next((w for w in offered if w == asked.GET.get("whose")), offered[-1])
    view = View(asked, whose, money_for(asked.installation.currency, company_today()))
    tiles = [tile for maker in MAKERS for tile in maker(view)]
    tiles.sort(key=lambda tile: ORDER.index(tile["light"]["key"]))
    return show(
        request, "planning/dashboard.html", active=PLACE.key, tiles=tiles, people=_people(view), whose=whose,
        tabs=[{"label": str(WHOSE[w]), "url": f"/dashboard?whose={w}", "active": w == whose} for w in offered],
    )  # fmt: skip


def _offered(asked: Request) -> list[Whose]:
    """Whose figures the reader may ask for: the widest comes last."""
    actor = asked.actor
    width = actor.scope("opportunity", "read")
    found: list[Whose] = ["mine"]
    fields = readable(actor, shape_of("opportunity"))
    if actor.team_id is not None and width in ("team", "tree", "all") and "team" in fields:
        found.append("team")
    return [*found, "company"] if width == "all" else found


def _tile(
    label: str, value: str, light: Light, why: str, url: str, *, of_plan: bool = False
) -> dict[str, Any]:
    """A tile; what is no plan is in order, or it is to be looked at."""
    shown = light_shown(light)
    if not of_plan and light in CARE:
        shown["word"] = str(CARE[light])
    return {"label": label, "value": value, "light": shown, "why": why, "url": url}


def _money(view: View, value: Decimal) -> str:
    return told(round(value), "money", lang(), view.money.currency)


def _plans(view: View) -> list[dict[str, Any]]:
    """The plan of the month and of the quarter against their pace."""
    if not sees(view.request.actor, "won_sum"):
        return []
    tiles = []
    for kind in ("month", "quarter"):
        given = view.asked(kind)
        whole = view.whole(kind)
        if whole is not None:
            url = f"/plans?{urlencode({'period': kind, 'by': 'company', **view.words})}"
            tiles.append(
                _tile(
                    _("{period}: sales").format(period=period_name(kind, given.first)),
                    *_against(view, whole),
                    url,
                    of_plan=True,
                )
            )
    return tiles


def _against(view: View, whole: Standing) -> tuple[str, Light, str]:
    if not whole.target:
        return _money(view, whole.actual), "unplanned", _("There is no plan for it.")
    why = _("{fact} of {plan}; {percent} of the working days are over").format(
        fact=_money(view, whole.actual), plan=_money(view, whole.target), percent=told(round(whole.pace.percent), "percent", lang())
    )  # fmt: skip
    return told(whole.done, "percent", lang()), whole.light, why


def _ahead(view: View) -> list[dict[str, Any]]:
    """What is won and committed against the plan of the quarter; deals whose closing date has passed."""
    actor = view.request.actor
    if not sees_forecast(actor):
        return []
    given = view.asked("quarter")
    whole = view.whole("quarter")
    today = company_today()
    found = outlook(
        actor, Ahead(given.first, given.last, today, "company", view.owner, view.team), view.money
    )
    won = whole.actual if whole else Decimal(0)
    commit = found.of("*", given.first, given.last, "commit").money
    weighted = won + sum(
        (found.of("*", given.first, given.last, c).weighted for c in ("commit", "best", "pipeline")),
        Decimal(0),
    )
    plan = whole.target if whole else None
    light: Light = (
        "unplanned"
        if not plan
        else "good"
        if won + commit >= plan
        else "near"
        if weighted >= plan
        else "behind"
    )
    why = _("won and committed {sum}").format(sum=_money(view, won + commit))
    if plan:
        why += "; " + _("plan {sum}").format(sum=_money(view, plan))
    url = f"/forecast?{urlencode({'period': 'quarter', **view.words})}"
    tiles = [
        _tile(
            _("Forecast of the quarter by probability"), _money(view, weighted), light, why, url, of_plan=True
        )
    ]
    late = sum(p.number for p in found.overdue.values())
    total = sum((p.money for p in found.overdue.values()), Decimal(0))
    words = {"category": "overdue", "from": given.first, "to": given.last, **view.words}
    told_late = (
        _("{sum} are in no month of the forecast").format(sum=_money(view, total))
        if late
        else _("All open deals are to be closed in days to come.")
    )
    tiles.append(
        _tile(
            _("The closing date has passed"),
            _deals(late),
            "behind" if late else "good",
            told_late,
            f"/forecast/rows?{urlencode(words)}",
        )
    )
    return tiles


def _deals(number: int) -> str:
    return ngettext("%(count)s deal", "%(count)s deals", number) % {"count": told(number, "count", lang())}


def _counted(view: View, key: str, tree: list[dict[str, Any]]) -> tuple[int, str, str]:
    """How many records meet a filter (of very many: that they are), and their list."""
    whole = {"and": [*view.tree, *tree]}
    found = read.count(view.request.actor, shape_of(key), tree=whole)
    return (
        found.number,
        f"{told(found.number, 'count', lang())}{'+' if found.capped else ''}",
        list_url(key, whole),
    )


def _next_steps(view: View) -> list[dict[str, Any]]:
    """Open deals that nobody has planned anything for; tasks that are late."""
    actor, tiles = view.request.actor, []
    deal, task = shape_of("opportunity"), shape_of("task")
    if may(actor, deal, "read") and {"status", "next_step_at", "owner", "team"} <= set(readable(actor, deal)):
        tree = [{"field": "status", "op": "eq", "value": "open"}, {"field": "next_step_at", "op": "empty"}]
        number, text, url = _counted(view, "opportunity", tree)
        why = _("nobody has planned what comes next") if number else _("Every open deal has its next step.")
        tiles.append(_tile(_("Deals without a next step"), text, "behind" if number else "good", why, url))
    if may(actor, task, "read") and {"status", "due_at", "owner", "team"} <= set(readable(actor, task)):
        late = [
            {"field": "status", "op": "eq", "value": "open"},
            {"field": "due_at", "op": "lt", "value": timezone.now().isoformat(timespec="minutes")},
        ]
        number, text, url = _counted(view, "task", late)
        tiles.append(
            _tile(
                _("Late tasks"),
                text,
                "behind" if number else "good",
                _("should be done by now") if number else _("Nothing is late."),
                url,
            )
        )
    return tiles


def _debts(view: View) -> list[dict[str, Any]]:
    """What clients should have paid by now."""
    if view.team is not None or not receivables.sees(view.request.actor):
        return []
    today = company_today()
    lines = receivables.aged(view.request.actor, receivables.Asked(today, owner=view.owner), "currency")
    factors = view.money.factors
    late, all_of_it = Decimal(0), Decimal(0)
    for line in lines:
        factor = factors.get(line.currency, Decimal(0))
        late += factor * sum((line.sums[bucket] for bucket in receivables.BUCKETS[2:]), Decimal(0))
        all_of_it += factor * line.sums["total"]
    why = (
        _("of {sum} that clients owe").format(sum=_money(view, all_of_it))
        if all_of_it
        else _("Nobody owes anything.")
    )
    url = f"/receivables?{urlencode({'by': 'party', **view.words})}"
    return [_tile(_("Overdue receivables"), _money(view, late), "behind" if late else "good", why, url)]


def _conversion(view: View) -> list[dict[str, Any]]:
    """The share of won ones among the deals closed in the last thirty days, beside the thirty before."""
    actor, deal = view.request.actor, shape_of("opportunity")
    if not may(actor, deal, "read") or not {"status", "closed_at", "owner", "team"} <= set(
        readable(actor, deal)
    ):
        return []
    today = company_today()
    now, number, url = _closed(view, today - dt.timedelta(days=DAYS - 1), today)
    before, _number, _url = _closed(
        view, today - dt.timedelta(days=2 * DAYS - 1), today - dt.timedelta(days=DAYS)
    )
    if now is None:
        return [
            _tile(
                _("Won among closed, 30 days"), "—", "unplanned", _("No deal was closed in these days."), url
            )
        ]
    light: Light = (
        "unplanned"
        if before is None
        else "good"
        if now >= before
        else "near"
        if now >= before * Decimal("0.9")
        else "behind"
    )
    why = _("{deals} closed").format(deals=_deals(number))
    if before is not None:
        why += "; " + _("{percent} in the 30 days before").format(percent=told(before, "percent", lang()))
    return [_tile(_("Won among closed, 30 days"), told(now, "percent", lang()), light, why, url)]


def _closed(view: View, first: dt.date, last: dt.date) -> tuple[Decimal | None, int, str]:
    """The share of won deals among those closed on some days, how many these are, and their list."""
    days = [
        {"field": "closed_at", "op": "gte", "value": beginning_of(first).isoformat()},
        {"field": "closed_at", "op": "lt", "value": end_of(last).isoformat()},
        {"field": "status", "op": "in", "value": ["won", "lost"]},
    ]  # fmt: skip
    tree = {"and": [*view.tree, *days]}
    found = {
        g.value: g.number
        for g in read.groups(view.request.actor, shape_of("opportunity"), by="status", tree=tree)
    }
    number = sum(found.values())
    share = round(HUNDRED * found.get("won", 0) / number, 1) if number else None
    return share, number, list_url("opportunity", tree)


def _people(view: View) -> list[dict[str, Any]]:
    """Whose plan of the month is behind, those furthest on top."""
    actor = view.request.actor
    if view.whose == "mine" or not sees(actor, "won_sum") or "owner" not in ways(actor, "won_sum"):
        return []
    found = report(actor, view.asked("month", "owner"), view.money)
    behind = [each for each in found.lines if each.light in ("behind", "near")][:SHOWN]
    return [
        {
            "label": each.label, "light": light_shown(each.light), "done": told(each.done, "percent", lang()),
            "bar": float(min(each.done or Decimal(0), HUNDRED)),
            "gap": _money(view, each.gap or Decimal(0)), "url": f"/plans?{urlencode({'by': 'company', 'owner': each.key})}",
        }
        for each in behind
    ]  # fmt: skip


MAKERS: Final[tuple[Callable[[View], list[dict[str, Any]]], ...]] = (
    _plans,
    _ahead,
    _next_steps,
    _debts,
    _conversion,
)
