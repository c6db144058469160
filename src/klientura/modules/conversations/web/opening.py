"""What the programs of those we write to ask for: the picture of a letter, and where its links lead. Nobody signs in here.

Nothing of who asks is kept: neither an address nor a cookie.
"""

import base64
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from klientura.kernel.errors import NotFound
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.pace import Pace
from klientura.modules.conversations.services import tracking

POINT: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""A picture of one point that is not seen."""
PACE: Final = Pace(60)
AHEAD: Final = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")
"""By these a program says that it fetches what nobody has asked for yet."""


@open_to(Door.PUBLIC)
@require_safe
def seen(request: HttpRequest, token: str) -> HttpResponse:
    """GET /seen/{token}.gif: the picture of a letter; that it was fetched is counted as an opening."""
    named = tracking.token_in(token)
    if named is None or named.position != tracking.OPENING:
        raise NotFound
    if PACE.allows(named) and _counts(request):
        tracking.count_opening(named)
    return _quietly(HttpResponse(POINT, content_type="image/gif"))


@open_to(Door.PUBLIC)
@require_safe
def go(request: HttpRequest, token: str) -> HttpResponse:
    """GET /go/{token}: on to where the link of a letter leads, which stands in our store alone."""
    named = tracking.token_in(token)
    if named is None or named.position == tracking.OPENING:
        raise NotFound
    if not PACE.allows(named):
        slower = HttpResponse(status=429)
        slower["Retry-After"] = "60"
        return _quietly(slower)
    target = tracking.target_of(named)
    if target is None:
        raise NotFound
    if _counts(request):
        tracking.count_following(named)
    return _quietly(HttpResponseRedirect(target))


def _counts(request: HttpRequest) -> bool:
    """Whether somebody has opened the letter: no look ahead of a program, and none of us."""
    ahead = any("pre" in request.headers.get(name, "").lower() for name in AHEAD)
    return request.method == "GET" and not ahead and not request.user.is_authenticated


def _quietly(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
