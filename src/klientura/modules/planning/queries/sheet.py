"""The plans of a year as a sheet: a row for each person, team or product group, a column for each month or quarter."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may
from klientura.kernel.access.models import Team, User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.catalog.queries.money import Money
from klientura.modules.planning.queries.asked import Asked, Measure, sees, ways
from klientura.modules.planning.queries.facts import facts
from klientura.modules.planning.rules import MONTHS, PeriodKind, beginnings

type RowsBy = Literal["owner", "team", "company", "category"]
type Place = tuple[int | None, dt.date]

MOST_ROWS: Final = 300
LEVELS: Final[dict[RowsBy, str]] = {
    "owner": "person",
    "team": "team",
    "company": "company",
    "category": "company",
}
_COLUMNS: Final[dict[RowsBy, str]] = {
    "owner": "r.owner_id",
    "team": "r.team_id",
    "company": "null::bigint",
    "category": "r.category_id",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Which sheet: a year, a measure, the length of its columns, whose rows, in what currency new plans are set."""

    year: int
    measure: Measure
    kind: PeriodKind
    by: RowsBy
    currency: str

    @property
    def columns(self) -> list[dt.date]:
        """The beginnings of the columns."""
        return beginnings(self.kind, self.year)

    @property
    def counted(self) -> bool:
        """Whether numbers are planned, and not sums."""
        return self.measure == "won_count"


@dataclass(frozen=True, slots=True)
class Stored:
    """A plan that stands in a cell; without a value it was emptied somewhere else, and the cell is its still."""

    id: int
    value: Decimal | None
    currency: str
    version: int


def offered(actor: Actor, measure: Measure) -> list[RowsBy]:
    """Whose plans may be laid out so."""
    found: list[RowsBy] = ["owner", "team", "company"]
    if measure != "paid_sum" and may(actor, shape_of("product_category"), "read"):
        found.append("category")
    return found


def stored(actor: Actor, sheet: Sheet) -> dict[Place, Stored]:
    """The plans of a sheet that the reader sees, by row and column."""
    goods = sql.SQL("r.category_id is {}").format(sql.SQL("not null" if sheet.by == "category" else "null"))
    mine = [
        Predicate(
            sql.SQL("r.measure = %s and r.period = %s and r.level = %s and r.starts_on >= %s and r.starts_on < %s"),
            (sheet.measure, sheet.kind, LEVELS[sheet.by], dt.date(sheet.year, 1, 1), dt.date(sheet.year + 1, 1, 1)),
        ),
        Predicate(goods), Predicate(sql.SQL("r.product_id is null and r.city is null")),
    ]  # fmt: skip
    where = conditions(actor, shape_of("quota"), more=mine)
    text = sql.SQL("select {}, r.starts_on, r.id, {}, r.currency, r.version from quota r where {}").format(
        sql.SQL(_COLUMNS[sheet.by]), sql.SQL("r.number::numeric" if sheet.counted else "r.amount"), where.sql
    )
    return {
        (key, day): Stored(pk, value, currency, version)
        for key, day, pk, value, currency, version in read_for_long(text, where.params)
    }


def rows_of(
    actor: Actor, sheet: Sheet, known: set[int | None]
) -> tuple[dict[int | None, str], set[int | None]]:
    """The rows by number with what they are called, in their order; and those that the reader may fill in."""
    width = actor.scope("quota", "create")
    match sheet.by:
        case "owner":
            people = User.objects.order_by("name").values_list("pk", "name", "is_active", "team_id")
            found = [
                (pk, name)
                for pk, name, active, team in people
                if pk in known or (active and _mine(actor, width, pk, team))
            ]
            open_ones = {pk for pk, _name, active, team in people if active and _mine(actor, width, pk, team)}
        case "team":
            teams = list(Team.objects.order_by("name").values_list("pk", "name"))
            open_ones = {pk for pk, _name in teams if _mine(actor, width, None, pk)}
            found = [(pk, name) for pk, name in teams if pk in known or pk in open_ones]
        case "category":
            page = read.page(actor, shape_of("product_category"), sort="name", limit=MOST_ROWS, keys=["name"])
            found = [(row["id"], row["name"]) for row in page.rows]
            open_ones = {pk for pk, _name in found} if width == "all" else set()
        case _:
            return {None: ""}, {None} if width == "all" else set()
    return dict(found[:MOST_ROWS]), {*open_ones}


def _mine(actor: Actor, width: str, user: int | None, team: int | None) -> bool:
    """Whether a plan of a person or a team would be the reader's to set."""
    if width == "all":
        return True
    if user is not None and user == actor.user_id:
        return width in ("own", "team", "tree")
    return team is not None and team in {"team": (actor.team_id,), "tree": actor.tree_ids}.get(width, ())


def earlier(actor: Actor, sheet: Sheet, money: Money) -> dict[Place, Decimal]:
    """What came in the year before, by row and by the column of the sheet that it stands for; nothing for who may not ask."""
    if not sees(actor, sheet.measure) or sheet.by not in ways(actor, sheet.measure):
        return {}
    year = sheet.year - 1
    found = facts(actor, Asked(sheet.measure, dt.date(year, 1, 1), dt.date(year, 12, 31), sheet.by), money)
    made: dict[Place, Decimal] = {}
    for (key, month), each in found.sums.items():
        months = MONTHS[sheet.kind]
        place = (key, dt.date(sheet.year, (month.month - 1) // months * months + 1, 1))
        made[place] = made.get(place, Decimal(0)) + (Decimal(each.number) if sheet.counted else each.money)
    return made
