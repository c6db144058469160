"""The verbs of a record's card: their forms, and carrying them out."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from klientura.kernel.access.gate import require
from klientura.kernel.errors import Invalid, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.asking import asking, at_first, given_to
from klientura.kernel.screens.context import show
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def action(request: HttpRequest, object: str, record_id: int, verb: str) -> HttpResponse:
    """GET /{object}/{id}/actions/{verb}: the form of a verb. POST: carry it out and show the card anew."""
    asked, shape = of(request), shape_of(object)
    found = next((a for a in shape.spec.actions if a.key == verb), None)
    require(asked.actor, shape, found.needs if found else "edit")
    if found is None:
        raise NotFound
    row = {**read.get(asked.actor, shape, record_id), **dict.fromkeys(found.fields if found.anew else ())}
    refused = False
    if request.method == "POST":
        given = given_to(asked, shape, found)
        try:
            found.run(asked.actor, record_id, given, expected_version=None)
        except Invalid as wrong:
            refused = True
            told = bool(found.fields) or bool(request.POST.get("attempted"))
            made = asking(asked, shape, found, row, given, wrong, told=told)
        else:
            response = HttpResponse(status=200)
            response["HX-Refresh"] = "true"
            return response
    else:
        made = at_first(asked, shape, found, row)
    response = show(
        request, "screens/action_form.html", status=422 if refused else 200, title=str(found.label), made=made, refused=refused,
        action=f"/{shape.key}/{record_id}/actions/{verb}",
    )  # fmt: skip
    if refused:  # the button of a verb that asks for nothing has no dialog of its own to be answered in
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
    return response
