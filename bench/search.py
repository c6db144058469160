"""Search: how a text is understood, and the whole answer of the API, for slips, parts of names and of phones.

python -m bench.search [--scale 1] [--data DIR]
"""

import statistics
import sys
from urllib.parse import urlencode

from bench import base, cpu
from bench.figures import Figure, finish

WORDS = 12
SLOWEST = 6.0


def main() -> int:
    options = base.arguments(__doc__).parse_args()
    with base.site(options) as site:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "select distinct on (last_name) last_name, right(phone, 7) from party where kind = 'person'"
                " and length(last_name) > 7 and length(phone) = 12 and deleted_at is null order by last_name, id limit 2000"
            )
            found = cursor.fetchall()
        step = max(1, len(found) // WORDS)
        names, phones = [n for n, _p in found][::step][:WORDS], [p for _n, p in found][::step][:WORDS]
        asked = {
            "a misspelt surname": [n[:3] + n[4:] for n in names],
            "a part of a name": [n[1:6] for n in names],
            "a part of a phone": phones,
        }
        figures: list[Figure] = []
        for label, texts in asked.items():
            alone = statistics.median(_understanding(site, text) for text in texts)
            whole = statistics.median(_answering(site, text) for text in texts)
            figures.append(Figure(f"search by {label}: finding", alone, "ms", SLOWEST))
            figures.append(Figure(f"search by {label}: request, sign-in to JSON", whole, "ms"))
    return finish("search", figures, options.scale)


def _understanding(site: base.Site, text: str) -> float:
    """Median CPU of finding the records of a text: this thread and its database backend."""

    from klientura.kernel.objects.registry import shape_of
    from klientura.kernel.search.query import understand

    person, actor = shape_of("person"), base.actor()
    pids = cpu.both_sides()
    return cpu.median_cpu(lambda: pids, lambda: understand(actor, person, text), rounds=7, batch=3)


def _answering(site: base.Site, text: str) -> float:
    path = f"/api/v1/person?{urlencode({'q': text, 'fields': 'title,phone,email,city,owner'})}"
    return cpu.median_cpu(site.pids, lambda: site.get(path, api=True), rounds=5, batch=3)


if __name__ == "__main__":
    sys.exit(main())
