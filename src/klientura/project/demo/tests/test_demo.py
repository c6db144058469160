"""The demo company: small and generated, believable, consistent, reproducible, removable."""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.events.outbox import deliver
from klientura.kernel.history.undo import undo
from klientura.kernel.store.models import Change, Operation
from klientura.kit.emails import normalise_email
from klientura.kit.given_names import gender_of_given_name
from klientura.kit.phones import parse_phone
from klientura.kit.requisites import check_inn, check_kpp, check_ogrn, check_ogrnip
from klientura.kit.text import fold
from klientura.kit.urls import normalise_site
from klientura.modules.activities.models import Assignment, Event, Interaction, Task
from klientura.modules.administration.queries import find_demo
from klientura.modules.catalog.models import (
    DiscountLimit,
    DiscountRule,
    ExchangeRate,
    OptionGroup,
    PriceList,
    Product,
    ProductCategory,
)
from klientura.modules.consents.models import Consent, ConsentText
from klientura.modules.conversations.models import Letter, LetterFact, Mailbox, Thread
from klientura.modules.documents.models import OwnCompany
from klientura.modules.orders.models import Contract, Invoice, Offer, Order
from klientura.modules.parties.models import ContactPoint, Party
from klientura.modules.payments.models import CreditTerms, Payment
from klientura.modules.planning.models import Quota
from klientura.modules.sales.models import Lead, Opportunity
from klientura.project.demo import generate as module
from klientura.project.demo.generate import Volume, generate
from klientura.project.demo.small import seed_small
from klientura.project.demo.team import DOMAIN, Owner
from klientura.project.demo.turn import remove_demo

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 17, 9, 30, tzinfo=dt.UTC)
ACTOR = SystemActor("test")

type OnCommit = Callable[..., AbstractContextManager[Any]]


def made(volume: Volume) -> int:
    return generate(ACTOR, volume, (Owner(None, None),), language="en", now=NOW).operation_id


def facts(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def test_small_is_one_operation_of_the_wizard() -> None:
    assert find_demo() is None
    seed_small(ACTOR)

    operation = Operation.objects.get()
    assert (operation.kind, operation.state, operation.object) == ("demo", "done", "party")
    assert operation.details["name"] == "Демо-компания"
    assert Party.objects.filter(kind="organisation").count() == 200
    assert Party.objects.filter(kind="person").count() == 400
    assert Opportunity.objects.count() == 150 + 12 + 1
    assert (
        operation.records
        == 600
        + 150
        + 12
        + 1
        + OptionGroup.objects.count()
        + sum(
            kind.objects.count()
            for kind in (
                Product,
                ProductCategory,
                DiscountLimit,
                DiscountRule,
                ExchangeRate,
                OwnCompany,
                Contract,
                Invoice,
                Offer,
                Order,
                Payment,
                CreditTerms,
            )
        )
        + PriceList.objects.count()
        - 1  # the first one is there without a demo
        + Interaction.objects.count()
        + Task.objects.count()
        + Consent.objects.count()
        + ConsentText.objects.count()
        + Event.objects.count()
        + Assignment.objects.count()
        + Lead.objects.count()
        + Quota.objects.count()
    )
    assert find_demo() is not None
    assert seed_small(ACTOR) is None, "a second click writes nothing"
    assert Party.objects.count() == 600
    users = User.objects.filter(email__endswith=f"@{DOMAIN}")
    assert users.count() == 8
    assert not any(u.has_usable_password() for u in users)


def test_requisites_and_contacts_are_valid() -> None:
    seed_small(ACTOR, now=NOW)

    for o in Party.objects.filter(kind="organisation"):
        assert check_inn(str(o.inn)) == o.inn
        assert len(str(o.inn)) == (12 if o.legal_form == "ip" else 10)
        if o.legal_form == "ip":
            assert (check_ogrnip(str(o.ogrn)), o.kpp) == (o.ogrn, None)
        else:
            assert (check_ogrn(str(o.ogrn)), check_kpp(str(o.kpp))) == (o.ogrn, o.kpp)
        assert o.title == o.name
    assert Party.objects.filter(kind="organisation").values("inn").distinct().count() == 200
    for point in ContactPoint.objects.all():
        if point.kind in {"phone", "mobile"}:
            assert parse_phone(point.value).e164 == point.value
        elif point.kind == "email":
            assert normalise_email(point.value) == point.value
        else:
            assert normalise_site(point.value) == point.value


def test_names_agree_in_gender() -> None:
    seed_small(ACTOR, now=NOW)

    for p in Party.objects.filter(kind="person"):
        assert gender_of_given_name(fold(str(p.first_name))) == p.gender
        assert str(p.middle_name).endswith("вна" if p.gender == "female" else "вич")
        is_hers = str(p.last_name).endswith(("ова", "ева", "ёва", "ина", "ая"))
        is_his = str(p.last_name).endswith(("ов", "ев", "ёв", "ин", "ий"))
        assert not (is_his if p.gender == "female" else is_hers), p.title


def test_facts_are_consistent() -> None:
    made(Volume(organisations=60, people=120, deals=200, interactions=300))

    assert facts(
        "select count(*) from party p where p.last_contact_at is distinct from"
        " (select max(i.at) from interaction i where p.id in (i.party_id, i.person_id))"
    ) == 0  # fmt: skip
    for table, tie in (("party", "t.party_id = r.id"), ("opportunity", "t.subject_id = r.id")):
        kind = "r.kind = 'organisation'" if table == "party" else "true"
        nearest = f"(select min(t.due_at) from task t where t.status = 'open' and {tie})"
        query = f"select count(*) from {table} r where {kind} and r.next_step_at is distinct from {nearest}"
        assert facts(query) == 0
    deals = list(Opportunity.objects.filter(created_at__lte=NOW).select_related("stage"))
    assert {d.status for d in deals} == {"open", "won", "lost"}
    assert all(d.status == d.stage.kind for d in deals)
    assert all((d.closed_at is None) == (d.status == "open") for d in deals)
    assert all((d.loss_reason is not None) == (d.status == "lost") for d in deals)
    assert all(d.created_at <= d.stage_changed_at <= NOW for d in deals)
    assert any(d.next_step_at is None for d in deals if d.status == "open")
    assert facts(f"select count(*) from interaction where at > '{NOW.isoformat()}'") == 0
    assert (
        facts(
            "select count(*) from interaction i join opportunity o on o.id = i.subject_id where i.at < o.created_at"
        )
        == 0
    )


def test_same_seed_gives_the_same_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS_PER_BLOCK", 30)
    volume = Volume(organisations=25, people=70, deals=40, interactions=50)
    picture = (
        "select md5(string_agg(concat_ws('|', title, inn, phone, email, created_at, last_contact_at, status), '/' order by id))"
        " from party where operation_id = "
    )

    first, second = made(volume), made(volume)
    other = made(Volume(organisations=25, people=70, deals=40, interactions=50, seed=2))

    assert facts(picture + str(first)) == facts(picture + str(second)) != facts(picture + str(other))
    assert facts(f"select count(*) from party where operation_id = {first}") == 95


def test_history_and_search_come_with_it() -> None:
    operation = made(Volume(organisations=5, people=30, deals=10, interactions=10))

    assert Change.objects.filter(operation_id=operation, object="party", action="create").count() == 35
    assert Change.objects.filter(operation_id=operation, object="contact_points", action="add").count() == 75
    assert facts("select count(*) from party where search_text = '' or title = ''") == 0


def test_removal_takes_all_and_keeps_what_was_changed(
    django_capture_on_commit_callbacks: OnCommit,
) -> None:
    seed_small(ACTOR, now=NOW)
    touched = Party.objects.filter(kind="person")[0]
    Party.objects.filter(pk=touched.pk).update(operation_id=None, note="ours now", version=2)

    with django_capture_on_commit_callbacks(execute=True):
        undone = remove_demo(ACTOR)

    assert undone is not None
    # What was changed stays, and with it whatever it points at, and the people of such organisations.
    kept, ahead = set[int](), {touched.pk}
    while ahead:
        kept |= ahead
        rows = Party.objects.filter(pk__in=ahead).values_list(
            "employer_id", "parent_id", "primary_contact_id"
        )
        theirs = Party.objects.filter(employer_id__in=ahead).values_list("pk", flat=True)
        ahead = {pk for row in rows for pk in row if pk} | set(theirs)
        ahead -= kept
    assert set(undone.kept) == kept
    assert set(Party.objects.filter(deleted_at=None).values_list("pk", flat=True)) == kept
    assert not Opportunity.objects.filter(deleted_at=None).exists()
    assert not User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True).exists()
    assert remove_demo(ACTOR) is None


def test_the_button_in_the_settings_takes_it_back(django_capture_on_commit_callbacks: OnCommit) -> None:
    with translation.override("en"):
        seed_small(ACTOR, now=NOW)
    operation = Operation.objects.get()
    assert operation.details["name"] == "Demo company"

    with django_capture_on_commit_callbacks(execute=True):
        undo(ACTOR, operation.pk)

    assert not Party.objects.filter(deleted_at=None).exists()
    assert not User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True).exists()
    assert find_demo() is None


@pytest.mark.parametrize(
    ("language", "subject"), [("ru", "Образцы получили"), ("en", "The samples have come")]
)
def test_a_mailbox_of_the_demo_shows_what_mail_is_for(
    language: str, subject: str, django_capture_on_commit_callbacks: OnCommit
) -> None:
    with translation.override(language):
        seed_small(ACTOR, now=NOW)
    box = Mailbox.objects.get()
    assert (box.state, box.active, box.smtp_host, box.owner_id) == ("example", False, "", None)
    assert len(box.answerers) == 8
    threads = Thread.objects.order_by("-last_at")
    assert (threads.count(), Letter.objects.count()) == (5, 10)
    assert all(t.party_id for t in threads)
    assert threads.filter(subject=subject).exists()
    assert max(Letter.objects.values_list("at", flat=True)) <= NOW
    assert not LetterFact.objects.exists(), "what the demo wrote is one operation"
    with django_capture_on_commit_callbacks(execute=True):
        remove_demo(ACTOR)
    deliver()
    assert not Mailbox.objects.exists()
