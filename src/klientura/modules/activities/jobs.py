"""What activities do by the clock: what repeats and has its time come, reminders of assignments, escalation."""

from django.utils import timezone

from klientura.kernel.jobs.registry import by_the_clock
from klientura.modules.activities.services.reminding import remind
from klientura.modules.activities.services.repeating import make_due


def look_at_the_clock() -> None:
    """Every five minutes; each thing happens once, however often this is called."""
    now = timezone.now()
    make_due(now)
    remind(now)


def attach() -> None:
    """Have it called."""
    by_the_clock("activities", look_at_the_clock)
