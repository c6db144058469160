"""One idea instead of two: importance is kept, urgency follows from the time; what a user has picked for the day."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A high priority becomes importance. That is no change of anybody's, so the history does not tell it.
KEPT = (
    "alter table {table} disable trigger user;"
    " update {table} set important = true where priority = 'high';"
    " alter table {table} enable trigger user"
)


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0002_assignment"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="important",
            field=models.BooleanField(default=False, verbose_name="important"),
        ),
        migrations.AddField(
            model_name="assignment",
            name="snoozed_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="put off until"),
        ),
        migrations.AddField(
            model_name="task",
            name="important",
            field=models.BooleanField(default=False, verbose_name="important"),
        ),
        migrations.AddField(
            model_name="task",
            name="kind",
            field=models.CharField(
                choices=[("task", "To do"), ("call", "Call"), ("meeting", "Meeting")],
                default="task",
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="minutes",
            field=models.IntegerField(blank=True, null=True, verbose_name="planned for, minutes"),
        ),
        migrations.AddField(
            model_name="task",
            name="snoozed_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="put off until"),
        ),
        migrations.RunSQL(
            [KEPT.format(table="task"), KEPT.format(table="assignment")], migrations.RunSQL.noop
        ),
        migrations.RemoveField(
            model_name="assignment",
            name="priority",
        ),
        migrations.RemoveField(
            model_name="task",
            name="priority",
        ),
        migrations.CreateModel(
            name="Focus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object", models.CharField(max_length=60)),
                ("record_id", models.BigIntegerField()),
                ("position", models.IntegerField(default=0)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "activities_focus",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "object", "record_id"), name="activities_focus_unique"
                    )
                ],
            },
        ),
    ]
