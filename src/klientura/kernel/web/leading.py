"""Leading on to another page after something was done."""

from django.http import HttpResponse, HttpResponseRedirect

from klientura.kernel.web.requests import Request


def lead_to(asked: Request, address: str) -> HttpResponse:
    """Lead to another page, from a form as from a button of htmx."""
    if not asked.htmx:
        return HttpResponseRedirect(address)
    response = HttpResponse(status=200)
    response["HX-Redirect"] = address
    return response
