"""Points of leads by rules: reckoned by the database for as many leads as one likes in one statement."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.errors import BadRequest, FieldError, Invalid
from klientura.kernel.objects.batch import Batch
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context
from klientura.kernel.store.trees import fields_in
from klientura.modules.sales.models import Lead, ScoreLimits, ScoreRule

PRODUCT: Final = SystemActor("the score of a lead may hang on fields that its reader does not see")
MOST_POINTS: Final = 1_000
MOST_RULES: Final = 100
OWN: Final = frozenset({"score", "temperature"})
CHUNK: Final = 20_000
ALWAYS: Final = Predicate(sql.SQL("true"))


def limits() -> ScoreLimits:
    """From how many points a lead is hot or warm."""
    return ScoreLimits.objects.filter(pk=1).first() or ScoreLimits(pk=1)


def condition_of(tree: Any) -> Predicate:
    """Which leads `r` a filter finds. Raises BadRequest for one that cannot be carried out."""
    shape = shape_of("lead")
    if not isinstance(tree, Mapping):
        raise BadRequest(_("The filter could not be read: each condition must be an object."), code="filter")
    return compile_filter(tree, Context(PRODUCT, shape.fields, "r", shape=shape)) or ALWAYS


def working_rules() -> list[tuple[ScoreRule, Predicate]]:
    """The rules in force; one whose fields are gone counts for nothing."""
    found = []
    for rule in ScoreRule.objects.filter(is_active=True).order_by("position", "pk"):
        try:
            found.append((rule, condition_of(rule.filter)))
        except BadRequest:
            continue
    return found


def reckon(lead_ids: Sequence[int]) -> int:
    """Score some leads; return for how many that changed anything. Repeatable."""
    rules = working_rules() if lead_ids else []
    return _reckon(Predicate(sql.SQL("r.id = any(%s)"), (list(lead_ids),)), rules) if lead_ids else 0


def _reckon(which: Predicate, rules: Sequence[tuple[ScoreRule, Predicate]]) -> int:
    bounds = limits()
    parts = [
        sql.SQL("case when ({}) is true then {} else 0 end").format(found.sql, sql.Literal(rule.points))
        for rule, found in rules
    ]
    total = sql.SQL(" + ").join(parts) if parts else sql.SQL("0")
    level = sql.SQL("null") if not rules else sql.SQL(
        "case when q.score >= {} then 'hot' when q.score >= {} then 'warm' else 'cold' end"
    ).format(sql.Literal(bounds.hot), sql.Literal(bounds.warm))  # fmt: skip
    text = sql.SQL(
        "update lead l set score = v.score, temperature = v.level from (select q.id, q.score, {level} as level from"
        " (select r.id, {total} as score from lead r where {which}) q) v"
        " where l.id = v.id and (l.score, l.temperature) is distinct from (v.score, v.level)"
    ).format(level=level, total=total, which=which.sql)
    with connection.cursor() as cursor:
        cursor.execute(text, [*(p for _rule, found in rules for p in found.params), *which.params])
        return int(cursor.rowcount)


def reckon_all() -> int:
    """Score all leads anew, as many at a time as one short transaction bears; return for how many that changed anything."""
    rules, changed, last = working_rules(), 0, 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "select max(id) from (select id from lead where id > %s order by id limit %s) q",
                [last, CHUNK],
            )
            upto = cursor.fetchone()[0]
        if upto is None:
            return changed
        changed += _reckon(Predicate(sql.SQL("r.id > %s and r.id <= %s"), (last, upto)), rules)
        last = upto


def reckon_for_the_day(today: dt.date) -> int:
    """Once a day, and after rules were changed: what is said of days («has not answered for 5 days») moves on by itself."""
    bounds = limits()
    if bounds.reckoned_on == today or not (bounds.reckoned_on or ScoreRule.objects.exists()):
        return 0
    changed = reckon_all()
    ScoreLimits.objects.update_or_create(
        pk=1, defaults={"reckoned_on": today}, create_defaults={"reckoned_on": today}
    )
    return changed


def score_newcomers(_actor: Actor, batch: Batch, _unowned: Sequence[int], _operation_id: int | None) -> None:
    """Score new leads before they are given away, so that rules of distribution see how promising each is."""
    if batch.shape.key == "lead" and ScoreRule.objects.filter(is_active=True).exists():
        reckon([d.record_id or 0 for d in batch])


@transaction.atomic
def save_rule(number: int | None, values: Mapping[str, Any]) -> ScoreRule:
    """Add or change a rule: name, points, filter, is_active; leads are scored anew. Raises Invalid."""
    errors: list[FieldError] = []
    name = " ".join(str(values.get("name") or "").replace("\x00", "").split())[:120]
    if not name:
        errors.append(FieldError("name", "required", _("Fill this in.")))
    points = _number(values.get("points"))
    if points is None or points == 0 or abs(points) > MOST_POINTS:
        errors.append(FieldError("points", "range", _("A number from −1000 to 1000, and not 0.")))
    tree = values.get("filter") or {}
    try:
        condition_of(tree)
        if not tree:
            errors.append(FieldError("filter", "required", _("Say which leads get the points.")))
        elif OWN & set(fields_in(tree)):
            errors.append(FieldError("filter", "filter", _("A score cannot depend on itself.")))
    except BadRequest as refused:
        errors.append(FieldError("filter", "filter", refused.message))
    if number is None and ScoreRule.objects.count() >= MOST_RULES:
        errors.append(FieldError("name", "too_many", _("There are 100 rules already.")))
    if errors:
        raise Invalid(errors)
    rule = (ScoreRule.objects.filter(pk=number).first() if number else None) or ScoreRule()
    rule.name, rule.points, rule.filter = name, points or 0, dict(tree)
    rule.is_active = bool(values.get("is_active"))
    rule.save()
    _have_reckoned()
    return rule


@transaction.atomic
def delete_rule(number: int) -> None:
    """Drop a rule; leads are scored anew."""
    ScoreRule.objects.filter(pk=number).delete()
    _have_reckoned()


@transaction.atomic
def save_limits(hot: Any, warm: Any) -> None:
    """Say from how many points a lead is hot or warm. Raises Invalid."""
    upper, lower = _number(hot), _number(warm)
    if upper is None or lower is None or lower >= upper or abs(upper) > 100_000 or abs(lower) > 100_000:
        raise Invalid([FieldError("hot", "range", _("A hot lead has more points than a warm one."))])
    ScoreLimits.objects.update_or_create(pk=1, defaults={"hot": upper, "warm": lower})
    _have_reckoned()


def _have_reckoned() -> None:
    """A few leads are scored at once; many when the clock comes by, within five minutes."""
    ScoreLimits.objects.get_or_create(pk=1)
    if Lead.objects.filter(deleted_at=None)[CHUNK : CHUNK + 1].exists():
        ScoreLimits.objects.filter(pk=1).update(reckoned_on=dt.date(2000, 1, 1))
    else:
        reckon_all()


def _number(raw: Any) -> int | None:
    text = str(raw if raw is not None else "").strip().replace("−", "-")
    return (
        int(text)
        if text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 8
        else None
    )
