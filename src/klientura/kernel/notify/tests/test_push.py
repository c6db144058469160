"""Notifications go to devices: sealed for them, once, in words that their reader may still read; what goes wrong is tried again."""

import base64
import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from py_vapid import Vapid02

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.notify import devices, pushing, reading, wishes
from klientura.kernel.notify.models import Notification, PushDelivery, PushDevice, PushKey
from klientura.kernel.notify.telling import Told, tell
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import PASSWORD, Company, found_company
from klientura.kernel.webhooks.tests.receiver import Receiver, receiving

ADDRESS = "/me/notifications/devices"


@pytest.fixture
def service(settings: Any) -> Iterator[Receiver]:
    """A push service on this machine, which the installation allows here."""
    settings.WEBHOOK_NETWORKS = "127.0.0.0/8"
    with receiving() as made:
        made.status = 201
        yield made


@dataclass
class Browser:
    """A browser that has let notifications come: its keys, and how it reads what was sealed for it."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey
    auth: bytes = b"0123456789abcdef"

    @classmethod
    def at(cls, endpoint: str) -> "Browser":
        """A browser of which a push service takes messages at this address."""
        return cls(endpoint, ec.generate_private_key(ec.SECP256R1()))

    @property
    def form(self) -> dict[str, str]:
        """What it tells the product."""
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {"endpoint": self.endpoint, "p256dh": written(point), "auth": written(self.auth)}

    def read(self, body: bytes) -> dict[str, Any]:
        """A message as its worker gets it."""
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        said: dict[str, Any] = json.loads(plain)
        return said


def written(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def browser(service: Receiver, path: str = "/push") -> Browser:
    return Browser.at(service.address.rpartition("/")[0] + path)


def joined(company: Company, who: str, made: Browser) -> PushDevice:
    client = company.client(who)
    client.get("/me/notifications")
    assert (
        client.post(
            ADDRESS, made.form, headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0"}
        ).status_code
        == 204
    )
    return PushDevice.objects.get(endpoint=made.endpoint)


def told(company: Company, who: str, record_id: int, cause: str = "a", **more: Any) -> None:
    at = more.pop("at", timezone.now())
    payload = {"said": "soon", "begins": (at + dt.timedelta(minutes=15)).isoformat()}
    tell(
        [
            Told(
                company.users[who].pk,
                more.pop("kind", "reminder"),
                cause,
                at,
                "party",
                [record_id],
                payload=payload,
                **more,
            )
        ]
    )


def test_a_notification_is_sealed_for_the_device_and_signed_by_the_installation(
    company: Company, ours: int, service: Receiver, django_capture_on_commit_callbacks: Any
) -> None:
    made = browser(service)
    device = joined(company, "employee", made)
    assert device.name == "Chrome, Windows"
    with django_capture_on_commit_callbacks(execute=True):
        told(company, "employee", ours)
    assert ProcrastinateJob.objects.filter(task_name=devices.SEND).count() == 1
    assert pushing.send_due() == 1
    [taken] = service.taken
    said = made.read(taken.body)
    assert (said["title"][:6], said["body"], said["url"]) == ("Начало", "Ромашка", f"/organisation/{ours}")
    assert "Ромашка".encode() not in taken.body
    assert (taken.headers["content-encoding"], taken.headers["urgency"], taken.headers["ttl"]) == (
        "aes128gcm",
        "high",
        "86400",
    )
    assert taken.headers["topic"] == said["tag"] == f"n{Notification.objects.get().pk}"
    assert Vapid02.verify(taken.headers["authorization"])
    claims = json.loads(base64.urlsafe_b64decode(taken.headers["authorization"].split(".")[1] + "=="))
    assert claims["aud"] == f"http://127.0.0.1:{service.port}"
    key = PushKey.objects.get()
    assert f"k={key.public}" in taken.headers["authorization"]
    assert len(devices.raw(key.secret)) != 32, "the secret half does not stand there in the open"
    device.refresh_from_db()
    assert device.used_at is not None


def test_each_device_is_told_once_whatever_happens_again(
    company: Company, ours: int, service: Receiver
) -> None:
    first, second = browser(service), browser(service, "/other")
    joined(company, "employee", first)
    joined(company, "employee", second)
    joined(company, "colleague", browser(service, "/colleague"))
    told(company, "employee", ours)
    told(company, "employee", ours)
    assert pushing.send_due() == 2
    assert pushing.send_due() == 0
    assert sorted(each.path for each in service.taken) == ["/other", "/push"]


def test_what_lost_its_process_is_not_sent_twice(company: Company, ours: int, service: Receiver) -> None:
    joined(company, "employee", browser(service))
    told(company, "employee", ours)
    PushDelivery.objects.update(state="sending", next_at=timezone.now() - dt.timedelta(seconds=1))
    assert pushing.send_due() == 0
    assert (PushDelivery.objects.get().state, service.taken) == ("unsure", [])


def test_what_waits_when_the_worker_dies_goes_when_it_is_back(
    company: Company, ours: int, service: Receiver
) -> None:
    joined(company, "employee", browser(service))
    told(company, "employee", ours)
    ProcrastinateJob.objects.filter(task_name=devices.SEND).update(status="failed")
    assert pushing.is_any_due()
    devices.wake()
    assert ProcrastinateJob.objects.filter(task_name=devices.SEND, status="todo").count() == 1
    assert pushing.send_due() == 1
    assert not pushing.is_any_due()


@pytest.mark.parametrize("status", [500, 429, 503])
def test_what_the_service_does_not_take_now_is_tried_again_and_at_last_given_up(
    company: Company, ours: int, service: Receiver, status: int
) -> None:
    device = joined(company, "employee", browser(service))
    told(company, "employee", ours)
    now = timezone.now()
    service.status = status
    for delay in (*pushing.DELAYS, dt.timedelta()):
        assert pushing.send_due(now) == 0
        assert pushing.send_due(now) == 0, "not before its time"
        now += delay
    assert len(service.taken) == len(pushing.DELAYS) + 1
    assert PushDelivery.objects.get().state == "failed"
    device.refresh_from_db()
    assert str(status) in device.error


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_goes(company: Company, ours: int, service: Receiver, status: int) -> None:
    joined(company, "employee", browser(service))
    told(company, "employee", ours)
    service.status = status
    assert pushing.send_due() == 0
    assert not PushDevice.objects.exists()
    assert not PushDelivery.objects.exists()


def test_whoever_lost_the_right_to_a_record_hears_no_word_of_it(
    company: Company, ours: int, service: Receiver
) -> None:
    joined(company, "employee", browser(service))
    told(company, "employee", ours)
    write.update(SystemActor("test"), shape_of("organisation"), ours,
                 {"owner": company.users["outsider"].pk, "team": company.teams["far"].pk})  # fmt: skip
    PushDelivery.objects.exclude(notification__kind="reminder").delete()
    assert pushing.send_due() == 0
    assert (service.taken, PushDelivery.objects.get().state) == ([], "dropped")


@pytest.mark.parametrize("how", ["read", "switched off", "late", "not wished"])
def test_what_is_over_is_not_sent(company: Company, ours: int, service: Receiver, how: str) -> None:
    joined(company, "employee", browser(service))
    told(company, "employee", ours)
    actor = company.actor("employee")
    if how == "read":
        reading.mark(actor)
    elif how == "switched off":
        User.objects.filter(pk=company.users["employee"].pk).update(is_active=False)
    elif how == "not wished":
        wishes.change(actor, {"kinds": {"reminder": {"push": False}}})
    late = timezone.now() + (dt.timedelta(hours=13) if how == "late" else dt.timedelta())
    assert pushing.send_due(late) == 0
    assert (service.taken, PushDelivery.objects.get().state) == ([], "dropped")


def test_wishes_say_what_comes_to_devices(company: Company, ours: int, service: Receiver) -> None:
    joined(company, "employee", browser(service))
    actor = company.actor("employee")
    told(company, "employee", ours, "a", kind="invited")
    wishes.change(
        actor, {"kinds": {"reminder": {"product": False, "push": True}, "invited": {"push": False}}}
    )
    told(company, "employee", ours, "b", kind="invited")
    told(company, "employee", ours, "c")
    told(company, "colleague", ours, "c")
    assert pushing.send_due() == 1
    assert Notification.objects.get(kind="reminder", user_id=company.users["employee"].pk).shown is False
    page = company.client("employee").get("/me/notifications").content.decode()
    assert re.search(r'name="push-reminder" value="1" checked', page)
    assert not re.search(r'name="push-invited" value="1" checked', page)
    form = {"digest_at": "09:00", "push-invited": "1"}
    assert company.client("employee").post("/me/notifications", form).status_code == 302
    assert [wishes.wishes_of(actor).kinds[key].push for key in ("invited", "reminder")] == [True, False]


def test_in_quiet_hours_it_waits_for_their_end(company: Company, ours: int, service: Receiver) -> None:
    joined(company, "employee", browser(service))
    User.objects.filter(pk=company.users["employee"].pk).update(time_zone="Asia/Yekaterinburg")
    wishes.change(company.actor("employee"), {"quiet_from": "22:00", "quiet_until": "07:00"})
    night = dt.datetime(2026, 3, 3, 18, 30, tzinfo=dt.UTC)  # half past eleven there
    told(company, "employee", ours, at=night)
    PushDelivery.objects.update(next_at=night)
    assert pushing.send_due(night) == 0
    assert PushDelivery.objects.get().next_at == dt.datetime(2026, 3, 4, 2, 0, tzinfo=dt.UTC)
    assert pushing.send_due(night + dt.timedelta(hours=7, minutes=29)) == 0
    assert pushing.send_due(night + dt.timedelta(hours=7, minutes=31)) == 1


def test_signing_out_takes_the_device_of_that_browser_and_no_other(
    company: Company, service: Receiver
) -> None:
    here, elsewhere = company.client("employee"), company.client("employee")
    for client, path in ((here, "/here"), (elsewhere, "/elsewhere")):
        client.get("/me/notifications")
        assert client.post(ADDRESS, browser(service, path).form).status_code == 204
    here.post("/sign-out")
    assert [d.endpoint.rpartition("/")[2] for d in PushDevice.objects.all()] == ["elsewhere"]


def test_a_new_password_leaves_the_device_on_which_it_was_set(company: Company, service: Receiver) -> None:
    here, elsewhere = company.client("employee"), company.client("employee")
    for client, path in ((here, "/here"), (elsewhere, "/lost")):
        assert client.post(ADDRESS, browser(service, path).form).status_code == 204
    joined(company, "manager", browser(service, "/other"))
    new = {"old": PASSWORD, "new": "Море-и-верблюд-8"}
    assert here.post("/me/password", new).status_code == 302
    assert {d.endpoint.rpartition("/")[2] for d in PushDevice.objects.all()} == {"here", "other"}
    number = company.users["employee"].pk
    assert company.client("administrator").post(f"/settings/users/{number}/password").status_code == 200
    assert {d.endpoint.rpartition("/")[2] for d in PushDevice.objects.all()} == {"other"}


@pytest.mark.parametrize("how", ["expired", "gone"])
def test_a_device_ends_with_its_sign_in(company: Company, ours: int, service: Receiver, how: str) -> None:
    mine = browser(service, "/mine")
    joined(company, "employee", mine)
    joined(company, "employee", browser(service, "/other"))
    told(company, "employee", ours)
    session = next(
        s for s in Session.objects.all()
        if s.get_decoded().get(devices.IN_SESSION) == PushDevice.objects.get(endpoint=mine.endpoint).pk
    )  # fmt: skip
    if how == "gone":
        session.delete()
    else:
        Session.objects.filter(pk=session.pk).update(
            expire_date=timezone.now() - devices.OUTLIVES - dt.timedelta(seconds=1)
        )
    assert pushing.send_due() == 1
    assert [d.endpoint.rpartition("/")[2] for d in PushDevice.objects.all()] == ["other"]
    assert PushDevice.objects.get().session not in set(Session.objects.values_list("session_key", flat=True))


def test_a_device_is_told_the_morning_after_its_sign_in_expired(
    company: Company, ours: int, service: Receiver
) -> None:
    joined(company, "employee", browser(service))
    told(company, "employee", ours)
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(hours=15))
    assert pushing.send_due() == 1


def test_a_device_stays_when_its_sign_in_gets_another_key(
    company: Company, ours: int, service: Receiver
) -> None:
    client = company.client("employee")
    client.get("/me/notifications")
    assert client.post(ADDRESS, browser(service).form).status_code == 204
    assert client.post("/me/password", {"old": PASSWORD, "new": "Море-и-верблюд-8"}).status_code == 302
    told(company, "employee", ours)
    assert pushing.send_due() == 1


@pytest.mark.django_db(transaction=True)
def test_whoever_tells_something_does_not_wait_for_who_tells_at_the_same_time(service: Receiver) -> None:
    company, is_done = found_company(), Event()
    for who in ("manager", "employee"):
        joined(company, who, browser(service, f"/{who}"))

    def meanwhile() -> None:
        try:
            told(company, "employee", 1)
            is_done.set()
        finally:
            connection.close()

    with transaction.atomic():
        told(company, "manager", 1)
        other = Thread(target=meanwhile)
        other.start()
        assert is_done.wait(5)
    other.join()
    assert PushDelivery.objects.filter(state="waiting").count() == 2
    assert ProcrastinateJob.objects.filter(task_name=devices.SEND, status="todo").count() == 1


def test_a_browser_goes_over_to_whoever_turns_it_on_there(
    company: Company, ours: int, service: Receiver
) -> None:
    made = browser(service)
    joined(company, "employee", made)
    told(company, "employee", ours)
    assert joined(company, "manager", made).user_id == company.users["manager"].pk
    assert pushing.send_due() == 0
    assert PushDevice.objects.count() == 1


def test_devices_are_listed_tried_and_removed_by_their_owner_alone(
    company: Company, service: Receiver
) -> None:
    made = browser(service)
    device = joined(company, "employee", made)
    own, other = company.client("employee"), company.client("administrator")
    assert "Chrome, Windows" in own.get("/me/notifications").content.decode()
    assert "Chrome, Windows" not in other.get("/me/notifications").content.decode()
    for way in ("test", "remove"):
        assert other.post(f"{ADDRESS}/{device.pk}/{way}").status_code == 404
    assert own.post(f"{ADDRESS}/{device.pk}/test").status_code == 302
    assert made.read(service.taken[0].body)["always"] is True
    service.status = 403
    refused = own.post(f"{ADDRESS}/{device.pk}/test")
    assert refused.status_code == 422
    assert "403" in refused.content.decode()
    assert own.post(f"{ADDRESS}/{device.pk}/remove").status_code == 302
    assert not PushDevice.objects.exists()


def test_what_is_no_device_is_refused(company: Company, service: Receiver) -> None:
    good, client = browser(service).form, company.client("employee")
    for wrong in (
        {"endpoint": "http://example.org/x"}, {"endpoint": "ftp://x"}, {"endpoint": "https://10.0.0.1/x"}, {"endpoint": "https://169.254.169.254/"},
        {"endpoint": "https://example.org/" + "a" * 1000}, {"p256dh": "x"}, {"p256dh": written(b"\x04" + b"\x01" * 64)}, {"auth": "ы"},
        {"auth": written(b"x")}, {"endpoint": ""},
    ):  # fmt: skip
        assert client.post(ADDRESS, {**good, **wrong}).status_code == 400
    assert client.post(ADDRESS).status_code == 400
    assert not PushDevice.objects.exists()


def test_a_key_that_cannot_be_opened_any_more_is_made_anew(
    company: Company, ours: int, service: Receiver, settings: Any
) -> None:
    joined(company, "employee", browser(service))
    told(company, "employee", ours)
    before = PushKey.objects.get().public
    settings.SECRET_KEY = "another"
    assert pushing.send_due() == 0
    assert pushing.public_key() != before
    assert not PushDevice.objects.exists()
    assert service.taken == []


def test_the_script_of_the_worker_lies_at_the_root(company: Company) -> None:
    answer = company.client("employee").get("/push-worker.js")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert (answer["Service-Worker-Allowed"], answer["Cache-Control"]) == ("/", "no-cache")
    assert b"showNotification" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]
