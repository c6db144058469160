"""The process that runs jobs: procrastinate's worker over the product's own database."""

from __future__ import annotations

import asyncio
import os

GRACE = 4.0
"""Seconds that running jobs get to end after SIGTERM; then they are taken up again at the next start."""


def main() -> None:
    """Work until SIGTERM."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klientura.project.settings")
    import django

    django.setup()
    asyncio.run(_work())


async def _work() -> None:
    from procrastinate.contrib.django import app

    # Django's own connection cannot wait for notifications.
    worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with worker.open_async():
        await worker.run_worker_async(shutdown_graceful_timeout=GRACE, listen_notify=True)


if __name__ == "__main__":
    main()
