"""HTML of letters: made safe to show in a frame of its own, and read out as text.

Pictures from elsewhere keep their addresses: the page that shows a letter forbids to load them, and one that the reader
asks for allows it (see the mail pages). So nothing of the letter has to be rewritten to look at it again.
"""

import re
from html.parser import HTMLParser
from typing import Final

import nh3

from klientura.kit.letters.words import kept

MOST_HTML: Final = 2_000_000
MOST_READ: Final = 500_000
"""Of a longer page the beginning is read out as text."""
TAGS: Final = {
    "a", "abbr", "b", "big", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em",
    "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q", "s", "small", "span", "strike", "strong",
    "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul",
}  # fmt: skip
ATTRIBUTES: Final[dict[str, set[str]]] = {
    "*": {"style", "align", "valign", "dir", "lang", "title", "width", "height", "bgcolor", "color"},
    "a": {"href"},
    "img": {"src", "alt", "border"},
    "font": {"face", "size"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap"},
    "ol": {"start", "type"},
    "li": {"value"},
}
STYLES: Final = {
    "background", "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left", "border-radius",
    "border-right", "border-spacing", "border-style", "border-top", "border-width", "color", "display", "font", "font-family", "font-size",
    "font-style", "font-weight", "height", "letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left",
    "margin-right", "margin-top", "max-width", "min-width", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top",
    "text-align", "text-decoration", "text-indent", "text-transform", "vertical-align", "white-space", "width", "word-break",
}  # fmt: skip
_BLOCKS: Final = {
    "p",
    "div",
    "tr",
    "table",
    "ul",
    "ol",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "hr",
    "blockquote",
    "dd",
    "dt",
    "br",
}
_SILENT: Final = {"style", "script", "head", "title", "template"}
_REMOTE = re.compile(r"(?:src=\"|url\()\s*(?:['\"]|&quot;)?(?:https?:)?//", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID: Final = {
    "br",
    "hr",
    "img",
    "meta",
    "link",
    "input",
    "col",
    "area",
    "base",
    "embed",
    "source",
    "wbr",
    "p",
    "li",
    "td",
    "tr",
    "th",
}
MOST_TAGS: Final = 5_000
MOST_DEPTH: Final = 400


def safe(html: str) -> str:
    """The page without anything that acts: scripts, forms, frames, styles that place things over others."""
    if _is_abyss(html):
        return ""
    return nh3.clean(
        kept(html[:MOST_HTML]),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel="noopener noreferrer nofollow",
        filter_style_properties=STYLES,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        generic_attribute_prefixes=set(),
    )


def _is_abyss(html: str) -> bool:
    """Whether elements lie so deep in one another as no letter of a person has them: to clean that takes minutes."""
    if html.count("<") < MOST_TAGS:
        return False
    depth = 0
    for closing, name in _TAG.findall(html[:MOST_HTML]):
        if name.lower() not in _VOID:
            depth = max(0, depth - 1) if closing else depth + 1
            if depth > MOST_DEPTH:
                return True
    return False


def loads_from_elsewhere(html: str) -> bool:
    """Whether a safe page has pictures from elsewhere."""
    return _REMOTE.search(html) is not None


def text_of(html: str) -> str:
    """The page read out; what stands in a quote begins with «> »."""
    reader = _Reader()
    reader.feed(kept(html[:MOST_READ]))
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Gathers lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quoted = 0
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line with a block, a level with a quote."""
        if tag in _SILENT:
            self.silent += 1
        if tag in _BLOCKS:
            self._end_line(even_empty=tag == "br")
        if tag == "blockquote":
            self.quoted = min(self.quoted + 1, 20)
        elif tag == "li":
            self.line.append("• ")

    def handle_endtag(self, tag: str) -> None:
        """End the line with a block."""
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        if tag in _BLOCKS and tag != "br":
            self._end_line(even_empty=tag == "p" and bool(self.line))
            if tag == "p":
                self._blank()
        if tag == "blockquote":
            self.quoted = max(0, self.quoted - 1)
        elif tag in {"td", "th"}:
            self.line.append(" ")

    def handle_data(self, data: str) -> None:
        """Take text up."""
        if not self.silent:
            self.line.append(data)

    def text(self) -> str:
        """All lines, never two empty ones in a row."""
        self._end_line(even_empty=False)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip()

    def _end_line(self, *, even_empty: bool) -> None:
        words = " ".join("".join(self.line).split())
        self.line = []
        if words or even_empty:
            self.lines.append(("> " * self.quoted + words).rstrip())

    def _blank(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")
