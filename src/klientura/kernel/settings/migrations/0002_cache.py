"""The table of Django's database cache (rate limits of sign-in live there, shared by all processes)."""

from django.db import migrations


class Migration(migrations.Migration):
    """Make the table that DatabaseCache expects."""

    dependencies = [("settings", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "create unlogged table if not exists kernel_cache"
            " (cache_key varchar(255) primary key, value text not null, expires timestamptz not null);"
            " create index if not exists kernel_cache_expires on kernel_cache (expires);",
            "drop table if exists kernel_cache",
        )
    ]
