"""No more letters: the address that stands in each of them, for people and, at one press, for their mail programs."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from klientura.kernel.access.models import User
from klientura.kernel.errors import NotFound
from klientura.kernel.notify.letters import user_of
from klientura.kernel.notify.wishes import no_letters
from klientura.kernel.screens.context import show
from klientura.kernel.web.doors import Door, open_to


@csrf_exempt  # mail programs post here by themselves (RFC 8058); whom it is about the sealed address says
@open_to(Door.PUBLIC)
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET /unsubscribe/{token}: ask. POST: send that user no more letters."""
    user_id = user_of(token)
    user = User.objects.filter(pk=user_id).first() if user_id is not None else None
    if user is None:
        raise NotFound
    if request.method == "POST":
        no_letters(user.pk)
    return show(
        request, "notify/unsubscribe.html", email=user.email, done=request.method == "POST", token=token
    )
