"""CPU of the hot paths: worker plus database backend, medians, and the ratio of lists to the bare statement.

    python bench/hot_paths.py DATA_DIR EMAIL

DATA_DIR holds a base (`klientura demo …` makes one), EMAIL names one of its administrators. Runs in one process on the
product's own database: the request goes through every middleware, sign-in and scope; HTTP itself is left out on both
sides. The raw limit is the same list statement through psycopg and orjson on the same connection.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from klientura.project.cli.django_ready import with_django

ROUNDS = 25


def backend_cpu(pid: int) -> float:
    """Milliseconds of CPU that a database backend has used."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


def median_cpu(pid: int, act: Callable[[], Any]) -> float:
    """Median milliseconds of CPU of one run: this thread and the backend."""
    for _warm in range(4):
        act()
    spent = []
    for _round in range(ROUNDS):
        backend, thread = backend_cpu(pid), time.thread_time()
        act()
        spent.append((time.thread_time() - thread) * 1000 + backend_cpu(pid) - backend)
    return statistics.median(spent)


@contextmanager
def statements(connection: Any) -> Iterator[list[tuple[str, Any]]]:
    """The statements that run inside."""
    seen: list[tuple[str, Any]] = []

    def note(execute: Any, query: Any, params: Any, many: bool, context: Any) -> Any:
        seen.append((query if isinstance(query, str) else query.as_string(connection.connection), params))
        return execute(query, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def measure(email: str) -> list[tuple[str, float, str]]:
    """Rows of the table: what, milliseconds of CPU, remark."""
    import orjson
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from klientura.kernel.access.models import ApiToken, User
    from klientura.kernel.access.sessions import actor_of, issue_token
    from klientura.kernel.objects.registry import shape_of
    from klientura.kernel.search.query import understand
    from klientura.kernel.settings.installation import current
    from klientura.kernel.store import read, write

    settings.ALLOWED_HOSTS = ["*"]
    user = User.objects.get(email=email)
    actor = actor_of(user, current().access_version)
    client = Client()
    client.force_login(user)
    token = issue_token(user, "bench")
    headers = {"Authorization": f"Bearer {token}"}
    person, deal = shape_of("person"), shape_of("opportunity")
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        pid = cursor.fetchone()[0]
        cursor.execute(
            "select last_name, phone from party where kind = 'person' and length(last_name) > 7 and phone is not null limit 1"
        )
        name, phone = cursor.fetchone()
    typo = name[:3] + name[4:]
    found: list[tuple[str, float, str]] = []

    def raw_of(address: str, **more: Any) -> float:
        with statements(connection) as seen:
            client.get(address, **more)
        text, params = next(one for one in seen if one[0].endswith("limit 51"))

        def raw() -> bytes:
            with connection.cursor() as cursor:
                cursor.execute(text, params)
                return orjson.dumps(cursor.fetchall(), default=str)

        return median_cpu(pid, raw)

    fields = "fields=title,employer,position,phone,email,city,owner,last_contact_at"
    for label, address, more in (
        ("API list of 50", f"/api/v1/person?{fields}", {"headers": headers}),
        ("HTML list of 50", "/person", {}),
    ):
        spent, raw = median_cpu(pid, lambda a=address, m=more: client.get(a, **m)), raw_of(address, **more)
        found.append((label, spent, f"{spent / raw:.1f} × the bare statement ({raw:.2f} ms)"))

    deep, after = None, None
    for _page in range(100):
        deep = read.page(actor, person, after=after, limit=200, keys=["title"])
        after = deep.next
        if after is None:
            break
    first = median_cpu(pid, lambda: read.page(actor, person, keys=["title", "phone"]))
    far = median_cpu(pid, lambda: read.page(actor, person, keys=["title", "phone"], after=after))
    found.append(("page at the beginning / 20,000 rows further", far, f"first {first:.2f} ms"))

    for label, text in (
        ("search: misspelt surname", typo),
        ("search: part of a name", name[1:6]),
        ("search: part of a phone", phone[-7:]),
    ):
        found.append((label, median_cpu(pid, lambda t=text: understand(actor, person, t)), ""))
    open_stages = [
        r["id"]
        for r in read.page(actor, shape_of("stage"), limit=200, keys=["kind"]).rows
        if r["kind"] == "open"
    ]
    tree = {"field": "stage", "op": "in", "value": open_stages}
    found.append(
        (
            "board: counts and sums of open deals",
            median_cpu(
                pid, lambda: read.groups(actor, deal, by="stage", total="amount", currency="RUB", tree=tree)
            ),
            "",
        )
    )
    made: list[int] = []
    values = {
        "last_name": "Замеров",
        "first_name": "Иван",
        "phone": "+7 903 000-11-22",
        "email": "bench@example.org",
        "city": "Казань",
    }
    found.append(
        (
            "create with history and search",
            median_cpu(pid, lambda: made.append(write.create(actor, person, values))),
            "",
        )
    )
    write.trash(actor, person, made)
    ApiToken.objects.filter(user=user, name="bench").delete()
    return found


if __name__ == "__main__":
    with with_django(Path(sys.argv[1]), "bench"):
        print(f"{'':46s} CPU ms")
        for what, spent, remark in measure(sys.argv[2]):
            print(f"{what:46s} {spent:6.2f}  {remark}")
