"""The job that reckons the models: begun by the clock when a month is over, or by whoever may plan for the company."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import may
from klientura.kernel.errors import BadRequest, Denied
from klientura.kernel.jobs import service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.jobs.models import Job
from klientura.kernel.jobs.registry import register
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import beginning_of, company_today, company_zone
from klientura.kernel.settings.installation import current
from klientura.kit.forecasting.running import is_installed
from klientura.modules.planning.queries.sold import sees_all_sales
from klientura.modules.planning.services.modelling import is_due, last_whole_month, reckon

KIND: Final = "planning.forecast"
CLOCK: Final = SystemActor("a month is over: the models learn it")
SETTLING: Final = 5
"""Up to this day of a month orders of the last one still come in: the models are reckoned anew each day."""
PAGE: Final = "/forecast/model"
_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('forecast_model_begin', 0))"


def may_reckon(actor: Actor) -> bool:
    """Whoever sees all sales and may plan for the company."""
    return (
        sees_all_sales(actor)
        and may(actor, shape_of("quota"), "create")
        and actor.scope("quota", "create") == "all"
    )


def job_at_work() -> Job | None:
    """The job that reckons now, or waits to, whoever began it."""
    return Job.objects.filter(kind=KIND, state__in=service.ACTIVE).order_by("-pk").first()


def last_trouble() -> str:
    """Why the last job came to nothing, as long as no later one has done better."""
    last = Job.objects.filter(kind=KIND).exclude(state__in=service.ACTIVE).order_by("-pk").first()
    return last.message if last is not None and last.state == "failed" else ""


def begin(actor: Actor, *, queue: bool = True) -> Job:
    """Have the models reckoned now; where that is being done already, that job. Raises Denied, BadRequest."""
    if not may_reckon(actor):
        raise Denied
    if not is_installed():
        raise BadRequest(_("The library of forecasting is not installed."), code="not_installed")
    with _one_at_a_time():
        return job_at_work() or _start(actor, queue=queue)


def begin_by_the_clock(today: dt.date) -> Job | None:
    """Begin when it is time, once a day at most: what fails is not tried every five minutes."""
    if not is_installed() or not is_due(today, SETTLING):
        return None
    with _one_at_a_time():
        tried = Job.objects.filter(kind=KIND, actor_id=None, created_at__gte=beginning_of(today)).exists()
        return None if tried or job_at_work() else _start(CLOCK)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Who looks whether the models are being reckoned, and begins, does both before the next one looks."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK)
        yield


def _start(actor: Actor, *, queue: bool = True) -> Job:
    with transaction.atomic(), translation.override(current().language):
        return service.start(actor, KIND, {"url": PAGE}, _("Forecast by models"), queue=queue)


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job: what it keeps is of all sales, whoever began it; who sees it is asked when it is shown."""
    with translation.override(current().language), timezone.override(company_zone()):
        run = reckon(last_whole_month(company_today()), handle.progress)
    return {"run": run.pk}


def attach() -> None:
    """Make the kind of job known."""
    register(KIND, work)
