"""What sales does by the clock: tell of leads that nobody has answered in time."""

from django.utils import timezone

from klientura.kernel.jobs.registry import by_the_clock
from klientura.modules.sales.services.responses import remind_of_unanswered


def look_at_the_clock() -> None:
    """Every five minutes; each thing is told once, however often this is called."""
    remind_of_unanswered(timezone.now())


def attach() -> None:
    """Have it called."""
    by_the_clock("sales", look_at_the_clock)
