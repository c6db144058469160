"""The endpoint that makes one record of several."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import require
from klientura.kernel.api import bodies, views
from klientura.kernel.api.idempotency import once
from klientura.kernel.errors import BadRequest
from klientura.kernel.merging.merge import merge
from klientura.kernel.objects.registry import shape_of

MAX_VERSION = 2**31 - 1


def merge_records(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/merge {"with": [ids], "values": {…}, "versions": {id: version}}: answers the operation and the record.

    The versions of all records must be sent, so that nobody's change goes unseen.
    """
    shape = shape_of(object)
    require(actor, shape, "read")
    body = bodies.body_of(request)
    if set(body) - {"with", "values", "versions"} or "with" not in body:
        raise BadRequest(_("A merge has «with», «versions» and, as wanted, «values»."), code="merge")
    gone, values = bodies.ids_of(body["with"]), body.get("values", {})
    if not isinstance(values, dict):
        raise BadRequest(_("A JSON object is expected."), code="json")
    versions = _versions(body.get("versions", {}))
    if {record_id, *gone} - set(versions):
        raise bodies.VersionRequired(
            _("Send in «versions» the version you saw of each record, so that nobody's change is lost.")
        )

    def run() -> HttpResponse:
        done = merge(actor, shape, record_id, gone, bodies.values_of(shape, values), versions)
        record = views.whole(actor, shape, record_id)
        return views.answer(
            {"operation": done.operation_id, "relinked": done.relinked, "record": record},
            version=record["version"],
        )

    return once(request, actor, run)


def _versions(raw: Any) -> dict[int, int]:
    """The versions by number; in JSON the numbers are names, and so texts."""
    bad = BadRequest(_('Versions are sent by number, as in {"12": 3}.'), code="versions")
    if not isinstance(raw, dict):
        raise bad
    found: dict[int, int] = {}
    for key, value in raw.items():
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            raise bad
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MAX_VERSION:
            raise bad
        found[int(key)] = value
    return found
