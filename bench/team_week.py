"""A week of a team of twenty in the calendar: the processor time of the page, and of what it reads.

python -m bench.team_week [--scale 0.001] [--data DIR]
"""

import datetime as dt
import time
from collections.abc import Callable

from bench import base
from bench.figures import Figure, finish

PEOPLE, EVENTS, TASKS = 20, 10, 12
MONDAY = dt.date(2027, 3, 1)
RULES = {0: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 4: "FREQ=WEEKLY", 8: "FREQ=WEEKLY"}
"""Which of the events recur, since two years ago: with them everybody has 40 things in the week, 28 of them events, own or as a guest."""
TIMES = 30
MORNING = dt.datetime(2027, 3, 1, 6, 30)


def main() -> int:
    options = base.arguments(__doc__).parse_args()
    with base.site(options) as site:
        users = _fill()
        address = f"/calendar?span=team&wide=1&on={MONDAY}&who={','.join(map(str, users))}"
        site.get(address)
        figures = [
            Figure("reading the week of twenty", _spent(_read(users)), "ms", None, "40 things each: 28 events, half of them recurring, and 12 tasks"),
            Figure("the whole page", _page(site, address), "ms", 50.0, "processor time of the web server and the database"),
        ]  # fmt: skip
    return finish("team_week", figures, options.scale)


def _fill() -> list[int]:
    """Twenty colleagues with their meetings and tasks of the week; three of ten meetings come again."""
    from klientura.kernel.access.actor import SystemActor
    from klientura.kernel.access.models import User
    from klientura.kernel.access.users import role_of
    from klientura.kernel.objects.registry import follow_latest, shape_of
    from klientura.kernel.store import write

    follow_latest()
    users = []
    for n in range(PEOPLE):
        user, _made = User.objects.get_or_create(
            email=f"colleague{n}@example.org", defaults={"name": f"Коллега {n}", "role": role_of("employee")}
        )
        users.append(user.pk)
    rows = [
        {
            "name": f"Встреча {n}", "owner": user, "zone": "Europe/Moscow", "attendees": [users[(place + n + 1) % PEOPLE]],
            "starts_at": f"{MORNING + dt.timedelta(days=n % 5 - 700 * (n in RULES), hours=n // 5 * 2):%Y-%m-%dT%H:%MZ}",
            "repeats": RULES.get(n),
        }
        for place, user in enumerate(users)
        for n in range(EVENTS)
    ]  # fmt: skip
    write.create_many(SystemActor("benchmark"), shape_of("event"), rows)
    tasks = [
        {"name": f"Дело {n}", "owner": user, "due_at": f"{MORNING + dt.timedelta(days=n % 5, hours=n // 5 * 2):%Y-%m-%dT%H:%MZ}"}
        for user in users
        for n in range(TASKS)
    ]  # fmt: skip
    write.create_many(SystemActor("benchmark"), shape_of("task"), tasks)
    return users


def _read(users: list[int]) -> Callable[[], object]:
    from klientura.kernel.access.models import User
    from klientura.kernel.access.sessions import actor_of
    from klientura.kernel.settings.installation import current
    from klientura.modules.activities.queries.calendar import due_of, events_of

    week = (MONDAY, MONDAY + dt.timedelta(days=7))
    actor = actor_of(User.objects.get(email=base.EMAIL), current().access_version)
    return lambda: (events_of(actor, users, *week), due_of(actor, "task", users, *week))


def _spent(act: Callable[[], object]) -> float:
    """Milliseconds of this process for one time, the least of several."""
    best = float("inf")
    for _n in range(TIMES):
        began = time.process_time()
        act()
        best = min(best, time.process_time() - began)
    return best * 1000


def _page(site: base.Site, address: str) -> float:
    from bench import cpu

    return cpu.side_by_side((site.pids, lambda: site.get(address)), (site.pids, lambda: site.get("/health")))[
        0
    ]


if __name__ == "__main__":
    raise SystemExit(main())
