"""What the settings and the first run ask the base."""

from klientura.kernel.store.models import Operation


def find_demo() -> Operation | None:
    """The demo that stands in the base: whole, being written, or broken off. None when it can be put in."""
    states = ("running", "done", "failed")
    return Operation.objects.filter(kind="demo", state__in=states).order_by("-id").first()
