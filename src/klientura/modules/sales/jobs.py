"""What sales does by the clock: tell of leads that nobody has answered in time, and of deals that wait too long."""

from django.utils import timezone, translation

from klientura.kernel.jobs.registry import by_the_clock
from klientura.kernel.objects.registry import follow_latest
from klientura.kernel.settings.days import company_zone
from klientura.kernel.settings.installation import current
from klientura.modules.sales.services.expiry import follow_expiry
from klientura.modules.sales.services.responses import remind_of_unanswered
from klientura.modules.sales.services.scoring import reckon_for_the_day


def look_at_the_clock() -> None:
    """Every five minutes; each thing is told and done once, however often this is called."""
    follow_latest()
    now = timezone.now()
    remind_of_unanswered(now)
    with translation.override(current().language), timezone.override(company_zone()):
        follow_expiry(now, timezone.localdate())
        reckon_for_the_day(timezone.localdate())


def attach() -> None:
    """Have it called."""
    by_the_clock("sales", look_at_the_clock)
