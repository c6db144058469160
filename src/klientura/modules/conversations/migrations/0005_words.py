"""Letters are found by their words."""

from django.db import migrations

# Signs within addresses part their words, so that one finds a letter by a name, by a domain, by a number of an invoice.
WORDS = (
    "to_tsvector('russian', translate(lower(subject || ' ' || sender_name || ' ' || sender || ' ' || \"to\"::text || ' ' || cc::text"
    " || ' ' || left(said, 50000)), 'ё@._-/\"[],', 'е         '))"
)


class Migration(migrations.Migration):
    dependencies = [("conversations", "0004_moves")]

    operations = [
        migrations.RunSQL(
            f"create index mail_letter_words on mail_letter using gin (({WORDS}))",
            "drop index mail_letter_words",
        )
    ]
