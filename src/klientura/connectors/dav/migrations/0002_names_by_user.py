"""Names and texts are of one user's machines each. What was kept so far is forgotten: devices read everything anew."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("dav", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.DeleteModel("DavName"),
        migrations.CreateModel(
            name="DavName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object", models.CharField(max_length=60)),
                ("record_id", models.BigIntegerField()),
                ("name", models.CharField(max_length=255)),
                ("uid", models.CharField(max_length=255)),
                ("text", models.TextField(default="")),
                ("revision", models.IntegerField(default=1)),
                ("hidden", models.CharField(default="", max_length=100)),
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
            options={"db_table": "dav_name"},
        ),
        migrations.AddConstraint(
            model_name="davname",
            constraint=models.UniqueConstraint(
                fields=("user", "object", "record_id"), name="dav_name_record"
            ),
        ),
        migrations.AddConstraint(
            model_name="davname",
            constraint=models.UniqueConstraint(fields=("user", "object", "name"), name="dav_name_unique"),
        ),
    ]
