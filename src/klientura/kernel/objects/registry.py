"""The registry of objects: those that modules declare, with what administrators added, as of one version.

Modules register in their `apps`. A change of the schema raises the version in the installation's row; whoever begins
a piece of work (a request, a job, a command) says by `follow` which version it works with, and keeps to it.
"""

import threading
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from klientura.kernel.errors import NotFound
from klientura.kernel.objects.additions import NOTHING
from klientura.kernel.objects.assemble import assemble
from klientura.kernel.objects.shape import Shape
from klientura.kernel.objects.spec import ObjectSpec

RESERVED_KEYS = frozenset(
    {"api", "ui", "static", "health", "search", "setup", "sign-in", "sign-out", "settings", "imports", "help", "me",
     "history", "operations", "new", "jobs", "files", "trash", "admin", "events", "progress", "preferences", "team", "duplicates",
     "views", "segments", "quality", "schema", "webhooks", "rules", "substitutions",
     "territories", "comments", "notifications", "favourites", "live", "unsubscribe",
     "dav", "mail", "day", "entry", "contacts-analysis", "calendar", "feeds", "seen", "go", "push-worker",
     "bank-statements", "matching", "receivables", "reconciliation", "paper", "paper-links", "funnel", "plans", "forecast", "dashboard",
     "approvals", "sales-analysis", "configure"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All objects as of one version of the schema. Version 0 knows only what modules declare."""

    version: int
    shapes: Mapping[str, Shape]


_specs: dict[str, ObjectSpec] = {}
_lock = threading.Lock()
_latest: Snapshot | None = None
_followed: ContextVar[Snapshot | None] = ContextVar("snapshot", default=None)


def register(*specs: ObjectSpec) -> None:
    """Declare objects. Raises ImproperlyConfigured for a key that is taken or stands for a page."""
    for spec in specs:
        if spec.key in _specs and _specs[spec.key] is not spec:
            raise ImproperlyConfigured(f"the object {spec.key} is declared twice")
        if spec.key in RESERVED_KEYS:
            raise ImproperlyConfigured(f"{spec.key} is the address of a page")
        _specs[spec.key] = spec


def follow(version: int) -> None:
    """Work from here on with the objects of this version, which has just been read from the installation."""
    known = _latest
    _followed.set(known if known is not None and known.version == version else _read(version))


def follow_latest() -> None:
    """As `follow`, for work that has not read the installation."""
    with connection.cursor() as cursor:
        cursor.execute("select schema_version from kernel_installation where id = 1")
        found = cursor.fetchone()
    follow(found[0] if found else 1)


def forget() -> None:
    """Drop what this process holds; for tests that roll a change of the schema back."""
    global _latest  # noqa: PLW0603
    _latest = None
    _followed.set(None)


def _read(version: int) -> Snapshot:
    """Read the additions. They are read after the version, so that they are never older than it says."""
    from klientura.kernel.objects.added import (
        read_additions,  # models, which are not there yet when modules register
    )

    global _latest  # noqa: PLW0603 - one immutable value, replaced whole
    with _lock:
        if _latest is not None and _latest.version == version:
            return _latest
        _latest = Snapshot(version, assemble(_specs, read_additions()))
        return _latest


def declared() -> Mapping[str, ObjectSpec]:
    """What the modules declare, without any additions."""
    return _specs


def all_shapes() -> Mapping[str, Shape]:
    """Every object by its key, compiled: first those that are declared, in the order of registration."""
    global _latest  # noqa: PLW0603
    followed = _followed.get()
    if followed is not None:
        return followed.shapes
    if _latest is None:
        _latest = Snapshot(0, assemble(_specs, NOTHING))
    return _latest.shapes


def shape_of(key: str) -> Shape:
    """The Shape of an object, or NotFound."""
    try:
        return all_shapes()[key]
    except KeyError:
        raise NotFound from None


def shapes_of_base(base: str) -> Iterator[Shape]:
    """The Shapes that share one table (party: organisation and person)."""
    return (s for s in all_shapes().values() if s.base == base)
