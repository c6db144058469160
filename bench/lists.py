"""The list of people: API and HTML against the bare statement, and a page half a million rows further.

python -m bench.lists [--scale 1] [--data DIR]
"""

import contextlib
import http.client
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson

from bench import base, cpu
from bench.figures import Figure, finish
from bench.raw import NAME

FIELDS = "title,employer,position,phone,email,city,owner,last_contact_at"
API = f"/api/v1/person?fields={FIELDS}"
FAR = 500_000


def main() -> int:
    options = base.arguments(__doc__).parse_args()
    with base.site(options) as site:
        figures: list[Figure] = []
        for label, path, api, most, slowest in (
            ("API list of 50", API, True, 5.0, 3.5),
            ("HTML list of 50", "/person", False, 12.0, None),
        ):
            with bare(_statement(site, path, api=api)) as (raw, pids):
                ours = (site.pids, lambda p=path, a=api: site.get(p, api=a))
                spent, limit, ratio = cpu.side_by_side(ours, (lambda p=pids: p, raw))  # type: ignore[misc]
            figures.append(Figure(label, spent, "ms", slowest, f"the bare statement: {limit:.2f} ms"))
            figures.append(Figure(f"{label} / the bare statement", ratio, "×", most))
        far, number = _far_page(site, int(FAR * min(1, options.scale)))
        address = f"{API}&{urlencode({'after': far})}"
        later, first, ratio = cpu.side_by_side(
            (site.pids, lambda: site.get(address, api=True)), (site.pids, lambda: site.get(API, api=True))
        )
        figures.append(
            Figure(
                f"page after row {number:,} / first page", ratio, "×", 1.1, f"{later:.2f} and {first:.2f} ms"
            )
        )
    return finish("lists", figures, options.scale)


def _statement(site: base.Site, path: str, *, api: bool) -> str:
    """The very statement that reads the rows of a page, with its values in place."""
    from django.db import connection
    from django.test import Client

    seen: list[tuple[Any, Any]] = []

    def note(execute: Any, query: Any, params: Any, many: bool, context: Any) -> Any:
        seen.append((query, params))
        return execute(query, params, many, context)

    headers = {"HTTP_AUTHORIZATION": f"Bearer {site.token}"} if api else {"HTTP_COOKIE": site.cookie}
    with connection.execute_wrapper(note):
        Client(SERVER_NAME="127.0.0.1").get(path, **headers)  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        texts = [cursor.cursor.mogrify(query, params) for query, params in seen]
    return next(str(t) for t in texts if str(t).endswith("limit 51"))


@contextlib.contextmanager
def bare(statement: str) -> Iterator[tuple[Any, list[int]]]:
    """A bare handler of the statement on a granian of its own: how to ask it, and its processes."""
    from django.db import connection

    port = base.free_port()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "statement.sql"
        file.write_text(statement)
        command = [
            sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), "--workers", "1",
            "--no-ws", "--log-level", "warning", "bench.raw:app",
        ]  # fmt: skip
        environment = {**os.environ, "BENCH_STATEMENT": str(file)}
        process = subprocess.Popen(command, cwd=base.ROOT, env=environment)
        try:
            base.wait_for(port, "/", process)
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

            def ask() -> bytes:
                client.request("GET", "/")
                return client.getresponse().read()

            ask()
            with connection.cursor() as cursor:
                cursor.execute("select pid from pg_stat_activity where application_name = %s", [NAME])
                backends = [row[0] for row in cursor.fetchall()]
            yield ask, [process.pid, *cpu.descendants(process.pid), *backends]
        finally:
            process.terminate()
            process.wait(20)


def _far_page(site: base.Site, rows: int) -> tuple[str, int]:
    """The cursor that stands so many rows further, reached as a reader would: page by page."""
    after, done = "", 0
    while done < rows:
        more = f"&{urlencode({'after': after})}" if after else ""
        page = orjson.loads(site.get(f"/api/v1/person?fields=id&limit=200{more}", api=True))
        done += len(page["items"])
        if not page["next"]:
            break
        after = page["next"]
    return after, done


if __name__ == "__main__":
    sys.exit(main())
