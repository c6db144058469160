"""Facts of a deal's way: the stages it stood at, what it was worth when, and its course in one narrow row (ADR 25)."""

import django.contrib.postgres.fields
from django.db import migrations, models

INSERTED = """
create or replace function opportunity_course_insert() returns trigger language plpgsql as $$
begin
  insert into opportunity_visit
    (opportunity_id, number, pipeline_id, stage_id, status, at, actor_id, operation_id, amount, currency)
  select n.id, 1, n.pipeline_id, n.stage_id, n.status, n.stage_changed_at, n.updated_by_id, n.operation_id, n.amount, n.currency
    from new_rows n;
  insert into opportunity_worth (opportunity_id, since, amount, currency, close_date)
  select n.id, n.created_at, n.amount, n.currency, n.close_date from new_rows n;
  insert into opportunity_course
    (opportunity_id, live, pipeline_id, stage_id, status, owner_id, team_id, created_at, closed_at, loss_reason, amount, currency,
     probability, reached)
  select n.id, n.deleted_at is null, n.pipeline_id, n.stage_id, n.status, n.owner_id, n.team_id, n.created_at, n.closed_at,
    n.loss_reason, n.amount, n.currency, n.probability, array[n.stage_id] from new_rows n;
  return null;
end $$"""

# A deal that stands again where it stood before, since the same moment, was put back there (an undo, a revert): what came in
# between has never been. Any other change of stage is a visit more. Numbers of deals are gathered first: tables of facts are
# read by them, whatever plan the first call has left behind.
UPDATED = """
create or replace function opportunity_course_update() returns trigger language plpgsql set enable_nestloop = off as $$
declare moved bigint[]; worth bigint[]; touched bigint[];
begin
  select array_agg(n.id) filter (where n.stage_id is distinct from o.stage_id),
    array_agg(n.id) filter (where (n.amount, n.currency, n.close_date) is distinct from (o.amount, o.currency, o.close_date)),
    array_agg(n.id) filter (where
      (n.stage_id, n.status, n.pipeline_id, n.owner_id, n.team_id, n.created_at, n.closed_at, n.loss_reason, n.amount, n.currency,
       n.probability, n.deleted_at is null) is distinct from
      (o.stage_id, o.status, o.pipeline_id, o.owner_id, o.team_id, o.created_at, o.closed_at, o.loss_reason, o.amount, o.currency,
       o.probability, o.deleted_at is null))
    into moved, worth, touched from new_rows n join old_rows o on o.id = n.id;
  if worth is not null then
    with ended as (
      update opportunity_worth w set until = greatest(n.updated_at, w.since) from new_rows n
       where w.opportunity_id = any(worth) and w.until is null and n.id = w.opportunity_id returning w.opportunity_id, w.until)
    insert into opportunity_worth (opportunity_id, since, amount, currency, close_date)
    select n.id, coalesce(e.until, n.updated_at), n.amount, n.currency, n.close_date
      from new_rows n left join ended e on e.opportunity_id = n.id where n.id = any(worth);
  end if;
  if moved is not null then
    with back as (
      select v.opportunity_id, v.number from opportunity_visit v join new_rows n on n.id = v.opportunity_id
       where v.opportunity_id = any(moved) and v.stage_id = n.stage_id and v.at = n.stage_changed_at),
    gone as (
      delete from opportunity_visit v using back b
       where v.opportunity_id = any(moved) and v.opportunity_id = b.opportunity_id and v.number > b.number)
    update opportunity_visit v set left_at = null from back b
     where v.opportunity_id = any(moved) and v.opportunity_id = b.opportunity_id and v.number = b.number;
    with ahead as (
      select n.*, v.number as last, v.stage_id as left_stage, greatest(n.stage_changed_at, v.at) as came
        from new_rows n left join opportunity_visit v
          on v.opportunity_id = n.id and v.left_at is null and v.opportunity_id = any(moved)
       where n.id = any(moved) and v.stage_id is distinct from n.stage_id),
    ended as (
      update opportunity_visit v set left_at = a.came from ahead a
       where v.opportunity_id = any(moved) and v.opportunity_id = a.id and v.number = a.last)
    insert into opportunity_visit
      (opportunity_id, number, pipeline_id, from_stage_id, stage_id, status, at, actor_id, operation_id, amount, currency)
    select a.id, coalesce(a.last, 0) + 1, a.pipeline_id, a.left_stage, a.stage_id, a.status, a.came, a.updated_by_id,
      a.operation_id, a.amount, a.currency from ahead a;
  end if;
  if touched is not null then
    insert into opportunity_course as c
      (opportunity_id, live, pipeline_id, stage_id, status, owner_id, team_id, created_at, closed_at, loss_reason, amount,
       currency, probability, came_from_id, reached)
    select n.id, n.deleted_at is null, n.pipeline_id, n.stage_id, n.status, n.owner_id, n.team_id, n.created_at, n.closed_at,
      n.loss_reason, n.amount, n.currency, n.probability, v.came_from, coalesce(v.reached, array[n.stage_id])
    from new_rows n left join (
      select v.opportunity_id, array_agg(distinct v.stage_id) as reached,
        (array_agg(v.from_stage_id order by v.number desc))[1] as came_from
        from opportunity_visit v where v.opportunity_id = any(touched) group by 1) v on v.opportunity_id = n.id
    where n.id = any(touched)
    on conflict (opportunity_id) do update set (live, pipeline_id, stage_id, status, owner_id, team_id, created_at, closed_at,
      loss_reason, amount, currency, probability, came_from_id, reached) = (excluded.live, excluded.pipeline_id,
      excluded.stage_id, excluded.status, excluded.owner_id, excluded.team_id, excluded.created_at, excluded.closed_at,
      excluded.loss_reason, excluded.amount, excluded.currency, excluded.probability, excluded.came_from_id, excluded.reached);
  end if;
  return null;
end $$"""

DELETED = """
create or replace function opportunity_course_delete() returns trigger language plpgsql as $$
declare gone bigint[];
begin
  select array_agg(id) into gone from old_rows;
  delete from opportunity_visit where opportunity_id = any(gone);
  delete from opportunity_worth where opportunity_id = any(gone);
  delete from opportunity_course where opportunity_id = any(gone);
  return null;
end $$"""

TRIGGERS = """
create trigger course_insert after insert on opportunity referencing new table as new_rows
  for each statement execute function opportunity_course_insert();
create trigger course_update after update on opportunity referencing old table as old_rows new table as new_rows
  for each statement execute function opportunity_course_update();
create trigger course_delete after delete on opportunity referencing old table as old_rows
  for each statement execute function opportunity_course_delete()"""

# What the history knows of deals that are there already. Of moves that were taken back the later one says an earlier moment.
KNOWN = """
create temporary table course_changes on commit drop as
  select c.root_id as opportunity_id, c.id as turn, c.at, c.actor_id, c.operation_id, c.changes from kernel_change c
   where c.root_object = 'opportunity' and c.object = 'opportunity' and c.action = 'update'
     and c.changes ?| array['stage_id', 'amount', 'currency', 'close_date'];
create index on course_changes (opportunity_id, turn);
analyze course_changes;

insert into opportunity_worth (opportunity_id, since, until, amount, currency, close_date)
select p.id, p.at, lead(p.at) over (partition by p.id order by p.turn),
    case when a.turn is null then o.amount else (a.changes -> 'amount' ->> 0)::numeric end,
    case when c.turn is null then o.currency else c.changes -> 'currency' ->> 0 end,
    case when d.turn is null then o.close_date else (d.changes -> 'close_date' ->> 0)::date end
  from (select id, 0::bigint as turn, created_at as at from opportunity union all
        select opportunity_id, turn, at from course_changes where changes ?| array['amount', 'currency', 'close_date']) p
  join opportunity o on o.id = p.id
  left join lateral (select l.turn, l.changes from course_changes l where l.opportunity_id = p.id and l.turn > p.turn
    and l.changes ? 'amount' order by l.turn limit 1) a on true
  left join lateral (select l.turn, l.changes from course_changes l where l.opportunity_id = p.id and l.turn > p.turn
    and l.changes ? 'currency' order by l.turn limit 1) c on true
  left join lateral (select l.turn, l.changes from course_changes l where l.opportunity_id = p.id and l.turn > p.turn
    and l.changes ? 'close_date' order by l.turn limit 1) d on true;

insert into opportunity_visit
  (opportunity_id, number, pipeline_id, from_stage_id, stage_id, status, at, left_at, actor_id, operation_id, amount, currency)
with moves as (
  select opportunity_id, turn, actor_id, operation_id, (changes -> 'stage_id' ->> 0)::bigint as was,
    (changes -> 'stage_id' ->> 1)::bigint as stage_id, coalesce((changes -> 'stage_changed_at' ->> 1)::timestamptz, at) as came,
    (changes -> 'stage_changed_at' ->> 0)::timestamptz as since
    from course_changes where changes ? 'stage_id'),
steps as (
  select o.id, 0::bigint as turn, coalesce(f.was, o.stage_id) as stage_id, o.created_by_id as actor_id, null::bigint as operation_id,
    case when f.turn is null then o.stage_changed_at else coalesce(f.since, o.created_at) end as came
    from opportunity o left join lateral (
      select m.turn, m.was, m.since from moves m where m.opportunity_id = o.id order by m.turn limit 1) f on true
  union all
  select opportunity_id, turn, stage_id, actor_id, operation_id, came from moves),
judged as (
  select s.*, min(came) over (partition by id order by turn rows between 1 following and unbounded following) as later from steps s),
kept as (
  select j.*, row_number() over w as number, lag(stage_id) over w as from_stage, lead(came) over w as left_at
    from judged j where later is null or later > came window w as (partition by id order by came, turn))
select k.id, k.number, coalesce(s.pipeline_id, o.pipeline_id), k.from_stage, k.stage_id, coalesce(s.kind, 'open'), k.came, k.left_at,
    k.actor_id, k.operation_id, w.amount, coalesce(w.currency, o.currency)
  from kept k join opportunity o on o.id = k.id left join pipeline_stage s on s.id = k.stage_id
  left join lateral (select w.amount, w.currency from opportunity_worth w
    where w.opportunity_id = k.id order by w.since <= k.came desc, case when w.since <= k.came then w.since end desc, w.since
    limit 1) w on true;

insert into opportunity_course
  (opportunity_id, live, pipeline_id, stage_id, status, owner_id, team_id, created_at, closed_at, loss_reason, amount, currency,
   probability, came_from_id, reached)
select o.id, o.deleted_at is null, o.pipeline_id, o.stage_id, o.status, o.owner_id, o.team_id, o.created_at, o.closed_at,
    o.loss_reason, o.amount, o.currency, o.probability, v.came_from, v.reached
  from opportunity o join (
    select opportunity_id, array_agg(distinct stage_id) as reached, (array_agg(from_stage_id order by number desc))[1] as came_from
      from opportunity_visit group by 1) v on v.opportunity_id = o.id;
drop table course_changes"""


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0005_rule_operations"),
        ("sales", "0005_response_times"),
    ]

    operations = [
        migrations.CreateModel(
            name="Course",
            fields=[
                ("opportunity_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("live", models.BooleanField()),
                ("pipeline_id", models.BigIntegerField()),
                ("stage_id", models.BigIntegerField()),
                ("status", models.CharField(max_length=5)),
                ("owner_id", models.BigIntegerField(null=True)),
                ("team_id", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("loss_reason", models.CharField(max_length=63, null=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("currency", models.CharField(max_length=3)),
                ("probability", models.IntegerField(null=True)),
                ("came_from_id", models.BigIntegerField(null=True)),
                ("reached", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField())),
            ],
            options={
                "db_table": "opportunity_course",
                "indexes": [models.Index(fields=["created_at"], name="opportunity_course_created")],
            },
        ),
        migrations.CreateModel(
            name="StageVisit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opportunity_id", models.BigIntegerField()),
                ("number", models.IntegerField()),
                ("pipeline_id", models.BigIntegerField()),
                ("from_stage_id", models.BigIntegerField(null=True)),
                ("stage_id", models.BigIntegerField()),
                ("status", models.CharField(max_length=5)),
                ("at", models.DateTimeField()),
                ("left_at", models.DateTimeField(null=True)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("operation_id", models.BigIntegerField(null=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("currency", models.CharField(max_length=3)),
            ],
            options={
                "db_table": "opportunity_visit",
                "indexes": [models.Index(fields=["stage_id", "at"], name="opportunity_visit_entered")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("opportunity_id", "number"), name="opportunity_visit_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Worth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opportunity_id", models.BigIntegerField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("currency", models.CharField(max_length=3)),
                ("close_date", models.DateField(null=True)),
            ],
            options={
                "db_table": "opportunity_worth",
                "indexes": [models.Index(fields=["opportunity_id", "since"], name="opportunity_worth_since")],
            },
        ),
        migrations.RunSQL([INSERTED, UPDATED, DELETED], migrations.RunSQL.noop),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
    ]
