"""What consents do by the clock."""

from klientura.kernel.jobs.registry import by_the_clock
from klientura.modules.consents.services.giving import expire


def look_at_the_clock() -> None:
    """Mark consents that are past their last day."""
    expire()


def attach() -> None:
    """Have it called."""
    by_the_clock("consents", look_at_the_clock)
