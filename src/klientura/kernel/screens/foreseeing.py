"""Before many records are changed at once: how many would be, how many are so already, which may not be, and examples."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from klientura.kernel.access.gate import readable, require
from klientura.kernel.errors import Invalid, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape
from klientura.kernel.screens import inputs
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.chosen import in_words, names_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.listing import selection_of
from klientura.kernel.store import foresight, read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of


@open_to(Door.SIGNED_IN)
@require_POST
def preview(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/bulk/preview: what setting a field on the selected rows would do; what cannot be read yet says nothing."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "edit")
    field = readable(asked.actor, shape).get(request.POST.get("field", ""))
    if field is None or not field.changeable:
        raise NotFound
    raw = inputs.values_from(request.POST, {field.key: field}).get(field.key)
    how = request.POST.get("how", "set") if isinstance(raw, list) else "set"
    selection = selection_of(request, asked, shape)
    try:
        found = foresight.foresee(
            asked.actor, shape, selection, field, raw, how=how if how in {"add", "remove"} else "set"
        )
    except Invalid as refused:
        message = refused.errors[0].message if not field.type.is_empty(raw) else ""
        return show(request, "screens/foreseen.html", found=None, message=message)
    new = in_words(field, raw, names_of(asked.actor, [(field, raw)])) if how == "set" else ""
    examples = [{"title": r["title"], "old": _shown(asked, field, r), "new": new} for r in found.examples]
    return show(request, "screens/foreseen.html", found=found, examples=examples, how=how)


def _shown(asked: Request, field: FieldShape, row: read.Row) -> Any:
    """A value as a table shows it; it leads nowhere."""
    shown = cell(field, row[field.key], row, lang(), company_currency=asked.installation.currency)
    return {k: v for k, v in shown.items() if k != "url"} if isinstance(shown, dict) else shown
