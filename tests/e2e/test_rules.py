"""A rule made in the browser acts on what somebody changes, tells another system, and the card tells why."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, Page, expect

from klientura.kernel.webhooks.tests.receiver import Receiver, receiving
from tests.e2e.journeys import set_up, sign_in
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SAVE = ".form-actions button[type=submit]"
HOOKS, RULES = "/settings/webhooks", "/settings/rules"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """Another system, on this machine."""
    with receiving() as made:
        yield made


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    """A product that may reach this machine, with one organisation."""
    product = Product(tmp_path_factory.mktemp("rules") / "data", free_port())
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("KLIENTURA_WEBHOOK_NETWORKS", "127.0.0.0/8")
        product.start()
    context = browser.new_context(locale="ru-RU")
    page = context.new_page()
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/organisation/new")
    page.locator("form.form [name=name]").fill("Альфа")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("Альфа")
    context.close()
    yield product
    product.stop()


def looked_at(page: Page, pictures: Path, *names: str) -> None:
    """The page as it stands is without faults at both widths, in both themes."""
    for name in names:
        assert look_everywhere(page, pictures, name) == {}
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")


def test_a_rule_acts_and_says_why(
    company: Product, receiver: Receiver, page: Page, tmp_path: Path, pictures: Path
) -> None:
    root = company.address
    sign_in(page, root)
    # A webhook, with its secret shown once.
    page.goto(f"{root}{HOOKS}/new")
    looked_at(page, tmp_path, "webhook-new")
    page.fill("#f-name", "Учёт")
    page.fill("#f-address", receiver.address)
    page.locator("input[value='organisation.created']").check(force=True)
    page.click(SAVE)
    expect(page.locator("#secret")).to_contain_text("whsec_")
    looked_at(page, tmp_path, "webhook-secret")
    # A rule: when the city changes, and it is Ufa, then a note, and the other system is told.
    page.goto(f"{root}{RULES}/new?object=organisation")
    page.fill("#f-name", "Клиенты из Уфы")
    page.select_option("#f-when", "changed")
    page.locator("input[name=fields][value=city]").check(force=True)
    page.locator("[data-filter-open]").press("Enter")
    builder = page.locator(".builder")
    builder.locator("select").first.select_option("city")
    builder.locator("select").nth(1).select_option("eq")
    builder.locator(".builder-value input").fill("Уфа")
    page.keyboard.press("Enter")
    expect(page.locator(".filter-chip")).to_contain_text("Уфа")
    page.click(SAVE)
    expect(page.locator("#steps")).to_be_visible()
    rule = page.url
    page.goto(f"{rule}/steps/new?kind=set")
    page.select_option("[name=new_field]", "note")
    page.click("button[name=add]")
    page.select_option("[name=from-note]", "text")
    expect(page.locator("[name=value-note]")).to_be_hidden()
    page.fill("[name=text-note]", "{name} из {city}")
    page.click(SAVE)
    expect(page.locator("#steps li")).to_have_count(1)
    page.goto(f"{rule}/steps/0")
    looked_at(page, tmp_path, "rule-step")
    page.goto(f"{rule}/steps/new?kind=webhook")
    page.select_option("#f-webhook", index=0)
    page.click(SAVE)
    expect(page.locator("#steps li")).to_have_count(2)
    looked_at(page, pictures, "rule")
    page.locator("form[action$='/on'] button").click()
    expect(page.locator("form[action$='/off'] button")).to_be_visible()
    # Somebody changes the record; the rule acts, and the card says why.
    page.goto(f"{root}/organisation")
    page.locator("[data-row] .row-link").first.click()
    card = page.url
    page.goto(f"{card}/edit")
    page.locator("form.form [name=city]").fill("Уфа")
    page.locator("form.form button[type=submit]").last.click()
    page.wait_for_url(card)
    why = page.locator("[hx-get*='/why/']").first
    for _attempt in range(30):
        page.goto(f"{card}?tab=history")
        if why.is_visible():
            break
        page.wait_for_timeout(500)
    expect(page.locator("#history, .timeline").first).to_contain_text("Альфа из Уфа")
    why.click()
    expect(page.locator("#dialog-body")).to_contain_text("Клиенты из Уфы")
    expect(page.locator("#dialog-body")).to_contain_text("Анна Ким")
    page.locator("#dialog-body a[href*='/runs/']").click()
    expect(page.locator(".settings-body")).to_contain_text("Альфа")
    looked_at(page, tmp_path, "rule-run")
    for name, address in (
        ("rules", RULES),
        ("rule-log", f"{RULES}/1/log"),
        ("rule-try", f"{RULES}/1/try"),
        ("webhook-log", f"{HOOKS}/1/log"),
    ):
        page.goto(root + address)
        looked_at(page, tmp_path, name)
    for _attempt in range(30):
        if receiver.taken:
            break
        page.wait_for_timeout(500)
    told = orjson.loads(receiver.taken[0].body)
    assert (told["type"], told["data"]["records"][0]["note"]) == ("organisation.rule", "Альфа из Уфа")
