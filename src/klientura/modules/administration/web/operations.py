"""Past operations: imports and acts over many records, each with Undo."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from klientura.kernel.access.models import User
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.screens.language import lang
from klientura.kernel.store.models import Operation
from klientura.kernel.web.doors import Door, open_to
from klientura.kit.formats import format_datetime, format_decimal
from klientura.modules.administration.web.frame import settings_page

PAGE = 50
WHAT = {
    "undo": pgettext_lazy("operation", "Undo"),
    "rule": pgettext_lazy("operation", "Rule"),
    "convert": pgettext_lazy("operation", "Conversion"),
}
UNDOABLE = frozenset({"done", "cancelled", "failed", "partly_undone"})
HUES = {
    "done": "green",
    "running": "blue",
    "failed": "red",
    "cancelled": "gray",
    "undone": "gray",
    "partly_undone": "orange",
}


@open_to(Door.ADMIN)
@require_GET
def operations(request: HttpRequest) -> HttpResponse:
    """GET /settings/operations: the newest first; ?before=id goes on."""
    raw = request.GET.get("before", "")
    found = Operation.objects.order_by("-id")
    if raw.isascii() and raw.isdigit() and len(raw) < 19:
        found = found.filter(pk__lt=int(raw))
    rows = list(found[: PAGE + 1])
    names = dict(
        User.objects.filter(pk__in={o.actor_id for o in rows if o.actor_id}).values_list("pk", "name")
    )
    more = f"/settings/operations?before={rows[PAGE - 1].pk}" if len(rows) > PAGE else ""
    made = [_row(o, names) for o in rows[:PAGE]]
    return settings_page(request, "operations", "operations", operations=made, more_url=more)


def _row(operation: Operation, names: dict[int, str]) -> dict[str, Any]:
    shape = all_shapes().get(operation.object)
    started = timezone.localtime(operation.started_at)
    details = operation.details if isinstance(operation.details, dict) else {}
    return {
        "id": operation.pk,
        "what": WHAT[operation.kind] if operation.kind in WHAT else operation.get_kind_display(),
        "object": str(shape.plural) if shape else operation.object,
        "note": str(details.get("file") or details.get("name") or ""),
        "who": names.get(operation.actor_id or 0) or _("Klientura"),
        "when": format_datetime(started, lang()),
        "iso": started.isoformat(),
        "records": format_decimal(operation.records, lang(), places=0),
        "state": operation.get_state_display(),
        "hue": HUES.get(operation.state, "gray"),
        "undo_label": _("Undo the rest") if operation.state == "partly_undone" else _("Undo"),
        "undo_url": f"/operations/{operation.pk}/undo"
        if operation.state in UNDOABLE and operation.kind != "undo"
        else "",
    }
