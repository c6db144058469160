"""What is asked of every screen: accessible, no wider than its window, and photographed."""

from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WINDOWS = {"desktop": (1440, 900), "phone": (390, 844)}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALSO_IN_GALLERY = {
    "home-en-light",
    "board-en-dark",
    "organisation-ru-dark",
    "organisation-ru-light-phone",
    "board-ru-dark-phone",
}

# A colour on its way from one theme to the other is measured as neither: all that moves is let come to its end.
SETTLED = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
  const moving = document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity);
  Promise.race([Promise.allSettled(moving.map((a) => a.finished)), new Promise((over) => setTimeout(over, 1000))]).then(() => done());
})))"""


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it stands: each fault of accessibility, with the piece that has it."""
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = [f"scrolls sideways by {overflow} px"] if overflow > 0 else []
    report = Axe().run(page, options={"runOnly": RULES})
    return found + [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in report.response["violations"]]


def lasting_faults(page: Page, before: list[str]) -> list[str]:
    """Those that are still there a moment later and a few lines further down: on a busy machine a colour may be on its way
    when all seems settled, and what lies half under a bar is too small for a finger only as long as it lies there."""
    page.wait_for_timeout(700)
    page.evaluate(
        "scrollBy(0, scrollY + innerHeight + 97 < document.documentElement.scrollHeight ? 97 : -97)"
    )
    now = faults(page)
    return [each for each in before if each in now]


def photograph(page: Page, pictures: Path, name: str) -> None:
    """Keep the picture; the gallery in git takes each screen once, and a few in other dress."""
    in_gallery = pictures.name == "images"
    if not in_gallery or name.endswith("-ru-light") or name in ALSO_IN_GALLERY:
        page.screenshot(path=pictures / f"{name}.png")


def look_everywhere(page: Page, pictures: Path, name: str) -> dict[str, list[str]]:
    """The faults of a screen at both widths and in both themes, by its name there; the page is left wide and light."""
    found = {}
    themes: tuple[Literal["dark", "light"], ...] = ("dark", "light")
    for theme in themes:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for window in ("phone", "desktop"):
            width, height = WINDOWS[window]
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_load_state("networkidle")
            page.evaluate(SETTLED)
            dressed = f"{name}-ru-{theme}{'' if window == 'desktop' else '-phone'}"
            if (wrong := faults(page)) and (wrong := lasting_faults(page, wrong)):
                found[dressed] = wrong
            photograph(page, pictures, dressed)
    return found
