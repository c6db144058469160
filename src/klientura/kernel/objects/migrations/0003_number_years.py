from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("objects", "0002_layout"),
    ]

    operations = [
        migrations.CreateModel(
            name="NumberYear",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("column", models.CharField(max_length=20)),
                ("year", models.SmallIntegerField()),
                ("base", models.BigIntegerField()),
            ],
            options={
                "db_table": "kernel_number_year",
                "constraints": [
                    models.UniqueConstraint(fields=("column", "year"), name="kernel_number_year_one")
                ],
            },
        ),
    ]
