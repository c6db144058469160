"""Whether an assignment kept its time: a fact of its own, so that lists are filtered by it."""

from django.conf import settings
from django.db import migrations, models

# What was done before is judged by the times that are kept of it; nobody changes anything, so the history does not tell it.
JUDGED = (
    "alter table assignment disable trigger user;"
    " update assignment set in_time = due_at is null or coalesce(reported_at, done_at) <= due_at"
    " where status in ('reported', 'done') and coalesce(reported_at, done_at) is not null;"
    " alter table assignment enable trigger user"
)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_shares_and_substitutions"),
        ("activities", "0006_reminders_and_feeds"),
        ("parties", "0004_undeliverable"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="in_time",
            field=models.BooleanField(blank=True, null=True, verbose_name="in time"),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("status__in", ["issued", "accepted"])),
                fields=["party", "due_at"],
                name="assignment_party_under_way",
            ),
        ),
        migrations.RunSQL(JUDGED, migrations.RunSQL.noop),
    ]
