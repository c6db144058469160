"""What is planned in the calendar is a next step, too, of the clients, deals and leads it is about."""

from django.db import migrations

_OF = (
    "update {table} o set next_step_at = least(o.next_step_at, v.at)"
    " from (select {column} as id, min(starts_at) as at from event where {which} status = 'planned' and repeats is null"
    "  and deleted_at is null and {column} is not null group by 1) v"
    " where o.id = v.id and o.next_step_at is distinct from least(o.next_step_at, v.at)"
)


class Migration(migrations.Migration):
    dependencies = [("sales", "0010_around"), ("activities", "0015_told_by_tasks")]

    operations = [
        migrations.RunSQL(_OF.format(table="party", column="party_id", which=""), migrations.RunSQL.noop),
        *(
            migrations.RunSQL(
                _OF.format(table=table, column="subject_id", which=f"subject_object = '{table}' and"),
                migrations.RunSQL.noop,
            )
            for table in ("opportunity", "lead")
        ),
    ]
