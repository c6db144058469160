"""A phone: connected on the page, with the clients and tasks of its owner, through a real client library over HTTP."""

import datetime as dt
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import caldav
import requests
from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.e2e.journeys import EMAIL, set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

TODO = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x\r\nBEGIN:VTODO\r\nUID:t-1\r\nDTSTAMP:20260101T000000Z\r\n"
    "SUMMARY:Купить бумагу\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
)

EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x\r\nBEGIN:VEVENT\r\nUID:e-1\r\nDTSTAMP:20260101T000000Z\r\n"
    "DTSTART;TZID=Europe/Moscow:{day:%Y%m%d}T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=3\r\n"
    "SUMMARY:Встреча с телефона\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_a_phone_is_connected_and_shows_the_same(product: Product, page: Page, pictures: Path) -> None:
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/person/new")
    page.fill("form.form [name=last_name]", "Петрова")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/person/\d+$"))
    card = page.url

    page.goto(f"{product.address}/me/devices")
    page.fill("[name=name]", "Мой телефон")
    page.get_by_role("button", name="Создать пароль").click()
    password = page.locator("#secret").inner_text()
    assert look_everywhere(page, pictures, "devices") == {}

    client = caldav.DAVClient(f"{product.address}/.well-known/caldav", username=EMAIL, password=password)
    principal = client.principal()
    books = {str(c.url).rstrip("/").rsplit("/", 1)[1]: c for c in principal.calendars()}
    tasks = books["tasks"]
    tasks.save_todo(TODO)
    (todo,) = tasks.todos()
    todo.complete()
    page.goto(f"{product.address}/task")
    page.goto(f"{product.address}/task?view=list&filter=")
    expect(page.locator("main")).to_contain_text("Купить бумагу")
    assert tasks.todos() == []
    (done,) = tasks.todos(include_completed=True)
    (stored,) = Calendar.from_ical(done.data).walk("VTODO")
    assert stored["STATUS"] == "COMPLETED"

    calendar = books["calendar"]
    moscow = ZoneInfo("Europe/Moscow")
    begin = dt.datetime.now(moscow).replace(hour=10, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
    calendar.save_event(EVENT.format(day=begin))
    days = calendar.search(start=begin, end=begin + dt.timedelta(days=9), event=True, expand=True)
    assert [d.icalendar_component.start for d in days] == [begin + dt.timedelta(days=n) for n in range(3)]
    page.goto(f"{product.address}/calendar?span=agenda")
    expect(page.locator("main")).to_contain_text("Встреча с телефона")
    (series,) = calendar.events()
    series.icalendar_component["summary"] = "Встреча с ноутбука"
    series.save()
    page.reload()
    expect(page.locator("main")).to_contain_text("Встреча с ноутбука")

    where, who = f"{principal.url}people/".replace("/calendars", ""), (EMAIL, password)
    body = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
    listed = requests.request("PROPFIND", where, data=body, headers={"Depth": "1"}, auth=who, timeout=20).text
    (name,) = re.findall(r"people/([^<]+\.vcf)", listed)
    text = requests.get(f"{where}{name}", auth=who, timeout=20).text
    assert "N:Петрова;" in text
    changed = text.replace("END:VCARD", "TEL;TYPE=CELL:+79161234567\r\nEND:VCARD")
    answer = requests.put(
        f"{where}{name}", data=changed.encode(), headers={"Content-Type": "text/vcard"}, auth=who, timeout=20
    )
    assert answer.status_code == 204
    page.goto(card)
    expect(page.locator("main")).to_contain_text("+7 916 123-45-67")
