"""What papers of sales do by the clock: fold the sums of what was sold."""

from klientura.kernel.jobs.registry import by_the_clock
from klientura.modules.orders.services.sold import fold


def look_at_the_clock() -> None:
    """Every five minutes; there is something to do only after many changes."""
    fold()


def attach() -> None:
    """Have it called."""
    by_the_clock("orders", look_at_the_clock)
