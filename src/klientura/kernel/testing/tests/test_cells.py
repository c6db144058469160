"""Every field of every object as a cell of its list: edited with what stands there, or said why not; as a calendar and a gallery."""

import html
import re

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.testing.additions import CREATABLE_KEYS, EVERY_KEY
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World
from klientura.kernel.views.calendars import date_fields

ACTOR = SystemActor("conformance")
INPUT = re.compile(r"<(?:input|select|textarea)[^>]*name=\"([^\"]+)\"")


@pytest.mark.parametrize("key", CREATABLE_KEYS)
def test_every_cell_is_edited_or_says_why_not(company: Company, world: World, key: str) -> None:
    browser, shape = company.client("administrator"), shape_of(key)
    number = world.create(key, 1)
    version = read.get(ACTOR, shape, number, keys=["version"])["version"]
    for field in shape.fields.values():
        address = f"/{key}/{number}/cell/{field.key}?columns={field.key}"
        page = browser.get(address)
        text = html.unescape(page.content.decode())
        assert page.status_code == 200, field.key
        assert ("data-cell-editor" in text) != ("data-cell-closed" in text), field.key
        assert field.writable or "data-cell-closed" in text, field.key
        if "data-cell-closed" in text:
            assert browser.post(address, {field.key: "1", "version": version}).status_code == 403, field.key
        else:
            assert (
                field.key in {*INPUT.findall(text), *re.findall(r'data-name="([^"]+)"', text)}
                or "files" in text
            ), field.key
    assert read.get(ACTOR, shape, number, keys=["version"])["version"] == version


@pytest.mark.parametrize("key", CREATABLE_KEYS)
def test_what_is_copied_out_of_a_list_may_be_pasted_back(company: Company, world: World, key: str) -> None:
    """Nothing changes by it, whatever the type of the field; or it is told why a cell cannot be read."""
    browser, shape = company.client("administrator"), shape_of(key)
    number = world.create(key, 1)
    row = read.get(ACTOR, shape, number)
    for field in shape.fields.values():
        value = row[field.key]
        if not field.writable or value is None or field.type.key in {"reference", "user", "file"}:
            continue
        shown = field.type.display(value, field.params, "ru")
        if not shown or "\n" in shown:
            continue
        sent = {"ids": str(number), "fields": field.key, "text": shown}
        page = html.unescape(browser.post(f"/{key}/paste", sent).content.decode())
        assert 'name="sealed"' not in page, (field.key, shown)


@pytest.mark.parametrize("key", EVERY_KEY)
def test_every_object_has_a_calendar_and_a_gallery(company: Company, world: World, key: str) -> None:
    browser = company.client("administrator")
    world.create_many(key, 3)
    assert browser.get(f"/{key}?view=gallery").status_code == 200
    for by in date_fields(ACTOR, shape_of(key)):
        for span in ("month", "week", "day", "agenda"):
            page = browser.get(f"/{key}?view=calendar&by={by}&span={span}")
            assert page.status_code == 200, (by, span)
            assert "data-day=" in page.content.decode()
