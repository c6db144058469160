"""A paper as a PDF: data and a template, typeset in this process in some ten milliseconds."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import typst

type Standard = Literal["a-2b"]
FONTS: Final = ("Liberation Sans", "PT Sans", "Arial", "DejaVu Sans", "Libertinus Serif")
"""The first one that the machine has; the last one the typesetter brings itself."""


def to_pdf(template: Path, data: Mapping[str, Any], *, archive: bool = False, title: str = "") -> bytes:
    """Typeset a template of ours with data, which it reads as JSON from `sys.inputs.data`.

    `archive`: as PDF/A-2b, for keeping. The template sees nothing but its own folder, and no network. Raises typst.TypstError.
    """
    inputs = {"data": json.dumps({**data, "title": title}, ensure_ascii=False), "fonts": json.dumps(FONTS)}
    pdf = typst.compile(
        str(template), root=str(template.parent), sys_inputs=inputs, format="pdf",
        pdf_standards=["a-2b"] if archive else [], font_paths=_font_paths(),
    )  # fmt: skip
    return bytes(pdf)


@cache
def _font_paths() -> list[str]:
    return [str(path) for path in (Path("/usr/share/fonts"), Path.home() / ".fonts") if path.is_dir()]
