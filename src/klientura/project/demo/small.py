"""The small demo company: what the first run offers, and what screens are photographed with."""

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone, translation

from klientura.kernel.access.actor import Actor
from klientura.kernel.settings.installation import current
from klientura.modules.administration.queries import find_demo
from klientura.project.demo.generate import Made, Volume, generate
from klientura.project.demo.phrases import phrases_of
from klientura.project.demo.team import Owner, make_colleagues
from klientura.project.demo.turn import TURN

SMALL = Volume(organisations=200, people=400, deals=150, interactions=420)


@transaction.atomic
def seed_small(actor: Actor, *, now: dt.datetime | None = None) -> Made | None:
    """Write the small company, all or nothing; None when there are demo data already (a second click).

    Texts follow the language in use, names are Russian. The actor owns a share of the clients; the colleagues
    made with it cannot sign in until an administrator gives them a password.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [TURN])
    if find_demo() is not None:
        return None
    language = translation.get_language() or current().language
    colleagues = make_colleagues(phrases_of(language), language, lambda: None)
    mine = (Owner(actor.user_id, actor.team_id),) * 3 if actor.user_id else ()
    return generate(actor, SMALL, (*mine, *colleagues.owners), language=language, now=now or timezone.now())
