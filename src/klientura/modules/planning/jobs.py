"""What planning does by the clock: keep what is expected, once a day; have the models learn a month that is over."""

from django.utils import timezone

from klientura.kernel.jobs.registry import by_the_clock
from klientura.kernel.settings.days import company_zone
from klientura.modules.planning.services import modelling_job
from klientura.modules.planning.services.shots import take_shot


def look_at_the_clock() -> None:
    """Every five minutes; the first time of a day something is done."""
    with timezone.override(company_zone()):
        take_shot(timezone.localdate())


def models() -> None:
    """Every five minutes; begun once a month, and each day while orders of the last one still come in."""
    with timezone.override(company_zone()):
        modelling_job.begin_by_the_clock(timezone.localdate())


def attach() -> None:
    """Have them called, each by itself."""
    modelling_job.attach()
    by_the_clock("planning", look_at_the_clock)
    by_the_clock("planning.models", models)
