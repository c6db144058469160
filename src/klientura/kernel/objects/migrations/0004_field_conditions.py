from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("objects", "0003_number_years"),
    ]

    operations = [
        migrations.CreateModel(
            name="FieldConditions",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object", models.CharField(max_length=60)),
                ("field", models.CharField(max_length=63)),
                ("shown", models.JSONField(null=True)),
                ("required", models.JSONField(null=True)),
                ("locked", models.JSONField(null=True)),
                ("version", models.IntegerField(default=1)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("changed_by_id", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "kernel_field_conditions",
                "constraints": [
                    models.UniqueConstraint(fields=("object", "field"), name="kernel_field_conditions_one")
                ],
            },
        ),
    ]
