"""The process that runs jobs: procrastinate's worker over the product's own database; it listens to mailboxes besides."""

from __future__ import annotations

import asyncio
import os

GRACE = 4.0
"""Seconds that running jobs get to end after SIGTERM; then they are taken up again at the next start."""

CONCURRENCY = 3
"""Jobs at once: a long import must not keep the minute's tick waiting."""

DATABASE_PATIENCE = 3.0
"""Seconds to wait for a connection."""


def main() -> None:
    """Work until SIGTERM."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klientura.project.settings")
    import django

    django.setup()
    from klientura.connectors.mail.watching import Listening

    listening = Listening()
    listening.begin()
    try:
        asyncio.run(_work())
    finally:
        listening.stop()


async def _work() -> None:
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.utils import connector_params
    from procrastinate.psycopg_connector import PsycopgConnector

    # Django's own connection cannot wait for notifications. After a restart of the database server
    # the worker ends and is started anew, so it must not wait long on connections that are dead.
    connector = PsycopgConnector(kwargs=connector_params("default"), timeout=DATABASE_PATIENCE)
    worker = app.with_connector(connector)
    async with worker.open_async():
        await worker.run_worker_async(
            concurrency=CONCURRENCY,
            delete_jobs="successful",
            shutdown_graceful_timeout=GRACE,
            listen_notify=True,
        )


if __name__ == "__main__":
    # Under its own name: jobs are known by the names of their modules.
    from klientura.project.server.worker import main as main_by_name

    main_by_name()
