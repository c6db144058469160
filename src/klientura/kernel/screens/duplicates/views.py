"""The queue of likely duplicates of an object: one pair at a time, the most certain first."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.access.gate import may, require
from klientura.kernel.automerge import keeping
from klientura.kernel.automerge.foreseeing import foresee
from klientura.kernel.automerge.models import MANNERS
from klientura.kernel.dedup import queue, scan
from klientura.kernel.dedup.models import Scan
from klientura.kernel.dedup.queue import QueuedPair, State
from klientura.kernel.dedup.reading import comparable_shape
from klientura.kernel.errors import NotFound
from klientura.kernel.jobs import service
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.context import show
from klientura.kernel.screens.duplicates import sides, wording
from klientura.kernel.screens.imports.tray import bar
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import format_datetime, format_decimal

SHOWN = 20


@open_to(Door.SIGNED_IN)
@require_GET
def queue_page(request: HttpRequest, object: str) -> HttpResponse:
    """GET /duplicates/{object}: the pairs that wait, one of them in full; ?state=different: those decided so."""
    asked, shape = of(request), comparable_shape(object)
    require(asked.actor, shape, "read")
    state: State = "different" if request.GET.get("state") == "different" else "new"
    after = request.GET.get("after") or None
    found = queue.pairs(asked.actor, shape, state=state, after=after, limit=SHOWN)
    chosen = _chosen(asked, shape, found.pairs)
    places = [p.id for p in found.pairs]
    place = places.index(chosen.id) if chosen and chosen.id in places else -1
    search_state = _search_state(asked, shape)
    shown = asked.GET.get("shown", "") if asked.htmx else "1" if chosen else "0"
    if asked.htmx and shown == "0" and search_state["work"] is None:
        # The search has ended while its reader waits: nothing on the page is worth keeping.
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return show(
        request,
        "duplicates/queue.html",
        active=shape.key,
        shape=shape,
        state=state,
        waiting=_waiting(asked, shape),
        pairs=[_listed(p) for p in found.pairs],
        pair=_whole(asked, shape, chosen) if chosen else None,
        previous_id=places[place - 1] if place > 0 else None,
        next_id=places[place + 1] if 0 <= place < len(places) - 1 else None,
        after=after or "",
        more_after=found.next,
        shown=shown,
        **search_state,
    )


def _chosen(asked: Request, shape: Shape, found: list[QueuedPair]) -> QueuedPair | None:
    """The pair the address names, if it is there still and open; else the first of the queue."""
    wanted = number(asked.GET.get("pair"))
    if wanted is not None:
        try:
            return queue.one(asked.actor, shape, wanted)
        except NotFound:
            pass
    return found[0] if found else None


def _listed(pair: QueuedPair) -> dict[str, Any]:
    text, hue = wording.sureness(pair.verdict)
    reasons = [r.text for r in wording.in_words(pair.reasons) if r.speaks_for][:2]
    return {
        "id": pair.id, "titles": [pair.title_a or f"№ {pair.a}", pair.title_b or f"№ {pair.b}"],
        "verdict": text, "hue": hue, "why": ", ".join(reasons),
    }  # fmt: skip


def _whole(asked: Request, shape: Shape, pair: QueuedPair) -> dict[str, Any]:
    can = all("edit" in read.verbs_on(asked.actor, shape, i, ("edit",)) for i in (pair.a, pair.b))
    return {
        **_listed(pair),
        "state": pair.state,
        "a": pair.a,
        "b": pair.b,
        "reasons": wording.in_words(pair.reasons),
        "lines": sides.sides(asked, shape, pair),
        "may_decide": can,
        "may_merge": can and may(asked.actor, shape, "delete"),
    }


def _waiting(asked: Request, shape: Shape) -> str:
    counted = queue.count(asked.actor, shape)
    text = format_decimal(counted.number, lang())
    return _("more than {number}").format(number=text) if counted.capped else text


def _search_state(asked: Request, shape: Shape) -> dict[str, Any]:
    """What the page says of the search itself: when it ran last, or how far it is."""
    known = Scan.objects.filter(object=shape.key).first()
    job = (
        Job.objects.filter(pk=known.job_id, state__in=service.ACTIVE).first()
        if known and known.job_id
        else None
    )
    searched = known.finished_at if known else None
    return {
        "may_search": may(asked.actor, shape, "edit"),
        "work": bar(job) if job else None,
        "searched": format_datetime(timezone.localtime(searched), lang()) if searched else "",
        "policy": _policy(shape) if asked.actor.is_admin else None,
    }


def _policy(shape: Shape) -> dict[str, Any]:
    """What is done with certain pairs, as the form shows it."""
    known = keeping.policy_of(shape.key)
    paused = {
        "many": _(
            "It was paused: there are unusually many certain pairs. Look at some of them, then choose again."
        ),
        "author": _("It was paused: whoever chose it does not work here any more. Choose again."),
    }
    return {
        "manner": known.manner,
        "version": known.version,
        "options": [{"value": key, "label": str(label)} for key, label in MANNERS],
        "merged": known.merged,
        "paused": paused.get(known.paused, ""),
    }


@open_to(Door.ADMIN)
@require_POST
def policy(request: HttpRequest, object: str) -> HttpResponseBase:
    """POST /duplicates/{object}/policy: what is done with certain pairs from now on."""
    asked, shape = of(request), comparable_shape(object)
    seen = number(request.POST.get("version")) or 0
    keeping.choose(asked.actor, shape.key, request.POST.get("manner", ""), expected_version=seen)
    return HttpResponseRedirect(reverse("duplicates", args=[shape.key]))


@open_to(Door.ADMIN)
@require_GET
def certain(request: HttpRequest, object: str) -> HttpResponse:
    """GET /duplicates/{object}/certain: how many pairs each manner would merge now."""
    asked, shape = of(request), comparable_shape(object)
    found = foresee(asked.actor, shape)
    numbers = {
        name: format_decimal(getattr(found, name), lang()) for name in ("waiting", "agreeing", "older")
    }
    return show(request, "duplicates/certain.html", found=found, numbers=numbers)


@open_to(Door.SIGNED_IN)
@require_POST
def search(request: HttpRequest, object: str) -> HttpResponseBase:
    """POST /duplicates/{object}/scan: look for duplicates; with whole=1 among all records anew."""
    asked, shape = of(request), comparable_shape(object)
    scan.start(asked.actor, shape, whole=request.POST.get("whole") == "1")
    return HttpResponseRedirect(reverse("duplicates", args=[shape.key]))


@open_to(Door.SIGNED_IN)
@require_POST
def different(request: HttpRequest, object: str, pair_id: int) -> HttpResponseBase:
    """POST …/different: these are two clients. Goes on to the next pair."""
    asked, shape = of(request), comparable_shape(object)
    queue.decide(asked.actor, shape, pair_id, "different")
    following = number(request.POST.get("next"))
    address = f"{reverse('duplicates', args=[shape.key])}?decided={pair_id}"
    return HttpResponseRedirect(f"{address}&pair={following}" if following else address)


@open_to(Door.SIGNED_IN)
@require_POST
def again(request: HttpRequest, object: str, pair_id: int) -> HttpResponseBase:
    """POST …/again: take a decision back; the pair returns to the queue."""
    asked, shape = of(request), comparable_shape(object)
    queue.decide(asked.actor, shape, pair_id, "new")
    address = f"{reverse('duplicates', args=[shape.key])}?pair={pair_id}"
    if not asked.htmx:
        return HttpResponseRedirect(address)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response
