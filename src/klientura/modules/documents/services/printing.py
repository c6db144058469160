"""A paper as a PDF: data and a template, typeset in this process in some ten milliseconds."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import typst
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest

type Standard = Literal["a-2b"]
FONTS: Final = ("Liberation Sans", "PT Sans", "Arial", "DejaVu Sans", "Libertinus Serif")
"""The first one that the machine has; the last one the typesetter brings itself."""
NOT_FOR_KEEPING: Final = _(
    "There are characters in this paper that a PDF for keeping (PDF/A) cannot hold. Take them out, or take the plain PDF."
)


def to_pdf(template: Path, data: Mapping[str, Any], *, archive: bool = False, title: str = "") -> bytes:
    """Typeset a template of ours with data, which it reads as JSON from `sys.inputs.data`.

    `archive`: as PDF/A-2b, for keeping; raises BadRequest for characters that none of our fonts has, as the standard
    forbids those. The template sees nothing but its own folder, and no network. Raises typst.TypstError.
    """
    inputs = {"data": json.dumps({**data, "title": title}, ensure_ascii=False), "fonts": json.dumps(FONTS)}
    try:
        pdf = typst.compile(
            str(template), root=str(template.parent), sys_inputs=inputs, format="pdf",
            pdf_standards=["a-2b"] if archive else [], font_paths=font_paths(),
        )  # fmt: skip
    except typst.TypstError as fault:
        if archive and "PDF/A" in str(fault):
            raise BadRequest(NOT_FOR_KEEPING, code="archive") from fault
        raise
    return bytes(pdf)


@cache
def font_paths() -> list[str]:
    """Where the machine keeps its fonts."""
    return [str(path) for path in (Path("/usr/share/fonts"), Path.home() / ".fonts") if path.is_dir()]
