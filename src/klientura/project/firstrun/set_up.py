"""Setting an installation up: the administrator, the settings, the first pipeline."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.access.users import create_user
from klientura.kernel.errors import KernelError
from klientura.kernel.settings.installation import change, current, mark_set_up
from klientura.kernel.settings.models import Installation
from klientura.modules.administration.services.given import Given
from klientura.modules.catalog.services.first_things import ensure_catalogue
from klientura.modules.payments.services.first_things import ensure_reminder
from klientura.modules.sales.services.pipelines import ensure_default_pipeline


class AlreadySetUp(KernelError):
    """Somebody else was faster."""

    status = 409
    code = "already_set_up"


@transaction.atomic
def set_up(company: Mapping[str, str], administrator: Mapping[str, str], language: str) -> User:
    """Create the administrator, write the checked settings of the company, and close the first run for good.

    `administrator` is raw: name, email, password. Raises Invalid, or AlreadySetUp when another browser was faster.
    """
    current()  # makes the row where there is none yet
    Installation.objects.select_for_update().get(pk=1)
    if current().set_up_at is not None:
        raise AlreadySetUp(
            _(
                "Somebody has set this installation up in another window meanwhile. Sign in, or ask them for an account."
            )
        )
    given = Given(administrator)
    name = given.line("name", max_length=120)
    email = given.line("email", max_length=254)
    password = given.password("password")
    given.check()
    user = create_user(
        email=email, name=name, password=password, role="administrator", language=language, time_zone=company["time_zone"]
    )  # fmt: skip
    change(language=language, **company)
    with translation.override(language):
        ensure_default_pipeline(SystemActor("first run", user.pk))
        ensure_catalogue(SystemActor("first run", user.pk))
        ensure_reminder(SystemActor("first run", user.pk))
    mark_set_up()
    return user
