"""Leads that nobody was named for go to whom the rules say: each in turn, to whoever has least, to nobody who is away."""

import threading
from typing import Any

import orjson
import pytest
from django.db import connection, transaction

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.substitutions import set_substitution
from klientura.kernel.events.outbox import deliver
from klientura.kernel.notify.models import Notification
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_today
from klientura.kernel.store import read, write
from klientura.kernel.territories import keeping
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.sales.models import Lead
from klientura.modules.sales.services.pipelines import ensure_default_pipeline

ACTOR = SystemActor("test")
TAKERS = ("employee", "colleague")


def rule(company: Company, way: str, **tree: Any) -> None:
    keeping.create(
        company.actor("administrator"),
        "lead",
        {
            "name": "Лиды с сайта", "filter": tree, "users": [company.users[k].pk for k in TAKERS], "way": way,
            "is_active": True, "on_create": True, "also_own": False,
        },
    )  # fmt: skip


def post(company: Company, **values: Any) -> int:
    answer = company.api("administrator").post("/api/v1/lead", values, content_type="application/json")
    assert answer.status_code == 201, answer.content.decode()
    return int(orjson.loads(answer.content)["id"])


def owner(company: Company, number: int) -> str:
    held = read.get(ACTOR, shape_of("lead"), number)["owner"].id
    return next(k for k, u in company.users.items() if u.pk == held)


@pytest.mark.django_db
def test_leads_of_a_channel_go_in_turn_and_their_owners_hear_of_it() -> None:
    company = found_company()
    rule(company, "turn", field="channel", op="in", value=["form"])

    numbers = [post(company, name=f"Заявка {n}", channel="form") for n in range(4)]
    other = post(company, name="Звонок", channel="call")
    deliver()

    given = [owner(company, n) for n in numbers]
    assert (sorted(given[:2]), sorted(given[2:])) == (sorted(TAKERS), sorted(TAKERS))
    assert owner(company, other) == "administrator"
    told = Notification.objects.filter(kind="assigned", object="lead")
    assert set(told.values_list("user_id", flat=True)) == {company.users[k].pk for k in TAKERS}


@pytest.mark.django_db
def test_who_has_least_counts_deals_too() -> None:
    company = found_company()
    ensure_default_pipeline(ACTOR)
    rule(company, "least")
    for name in ("Поставка", "Сервис"):
        write.create(ACTOR, shape_of("opportunity"), {"name": name, "owner": company.users["employee"].pk})

    assert [owner(company, post(company, name=f"Заявка {n}")) for n in range(2)] == ["colleague", "colleague"]


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["turn", "least"])
def test_who_is_away_is_given_nothing_unless_all_are(way: str) -> None:
    company = found_company()
    rule(company, way)
    anna, today = company.actor("administrator"), company_today()
    people = {k: company.users[k].pk for k in (*TAKERS, "manager")}
    set_substitution(anna, people["employee"], people["manager"], today, today)
    assert {owner(company, post(company, name=f"Заявка {n}")) for n in range(3)} == {"colleague"}

    set_substitution(anna, people["colleague"], people["manager"], today, today, ["opportunity"])
    assert owner(company, post(company, name="Замещают только в сделках")) == "colleague"
    set_substitution(anna, people["colleague"], people["manager"], today, today)
    assert owner(company, post(company, name="Никого нет")) in TAKERS


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["turn", "least"])
def test_two_leads_at_once_do_not_go_to_one_person(way: str) -> None:
    company = found_company()
    rule(company, way)
    actor, gate, faults = (
        company.actor("administrator"),
        threading.Barrier(2, timeout=20),
        list[BaseException](),
    )

    def bring(name: str) -> None:
        try:
            with transaction.atomic():
                gate.wait()
                write.create(actor, shape_of("lead"), {"name": name})
        except BaseException as fault:  # noqa: BLE001 - told by the test itself
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=bring, args=(name,)) for name in ("Первый", "Второй")]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)

    assert faults == []
    assert set(Lead.objects.values_list("owner_id", flat=True)) == {company.users[k].pk for k in TAKERS}
