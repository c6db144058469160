"""Webhooks in the settings: made, shown once, changed, switched, their log and messages."""

import json
import re

import pytest
from django.test import Client

from klientura.kernel.access.models import User
from klientura.kernel.webhooks.models import Delivery, Webhook
from klientura.modules.administration.tests.conftest import MakeUser, signed_in

pytestmark = pytest.mark.django_db
ROOT = "/settings/webhooks"


def form(boss: User, **more: object) -> dict[str, object]:
    return {
        "name": "Accounting",
        "address": "https://example.org/hook",
        "owner": boss.pk,
        "events": ["organisation.created"],
        **more,
    }


def made(admin: Client, boss: User) -> Webhook:
    answer = admin.post(f"{ROOT}/new", form(boss))
    assert answer.status_code == 200
    assert re.search(r"whsec_[A-Za-z0-9+/=]{44}", answer.content.decode())
    return Webhook.objects.get()


def test_made_with_a_secret_that_is_shown_once(admin: Client, boss: User) -> None:
    assert "There are no webhooks yet" in admin.get(ROOT).content.decode()
    hook = made(admin, boss)
    page = admin.get(f"{ROOT}/{hook.pk}").content.decode()
    assert "whsec_" not in page
    assert "https://example.org/hook" in page
    assert re.search(r'value="organisation.created" checked', page)
    assert "Accounting" in admin.get(ROOT).content.decode()
    renewed = admin.post(f"{ROOT}/{hook.pk}/secret").content.decode()
    assert "whsec_" in renewed


def test_a_refused_form_keeps_what_was_typed(admin: Client, boss: User) -> None:
    answer = admin.post(f"{ROOT}/new", form(boss, address="http://10.0.0.1/", name="Warehouse", events=[]))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Warehouse" in page
    assert "not on the public internet" in page
    assert "Choose at least one event" in page
    assert Webhook.objects.count() == 0


def test_changed_with_conditions_and_not_over_somebody_elses_change(admin: Client, boss: User) -> None:
    hook = made(admin, boss)
    tree = json.dumps({"and": [{"field": "city", "op": "eq", "value": "Уфа"}]})
    place = f"{ROOT}/{hook.pk}"
    assert admin.post(place, form(boss, filter=tree, version=1)).headers["Location"] == f"{place}?saved=1"
    assert Webhook.objects.get().filter == json.loads(tree)
    assert admin.post(place, form(boss, name="Late", version=1)).status_code == 409
    assert admin.post(place, form(boss)).status_code == 400
    assert admin.post(place, form(boss, filter="{", version=2)).status_code == 400
    refused = admin.post(place, form(boss, filter='{"field": "nothing"}', version=2))
    assert refused.status_code == 422
    assert "Уфа" in admin.get(place).content.decode()


def test_switched_tested_and_looked_into(admin: Client, boss: User) -> None:
    hook = made(admin, boss)
    place = f"{ROOT}/{hook.pk}"
    assert admin.post(f"{place}/test").headers["Location"] == f"{place}/log"
    log = admin.get(f"{place}/log").content.decode()
    assert "Test" in log
    assert "every 3s" in log
    sent = Delivery.objects.get()
    Delivery.objects.update(
        state="failed", body='{"type": "test"}', answer="<b>no</b>", status=500, error="Refused", next_at=None
    )
    message = admin.get(f"{place}/messages/{sent.pk}").content.decode()
    assert "&lt;b&gt;no&lt;/b&gt;" in message
    assert "Refused" in message
    assert "Test" in admin.get(f"{place}/log?state=failed").content.decode()
    assert "No messages here" in admin.get(f"{place}/log?state=delivered").content.decode()
    assert admin.post(f"{place}/messages/{sent.pk}/replay").status_code == 302
    assert Delivery.objects.get().state == "waiting"
    Delivery.objects.update(state="failed")
    assert admin.post(f"{place}/replay").status_code == 302
    assert Delivery.objects.get().state == "waiting"
    assert admin.post(f"{place}/off").status_code == 302
    assert "switched off" in admin.get(place).content.decode()
    assert admin.post(f"{place}/on").status_code == 302
    Webhook.objects.update(active=False, paused="failing")
    assert "for three days" in admin.get(place).content.decode()
    assert "1 webhook is paused" in admin.get("/settings").content.decode()
    assert admin.post(f"{place}/sideways").status_code == 404
    assert admin.post(f"{place}/delete").headers["Location"] == f"{ROOT}?done=deleted"
    assert Webhook.objects.count() == 0


def test_only_administrators_come_in(admin: Client, boss: User, user_of: MakeUser) -> None:
    hook = made(admin, boss)
    for role in ("manager", "employee", "observer"):
        other = signed_in(user_of(role))
        for address in (ROOT, f"{ROOT}/new", f"{ROOT}/{hook.pk}", f"{ROOT}/{hook.pk}/log"):
            assert other.get(address).status_code == 403
        assert other.post(f"{ROOT}/{hook.pk}/delete").status_code == 403
    assert Webhook.objects.count() == 1
