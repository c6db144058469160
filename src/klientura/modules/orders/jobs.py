"""What papers of sales do by the clock: contracts come to their end or go on, the sums of what was sold are folded."""

from django.utils import timezone, translation

from klientura.kernel.jobs.registry import by_the_clock
from klientura.kernel.objects.registry import follow_latest
from klientura.kernel.settings.days import company_zone
from klientura.kernel.settings.installation import current
from klientura.modules.orders.services.contracts import follow_ends
from klientura.modules.orders.services.sold import fold


def contracts() -> None:
    """Every five minutes; each thing is told and done once, however often this is called."""
    follow_latest()
    with translation.override(current().language), timezone.override(company_zone()):
        follow_ends(timezone.now(), timezone.localdate())


def sums() -> None:
    """Every five minutes: the sums of what was sold are folded."""
    fold()


def attach() -> None:
    """Have them called, each by itself: one that fails does not keep the other from its turn."""
    by_the_clock("orders", contracts)
    by_the_clock("orders.sold", sums)
