"""A reminder reaches a device: turned on by a button, sent by the worker once across restarts, shown by the browser's own worker.

Browsers without a screen have no push service; the test stands in for it. All else is real: the keys, the sealed message,
the script that shows it.
"""

import datetime as dt
import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from klientura.kernel.notify.tests.test_push import Browser
from klientura.kernel.webhooks.tests.receiver import Receiver, receiving
from tests.e2e.journeys import set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STAND_IN = """
(() => {
  const made = {
    endpoint: %(endpoint)s, options: { applicationServerKey: null }, toJSON: () => ({ keys: %(keys)s }),
    unsubscribe: async () => { localStorage.removeItem("push"); return true; },
  };
  PushManager.prototype.subscribe = async (options) => {
    localStorage.setItem("push", "1");
    localStorage.setItem("key", new Uint8Array(options.applicationServerKey).length);
    return made;
  };
  PushManager.prototype.getSubscription = async () => localStorage.getItem("push") ? made : null;
})();
"""


@pytest.fixture
def told(tmp_path: Path) -> Product:
    return Product(tmp_path / "push" / "data", free_port())


def turned_on(page: Page, product: Product, device: Browser) -> None:
    """Press the button; the page knows this device afterwards."""
    form = device.form
    keys = json.dumps({"p256dh": form["p256dh"], "auth": form["auth"]})
    page.add_init_script(STAND_IN % {"endpoint": json.dumps(form["endpoint"]), "keys": keys})
    page.goto(f"{product.address}/me/notifications")
    page.click("[data-push-on]")
    page.wait_for_url("**told=on*")
    expect(page.locator("[data-device-mine]")).to_be_visible()
    expect(page.locator("[data-push-on]")).to_be_hidden()
    assert page.evaluate("localStorage.getItem('key')") == "65"


def shown(page: Page) -> list[list[str]]:
    """What the browser shows of the product."""
    script = "async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((n) => [n.title, n.body, n.data.url])"
    found: list[list[str]] = page.evaluate(script)
    return found


def delivered(page: Page, product: Product, text: str) -> None:
    """What the push service does: hand a message to the worker of the browser."""
    session = page.context.new_cdp_session(page)
    known: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: known.extend(each["registrationId"] for each in said["registrations"]),
    )
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    given = {"origin": product.address, "registrationId": known[0], "data": text}
    session.send("ServiceWorker.deliverPushMessage", given)


def waited_for(service: Receiver, number: int, seconds: float) -> None:
    """Until so many messages have come."""
    until = time.monotonic() + seconds
    while len(service.taken) < number and time.monotonic() < until:
        time.sleep(0.2)
    assert len(service.taken) == number


def test_a_reminder_reaches_a_device_once_across_restarts(
    told: Product, windows: Callable[[], BrowserContext], pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLIENTURA_WEBHOOK_NETWORKS", "127.0.0.0/8")
    told.start()
    try:
        context = windows()
        page = context.new_page()
        set_up(page, told.address, "ru")
        context.grant_permissions(["notifications"], origin=told.address)
        with receiving() as service:
            service.status = 201
            device = Browser.at(f"http://127.0.0.1:{service.port}/push")
            turned_on(page, told, device)
            page.click("#devices button:has-text('Проверить')")
            page.wait_for_url("**told=tested*")
            waited_for(service, 1, 5)
            delivered(page, told, json.dumps(device.read(service.taken[0].body)))
            page.wait_for_function(
                "async () => (await (await navigator.serviceWorker.ready).getNotifications()).length === 1"
            )
            assert shown(page)[0][0] == "Уведомления приходят"
            page.evaluate("scrollTo(0, 0)")  # what is half under the bar on top is too small for a finger
            assert look_everywhere(page, pictures, "devices") == {}
            event = _event_soon(page, told)
            told.kill_everything()
            time.sleep(22)  # its moment passes while nothing runs
            told.start()
            waited_for(service, 2, 90)
            said = device.read(service.taken[1].body)
            assert (said["body"], said["url"]) == ("Созвон", event)
            told.kill_everything()
            told.start()
            time.sleep(10)
            assert len(service.taken) == 2
            page.goto(f"{told.address}/me/notifications")
            page.click("[data-device-remove] button")
            page.wait_for_url("**told=off*")
            expect(page.locator("[data-push-on]")).to_be_visible()
    finally:
        told.stop()


def _event_soon(page: Page, product: Product) -> str:
    """An event in a quarter of an hour and some seconds: one is reminded of it a quarter of an hour before."""
    page.goto(f"{product.address}/me/tokens")
    page.fill("[name=name]", "test")
    page.locator("form.form button[type=submit], main form button[type=submit]").first.click()
    token = re.search(r"klt_[\w-]+", page.content())
    assert token
    begins = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=15, seconds=20)
    values = {
        "name": "Созвон",
        "starts_at": begins.isoformat(),
        "ends_at": (begins + dt.timedelta(hours=1)).isoformat(),
    }
    answer = page.request.post(
        f"{product.address}/api/v1/event", data=values, headers={"Authorization": f"Bearer {token[0]}"}
    )
    assert answer.status == 201, answer.text()
    return f"/event/{answer.json()['id']}"
