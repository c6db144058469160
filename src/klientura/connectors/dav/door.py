"""The address of all calendars and address books: finds out who asks by a device password, and lets Radicale answer."""

import base64
import binascii
import io
from functools import cache
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from klientura.connectors.dav.calendars import MOST_OCCURRENCES, has_bad_rule
from klientura.kernel.access.actor import Actor
from klientura.kernel.access.sessions import actor_of, user_of_device
from klientura.kernel.objects.registry import follow
from klientura.kernel.web.bodies import TooLarge
from klientura.kernel.web.doors import Door, open_to

ROOT: Final = "/dav"
MOST_BYTES: Final = 4 * 1024 * 1024
IN_A_COLLECTION: Final = 2
METHODS: Final = frozenset(
    {"DELETE", "GET", "HEAD", "MKCALENDAR", "MKCOL", "OPTIONS", "PROPFIND", "PROPPATCH", "PUT", "REPORT"}
)  # fmt: skip


@csrf_exempt
@open_to(Door.DEVICE)
def dav(request: HttpRequest, path: str = "") -> HttpResponse:
    """Any WebDAV request under /dav/, with the login and a device password by Basic authentication."""
    from klientura.connectors.dav.storage import acting, overtaken

    actor = _who(request)
    if actor is None:
        return HttpResponse(
            _("Sign in with your e-mail and a device password from your profile."),
            status=401, content_type="text/plain; charset=utf-8", headers={"WWW-Authenticate": 'Basic realm="Klientura", charset="UTF-8"'},
        )  # fmt: skip
    if request.method not in METHODS:
        return HttpResponse(status=405, headers={"Allow": ", ".join(sorted(METHODS))})
    if request.method == "GET" and len(path.strip("/").split("/")) < IN_A_COLLECTION:
        return HttpResponseRedirect("/me/devices")  # a browser: here is how a device is connected
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise TooLarge(_("What was sent is too large."))
    if _is_dangerous(request, path):
        return HttpResponse(status=400)
    environ = {
        **{k: v for k, v in request.META.items() if not k.startswith("HTTP_X_") and k != "HTTP_AUTHORIZATION"},
        "SCRIPT_NAME": ROOT, "PATH_INFO": f"/{path}", "REMOTE_USER": str(actor.user_id),
        "wsgi.input": io.BytesIO(request.body),
    }  # fmt: skip
    answer = HttpResponse()
    token, late = acting.set(actor), overtaken.set(False)
    try:
        body = b"".join(_radicale()(environ, _started(answer)))
        beaten = overtaken.get()
    finally:
        acting.reset(token)
        overtaken.reset(late)
    answer.content = body
    if beaten:
        answer.status_code, answer.content = 412, b""
    if request.method == "PUT" and answer.headers.get("ETag"):
        del answer.headers[
            "ETag"
        ]  # what is kept may say less than was sent, or say it otherwise: to be read again
    return answer


def _is_dangerous(request: HttpRequest, path: str) -> bool:
    """Whether a body would keep Radicale busy before any code of ours sees it: XML with a document type, endless rules."""
    body = request.body
    if request.method != "PUT":
        return b"<!" in body.replace(b"<!--", b"").replace(b"<![CDATA[", b"")
    return not path.rstrip("/").endswith(".vcf") and has_bad_rule(body)


@csrf_exempt
@open_to(Door.PUBLIC)
def well_known(_request: HttpRequest) -> HttpResponse:
    """/.well-known/caldav and /.well-known/carddav: where the collections are (RFC 6764)."""
    return HttpResponsePermanentRedirect(f"{ROOT}/")


def _started(answer: HttpResponse) -> Any:
    def start(status: str, headers: list[tuple[str, str]]) -> None:
        answer.status_code = int(status.split(" ", 1)[0])
        del answer.headers["Content-Type"]
        for name, value in headers:
            if name.lower() != "content-length":
                answer.headers[name] = value

    return start


def _who(request: HttpRequest) -> Actor | None:
    scheme, _space, said = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        login, colon, password = base64.b64decode(said.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    found = user_of_device(login, password) if colon else None
    if found is None:
        return None
    user, installation = found
    follow(installation.schema_version)
    actor = actor_of(user, installation.access_version)
    translation.activate(actor.language)
    timezone.activate(actor.time_zone)
    return actor


@cache
def _radicale() -> Any:
    """The application, made with the first request: nobody without devices pays for it."""
    from radicale import config
    from radicale.app import Application

    configuration = config.load()
    configuration.update(
        {
            "server": {"delay_on_error": 0, "max_content_length": MOST_BYTES, "max_resource_size": MOST_BYTES // 2, "_internal_server": False,
                       "max_vevent_rrule_occurrence": MOST_OCCURRENCES},
            "auth": {"type": "remote_user", "delay": 0},
            "rights": {"type": "klientura.connectors.dav.storage", "permit_delete_collection": False,
                       "permit_overwrite_collection": False},
            "storage": {"type": "klientura.connectors.dav.storage"},
            "web": {"type": "none"},
            "logging": {"level": "warning"},
        },
        "klientura",
        privileged=True,
    )  # fmt: skip
    return Application(configuration)
