"""The Jinja2 environment of all our pages."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils import translation
from jinja2 import Environment
from markupsafe import Markup

STATIC = Path(__file__).parents[2] / "static"


@lru_cache(maxsize=1)
def _manifest() -> dict[str, str]:
    file = STATIC / "manifest.json"
    if not file.exists():
        return {}
    names: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return names


def asset(name: str) -> str:
    """The address of a built file, by its name before hashing."""
    return f"/static/{_manifest().get(name, name)}"


def shared_scripts() -> list[str]:
    """The addresses of what the page's script shares with its lazy parts."""
    return [f"/static/{name}" for name in _manifest().get("shared.js", "").split()]


def to_json(value: Any) -> Markup:
    """JSON for a data block or an attribute-free script element; nothing in it can close the element."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 # nosec B704 - escaped in this very line


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named page."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


@lru_cache(maxsize=20_000)
def _text(_language: str | None, message: str) -> str:
    """A page asks for the same texts thousands of times; Django's own look-up costs several microseconds each."""
    return translation.gettext(message)


def gettext(message: str) -> str:
    """The text in the language of the request."""
    return _text(translation.get_language(), message)


class PageEnvironment(Environment):
    """Reads `a.b` of a dictionary as its key first.

    Our templates are fed dictionaries; looking for an attribute first would raise and catch an exception for nearly
    every value of a page, which was half of its time.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The key of a dictionary, else what Jinja finds by itself."""
        if type(obj) is dict:
            if attribute in obj:
                return obj[attribute]
            if not hasattr(dict, attribute):
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


def environment(**options: Any) -> Environment:
    """Make the environment: escaping on, gettext installed, an unknown attribute is empty but an unknown name is a fault."""
    options.pop("autoescape", None)
    env = PageEnvironment(
        autoescape=True, extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True, **options
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext,
        translation.ngettext,
        newstyle=False,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals.update(asset=asset, shared_scripts=shared_scripts, url=url)
    env.filters["to_json"] = to_json
    return env
