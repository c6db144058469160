"""Indexes by which stays at stages are found that lasted at a moment, or changed in a stretch of days."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0008_scores"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="stagevisit",
            index=models.Index(
                condition=models.Q(("left_at__isnull", False)),
                fields=["left_at"],
                name="opportunity_visit_left",
            ),
        ),
        migrations.AddIndex(
            model_name="stagevisit",
            index=models.Index(
                condition=models.Q(("left_at__isnull", True), ("status", "open")),
                fields=["at"],
                name="opportunity_visit_open",
            ),
        ),
        migrations.AddIndex(
            model_name="stagevisit",
            index=models.Index(
                condition=models.Q(("left_at__isnull", True), ("status__in", ["won", "lost"])),
                fields=["at"],
                name="opportunity_visit_ended",
            ),
        ),
    ]
