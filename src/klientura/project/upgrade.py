"""Bringing a database to the state this version of the product expects."""

import hashlib
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from klientura.kernel.access.users import ensure_roles
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.search import triggers
from klientura.kernel.settings.installation import current
from klientura.kernel.store.generated import by_table, parts_of, synchronise_changes

EXTENSIONS = ("pg_trgm", "btree_gist", "btree_gin", "unaccent", "fuzzystrmatch")
SCHEMA = "klientura"
PACKAGE = Path(__file__).parents[1]


def prepare_schema(database: Any) -> None:
    """Make the company's schema and the extensions where they are missing; no table of ours lives in `public`."""
    with database.cursor() as cursor:
        cursor.execute(f"create schema if not exists {SCHEMA}")
        for name in EXTENSIONS:
            cursor.execute(f'create extension if not exists "{name}" schema public')


def synchronise_generated() -> None:
    """Functions, triggers and indexes from the Shapes; built-in roles; the installation's row."""
    shapes = all_shapes()
    with connection.cursor() as cursor:
        cursor.execute(triggers.FUNCTIONS)
        for kinds in by_table(shapes).values():
            for statement in triggers.record_statements(kinds):
                cursor.execute(statement)
            for part in parts_of(kinds).values():
                for statement in triggers.line_statements(part):
                    cursor.execute(statement)
    synchronise_changes(shapes)
    ensure_roles()
    current()


def code_version() -> str:
    """A fingerprint of everything that decides the schema: migrations, specs, generators."""
    digest = hashlib.sha256()
    for pattern in (
        "**/migrations/*.py",
        "**/objects.py",
        "**/models.py",
        "**/models/*.py",
        "kernel/**/*.py",
        "project/upgrade.py",
    ):
        for file in sorted(PACKAGE.glob(pattern)):
            if "/tests/" not in str(file):
                digest.update(file.read_bytes())
    return digest.hexdigest()


def ensure_schema() -> bool:
    """Migrate if this code has not yet been at this database; return whether it did. Cheap when there is nothing to do."""
    version = code_version()
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('klientura.kernel_schema_state') is not null")
        known = None
        if cursor.fetchone()[0]:
            cursor.execute("select version from kernel_schema_state")
            known = next((row[0] for row in cursor.fetchall()), None)
    if known == version:
        return False
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute("create table if not exists kernel_schema_state (version text not null)")
        cursor.execute("truncate kernel_schema_state")
        cursor.execute("insert into kernel_schema_state values (%s)", [version])
    return True
