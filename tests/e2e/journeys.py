"""Steps that several journeys share, each as a person would take it."""

from pathlib import Path

from playwright.sync_api import Page, expect

PASSWORD = "Верблюд-и-море-7"
EMAIL = "anna@example.org"

TEXTS = {
    "ru": {
        "import": "Импорт",
        "check": "Проверить",
        "edit": "Изменить",
        "call": "Звонок",
        "save": "Сохранить",
        "won": "Выиграна",
        "lost": "Проиграна",
    },
    "en": {
        "import": "Import",
        "check": "Check",
        "edit": "Edit",
        "call": "Call",
        "save": "Save",
        "won": "Won",
        "lost": "Lost",
    },
}


def set_up(page: Page, address: str, language: str, *, company: str = "ООО «Северный путь»") -> None:
    """Go through the first-run wizard up to the choice of what to begin with."""
    page.goto(address)
    expect(page).to_have_url(f"{address}/setup")
    page.click(f"button[name=language][value={language}]")
    page.fill("[name=company]", company)
    page.click("main button[type=submit]")
    page.fill("[name=name]", "Анна Ким")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    expect(page).to_have_url(f"{address}/setup/begin")
    assert page.get_attribute("html", "lang") == language


def sign_in(page: Page, address: str, *, email: str = EMAIL) -> None:
    """Sign in by the form."""
    page.goto(f"{address}/sign-in")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def import_file(page: Page, address: str, file: Path, language: str) -> None:
    """Drop a file in, check it, import it, and wait for the end."""
    words = TEXTS[language]
    page.goto(f"{address}/imports/new")
    page.set_input_files("input[type=file]", file)
    if "/map" not in page.url:
        page.click("main button[type=submit]")
    page.wait_for_url("**/map")
    page.get_by_role("button", name=words["check"], exact=True).click()
    page.wait_for_url("**/check")
    page.get_by_role("button", name=words["import"], exact=True).click(timeout=60_000)
    page.wait_for_url("**/run")
    expect(page.locator(".message[data-kind=success]")).to_be_visible(timeout=90_000)
