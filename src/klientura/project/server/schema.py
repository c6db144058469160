"""The process that brings the database's tables up to date before anything else runs."""

from __future__ import annotations

import os

from klientura.project.schema_state import is_current


def main() -> None:
    """Migrate when there is something to migrate; Django is not even imported otherwise."""
    if is_current(os.environ["DATABASE_URL"]):
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klientura.project.settings")
    import django

    django.setup()
    from klientura.project.upgrade import ensure_schema

    ensure_schema()


if __name__ == "__main__":
    main()
