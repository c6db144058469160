"""What happens on the way: a lost connection, a spoilt storage, leaving the product, work in the background."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.journeys import set_up, sign_in
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
APPLE = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    """A product with the demo company in it."""
    product = Product(tmp_path_factory.mktemp("way") / "data", free_port())
    product.start()
    context = browser.new_context(locale="ru-RU")
    set_up(context.new_page(), product.address, "ru")
    context.close()
    made = product.command("demo", "--organisations", "60", "--people", "60")
    assert made.returncode == 0, made.stderr
    yield product
    product.stop()


def test_back_shows_a_client_only_to_who_is_signed_in(company: Product, page: Page):
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation")
    page.locator("a.row-link").first.click()
    name = page.locator("h1").inner_text()
    page.goto(f"{company.address}/task")
    page.go_back()
    expect(page.locator("h1")).to_have_text(name)
    page.locator("#user-menu-button").click()
    page.locator("[data-sign-out]").click()
    expect(page.locator("[name=password]")).to_be_visible()
    page.go_back()
    expect(page.locator("[name=password]")).to_be_visible()
    expect(page.get_by_text(name)).to_have_count(0)


def test_styles_and_scripts_stay_in_the_browser(company: Product, page: Page):
    answers = {}
    page.on("response", lambda answer: answers.update({answer.url: answer.headers.get("cache-control", "")}))
    sign_in(page, company.address)
    kept = [v for url, v in answers.items() if "/static/app-" in url]
    assert kept
    assert all("immutable" in v for v in kept)


def test_a_spoilt_draft_stops_nothing(company: Product, page: Page):
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation/new")
    user = page.get_attribute("html", "data-user")
    for spoilt in ("{", "null", "7", '{"at": 1e15}', '{"at": 1e15, "values": [7]}'):
        page.evaluate(
            "([user, value]) => { for (const form of ['organisation-new', 'other'])"
            " localStorage.setItem(`klientura:draft:${user}:${form}`, value); }",
            [user, spoilt],
        )
        page.goto(f"{company.address}/organisation/new")
        expect(page.locator("html[data-ready]")).to_have_count(1)
        expect(page.locator(".draft-notice")).to_have_count(0)
        left = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('klientura:draft:'))")
        assert left == []


def test_what_is_typed_survives_leaving_the_page(company: Product, page: Page):
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation/new")
    page.locator("form.form [name=name]").press_sequentially("Кедр")
    page.goto(f"{company.address}/task")
    page.goto(f"{company.address}/organisation/new")
    page.locator(".draft-notice button", has_text="Продолжить").click()
    expect(page.locator("form.form [name=name]")).to_have_value("Кедр")


def test_trying_again_repeats_the_whole_request(company: Product, page: Page):
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation")
    boxes = page.locator("[data-select-row]")
    names = page.locator("tr[data-row] a.row-link").all_inner_texts()
    boxes.nth(0).check()
    page.context.set_offline(True)
    page.get_by_role("button", name="В корзину").click()
    retry = page.locator("[data-offline-retry]")
    expect(retry).to_be_visible()
    page.route("**/organisation/bulk/trash", lambda route: route.continue_())
    with page.expect_request("**/organisation/bulk/trash") as sent:
        page.context.set_offline(False)
        retry.click()
    assert "ids=" in (sent.value.post_data or "")
    expect(page.locator(".toast").filter(has_text="корзин")).to_be_visible()
    expect(page.get_by_role("link", name=names[0], exact=True)).to_have_count(0)


def test_a_group_change_leaves_no_dialog_behind(company: Product, page: Page):
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation")
    page.locator("[data-select-all]").check()
    page.locator("[data-bulk-all]").click()
    page.get_by_role("button", name="Изменить", exact=True).click()
    dialog = page.locator("#dialog")
    expect(dialog.locator("select[name=field]")).to_be_visible()
    expect(dialog.locator(".htmx-added, .htmx-settling")).to_have_count(0)
    dialog.locator("select[name=field]").select_option("city")
    dialog.locator("input[name=city]").fill("Тверь")
    dialog.locator("button[type=submit]").click()
    expect(page.locator(".toast").filter(has_text="изменен")).to_be_visible()
    expect(page.locator("#dialog[open]")).to_have_count(0)
    expect(page.locator("tr[data-row]").first).to_contain_text("Тверь")


def test_a_card_that_went_back_is_not_sent_again(company: Product, page: Page):
    sign_in(page, company.address)
    page.goto(f"{company.address}/opportunity?view=board")
    column = page.locator("[data-stage]").nth(0)
    card = column.locator("[data-card]").first
    name = card.locator(".row-link").inner_text()
    page.context.set_offline(True)
    card.locator("[data-board-move]").click()
    menu = page.locator(".menu-panel:popover-open")
    assert menu.get_by_role("menuitem").count() == page.locator("[data-stage]").count() - 1, (
        "only other columns"
    )
    menu.get_by_role("menuitem").first.click()
    expect(page.locator("[data-offline]")).to_be_visible()
    expect(page.locator("[data-offline-retry]")).to_be_hidden()
    expect(column.locator("[data-card]").first).to_contain_text(name)
    page.context.set_offline(False)


def test_the_keys_of_an_apple(company: Product, browser: Browser):
    other = browser.new_context(user_agent=APPLE, locale="ru-RU")
    page = other.new_page()
    sign_in(page, company.address)
    page.locator("[data-help-open]").first.click()
    keys = page.locator("#dialog .kbd").all_inner_texts()
    expect(page.locator(".search-button .kbd").first).to_have_text("⌘")
    other.close()
    assert "⌘" in keys
    assert "Ctrl" not in keys


def begin_check(page: Page, address: str, rows: int) -> None:
    """Bring a list of firms and let it be checked in the background."""
    page.goto(f"{address}/imports/new")
    lines = "".join(f"Фирма {n};Город {n % 50};+7 843 {n:07}\n" for n in range(rows))
    file = {
        "name": "фирмы.csv",
        "mimeType": "text/csv",
        "buffer": ("Организация;Город;Телефон\n" + lines).encode(),
    }
    page.set_input_files("input[type=file]", file)  # type: ignore[arg-type]
    if "/map" not in page.url:
        page.click("main button[type=submit]")
    page.wait_for_url("**/map")
    page.get_by_role("button", name="Проверить", exact=True).click()
    page.wait_for_url("**/check")
    assert page.locator("[data-work]").count(), "the check is still going on"


def test_the_tray_shows_work_on_the_pages_after_and_leaves(company: Product, page: Page):
    sign_in(page, company.address)
    begin_check(page, company.address, 6000)
    page.set_viewport_size({"width": 1440, "height": 480})
    page.goto(f"{company.address}/imports/new")
    expect(page.locator("#progress-tray")).to_contain_text("фирмы.csv")
    # Nothing lies under it: neither the buttons of a form nor the last places of the navigation.
    tray = page.locator("#progress-tray").bounding_box()
    foot = page.locator("main form .form-actions").bounding_box()
    assert tray
    assert foot
    assert foot["y"] + foot["height"] <= tray["y"] + 1
    page.locator("main form button[type=submit]").click(trial=True)
    page.locator(".sidebar-foot a").last.click(trial=True)
    expect(page.locator("[data-progress-active]")).to_have_count(0, timeout=60_000)
    expect(page.locator("[data-job]")).to_have_count(1)
    expect(page.locator("[data-job]")).to_have_count(0, timeout=15_000)
    assert "фирмы.csv" in page.request.get(f"{company.address}/progress").text(), "it ended a moment ago"
    page.goto(f"{company.address}/task")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("sessionStorage.getItem('klientura:working')") is None


def test_work_that_was_closed_in_the_tray_stays_closed(company: Product, page: Page):
    sign_in(page, company.address)
    begin_check(page, company.address, 15000)
    page.goto(f"{company.address}/task")
    line = page.locator("#progress-tray [data-job]").filter(has_text="Остановить")
    expect(line).to_have_count(1)
    line.locator("[data-tray-close]").click()
    expect(line).to_have_count(0)
    number = page.locator("[data-job]").count()
    with page.expect_response("**/progress") as answered:
        page.goto(f"{company.address}/organisation")
    assert "фирмы.csv" in answered.value.text()
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-job]").count() <= number


def test_a_filter_reads_in_words_after_it_was_applied_and_takes_another_condition(
    company: Product, page: Page
):
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation")
    place = page.locator(".list-search").bounding_box()
    page.get_by_role("button", name="Фильтр").click()
    page.locator(".builder-row select").first.select_option("created_at")
    page.locator(".builder-row select").nth(2).select_option("this_year")
    page.locator(".builder-foot [data-kind=primary]").click()
    chip = page.locator(".filter-chip")
    expect(chip).to_contain_text("создано")
    expect(chip).not_to_contain_text("this_year")
    page.wait_for_load_state("networkidle")
    assert page.locator(".list-search").bounding_box() == place
    chip.locator("[data-filter-open]").click()
    page.get_by_role("button", name="Добавить условие").click()
    expect(page.locator(".builder-row")).to_have_count(2)
    page.locator(".builder-row").nth(1).locator("select").first.select_option("city")


def test_a_condition_without_a_value_is_asked_for(company: Product, page: Page):
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation")
    page.get_by_role("button", name="Фильтр").click()
    page.locator(".builder-row select").first.select_option("created_at")
    page.locator(".builder-row select").nth(1).select_option("gte")
    page.locator(".builder-foot [data-kind=primary]").click()
    value = page.locator(".builder-value input")
    expect(value).to_have_attribute("aria-invalid", "true")
    expect(value).to_be_focused()
    expect(page.locator(".builder .field-error")).to_be_visible()
    assert page.url.endswith("/organisation")
    value.fill("2020-01-01T00:00")
    expect(page.locator(".builder .field-error")).to_have_count(0)
    page.locator(".builder-foot [data-kind=primary]").click()
    expect(page.locator(".filter-chip")).to_have_count(1)


def test_a_list_is_searched_while_one_types(company: Product, page: Page):
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation")
    name = page.locator("tr[data-row] a.row-link").first.inner_text()
    visited = page.evaluate("history.length")
    box = page.locator(".list-search [name=q]")
    box.press_sequentially(name[:4], delay=40)
    page.wait_for_url("**/organisation?q=*")
    box.press_sequentially(name[4:], delay=40)
    expect(page.locator("tr[data-row]")).not_to_have_count(50)
    expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    expect(box).to_be_focused()
    expect(box).to_have_value(name)
    # Everything that matches is on the page: there is no more to select.
    page.locator("[data-select-all]").check()
    expect(page.locator("[data-bulk-count]")).to_be_visible()
    expect(page.locator("[data-bulk-all]")).to_be_hidden()
    box.fill("")
    expect(page.locator("tr[data-row]")).to_have_count(50)
    assert page.url == f"{company.address}/organisation"
    assert page.evaluate("history.length") == visited
    page.locator("[data-select-all]").check()
    expect(page.locator("[data-bulk-all]")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_every_kind_of_entry_can_be_chosen(company: Product, page: Page, width: int):
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation")
    page.locator("a.row-link").first.click()
    page.set_viewport_size({"width": width, "height": 844})
    page.locator("#composer").scroll_into_view_if_needed()
    around = page.locator("#composer").bounding_box()
    kinds = [kind.bounding_box() for kind in page.locator(".composer-kind").all()]
    assert around
    assert len(kinds) == 5
    for kind in kinds:
        assert kind
        assert kind["height"] >= 24
        assert kind["x"] >= around["x"] + 4
        assert kind["x"] + kind["width"] <= around["x"] + around["width"] - 4
    tops = {round(kind["y"]) for kind in kinds if kind}
    assert len(tops) == 1


def test_long_words_stay_whole(company: Product, page: Page):
    """Labels of facts, the sums and the places of the bottom bar: nothing is cut or broken inside a word."""
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation")
    page.locator("a.row-link").first.click()
    expect(page.locator(".fact-label").first).to_be_visible()
    broken = page.evaluate(
        """() => [...document.querySelectorAll('.fact-label')].filter((label) => {
          const text = label.firstChild, range = document.createRange();
          return [...(text?.textContent ?? '').matchAll(/[^\\s-]+/g)].some((word) => {
            range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length);
            return range.getClientRects().length > 1;
          });
        }).map((label) => label.textContent)"""
    )
    assert broken == []
    assert page.locator(".card-facts p").count()
    for words in page.locator(".card-facts p").all():
        assert words.evaluate("(p) => parseFloat(getComputedStyle(p).paddingLeft)") >= 12, "off the border"
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{company.address}/")
    cut = page.evaluate(
        "() => [...document.querySelectorAll('.bottombar-link > span')].filter((s) => s.scrollWidth > s.clientWidth).map((s) => s.textContent)"
    )
    assert cut == []
    for sum_ in page.locator(".stat-value").all():
        assert sum_.evaluate("(s) => s.getClientRects().length === 1 && s.offsetHeight < 40"), (
            sum_.inner_text()
        )


def test_fields_that_close_together_are_chosen_together(company: Product, page: Page):
    sign_in(page, company.address)
    page.goto(f"{company.address}/settings/rights/observer/organisation")
    page.locator("select[name=phone]").select_option("none")
    for key in ("email", "website", "contact_points"):
        expect(page.locator(f"select[name={key}]")).to_have_value("none")
    expect(page.locator("select[name=city]")).to_have_value("write")


def test_a_day_reads_alike_wherever_it_is_told(company: Product, page: Page):
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation")
    tree = '{"field":"created_at","op":"gte","value":"2026-10-05T00:00"}'
    for language, day in (("en", "5 Oct 2026"), ("ru", "05.10.2026")):
        page.locator("#user-menu-button").click()
        page.locator(f"[data-set-language={language}]").click()
        page.wait_for_selector(f"html[lang={language}][data-ready]")
        page.goto(f"{company.address}/organisation?filter={tree}")
        expect(page.locator(".filter-chip strong")).to_have_text(day)
