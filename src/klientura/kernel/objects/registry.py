"""The registry of declared objects. Modules register in their `apps`; it closes when the first Shape is asked for."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from django.core.exceptions import ImproperlyConfigured

from klientura.kernel.errors import NotFound
from klientura.kernel.objects.derive import derive_shape
from klientura.kernel.objects.shape import Shape
from klientura.kernel.objects.spec import ObjectSpec

RESERVED_KEYS = frozenset(
    {"api", "ui", "static", "health", "search", "setup", "sign-in", "sign-out", "settings", "imports", "help", "me",
     "history", "operations", "new", "jobs", "files", "trash", "admin", "events", "progress", "preferences", "team"}
)  # fmt: skip

_specs: dict[str, ObjectSpec] = {}


def register(*specs: ObjectSpec) -> None:
    """Declare objects. Raises ImproperlyConfigured for a key that is taken or stands for a page."""
    for spec in specs:
        if spec.key in _specs and _specs[spec.key] is not spec:
            raise ImproperlyConfigured(f"the object {spec.key} is declared twice")
        if spec.key in RESERVED_KEYS:
            raise ImproperlyConfigured(f"{spec.key} is the address of a page")
        _specs[spec.key] = spec


@lru_cache(maxsize=1)
def all_shapes() -> Mapping[str, Shape]:
    """Every object by its key, compiled, in the order of registration."""
    targets: dict[str, str] = {}
    for spec in _specs.values():
        targets.setdefault(spec.model._meta.label, spec.key)
    shared = {spec.model for spec in _specs.values() if spec.constants}
    return {
        key: derive_shape(spec, targets, mixed=not spec.constants and spec.model in shared)
        for key, spec in _specs.items()
    }


def shape_of(key: str) -> Shape:
    """The Shape of an object, or NotFound."""
    try:
        return all_shapes()[key]
    except KeyError:
        raise NotFound from None


def shapes_of_base(base: str) -> Iterator[Shape]:
    """The Shapes that share one table (party: organisation and person)."""
    return (s for s in all_shapes().values() if s.base == base)
