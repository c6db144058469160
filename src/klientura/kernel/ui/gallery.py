"""The living page of components (/ui) and the answers its examples ask for. Samples only: reads no data."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from klientura.kernel.ui import gallery_card as card
from klientura.kernel.ui import gallery_data as data
from klientura.kernel.ui.gallery_charts import sample_charts

PARTS = frozenset(
    {"options", "dialog", "peek", "fact-edit", "fact-save", "move", "why", "rows", "toast", "search"}
)
NO_CONTENT = 204
UNPROCESSABLE = 422


def gallery_context() -> dict[str, Any]:
    """What ui/gallery.html shows; also used by the test that runs axe over it."""
    return {
        "columns": data.COLUMNS,
        "rows": data.ROWS,
        "board_columns": data.BOARD,
        "charts": sample_charts("en" if get_language() == "en" else "ru"),
        "fields": data.FIELDS,
        "facts_sections": card.FACTS,
        "days": card.TIMELINE,
        "parties": card.PARTIES,
        "filter_json": json.dumps(card.FILTER, ensure_ascii=False),
        "filter_fields_json": json.dumps(card.FILTER_FIELDS, ensure_ascii=False),
    }


def _page(request: HttpRequest, template: str, context: Mapping[str, Any]) -> str:
    frame = {"lang": get_language() or "ru", "theme": "auto", "nav": [], "create": []}
    return get_template(template, using="jinja2").render({**frame, **context}, request)


@require_GET
def gallery(
    request: HttpRequest, frame: Callable[[HttpRequest], Mapping[str, Any]] | None = None
) -> HttpResponse:
    """GET /ui: every component in its states. `frame` gives navigation, actor and theme of a signed-in page."""
    around = frame(request) if frame else {}
    return HttpResponse(_page(request, "ui/gallery.html", {**around, **gallery_context()}))


@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, name: str) -> HttpResponse:
    """GET or POST /ui/part/NAME: what an example asks the server for. 404 for a name not in PARTS."""
    if name not in PARTS:
        raise Http404
    if name == "move":
        return _move(request)
    if name == "toast":
        return _toast(request)
    query = request.GET.get("q", "").strip()
    items = card.USERS if "users" in request.GET else card.PARTIES
    context = {
        "part": name,
        "query": query,
        "items": [item for item in items if query.casefold() in str(item["title"]).casefold()],
        "sample": _fact(request),
        "number": request.GET.get("id", "1"),
        "facts_sections": card.FACTS,
        "days": card.TIMELINE,
        "columns": data.COLUMNS,
        "rows": data.ROWS,
    }
    return HttpResponse(_page(request, "ui/gallery_part.html", context))


def _fact(request: HttpRequest) -> dict[str, Any]:
    """The sample fact an editor is asked for, with the value just typed."""
    name = request.GET.get("name", "g_mail")
    known = {fact["name"]: fact for section in card.FACTS for fact in section["facts"]}
    fact = dict(known.get(name, known["g_mail"]))
    old = fact["value"]
    shown = old.get("text", "") if isinstance(old, dict) else old
    fact["raw"] = request.POST.get(fact["name"], shown)
    return fact


def _move(request: HttpRequest) -> HttpResponse:
    """Moving a sample card: "won" asks for a sum first (422), "new" is refused, the rest is taken."""
    stage = request.POST.get("stage", "")
    if stage == "won" and not request.POST.get("amount"):
        body = _page(
            request,
            "ui/gallery_part.html",
            {"part": "move", "stage": stage, "number": request.GET.get("id", "1")},
        )
        return HttpResponse(body, status=UNPROCESSABLE)
    if stage == "new":
        return HttpResponse(status=403)
    response = HttpResponse(status=NO_CONTENT)
    response["HX-Trigger"] = json.dumps({"closeDialog": True})
    return response


def _toast(request: HttpRequest) -> HttpResponse:
    """An empty answer whose header shows a toast; the kind comes from the address."""
    kind = request.GET.get("kind", "success")
    toast = {"text": "Сделка перемещена в корзину", "kind": kind, "undoUrl": "/ui/part/toast?kind=info"}
    response = HttpResponse(status=NO_CONTENT)
    response["HX-Trigger"] = json.dumps({"toast": toast})
    return response
