"""What planning does by the clock: keep what is expected, once a day."""

from django.utils import timezone

from klientura.kernel.jobs.registry import by_the_clock
from klientura.kernel.settings.days import company_zone
from klientura.modules.planning.services.shots import take_shot


def look_at_the_clock() -> None:
    """Every five minutes; the first time of a day something is done."""
    with timezone.override(company_zone()):
        take_shot(timezone.localdate())


def attach() -> None:
    """Have it called."""
    by_the_clock("planning", look_at_the_clock)
