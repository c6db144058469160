"""What a web process loads: a thin dispatcher, in a process that does not outlive its parent.

Streams are served here, by the loop; everything else goes to the WSGI application, in a thread.
"""

from typing import Any

from klientura.project.embedded.unprivileged import die_with_parent

die_with_parent()

from klientura.project.server.bridge import Bridge, Receive, Scope, Send  # noqa: E402  # first the tie, then the long import
from klientura.project.wsgi import application as pages  # noqa: E402

THREADS = 4
"""Requests that one process works on at a time; more only wait for each other's turn in Python."""
LIVE = "/live"

_bridge = Bridge(pages, THREADS)
_hub: Any = None


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request, or begin and end with the server."""
    global _hub  # noqa: PLW0603 - one for the process, made with its first stream
    if scope["type"] == "lifespan":
        await _live_and_die(receive, send)
    elif scope["path"] == LIVE:
        from klientura.project.server.live import Hub, serve  # not needed to show the first page

        _hub = _hub or Hub()
        await serve(_hub, scope, receive, send)
    else:
        await _bridge(scope, receive, send)


async def _live_and_die(receive: Receive, send: Send) -> None:
    """Say that we are ready; at the end let no stream hold the server up."""
    from klientura.kernel.events import outbox  # Django is set up by now

    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            outbox.deliver_beside()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if _hub is not None:
                await _hub.stop()
            outbox.end_delivery_beside()
            await send({"type": "lifespan.shutdown.complete"})
            return


__all__ = ["application"]
