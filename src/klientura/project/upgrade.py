"""Bringing a database to the state this version of the product expects."""

from typing import Any

from django.core.management import call_command
from django.db import connection

from klientura.kernel.access.users import ensure_roles
from klientura.kernel.objects.registry import all_shapes, follow_latest
from klientura.kernel.schema import rollup_sql
from klientura.kernel.schema.formulas import keep_computed
from klientura.kernel.search import triggers
from klientura.kernel.settings.installation import current
from klientura.kernel.store import near
from klientura.kernel.store.generated import by_table, parts_of, synchronise_changes
from klientura.project.embedded.bootstrap import EXTENSIONS, SCHEMA
from klientura.project.schema_state import code_version


def prepare_schema(database: Any) -> None:
    """Make the company's schema and the extensions where they are missing; no table of ours lives in `public`."""
    with database.cursor() as cursor:
        cursor.execute(f"create schema if not exists {SCHEMA}")
        for name in EXTENSIONS:
            cursor.execute(f'create extension if not exists "{name}" schema public')


def synchronise_generated() -> None:
    """Functions, triggers and indexes from the Shapes, with what was added to them; built-in roles; the installation's row."""
    current()
    follow_latest()
    shapes = all_shapes()
    with connection.cursor() as cursor:
        cursor.execute(triggers.FUNCTIONS)
        cursor.execute(near.FUNCTIONS)
        for kinds in by_table(shapes).values():
            for statement in triggers.record_statements(kinds):
                cursor.execute(statement)
            keep_computed(kinds)
            for part in parts_of(kinds).values():
                for statement in triggers.line_statements(part):
                    cursor.execute(statement)
    synchronise_changes(shapes)
    rollup_sql.keep(shapes)
    ensure_roles()


def ensure_schema() -> None:
    """Migrate, generate, and note which code did it. The caller has found with `schema_state.is_current` that it must."""
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute("create table if not exists kernel_schema_state (version text not null)")
        cursor.execute("truncate kernel_schema_state")
        cursor.execute("insert into kernel_schema_state values (%s)", [code_version()])
