"""From a write to the receiver: signed, once each, again when refused, at last given up; paused when it makes no sense."""

import base64
import datetime as dt
import hashlib
import hmac
import socket
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.errors import BadRequest, Denied, Invalid, NotFound
from klientura.kernel.events.models import Event, Interest
from klientura.kernel.events.outbox import deliver
from klientura.kernel.history.undo import undo
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema.uses import uses_of
from klientura.kernel.store import bulk, write
from klientura.kernel.testing.company import Company
from klientura.kernel.webhooks import keeping, log, sending
from klientura.kernel.webhooks.hearing import PIECE
from klientura.kernel.webhooks.models import Delivery, Webhook
from klientura.kernel.webhooks.tests.receiver import Receiver

pytestmark = pytest.mark.django_db
PRODUCT = SystemActor("test")
EVERY = ["organisation.created", "organisation.changed", "organisation.trashed", "organisation.restored"]


def made(company: Company, receiver: Receiver, **more: Any) -> Webhook:
    values = {"name": "Учёт", "address": receiver.address, "events": EVERY, **more}
    return keeping.create(company.actor("administrator"), values)[0]


def organisation(company: Company, name: str = "Альфа", **more: Any) -> int:
    values = {"name": name, "owner": company.users["employee"].pk, "team": company.teams["near"].pk, **more}
    return write.create(PRODUCT, shape_of("organisation"), values)


def sent(receiver: Receiver) -> list[dict[str, Any]]:
    return [orjson.loads(t.body) for t in receiver.taken]


def go(webhook: Webhook) -> int:
    deliver()
    return sending.send_due(webhook.pk)


def test_a_write_reaches_the_receiver_signed(company: Company, receiver: Receiver) -> None:
    webhook, secret = keeping.create(
        company.actor("administrator"), {"name": "Учёт", "address": receiver.address, "events": EVERY}
    )
    number = organisation(company, city="Уфа")
    assert go(webhook) == 1
    [taken] = receiver.taken
    said = orjson.loads(taken.body)
    assert (said["type"], said["data"]["ids"], said["data"]["records"][0]["city"]) == (
        "organisation.created",
        [number],
        "Уфа",
    )
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{taken.headers['webhook-id']}.{taken.headers['webhook-timestamp']}.".encode() + taken.body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert taken.headers["webhook-signature"] == f"v1,{wanted}"
    assert abs(int(taken.headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 200, 1)
    assert go(webhook) == 0
    with connection.cursor() as cursor:
        cursor.execute("select to_jsonb(w)::text from kernel_webhook w")
        assert secret not in cursor.fetchone()[0]


def test_a_new_secret_signs_beside_the_old_one_for_a_day(company: Company, receiver: Receiver) -> None:
    webhook = made(company, receiver)
    keeping.new_secret(company.actor("administrator"), webhook.pk)
    organisation(company)
    go(webhook)
    assert len(receiver.taken[0].headers["webhook-signature"].split()) == 2
    Webhook.objects.update(old_until=timezone.now())
    organisation(company)
    go(webhook)
    assert len(receiver.taken[1].headers["webhook-signature"].split()) == 1


def test_every_verb_is_told_also_what_an_undo_did(company: Company, receiver: Receiver) -> None:
    webhook, shape = made(company, receiver), shape_of("organisation")
    number = organisation(company)
    write.update(PRODUCT, shape, number, {"city": "Уфа"})
    write.trash(PRODUCT, shape, [number])
    write.restore(PRODUCT, shape, [number])
    deliver()
    # What was made when the record lay elsewhere is told as things stand now.
    go(webhook)
    assert [s["type"] for s in sent(receiver)] == [
        "organisation.created",
        "organisation.changed",
        "organisation.restored",
    ]
    assert sent(receiver)[1]["data"]["changed"] == {str(number): ["city"]}
    write.trash(PRODUCT, shape, [number])
    go(webhook)
    last = sent(receiver)[-1]
    assert (last["type"], last["data"]["ids"], last["data"]["records"]) == (
        "organisation.trashed",
        [number],
        [],
    )
    write.restore(PRODUCT, shape, [number])
    done = bulk.edit(PRODUCT, shape, bulk.Selection(ids=(number,)), {"city": "Казань"})
    go(webhook)
    undo(company.actor("administrator"), done.operation_id)
    go(webhook)
    last = sent(receiver)[-1]
    assert (last["type"], last["data"]["records"][0]["city"]) == ("organisation.changed", "Уфа")


def test_large_events_come_in_pieces_each_once(company: Company, receiver: Receiver) -> None:
    webhook = made(company, receiver)
    rows = [{"name": f"Фирма {n}"} for n in range(PIECE * 2 + 1)]
    numbers = write.create_many(PRODUCT, shape_of("organisation"), rows)
    deliver()
    Event.objects.update(delivered_at=None)
    deliver()  # as after a crash: nothing comes twice
    assert Delivery.objects.count() == 3
    go(webhook)
    assert [len(s["data"]["ids"]) for s in sent(receiver)] == [PIECE, PIECE, 1]
    assert sorted(i for s in sent(receiver) for i in s["data"]["ids"]) == sorted(numbers)


def test_writes_that_nobody_wants_cost_nothing_more(company: Company) -> None:
    def writing() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            organisation(company)
        return len(caught)

    writing()
    before = writing()
    Interest.objects.create(who="webhook:1", kind="organisation.created")
    assert writing() == before


def test_refused_messages_are_sent_again_later_and_given_up(company: Company, receiver: Receiver) -> None:
    webhook = made(company, receiver)
    receiver.status = 500
    organisation(company)
    go(webhook)
    waits = []
    for _attempt in range(sending.ATTEMPTS):
        found = Delivery.objects.get()
        waits.append((found.next_at - timezone.now()).total_seconds() if found.next_at else None)
        Delivery.objects.filter(state="waiting").update(next_at=timezone.now())
        sending.send_due(webhook.pk)
    assert [round(w / 60) if w else None for w in waits] == [1, 5, 15, 60, 180, 480, 1440, None]
    found = Delivery.objects.get()
    assert (found.state, found.attempts, found.status, bool(found.error)) == ("failed", 8, 500, True)
    assert (
        len({t.body for t in receiver.taken}) == len({t.headers["webhook-id"] for t in receiver.taken}) == 1
    )
    receiver.status = 200
    assert keeping.replay(company.actor("administrator"), webhook.pk) == 1
    sending.send_due(webhook.pk)
    assert Delivery.objects.get().state == "delivered"
    assert receiver.taken[-1].headers["webhook-id"] == receiver.taken[0].headers["webhook-id"]
    assert Webhook.objects.get().failing_since is None
    assert keeping.replay(company.actor("administrator"), webhook.pk, found.pk) == 1
    with pytest.raises(NotFound):
        keeping.replay(company.actor("administrator"), webhook.pk, 999_999)


def test_an_unreachable_receiver_is_left_alone_until_the_next_minute(
    company: Company, receiver: Receiver
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        closed = nobody.getsockname()[1]
    webhook = made(company, receiver, address=f"http://127.0.0.1:{closed}/")
    for _n in range(3):
        organisation(company)
    assert go(webhook) == 1
    assert sending.wake_all() == 1


def test_a_webhook_that_fails_for_days_is_paused_and_switched_on_again(
    company: Company, receiver: Receiver
) -> None:
    webhook = made(company, receiver)
    receiver.status = 503
    organisation(company)
    go(webhook)
    Webhook.objects.update(failing_since=timezone.now() - sending.PATIENCE - dt.timedelta(hours=1))
    organisation(company)
    go(webhook)
    found = Webhook.objects.get()
    assert (found.active, found.paused) == (False, "failing")
    assert Interest.objects.count() == 0
    with pytest.raises(BadRequest):
        keeping.test(company.actor("administrator"), webhook.pk)
    keeping.change(company.actor("administrator"), webhook.pk, {"active": True})
    found = Webhook.objects.get()
    assert (found.active, found.paused, found.failing_since) == (True, "", None)


def test_a_receiver_that_is_gone_is_left_in_peace(company: Company, receiver: Receiver) -> None:
    webhook = made(company, receiver)
    receiver.status = 410
    organisation(company)
    go(webhook)
    assert Webhook.objects.get().paused == "gone"


def test_it_sees_with_the_eyes_of_its_owner(company: Company, receiver: Receiver) -> None:
    """A leak test: hidden fields, records out of scope, and changes of hidden fields alone are not told."""
    company.hide("employee", "organisation", "city")
    webhook = made(company, receiver, owner=company.users["employee"].pk)
    shape = shape_of("organisation")
    mine = organisation(company, city="Кенаровск")
    theirs = organisation(
        company, "Чужая", owner=company.users["outsider"].pk, team=company.teams["far"].pk, city="Кенаровск"
    )
    write.update(PRODUCT, shape, mine, {"city": "Кенаровск-2"})
    write.update(PRODUCT, shape, mine, {"note": "видно", "city": "Кенаровск-3"})
    write.update(PRODUCT, shape, theirs, {"note": "чужое"})
    bulk.edit(PRODUCT, shape, bulk.Selection(ids=(mine, theirs)), {"city": "Кенаровск-4"})
    write.trash(PRODUCT, shape, [theirs])
    go(webhook)
    told = b"".join(t.body for t in receiver.taken).decode()
    assert "Кенаровск" not in told
    assert "Чужая" not in told
    assert "чужое" not in told
    assert '"city"' not in told
    assert [(s["type"], s["data"]["ids"]) for s in sent(receiver)] == [
        ("organisation.created", [mine]),
        ("organisation.changed", [mine]),
    ]
    assert sent(receiver)[1]["data"]["changed"] == {str(mine): ["note"]}
    assert Delivery.objects.count() == 2, "what could not be told stands in no log"


def test_an_owner_who_leaves_ends_it(company: Company, receiver: Receiver) -> None:
    webhook = made(company, receiver, owner=company.users["employee"].pk)
    User.objects.filter(pk=company.users["employee"].pk).update(is_active=False)
    organisation(company, owner=company.users["manager"].pk)
    go(webhook)
    assert receiver.taken == []
    assert Webhook.objects.get().paused == "owner"
    assert Delivery.objects.get().attempts == 0


def test_conditions_choose_records_and_hold_their_fields_fast(company: Company, receiver: Receiver) -> None:
    tree = {"field": "city", "op": "eq", "value": "Уфа"}
    webhook = made(company, receiver, filter=tree)
    organisation(company, "Нет", city="Казань")
    number = organisation(company, "Да", city="Уфа")
    go(webhook)
    assert [s["data"]["ids"] for s in sent(receiver)] == [[number]]
    assert any("Учёт" in str(use) for use in uses_of("organisation", "city"))
    assert not any("Учёт" in str(use) for use in uses_of("organisation", "note"))
    related = {"related": "person.employer", "filter": {"field": "position", "op": "not_empty"}}
    keeping.change(company.actor("administrator"), webhook.pk, {"filter": related})
    assert any("Учёт" in str(use) for use in uses_of("person", "position"))
    Webhook.objects.update(filter={"field": "gone", "op": "eq", "value": 1})
    organisation(company, "Ещё", city="Уфа")
    go(webhook)
    assert Webhook.objects.get().paused == "filter"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"), ({"name": 5}, "name"), ({"name": "а" * 121}, "name"), ({"address": "http://10.0.0.1/"}, "address"),
        ({"address": None}, "address"), ({"events": []}, "events"), ({"events": ["organisation.read"]}, "events"), ({"events": [1]}, "events"),
        ({"owner": 10**20}, "owner"), ({"owner": "1"}, "owner"), ({"owner": True}, "owner"), ({"active": 1}, "active"),
        ({"filter": {"field": "nothing"}}, "filter"), ({"filter": [1]}, "filter"), ({"filter": {"a": "\x00"}}, "filter"),
        ({"events": ["organisation.created", "person.created"], "filter": {"field": "city", "op": "empty"}}, "filter"),
    ],
)  # fmt: skip
def test_what_a_webhook_may_not_be(company: Company, values: dict[str, Any], field: str) -> None:
    whole = {"name": "Учёт", "address": "https://example.org/", "events": ["organisation.created"], **values}
    with pytest.raises(Invalid) as refused:
        keeping.create(company.actor("administrator"), whole)
    assert {e.field for e in refused.value.errors} == {field}


def test_only_administrators_keep_webhooks(company: Company, receiver: Receiver) -> None:
    webhook = made(company, receiver)
    attempts: tuple[Callable[[Actor], object], ...] = (
        keeping.every, lambda a: keeping.one(a, webhook.pk), lambda a: keeping.delete(a, webhook.pk), lambda a: keeping.create(a, {}),
        lambda a: keeping.new_secret(a, webhook.pk), lambda a: keeping.test(a, webhook.pk), lambda a: keeping.replay(a, webhook.pk),
        lambda a: keeping.change(a, webhook.pk, {}), lambda a: log.messages(a, webhook.pk),
    )  # fmt: skip
    for who in ("manager", "employee", "observer"):
        for attempt in attempts:
            with pytest.raises(Denied):
                attempt(company.actor(who))
    keeping.delete(company.actor("administrator"), webhook.pk)
    assert (Webhook.objects.count(), Interest.objects.count()) == (0, 0)


def test_a_test_message_and_the_log(company: Company, receiver: Receiver) -> None:
    webhook, boss = made(company, receiver), company.actor("administrator")
    for _n in range(3):
        keeping.test(boss, webhook.pk)
    sending.send_due(webhook.pk)
    assert [s["type"] for s in sent(receiver)] == ["test"] * 3
    first = log.messages(boss, webhook.pk, limit=2)
    rest = log.messages(boss, webhook.pk, limit=2, before=first.next)
    assert (len(first.items), len(rest.items), rest.next) == (2, 1, None)
    assert log.messages(boss, webhook.pk, state="failed").items == []
    with pytest.raises(BadRequest):
        log.messages(boss, webhook.pk, state="lost")
    Delivery.objects.update(at=timezone.now() - sending.KEPT - dt.timedelta(hours=1))
    keeping.test(boss, webhook.pk)
    assert sending.forget_old_messages() == 3


def test_a_message_costs_the_same_number_of_queries_however_many_records(
    company: Company, receiver: Receiver
) -> None:
    webhook = made(company, receiver)

    def sending_of(records: int) -> int:
        rows = [
            {"name": f"Фирма {n}", "contact_points": [{"kind": "email", "value": f"a{n}@b.ru"}]}
            for n in range(records)
        ]
        write.create_many(PRODUCT, shape_of("organisation"), rows)
        deliver()
        with CaptureQueriesContext(connection) as caught:
            assert sending.send_due(webhook.pk) == 1
        return len(caught)

    sending_of(1)
    assert sending_of(1) == sending_of(80)
