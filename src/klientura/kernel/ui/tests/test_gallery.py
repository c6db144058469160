"""The living page renders in both languages, keeps the content policy, and asks for nothing that does not exist."""

import json
import re
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.utils import translation

from klientura.kernel.ui.gallery import gallery, part

ROOT = Path(__file__).parents[5]
ICON = re.compile(r'icons[^"#]*\.svg#([a-z0-9-]+)"')


def page(language: str, **query: str) -> str:
    with translation.override(language):
        return gallery(RequestFactory().get("/ui", query)).content.decode()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_page_shows_every_chapter(language: str) -> None:
    html = page(language)
    chapters = re.findall(r'<a href="#([a-z]+)">', html.split('class="gallery-nav"')[1].split("</nav>")[0])
    assert len(chapters) == 21
    assert all(f'<section class="gallery-section" id="{chapter}"' in html for chapter in chapters)


def test_no_inline_style_script_or_handler() -> None:
    """The content policy forbids them, so a page with one would look broken."""
    html = page("ru")
    tags = re.findall(r"<[a-z][^>]*>", html)
    assert not [tag for tag in tags if re.search(r"\s(style|on[a-z]+)=", tag)]
    scripts = re.findall(r"<script([^>]*)>", html)
    assert scripts
    assert all('type="application/json"' in attributes or " src=" in attributes for attributes in scripts)


def test_ids_are_distinct() -> None:
    ids = re.findall(r'\sid="([^"]+)"', page("ru"))
    assert sorted(ids) == sorted(set(ids))


def test_every_icon_is_in_the_sprite() -> None:
    known = set(json.loads((ROOT / "frontend/icons.json").read_text()))
    used = set(ICON.findall(page("ru")))
    assert used
    assert used <= known


def test_icons_named_anywhere_are_in_the_sprite() -> None:
    known = set(json.loads((ROOT / "frontend/icons.json").read_text()))
    named: set[str] = set()
    for template in (ROOT / "src/klientura").rglob("templates/**/*.html"):
        named |= set(
            re.findall(r"""\bicon\(["']([a-z0-9-]*[a-z0-9])["']""", template.read_text(encoding="utf-8"))
        )
    for module in (ROOT / "src/klientura").rglob("*.py"):
        named |= set(
            re.findall(r"""\bicon(?:_name)?(?:=|": )"([a-z0-9-]+)\"""", module.read_text(encoding="utf-8"))
        )
    assert named
    assert named <= known


def test_the_sprite_holds_no_icon_that_nothing_names() -> None:
    """Each icon is paid for by every visitor, so it comes with what shows it."""
    named: set[str] = {"trending-up", "trending-down"}  # put together in ui/stat.html
    for folder, kind in (("src/klientura", "html"), ("src/klientura", "py"), ("frontend/src", "ts")):
        for file in (ROOT / folder).rglob(f"*.{kind}"):
            if "tests" not in file.parts:
                named |= set(
                    re.findall(r"""["'#]([a-z][a-z0-9-]*)(?=["'])""", file.read_text(encoding="utf-8"))
                )
    assert set(json.loads((ROOT / "frontend/icons.json").read_text())) - named == set()


def test_values_are_escaped() -> None:
    request = RequestFactory().get("/ui/part/options", {"q": "<img src=x>"})
    html = part(request, "options").content.decode()
    assert "<img" not in html
    assert "&lt;img src=x&gt;" in html


def test_a_refused_move_asks_for_the_sum_then_takes_it() -> None:
    asked = part(RequestFactory().post("/ui/part/move", {"stage": "won"}), "move")
    taken = part(RequestFactory().post("/ui/part/move", {"stage": "won", "amount": "100"}), "move")
    assert (asked.status_code, taken.status_code) == (422, 204)
    assert 'name="amount"' in asked.content.decode()
    assert json.loads(taken["HX-Trigger"]) == {"closeDialog": True}


def test_an_edited_fact_comes_back_with_the_new_value() -> None:
    html = part(
        RequestFactory().post("/ui/part/fact-save?name=g_mail", {"g_mail": "new@vereskstroy.ru"}), "fact-save"
    ).content.decode()
    assert 'id="fact-g_mail"' in html
    assert "new@vereskstroy.ru" in html
