"""Whether this process answers and reaches its database."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from klientura.kernel.web.doors import Door, open_to


@open_to(Door.PUBLIC)
def health(_request: HttpRequest) -> HttpResponse:
    """GET /health: 200 with {"status": "ok"} when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return JsonResponse({"status": "ok"})
