"""Ticking whole groups of a list: what they hold, for the acts over many records."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from klientura.kernel.access.gate import readable, require
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.listing import sealed
from klientura.kernel.screens.state import read_state
from klientura.kernel.store import summaries
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context
from klientura.kernel.store.summaries import Grouping
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of

MOST = 50
"""Groups that are acted upon at once: as many conditions fit into a filter."""


@open_to(Door.SIGNED_IN)
@require_POST
def seal_groups(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/groups/seal?… {value…}: what some groups of the list hold, for a form that acts on all of it."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    state = read_state(request, asked.actor, shape)
    if not state.group:
        raise BadRequest(_("This list has no groups."), code="group")
    grouping = summaries.grouping_of(asked.actor, shape, state.group)
    either = [summaries.condition(grouping, _value(grouping, raw)) for raw in request.POST.getlist("value")]
    if not 0 < len(either) <= MOST:
        raise BadRequest(_("Select from one to fifty groups."), code="group")
    kept = [state.tree] if state.tree else []
    whole = replace(state, tree={"and": [*kept, {"or": either}]})
    compile_filter(whole.tree, Context(asked.actor, readable(asked.actor, shape), shape=shape))
    return HttpResponse(sealed(shape, whole), content_type="text/plain")


def _value(grouping: Grouping, raw: str) -> Any:
    """The value of a group as its box says it. Raises BadRequest."""
    try:
        value = json.loads(raw)
        return dt.date.fromisoformat(value) if grouping.step and value is not None else value
    except (ValueError, TypeError, RecursionError):
        raise BadRequest(_("There is no such group."), code="group") from None
