"""The funnel over a million deals and five million changes of stage: cohort, times, comparison, waterfall, rows of a figure.

python -m bench.funnel [--scale 0.01] [--data DIR] [--deals 1000000]

Milliseconds of CPU of this process and of its database server together. The ratio is to the cohort's statement, as it is, by
bare psycopg. The deals stay in the base; their visits are made by set-based SQL, not deal by deal.
"""

import datetime as dt
import os
import statistics
import sys
from collections.abc import Callable
from typing import Any, Final

from bench import base
from bench.cpu import both_sides, cpu_ms
from bench.figures import Figure, finish

ROUNDS: Final = 5
COHORT_LIMIT: Final = 1000
# A deal walks over the open stages one after the other, a few days on each; most end, a third of these won.
_DEALS = """
create temporary table made on commit drop as
select nextval(pg_get_serial_sequence('opportunity', 'id')) as id, n,
  now() - (n %% 730) * interval '1 day' - (n %% 86400) * interval '1 second' as begun,
  1 + (n::bigint * 7919 %% 100 >= 12)::int + (n * 7919 %% 100 >= 30)::int + (n * 7919 %% 100 >= 48)::int + (n * 7919 %% 100 >= 62)::int as depth,
  n * 104729 %% 100 as luck
  from generate_series(%(there)s::bigint, %(number)s - 1) n;
"""
_VISITS = """
create temporary table walked on commit drop as
select m.id, s.number, %(stages)s::bigint[] as stages, case when s.number <= m.depth then (%(stages)s::bigint[])[s.number]
    when m.luck < 35 and m.depth = 5 then %(won)s else %(lost)s end as stage_id,
  case when s.number <= m.depth then 'open' when m.luck < 35 and m.depth = 5 then 'won' else 'lost' end as status,
  m.begun + (s.number - 1) * (1 + (m.n * 31 + s.number * 17) %% 14) * interval '1 day' as at, m.n, m.begun
  from made m cross join lateral generate_series(1, m.depth + (m.luck < 92)::int) s(number);
delete from walked where at > now();
insert into opportunity_visit (opportunity_id, number, pipeline_id, from_stage_id, stage_id, status, at, left_at, actor_id, amount, currency)
select id, number, %(pipeline)s, lag(stage_id) over w, stage_id, status, at, lead(at) over w, %(owner)s, 1000 + n %% 90000, 'RUB'
  from walked window w as (partition by id order by number);
"""
_ROWS = """
insert into opportunity (id, uid, title, created_at, updated_at, version, search_text, name, owner_id, pipeline_id, stage_id, status, amount,
  currency, tax_mode, probability, stage_changed_at, close_date, source, loss_reason, closed_at)
select m.id, gen_random_uuid(), '', m.begun, v.at, 1, '', 'F-' || m.n, %(owner)s, %(pipeline)s, v.stage_id, v.status,
  1000 + m.n %% 90000, 'RUB', 'included',
  50, v.at, (m.begun + interval '45 days')::date, (array['Сайт', 'Выставка', 'Рекомендация', 'Реклама'])[1 + m.n %% 4],
  case when v.status = 'lost' then (array['price', 'competitor', 'no_budget', 'no_answer'])[1 + m.n %% 4] end,
  case when v.status <> 'open' then v.at end
  from made m join (
    select distinct on (opportunity_id) opportunity_id, stage_id, status, at from opportunity_visit order by opportunity_id, number desc) v
    on v.opportunity_id = m.id;
insert into opportunity_worth (opportunity_id, since, amount, currency, close_date)
select id, created_at, amount, currency, close_date from opportunity where id in (select id from made);
insert into opportunity_course (opportunity_id, live, pipeline_id, stage_id, status, owner_id, team_id, created_at, closed_at, loss_reason, amount,
  currency, probability, came_from_id, reached)
select o.id, true, o.pipeline_id, o.stage_id, o.status, o.owner_id, o.team_id, o.created_at, o.closed_at, o.loss_reason, o.amount, o.currency,
  o.probability, v.came_from, v.reached from opportunity o join (
    select opportunity_id, array_agg(distinct stage_id) as reached, (array_agg(from_stage_id order by number desc))[1] as came_from
      from opportunity_visit where opportunity_id in (select id from made) group by 1) v on v.opportunity_id = o.id;
"""


def main() -> int:
    parser = base.arguments(__doc__)
    parser.set_defaults(scale=0.01)
    parser.add_argument("--deals", type=int, default=1_000_000)
    options = parser.parse_args()
    with base.database(options):
        pipeline = _make(options.deals)
        figures = _figures(pipeline)
    return finish("funnel", figures, options.scale)


def _figures(pipeline: int) -> list[Figure]:
    from django.utils import timezone

    from klientura.modules.analytics.queries import asked as asking
    from klientura.modules.analytics.queries import change, cohort, comparing, money, rows, snapshot, times

    actor, today = base.actor(), timezone.localdate()
    whole = asking.Asked(pipeline, today - dt.timedelta(days=800), today, "RUB")
    quarter = asking.Asked(pipeline, today - dt.timedelta(days=90), today, "RUB")
    sums, steps = money.money_in(actor, "RUB", today), cohort.steps_of(actor, pipeline)
    text, params = cohort.statement(actor, whole, steps, sums)
    theirs = _cost(lambda: cohort.cohort(actor, whole, steps, sums))
    bare = _bare(text, params)
    stage = rows.Figure("reached", stage=steps[2].id)
    return [
        Figure("cohort funnel of every deal", theirs, "ms", COHORT_LIMIT),
        Figure("its statement by bare psycopg", bare, "ms"),
        Figure("ratio", theirs / bare, "×", 1.2),
        Figure("cohort funnel of a quarter", _cost(lambda: cohort.cohort(actor, quarter, steps, sums)), "ms"),
        Figure("open deals now", _cost(lambda: snapshot.standing(actor, whole, steps, sums)), "ms"),
        Figure("times in stages, a quarter", _cost(lambda: times.times(actor, quarter, steps)), "ms"),
        Figure("comparison by person, every deal", _cost(lambda: comparing.by_dimension(actor, whole, "owner", steps, sums)), "ms"),
        Figure("comparison by source, a quarter", _cost(lambda: comparing.by_dimension(actor, quarter, "source", steps, sums)), "ms"),
        Figure("what became of a quarter's money", _cost(lambda: change.waterfall(actor, quarter, sums)), "ms"),
        Figure("rows of a figure", _cost(lambda: rows.of_figure(actor, whole, stage, steps, sums)), "ms"),
    ]  # fmt: skip


def _cost(act: Callable[[], Any]) -> float:
    """The median CPU of an act on both sides of the connection."""
    act()
    spent = []
    for _round in range(ROUNDS):
        before = cpu_ms(both_sides())
        act()
        spent.append(cpu_ms(both_sides()) - before)
    return statistics.median(spent)


def _bare(text: Any, params: Any) -> float:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as raw:
        raw.execute("set max_parallel_workers_per_gather = 0")  # what helpers spend would not be counted
        server = raw.execute("select pg_backend_pid()").fetchone()
        pids = (os.getpid(), server[0] if server else 0)
        spent = []
        for _round in range(ROUNDS):
            before = cpu_ms(pids)
            raw.execute(text, params).fetchall()
            spent.append(cpu_ms(pids) - before)
    return statistics.median(spent)


def _make(number: int) -> int:
    from django.db import connection, transaction

    from klientura.modules.sales.models import Pipeline, Stage

    pipeline = Pipeline.objects.order_by("place", "id").values_list("pk", flat=True)[0]
    found = Stage.objects.filter(pipeline_id=pipeline, deleted_at=None).order_by("place", "id")
    kinds: dict[str, list[int]] = {"open": [], "won": [], "lost": []}
    for pk, kind in found.values_list("pk", "kind"):
        kinds[kind].append(pk)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from opportunity where name like 'F-%'")
        there = cursor.fetchone()[0]
    given = {
        "there": there, "number": number, "pipeline": pipeline, "owner": base.actor().user_id, "stages": kinds["open"][:5],
        "won": kinds["won"][0], "lost": kinds["lost"][0],
    }  # fmt: skip
    if there < number:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            cursor.execute("alter table opportunity disable trigger user")
            for text in (_DEALS, _VISITS, _ROWS):
                for statement in filter(str.strip, text.split(";\n")):
                    cursor.execute(statement, given)
            cursor.execute("alter table opportunity enable trigger user")
    with connection.cursor() as cursor:
        for table in ("opportunity", "opportunity_visit", "opportunity_worth", "opportunity_course"):
            cursor.execute(f"vacuum analyze {table}")
        cursor.execute("select count(*) from opportunity_visit")
        print(f"{number} deals, {cursor.fetchone()[0]} visits", flush=True)
    return pipeline


if __name__ == "__main__":
    sys.exit(main())
