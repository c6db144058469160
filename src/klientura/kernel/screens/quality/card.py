"""What a record lacks, as a quiet hint on its card with links into the form."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.quality import completeness, faults
from klientura.kernel.quality.of_record import faults_in
from klientura.kernel.screens.context import show
from klientura.kernel.screens.quality.page import percent
from klientura.kernel.screens.quality.rules import HUES
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of

NAMED = 6


@open_to(Door.SIGNED_IN)
@require_GET
def of_one(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/quality: which faults a record has, and which of the fields that count are empty."""
    asked, shape = of(request), shape_of(object)
    counted = completeness.counted_fields(asked.actor, shape)
    row = read.get(asked.actor, shape, record_id, keys=[f.key for f in counted])
    found = faults_in(asked.actor, shape, record_id)
    wanted = [k for fault in found for k in sorted(faults.wanting(fault))]
    missing = completeness.missing_in(row, counted)
    missing.sort(key=lambda f: f.key not in wanted)
    may_edit = "edit" in read.verbs_on(asked.actor, shape, record_id, ("edit",))
    return show(
        request,
        "quality/of_record.html",
        faults=[{"name": str(f.name), "hue": HUES[f.severity]} for f in found],
        missing=[
            {
                "label": f.heading,
                "url": f"/{shape.key}/{record_id}/edit#f-{f.key}" if may_edit and f.changeable else "",
            }
            for f in missing[:NAMED]
        ],
        more=max(0, len(missing) - NAMED),
        percent=percent(1 - len(missing) / len(counted)) if counted else None,
    )
