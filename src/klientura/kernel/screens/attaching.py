"""Files of records: brought from a form, fetched from a card."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.errors import KernelError
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.file_answers import FILE, brought, described, given
from klientura.kernel.web.requests import of
from klientura.kit.formats import format_bytes


def _told(refused: KernelError) -> HttpResponse:
    return JsonResponse({"message": str(refused.message), "code": refused.code}, status=refused.status)


@replace(FILE, shown=_told).on
@open_to(Door.SIGNED_IN)
@require_POST
def bring(request: HttpRequest, object: str, key: str) -> HttpResponse:
    """POST /files/new/{object}/{field}: keep a file as a draft; answers its number, name and size, or why it was refused."""
    asked = of(request)
    try:
        found = brought(request, asked.actor, shape_of(object), key)
    except KernelError as refused:
        return _told(refused)
    return JsonResponse({**described(found), "shown_size": format_bytes(found.size, lang())}, status=201)


@open_to(Door.SIGNED_IN)
@require_GET
def fetch(request: HttpRequest, object: str, record_id: int, key: str, file_id: int) -> HttpResponseBase:
    """GET /files/{object}/{id}/{field}/{file}: a file of a record; pictures and PDF in place (?save: to be saved)."""
    return given(request, of(request).actor, shape_of(object), record_id, key, file_id)
