"""What a page weighs: the styles of every page stay small, and what only some pages need comes with those."""

import json
import re

import pytest

from klientura.kernel.ui.jinja import STATIC

EVERY_PAGE = 80 * 1024
ONE_SHEET = 12 * 1024
PACKAGE = STATIC.parent


@pytest.fixture
def built() -> dict[str, str]:
    """What the build of the browser side has made, by its names before hashing."""
    made: dict[str, str] = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    return made


def test_the_styles_of_every_page_stay_small(built: dict[str, str]) -> None:
    assert (STATIC / built["app.css"]).stat().st_size <= EVERY_PAGE
    sheets = {
        name: (STATIC / file).stat().st_size for name, file in built.items() if name.startswith("sheets/")
    }
    assert sheets
    assert {name: size for name, size in sheets.items() if size > ONE_SHEET} == {}


def test_the_sheets_that_templates_name_are_built_and_used(built: dict[str, str]) -> None:
    named = set()
    for template in PACKAGE.rglob("templates/**/*.html"):
        text = template.read_text(encoding="utf-8")
        for line in re.findall(r"set sheets = (.*)-%}", text):
            named |= set(re.findall(r'"([a-z]+)"', line.split(" if ")[0]))
        named |= set(re.findall(r"sheets/([a-z]+)\.css", text))
    assert {f"sheets/{name}.css" for name in named} == {n for n in built if n.startswith("sheets/")}
