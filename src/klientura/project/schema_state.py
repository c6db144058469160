"""Whether a database is already what this code expects. Needs no Django, so that a start with nothing to do stays quick."""

import hashlib
from pathlib import Path

import psycopg

PACKAGE = Path(__file__).parents[1]
# Everything that decides tables, triggers, functions and indexes.
DECIDING = (
    "**/migrations/*.py",
    "modules/**/objects.py",
    "modules/**/objects/*.py",
    "modules/**/models.py",
    "modules/**/models/*.py",
    "modules/**/enums.py",
    "kernel/**/models.py",
    "kernel/objects/*.py",
    "kernel/fields/*.py",
    "kernel/store/*.py",
    "kernel/search/triggers.py",
    "kernel/schema/formula*.py",
    "kit/formulas/*.py",
    "project/upgrade.py",
)


def deciding_files() -> list[Path]:
    """The files that decide the schema, each once."""
    return sorted({file for pattern in DECIDING for file in PACKAGE.glob(pattern)})


def code_version() -> str:
    """A fingerprint of the code that decides the schema."""
    digest = hashlib.sha256()
    for file in deciding_files():
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_current(url: str) -> bool:
    """Whether the database at a libpq address was last brought up to date by this very code."""
    with psycopg.connect(url) as connection:
        found = connection.execute("select to_regclass('klientura.kernel_schema_state')").fetchone()
        if not found or found[0] is None:
            return False
        known = connection.execute("select version from klientura.kernel_schema_state").fetchone()
        return known is not None and known[0] == code_version()
