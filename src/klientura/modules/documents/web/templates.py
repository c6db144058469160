"""Papers by templates: offered on cards, made, and tried on the card of a template."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import may, require
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.context import show
from klientura.kernel.screens.panels import MainPanel
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.file_answers import made, printed
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import Language
from klientura.modules.documents.queries.values import labels_of, latest, names_of, values_of
from klientura.modules.documents.services.templates import make, templates_for

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def papers_way(asked: Request, shape: Shape, row: Row) -> Mapping[str, Any] | None:
    """The way from a card to papers by templates."""
    if not shape.spec.subject or not may(asked.actor, shape_of("paper_template"), "read"):
        return None
    return {
        "label": _("Paper by a template…"),
        "icon": "file-plus",
        "quiet": True,
        "dialog": f"/{shape.key}/{row['id']}/papers",
    }


@open_to(Door.SIGNED_IN)
@require_GET
def offered(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/papers: a dialog with the templates for a record."""
    asked, shape = of(request), shape_of(object)
    read.get(asked.actor, shape, record_id, keys=["id"])
    templates = shape_of("paper_template")
    require(asked.actor, templates, "read")
    return show(
        asked, "documents/offered.html", object=shape.key, record_id=record_id, templates=templates_for(asked.actor, shape.key),
        new_url=f"/paper_template/new?about={shape.key}" if may(asked.actor, templates, "create") else "",
    )  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_GET
def paper(request: HttpRequest, object: str, record_id: int, template_id: int) -> HttpResponse:
    """GET /{object}/{id}/papers/{template}: the paper: a PDF to look at, or a DOCX to keep."""
    paper = make(of(request).actor, template_id, shape_of(object).key, record_id)
    if paper.form == "typst":
        return printed(paper.name, paper.content)
    return made(paper.content, DOCX, f"{paper.name}.docx")


@open_to(Door.SIGNED_IN)
@require_GET
def tried(request: HttpRequest, record_id: int) -> HttpResponse:
    """GET /paper_template/{id}/try?on=: whether the template can be filled in from a record, and what it may name."""
    asked = of(request)
    template = read.get(asked.actor, shape_of("paper_template"), record_id)
    about = template.get("about") or ""
    if about not in all_shapes():
        return show(asked, "documents/tried.html", missing=about, records=[])
    records = [{"value": r["id"], "label": r["title"] or f"№ {r['id']}"} for r in latest(asked.actor, about)]
    on = number(asked.GET.get("on")) or (records[0]["value"] if records else None)
    if on is None:
        return show(asked, "documents/tried.html", missing="", records=[])
    fault = ""
    try:
        make(asked.actor, record_id, about, on)
    except BadRequest as wrong:
        fault = str(wrong.message)
    language: Language = "en" if template.get("language") == "en" else "ru"
    names = names_of(
        values_of(asked.actor, shape_of(about), on, language), labels_of(asked.actor, shape_of(about))
    )
    return show(
        asked, "documents/tried.html", missing="", records=records, on=on, fault=fault, names=[*names], form=template["form"],
        paper_url=f"/{about}/{on}/papers/{record_id}", try_url=f"/paper_template/{record_id}/try",
    )  # fmt: skip


def _context(_asked: Request, shape: Shape, row: Row) -> dict[str, Any]:
    return {"url": f"/{shape.key}/{row['id']}/try"}


TRY_PANEL: Final = MainPanel(
    key="try",
    label=gettext_lazy("Try it"),
    template="documents/try_panel.html",
    fits=lambda shape: shape.key == "paper_template",
    context=_context,
)
