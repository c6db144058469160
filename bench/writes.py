"""Creating a client: with checks, history and search text; by the service, and by the API.

python -m bench.writes [--scale 1] [--data DIR]
"""

import sys

import orjson

from bench import base, cpu
from bench.figures import Figure, finish

CLIENT = {
    "last_name": "Замеров", "first_name": "Иван", "phone": "+7 903 000-11-22", "email": "bench@example.org", "city": "Казань",
}  # fmt: skip


def main() -> int:
    options = base.arguments(__doc__).parse_args()
    with base.site(options) as site:
        from klientura.kernel.events.outbox import deliver_beside
        from klientura.kernel.objects.registry import shape_of
        from klientura.kernel.store import write

        person, actor = shape_of("person"), base.actor()
        mine = cpu.both_sides()
        deliver_beside()  # as in a web process; what that costs the database is counted too
        made: list[int] = []
        spent = cpu.median_cpu(
            lambda: {*mine, *site.pids()}.difference(site.web()),
            lambda: made.append(write.create(actor, person, CLIENT)),
        )
        body = orjson.dumps(CLIENT)

        def post() -> None:
            made.append(orjson.loads(site.send("POST", "/api/v1/person", api=True, body=body))["id"])

        whole = cpu.median_cpu(site.pids, post, rounds=7, batch=4)
        write.trash(actor, person, made)
        figures = [
            Figure("create with history and search", spent, "ms", 2.5),
            Figure("create through the API", whole, "ms"),
        ]
    return finish("writes", figures, options.scale)


if __name__ == "__main__":
    sys.exit(main())
