"""What the programs of those we write to ask for: the picture of a letter, and where its links lead. Nobody signs in here.

Nothing of who asks is kept: neither an address nor a cookie.
"""

import base64
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from klientura.kernel.errors import NotFound
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.looks import quietly, slower, somebody_looks
from klientura.kernel.web.pace import Pace
from klientura.modules.conversations.services import tracking

POINT: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""A picture of one point that is not seen."""
PACE: Final = Pace(60)


@open_to(Door.PUBLIC)
@require_safe
def seen(request: HttpRequest, token: str) -> HttpResponse:
    """GET /seen/{token}.gif: the picture of a letter; that it was fetched is counted as an opening."""
    named = tracking.token_in(token)
    if named is None or named.position != tracking.OPENING:
        raise NotFound
    if PACE.allows(named) and somebody_looks(request):
        tracking.count_opening(named)
    return quietly(HttpResponse(POINT, content_type="image/gif"))


@open_to(Door.PUBLIC)
@require_safe
def go(request: HttpRequest, token: str) -> HttpResponse:
    """GET /go/{token}: on to where the link of a letter leads, which stands in our store alone."""
    named = tracking.token_in(token)
    if named is None or named.position == tracking.OPENING:
        raise NotFound
    if not PACE.allows(named):
        return slower()
    target = tracking.target_of(named)
    if target is None:
        raise NotFound
    if somebody_looks(request):
        tracking.count_following(named)
    return quietly(HttpResponseRedirect(target))
