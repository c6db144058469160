"""Copying records for programs."""

from django.http import HttpRequest, HttpResponse

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import members_of
from klientura.kernel.api import bodies
from klientura.kernel.api.idempotency import once
from klientura.kernel.api.views import answer_one
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.store.copying import as_given, copy_of


def copy_record(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/copy: make another record like this one; what the body names is taken instead. Answers 201."""
    shape = shape_of(object)
    if members_of(shape):
        raise NotFound
    values = bodies.values_of(shape, bodies.body_of(request))
    found = copy_of(actor, shape, record_id)
    begun = as_given(found.values, found.lines)

    def run() -> HttpResponse:
        response = answer_one(actor, shape, write.create(actor, shape, {**begun, **values}), status=201)
        if found.left_out:  # lines that name what is closed to the caller
            response["X-Lines-Left-Out"] = str(found.left_out)
        return response

    return once(request, actor, run)
