"""The script that shows notifications while no page is open. It lies at the root, for it is to speak for every page."""

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from klientura.kernel.errors import NotFound
from klientura.kernel.ui.jinja import STATIC, asset
from klientura.kernel.web.doors import Door, open_to


@open_to(Door.PUBLIC)  # browsers look for a new one whether anybody is signed in or not; it tells nothing
@require_GET
def push_worker(request: HttpRequest) -> HttpResponseBase:
    """GET /push-worker.js: the script as it was built; asked for anew each time, for its name stays the same."""
    built = STATIC / asset("push-worker.js").rpartition("/")[2]
    if not built.is_file():
        raise NotFound
    response = FileResponse(built.open("rb"), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = "/"
    return response
