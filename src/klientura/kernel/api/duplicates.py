"""Likely duplicates for programs: the queue, starting a search, and telling two clients apart."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.api import bodies
from klientura.kernel.api.idempotency import once
from klientura.kernel.api.views import answer
from klientura.kernel.automerge import keeping
from klientura.kernel.automerge.models import Policy
from klientura.kernel.dedup import queue, scan
from klientura.kernel.dedup.queue import STATES, QueuedPair, State
from klientura.kernel.dedup.reading import comparable_shape
from klientura.kernel.errors import BadRequest, Denied


def list_pairs(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """GET /duplicates/{object}?state=new&after=…&limit=…: pairs both of whose records the actor reads, best first."""
    shape = comparable_shape(object)
    wanted = request.GET.get("state", "new")
    state: State | None = next((s for s in STATES if s == wanted), None)
    if state is None:
        raise BadRequest(_("A pair is new, merged or different."), code="state")
    found = queue.pairs(
        actor,
        shape,
        state=state,
        after=request.GET.get("after") or None,
        limit=min(bodies.limit_of(request), queue.MOST),
    )
    return answer({"items": [_pair(p) for p in found.pairs], "next": found.next})


def start_scan(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """POST /duplicates/{object}/scan {"whole": false}: look for duplicates in the background; answers 202 with the job."""
    shape = comparable_shape(object)
    body = bodies.body_of(request) if request.body else {}
    if set(body) - {"whole"} or not isinstance(body.get("whole", False), bool):
        raise BadRequest(_("A search takes «whole», true or false, and nothing else."), code="scan")

    def run() -> HttpResponse:
        job = scan.start(actor, shape, whole=body.get("whole", False))
        return answer({"job": job.pk, "state": job.state}, status=202)

    return once(request, actor, run)


def tell_apart(request: HttpRequest, actor: Actor, *, object: str, pair_id: int) -> HttpResponse:
    """POST /duplicates/{object}/{pair}/different: these are two clients; no search brings the pair up again."""
    shape = comparable_shape(object)

    def run() -> HttpResponse:
        queue.decide(actor, shape, pair_id, "different")
        return answer(_pair(queue.one(actor, shape, pair_id)))

    return once(request, actor, run)


def _pair(pair: QueuedPair) -> dict[str, Any]:
    return {
        "id": pair.id,
        "a": {"id": pair.a, "title": pair.title_a},
        "b": {"id": pair.b, "title": pair.title_b},
        "score": pair.score,
        "verdict": pair.verdict,
        "state": pair.state,
        "found_at": pair.found_at.isoformat(),
        "reasons": [{"role": r.role, "level": r.level, "weight": r.weight} for r in pair.reasons],
    }


def read_policy(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """GET /duplicates/{object}/policy: what is done with certain pairs. For administrators."""
    if not actor.is_admin:
        raise Denied
    return answer(_policy(keeping.policy_of(comparable_shape(object).key)))


def choose_policy(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """PUT /duplicates/{object}/policy {"manner": "ask", "version": 1}: what is done with certain pairs from now on."""
    body = bodies.body_of(request)
    manner, version = body.get("manner"), body.get("version", 0)
    if set(body) - {"manner", "version"} or not isinstance(manner, str) or type(version) is not int:
        raise BadRequest(
            _("A policy takes «manner» and the «version» it had, and nothing else."), code="policy"
        )
    return answer(_policy(keeping.choose(actor, object, manner, expected_version=version)))


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        "manner": policy.manner,
        "version": policy.version,
        "merged": policy.merged,
        "paused": policy.paused,
    }
