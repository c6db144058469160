"""Who may keep what we answer: nobody, unless the answer says otherwise."""

from django.http.response import HttpResponseBase


def keep_private(response: HttpResponseBase) -> None:
    """Forbid browsers and proxies to keep an answer: after signing out, Back must not show a client.

    Styles and scripts do not come this way; they keep the caching of files that never change.
    """
    response.headers.setdefault("Cache-Control", "private, no-store")
