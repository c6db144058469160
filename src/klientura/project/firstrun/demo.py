"""Demo data as one of the ways to begin."""

from importlib import import_module

from klientura.kernel.access.actor import Actor
from klientura.kernel.store.models import Operation

SMALL = "klientura.project.demo.small"


def is_offered() -> bool:
    """Whether the demo data can be put in: they are part of this build and not there yet."""
    try:
        import_module(SMALL)
    except ModuleNotFoundError:
        return False
    return not Operation.objects.filter(kind="demo", state__in=("running", "done")).exists()


def put_in(actor: Actor) -> None:
    """Write the small demo company."""
    import_module(SMALL).seed_small(actor)
